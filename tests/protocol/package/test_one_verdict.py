"""One reader, one verdict at any size: two megabytes of attachment change no finding, wherever the chunks fall."""

from __future__ import annotations

import io

import pytest

from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.rules import judge
from protocol.rules.surroundings import Surroundings
from tests.protocol.package.letters import NOW, PROFILES, Profile, letter_bytes
from tests.protocol.package.vectors import ALL, Vector

LARGE = bytes(range(256)) * 8192  # 2 MiB
DOCUMENTS = [vector for vector in ALL if not vector.of_status]


class Dribble(io.BytesIO):
    """A stream that gives a few bytes at a time, whatever is asked for."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(self._size)


def findings(source: bytes, vector: Vector, profile: Profile) -> tuple[Finding, ...]:
    with judge(
        source, profile=profile, now=NOW, surroundings=Surroundings(message_type=vector.message_type)
    ) as reading:
        return reading.findings


@pytest.mark.parametrize("vector", DOCUMENTS, ids=str)
def test_a_two_megabyte_attachment_changes_no_finding(vector: Vector) -> None:
    for profile in PROFILES:
        assert findings(vector.raw(LARGE), vector, profile) == findings(vector.raw(b"\n"), vector, profile)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 1021])
def test_where_the_chunks_fall_changes_nothing(size: int) -> None:
    for vector in ALL:
        raw = vector.raw()
        if len(raw) <= 20_000:
            stream = Dribble(raw, size)
            with judge(
                stream, profile="strict", now=NOW, surroundings=Surroundings(message_type=vector.message_type)
            ) as reading:
                assert reading.findings == findings(raw, vector, "strict"), str(vector)


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
        assert reading.package.attachments[0].size == len(LARGE) + 5
        place = next(finding for finding in reading.findings if finding.reason == "manifest-reference-missing")
        assert place.line == broken[: broken.index(b"cid:9")].count(b"\n") + 1
        assert place.line > 30_000
