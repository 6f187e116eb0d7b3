"""Bytes are elements within elements, or they are no structure."""

from __future__ import annotations

import time

import pytest

from protocol.signatures.pdf.nesting import DEEPEST, MOST, well_nested


@pytest.mark.parametrize(
    "data",
    [
        b"\x05\x00",
        b"\x02\x01\x01",
        b"\x30\x00",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x81\x03\x02\x01\x01",  # BER may write a length in more bytes than it takes
        b"\x30\x80\x02\x01\x01\x00\x00",
        b"\x30\x80\x24\x80\x04\x01a\x00\x00\x00\x00",
        b"\x24\x06\x04\x01a\x04\x01b",  # a string in two pieces
        b"\xa0\x03\x02\x01\x01",
        b"\x80\x03\xff\xff\xff",
        b"\x9f\x81\x01\x01a",  # a tag of two bytes
    ],
)
def test_elements_are_well_nested(data: bytes) -> None:
    assert well_nested(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x02",
        b"\x02\x02\x01",
        b"\x05\x00\x05\x00",  # two elements
        b"\x05\x00\x00",
        b"\x30\x04\x02\x01\x01\x00",  # a byte that belongs to no element
        b"\x30\x05\x02\x01\x01\x00\x00",  # an end that nobody waits for
        b"\x30\x03\x02\x02\x01",  # a part that is longer than the whole
        b"\x30\x80\x02\x01\x01",
        b"\x30\x80\x02\x01\x01\x00",
        b"\x30\x05\x30\x80\x02\x01\x01\x00\x00",  # the end lies outside
        b"\x10\x00",  # a sequence that is none
        b"\x22\x03\x02\x01\x01",  # a number of parts
        b"\x02\x80\x00\x00",
        b"\x00\x00",
        b"\x1f\x81",
        b"\x30\x85\x00\x00\x00\x00\x00",
        b"\x30\x82\x01",
    ],
)
def test_what_is_more_or_less_is_not(data: bytes) -> None:
    assert not well_nested(data)


def _deep(levels: int) -> bytes:
    return b"\x30\x80" * levels + b"\x00\x00" * levels


def test_there_is_an_end_to_depth_and_number() -> None:
    assert well_nested(_deep(DEEPEST))
    assert not well_nested(_deep(DEEPEST + 1))
    begun = time.perf_counter()
    assert not well_nested(b"\x30\x84" + (2 * MOST).to_bytes(4, "big") + b"\x05\x00" * MOST)
    assert time.perf_counter() - begun < 60
