"""Damaged packages never raise, are refused whenever they cannot be read, and read alike in any pieces."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.casebook.letters import NOW, PROFILES, letter_bytes, status_bytes
from protocol.rules import judge
from tests.protocol.package.test_one_verdict import Dribble

PIECES = st.sampled_from(
    [
        *(b"<", b">", b"&", b"&#65;", b"&#0;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?x", b"?>", b"<!DOCTYPE a>"),
        *(b"<a>", b"</a>", b"<a/>", b"<x:a/>", b"</edXML>", b"<ContentTransferEncoded>", b"</ContentTransferEncoded>"),
        *(b"<edXML:ContentTransferEncoded/>", b'"', b"'", b"=", b"\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"AAAA"),
        *(b'xmlns=""', b' xmlns:edXML="x"', b'encoding="UTF-16"', b'encoding="UTF-7"'),
    ]
)
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 30), PIECES | st.binary(max_size=4))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([letter_bytes(), status_bytes()]), st.lists(EDIT, min_size=1, max_size=4), st.integers(1, 400))
def test_damage_never_raises_and_the_unreadable_is_refused(
    raw: bytes, edits: list[tuple[float, int, bytes]], size: int
) -> None:
    for place, removed, piece in edits:
        at = int(place * len(raw))
        raw = raw[:at] + piece + raw[at + removed :]
    for profile in PROFILES:
        with judge(raw, profile=profile, now=NOW) as one, judge(Dribble(raw, size), profile=profile, now=NOW) as other:
            assert one.findings == other.findings
            assert one.package == other.package
            assert one.package is not None or one.refused


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_nonsense_is_refused(raw: bytes) -> None:
    with judge(io.BytesIO(raw), now=NOW) as reading:
        assert reading.refused
