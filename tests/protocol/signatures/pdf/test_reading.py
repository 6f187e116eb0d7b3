"""Signatures are read from every form of PDF that is met: tables in streams, both tables, locked against printing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter, copy_into_new_writer

from fixtures.letterhead import DECISION, Appendix
from fixtures.paper import new_pdf_document
from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD, place_of, signed_paper
from protocol.content.answer import InvalidAnswer
from protocol.signatures.pdf import opening
from protocol.signatures.pdf import sign as signing
from protocol.signatures.pdf.answer import decode, encode
from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.pdf.reading import MOST_REVISIONS, MOST_SIGNATURES, read_signatures
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.structures import Manner, Stamping
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import AFTER, agency, judged, paper, person, pki, signed


def rewritten(data: bytes, *, password: str | None = None, **how: Any) -> bytes:
    """Write a document anew with another kind of table, and encrypted where an owner's password is given."""
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(data)), writer_kwargs=how)
    assert isinstance(writer, PdfFileWriter)
    if password is not None:
        writer.encrypt(owner_pass=password, user_pass="", pdf_mac=False)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_a_signature_with_room_for_two_million_digits_costs_no_time() -> None:
    data = sign(sign(paper(), person(), NOW, field="A", reserved=2_000_000), agency(), AFTER, field="B")
    letters: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_letter_by_letter", letters.append)
        assert {each.result for each in judged(data).values()} == {"good"}
    assert letters == []


@pytest.mark.parametrize(
    "written", [b"<>", b"<4f>", b"<4F4b>", b"<4>", b"<4 f>", b"<4f\n>", b"<4f%x\n>", b"<zz>", b"<4f", b"<"]
)
def test_a_string_of_digits_is_what_it_is_letter_by_letter(written: bytes) -> None:
    def outcome(read: Callable[[Any], Any]) -> object:
        stream = io.BytesIO(b" " + written + b" /Next")
        stream.seek(1)
        try:
            return bytes(read(stream).original_bytes), stream.tell()
        except BROKEN as error:
            return str(error)

    assert outcome(opening._hex_string) == outcome(opening._letter_by_letter)


def test_a_table_in_a_stream_is_read() -> None:
    data = sign(rewritten(paper(), stream_xrefs=True), person(), NOW, field="A")
    assert b"/XRef" in data
    data = sign(data, agency(), AFTER, field="B")
    found = judged(data)
    assert {each.result for each in found.values()} == {"good"}


def test_a_file_that_only_restricts_printing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Opened(IncrementalPdfFileWriter):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            IncrementalPdfFileWriter.encrypt(self, user_pwd="")

    locked = rewritten(paper(), password="chu-so-huu")
    with monkeypatch.context() as patch:
        patch.setattr(signing, "Writer", Opened)
        data = sign(sign(locked, person(), NOW, field="A"), agency(), AFTER, field="B")
    assert b"/Encrypt" in data
    assert {each.result for each in judged(data).values()} == {"good"}


def test_a_file_with_a_password_says_so() -> None:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(paper())))
    writer.encrypt(owner_pass="a", user_pass="b")
    target = io.BytesIO()
    writer.write(target)
    assert read_signatures(target.getvalue()) == PaperFacts("encrypted")


def test_an_old_table_that_names_a_stream_beside_it_is_read() -> None:
    """Office programs write both for old readers; the stream is found by ``/XRefStm`` alone."""
    data = paper()
    at = int(data[data.rindex(b"startxref") + 9 :].split()[0])
    size = int(data[data.rindex(b"/Size") + 5 :].split()[0].rstrip(b">"))
    rows = b"\x00\x00\x00\x00\x00"
    stream = b"%d 0 obj\n<< /Type /XRef /Size 1 /Index [0 1] /W [1 3 1] /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    made = stream % (size, len(rows), rows)
    trailer = data[data.rindex(b"trailer") : data.rindex(b"startxref")]
    hybrid = data[:at] + made + data[at : data.rindex(b"trailer")]
    hybrid += trailer.replace(b"/Size", b"/XRefStm %d /Size" % at, 1)
    hybrid += b"startxref\n%d\n%%%%EOF\n" % (at + len(made))
    both = sign(sign(hybrid, person(), NOW, field="A"), agency(), AFTER, field="B")
    facts = read_signatures(both)
    assert (facts.unread, facts.repaired) == ("", True)
    assert {each.result for each in judged(both).values()} == {"good"}


