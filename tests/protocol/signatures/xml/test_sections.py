"""Long CDATA sections are cut short on their way to the parser, and nothing else changes."""

from __future__ import annotations

import re
import time

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from protocol.signatures.xml import sections
from protocol.signatures.xml.sections import LONGEST, shortened


def texts(data: bytes) -> list[tuple[str, str | None, str | None]]:
    return [(str(part.tag), part.text, part.tail) for part in etree.fromstring(data).iter()]


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


WORDS = ["A", "b9", "\r\n", "\r", "\n", "ế", "]", "]]", "<", "<!--", "<?"]
PARTS = [*WORDS, "<![CDATA[", "]]>", "-->", "?>", "!", "[", "-", " ", "=="]


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join), st.integers(1, 40))
def test_a_short_document_passes_as_it_is(text: str, size: int) -> None:
    data = text.encode()
    assert b"".join(shortened(pieces(data, size))) == data


@given(
    st.lists(st.sampled_from(["A", "b9", "\r\n", "\r", "\n", "ế", "]", "]]", "<", "<!--", "<?"]), max_size=400),
    st.integers(1, 9),
)
def test_a_long_section_says_the_same_in_short_ones(words: list[str], size: int) -> None:
    data = f"<a><!-- <![CDATA[ --><b><![CDATA[{''.join(words)}]]></b><?c <![CDATA[ ?>d</a>".encode()
    before, sections.LONGEST = LONGEST, 16
    try:
        cut = b"".join(shortened(pieces(data, size)))
    finally:
        sections.LONGEST = before
    assert texts(cut) == texts(data)


def test_a_document_of_nothing_but_short_ones_takes_no_time() -> None:
    data = b"<a>" + b"<!---->" * 100_000 + b"</a>"
    begun = time.perf_counter()
    assert b"".join(shortened([data])) == data
    assert time.perf_counter() - begun < 30


def test_no_section_stays_long() -> None:
    data = b"<a><![CDATA[" + b"QUJD" * 1_000_000 + b"]]></a>"
    cut = b"".join(shortened(pieces(data, LONGEST)))
    longest = max(len(found[1]) for found in re.finditer(rb"<!\[CDATA\[(.*?)\]\]>", cut, re.DOTALL))
    assert longest <= 3 * LONGEST
    assert texts(cut) == texts(data)
