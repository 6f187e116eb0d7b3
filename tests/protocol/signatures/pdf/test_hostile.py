"""A hostile PDF is refused within seconds and within its memory, and the next file is read as if nothing had been."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random
from typing import BinaryIO

import psutil
import pytest

from fixtures.pdfhostile import HOSTILE, written
from protocol.content.bounds import MIB, Bounds
from protocol.content.confined import Stopped
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.pdf.reader import SignatureReader
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.whole import judge_whole
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import agency, judged, outcomes, paper, person, signed

SECONDS = 12.0


@pytest.fixture(scope="module")
def reader() -> Iterator[SignatureReader]:
    with SignatureReader(Bounds(seconds=SECONDS)) as reader:
        yield reader


def test_a_child_gives_the_same_facts_as_reading_here(reader: SignatureReader) -> None:
    facts = reader.read_bytes(signed())
    assert facts == read_signatures(signed())
    assert len(facts.signatures) == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_time_and_takes_nothing_down(reader: SignatureReader, name: str) -> None:
    data = HOSTILE[name]()
    begun = time.monotonic()
    facts = reader.read_bytes(data)
    took = time.monotonic() - begun
    assert took < SECONDS + 60  # a busy machine starts a child in seconds
    assert facts.unread or {each.trouble for each in facts.signatures} == {"contents-malformed"}
    assert all(each.coverage == "none" for each in facts.signatures)
    if reader._child is not None:
        assert psutil.Process(reader._child.pid).memory_info().rss < 512 * MIB
    assert reader.read_bytes(paper()) == PaperFacts(revisions=1)


@pytest.mark.parametrize(
    ("data", "unread"),
    [
        (b"", "not-pdf"),
        (b"no pdf", "not-pdf"),
        (b"%PDF-1.7", "damaged"),
        (b"%PDF-1.7\n%%EOF", "damaged"),
        (b"%PDF-1.7\nstartxref\n99999\n%%EOF", "damaged"),
    ],
)
def test_what_is_no_pdf_is_said_to_be_none(reader: SignatureReader, data: bytes, unread: str) -> None:
    assert reader.read_bytes(data) == PaperFacts(unread)  # type: ignore[arg-type]  # the table holds plain text


class Failing(SignatureReader):
    """A reader whose child ends at every file."""

    def _answer(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:  # noqa: ARG002 - a reader
        raise Stopped("damaged")


def test_a_file_that_takes_the_child_down_is_unread_and_neither_good_nor_bad() -> None:
    with Failing() as reader:
        facts = reader.read_bytes(signed())
        assert facts == PaperFacts("damaged")
    assert {(each.result, each.reason) for each in judge_whole(facts, ())} == {("unknown", "pdf-signatures-unread")}


def test_a_number_that_is_none_does_not_end_the_reading() -> None:
    data = sign(sign(paper(), person(), NOW, field="A"), agency(), NOW, field="F")
    broken = data.replace(b"/MediaBox [ 0 0 ", b"/MediaBox [ 0 - ", 1)
    assert broken != data
    assert {each.trouble for each in read_signatures(broken).signatures} <= {"", "dictionary-malformed"}
    assert {each.result for each in judged(broken).values()} == {"bad"}


def test_a_cut_of_a_signed_file_that_still_shows_a_signature_is_bad() -> None:
    data, shown = signed(), 0
    for cut in range(0, len(data), len(data) // 60):
        facts = read_signatures(data[:cut])
        if facts.signatures or facts.traces:
            shown += 1
            made = outcomes(facts)
            results = {each.result for each in made} | {each.result for each in judge_whole(facts, made)}
            assert "bad" in results, cut
    assert shown > 20


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    with SignatureReader(Bounds(seconds=0.5)) as hasty:
        assert hasty.read_bytes(HOSTILE["table-of-millions"]()).unread == "too-slow"
        assert hasty.read_bytes(paper()).unread == ""


def test_nobody_waits_for_minutes_unless_told_to() -> None:
    with SignatureReader() as usual:
        assert usual.bounds.seconds <= 20


def test_a_larger_file_than_the_bound_is_not_even_sent() -> None:
    with SignatureReader(Bounds(file_bytes=100)) as small:
        assert small.read_bytes(signed()) == PaperFacts("too-large")
        assert small._child is None


def test_a_large_signed_file_is_read_within_the_memory_of_the_child() -> None:
    scan = b"<< /Length %d >>\nstream\n%s\nendstream" % (50 * MIB, Random(28).randbytes(50 * MIB))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R >>"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: page,
        4: scan,
        5: b"<< /Length 0 >>\nstream\n\nendstream",
    }
    large = sign(sign(written(objects), person(), NOW, field="A"), agency(), NOW, field="F")
    with SignatureReader() as reader:
        facts = reader.read_bytes(large)
        assert (facts.unread, [each.coverage for each in facts.signatures]) == ("", ["revision", "file"])
        assert facts.signatures[0].envelope.digest_holds
        assert reader._child is not None
        assert psutil.Process(reader._child.pid).memory_info().rss < 512 * MIB
