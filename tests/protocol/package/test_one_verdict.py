"""One reader, one verdict at any size: two megabytes of attachment change no finding, wherever the chunks fall."""

from __future__ import annotations

import io
from datetime import datetime

import pybase64
import pytest

from fixtures.casebook.case import Case
from fixtures.casebook.index import every_case
from fixtures.casebook.judging import judged
from fixtures.casebook.letters import NOW, PROFILES, Profile, letter_bytes, main_pdf
from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.rules import judge
from protocol.rules.contextfile import from_json
from protocol.rules.surroundings import NOTHING_KNOWN

LARGE = bytes(range(256)) * 8192  # 2 MiB
PLAIN, PADDED = pybase64.b64encode(main_pdf()), pybase64.b64encode(main_pdf(LARGE))
CASES = [case for _, case in every_case()]
LETTERS = [case for case in CASES if PLAIN in case.raw()]
MOST = 0.6
CHUNKED = [case for case in CASES if len(case.raw()) <= 20_000][::4]


class Dribble(io.BytesIO):
    """A stream that gives a few bytes at a time, whatever is asked for."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(self._size)


def findings(raw: bytes, case: Case, profile: Profile) -> tuple[Finding, ...]:
    with judged(raw, case, profile) as reading:
        return reading.findings


def test_most_cases_carry_the_attachment_that_grows() -> None:
    assert len(LETTERS) > MOST * len(CASES)


@pytest.mark.parametrize("case", LETTERS, ids=lambda case: case.id)
def test_a_two_megabyte_attachment_changes_no_finding(case: Case) -> None:
    large = case.raw().replace(PLAIN, PADDED, 1)
    for profile in PROFILES:
        assert findings(large, case, profile) == findings(case.raw(), case, profile)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 1021])
def test_where_the_chunks_fall_changes_nothing(size: int) -> None:
    for case in CHUNKED:
        raw = case.raw()
        with judge(
            Dribble(raw, size),
            profile="strict",
            now=datetime.fromisoformat(case.now),
            surroundings=NOTHING_KNOWN if case.context is None else from_json(case.context),
        ) as reading:
            assert reading.findings == findings(raw, case, "strict"), case.id


def test_large_attachments_come_out_whole_and_lines_stay_right() -> None:
    wrapped = letter_bytes(LARGE)
    start = wrapped.index(b'2016">JVBE') + 6
    end = wrapped.index(b"<", start)
    text = wrapped[start:end]
    lines = b"&#13;\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    broken = wrapped[:start] + lines + wrapped[end:].replace(b"cid:2</ContentId>", b"cid:9</ContentId>")
    with judge(broken, now=NOW) as reading, read_package(letter_bytes(LARGE)) as plain:
        assert isinstance(reading.package, DocumentPackage)
        assert isinstance(plain.package, DocumentPackage)
        assert reading.package.attachments[0] == plain.package.attachments[0]
        assert reading.package.attachments[0].size == len(main_pdf(LARGE))
        place = next(finding for finding in reading.findings if finding.reason == "manifest-reference-missing")
        assert place.line == broken[: broken.index(b"cid:9")].count(b"\n") + 1
        assert place.line > 30_000
