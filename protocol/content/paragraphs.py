"""Paragraphs of WordprocessingML, DrawingML and OpenDocument as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from protocol.composition import composed
from protocol.content.text import Line, Part

OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_CELLS = frozenset({"tc", "table-cell", "covered-table-cell"})
_BOXES = frozenset({"txbxContent", "text-box"})
_BREAKS = {"tab": "\n", "br": "\n", "cr": "\n", "line-break": "\n", "noBreakHyphen": "-", "s": " "}
_LEFT_OUT = frozenset(
    {"p", "h", "txbxContent", "text-box", "del", "delText", "moveFrom", "instrText", "Fallback", "annotation"}
    | {"note", "tracked-changes", "rPr", "pPr", "ruby"}
)


def paragraphs(root: etree._Element, part: Part) -> Iterator[Line]:
    """Yield the lines of every paragraph below ``root`` in their order.

    Line breaks and tabs end a line: old letterheads put two columns beside each other with tabs. What stands only for
    older programs (``mc:Fallback``) or was deleted under revision is left out.
    """
    for paragraph in root.iter("{*}p", "{*}h"):
        where = _part(paragraph, part)
        if where is None:
            continue
        for line in "".join(_texts(paragraph)).split("\n"):
            text = flat(line)
            if text:
                yield Line(text, part=where)


def flat(text: str) -> str:
    """Give a text in NFC with single blanks."""
    return " ".join(composed(text).split())


def _part(paragraph: etree._Element, part: Part) -> Part | None:
    """Say where a paragraph stands; ``None`` for one that is there twice or was deleted."""
    inner: Part | None = None
    for above in paragraph.iterancestors():
        name = _name(above)
        if name in {"Fallback", "tracked-changes"}:
            return None
        if inner is None and name in _CELLS:
            inner = "cell"
        elif inner is None and name in _BOXES:
            inner = "box"
    return inner if inner and part == "body" else part


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the text of one paragraph without that of paragraphs inside it."""
    plain = _namespace(element) == OPEN_DOCUMENT
    if plain and element.text:
        yield element.text
    for child in element:
        name = _name(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name == "textpath":  # letters drawn along a line, as a watermark is
            yield f"\n{child.get('string') or ''}\n"
        elif name and name not in _LEFT_OUT:
            yield from _texts(child)
        if plain and child.tail:
            yield child.tail


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _namespace(element: etree._Element) -> str:
    return str(element.tag)[1:].partition("}")[0] if isinstance(element.tag, str) else ""