def test_signatures_come_in_the_order_of_their_revisions() -> None:
    data = sign(sign(paper(), agency(), AFTER, field="Z"), person(), NOW, field="A")
    assert [(each.field, each.revision) for each in read_signatures(data).signatures] == [("Z", 2), ("A", 3)]


def test_appendixes_in_the_same_file_do_not_move_the_signature() -> None:
    document = replace(DECISION, appendixes=(Appendix(), Appendix(heading="Phụ lục II")))
    data = signed_paper(document, person(), agency(), NOW)
    assert place_of(new_pdf_document(document), document).page == 1
    looks = [each.appearance for each in read_signatures(data).signatures]
    assert [look.page for look in looks if look] == [1, 1]


def test_fields_that_nobody_filled_are_named_and_not_judged() -> None:
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field  # noqa: PLC0415 - only here

    writer = IncrementalPdfFileWriter(io.BytesIO(paper()))
    append_signature_field(writer, SigFieldSpec("Trong", box=(50, 50, 150, 90)))
    target = io.BytesIO()
    writer.write(target)
    assert read_signatures(target.getvalue()).empty == ("Trong",)
    data = sign(target.getvalue(), agency(), NOW, field="Trong")
    facts = read_signatures(data)
    assert (facts.empty, [each.field for each in facts.signatures]) == ((), ["Trong"])
    assert judged(data)["Trong"].result == "good"


def test_too_many_signatures_are_not_looked_at() -> None:
    data = paper()
    for number in range(MOST_SIGNATURES + 1):
        data = sign(data, agency(), NOW, field=f"F{number}", manner=Manner(chain=False))
    assert read_signatures(data).unread == "too-many"
    assert MOST_REVISIONS > MOST_SIGNATURES


# --- the answer of the child ---


def test_facts_survive_the_way_from_the_child() -> None:
    data = sign(signed(), agency(), AFTER, field="F", stamping=Stamping(pki().timestamp, AFTER),
                manner=Manner(crls=pki().crls(AFTER)))  # fmt: skip
    for each in (data, paper(), signed(), b"%PDF-1.7"):
        facts = read_signatures(each)
        assert decode(encode(facts)) == facts


def broken() -> list[tuple[str, Any]]:
    return [
        ("unread", "maybe"),
        ("revisions", -1),
        ("revisions", True),
        ("revisions", 1.5),
        ("signatures", {}),
        ("signatures", [{}]),
        ("signatures", [None] * 100),
        ("empty", ["x" * 2_000]),
        ("empty", ["\ud800"]),
        ("crls", ["not base64!"]),
        ("repaired", "no"),
    ]


@pytest.mark.parametrize(("name", "value"), broken())
def test_an_answer_that_no_sound_child_gives_is_refused(name: str, value: object) -> None:
    answer = json.loads(encode(read_signatures(signed())))
    answer[name] = value
    with pytest.raises(InvalidAnswer):
        decode(json.dumps(answer).encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("coverage", "all"),
        ("trouble", "none"),
        ("claimed_at", "yesterday"),
        ("claimed_at", "2026-11-20T09:30:00"),
        ("permission", 9),
        ("changes", [{"kind": "page"}]),
        ("appearance", {"page": 1}),
        ("envelope", None),
    ],
)
def test_a_signature_that_no_sound_child_gives_is_refused(name: str, value: object) -> None:
    answer = json.loads(encode(read_signatures(signed())))
    answer["signatures"][0][name] = value
    with pytest.raises(InvalidAnswer):
        decode(json.dumps(answer).encode())


@pytest.mark.parametrize("answer", [b"", b"[]", b"null", b"{}", b"[" * 10_000, b'{"unread": NaN}', b"\xff"])
def test_noise_is_refused(answer: bytes) -> None:
    with pytest.raises(InvalidAnswer):
        decode(answer)


def test_the_fields_have_the_names_of_the_roles() -> None:
    assert [each.field for each in read_signatures(signed()).signatures] == [PERSON_FIELD, AGENCY_FIELD]
