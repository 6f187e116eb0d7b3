"""Legal variations: other bytes that say the same, which no receiver may refuse."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from protocol.package.model import NAMESPACE

EXTENSION_NAMESPACE = "urn:thu-nghiem:mo-rong"
_REORDERED = (
    "edXMLHeader",
    "MessageHeader",
    "From",
    "To",
    "Code",
    "PromulgationInfo",
    "DocumentType",
    "SignerInfo",
    "OtherInfo",
    "TraceHeaderList",
    "TraceHeader",
    "Bussiness",
    "Reference",
    "Attachment",
)


@dataclass(frozen=True, slots=True)
class Variation:
    """One variation; ``choice`` is a small number that each kind takes for what it has to choose."""

    kind: str
    choice: int = 0


def vary(raw: bytes, variations: Iterable[Variation]) -> bytes:
    """Apply the variations in their order. Raises ``KeyError`` for a kind that is not in ``TREE`` or ``BYTES``."""
    chosen = list(variations)
    if not chosen:
        return raw
    on_tree = [one for one in chosen if one.kind in TREE]
    if on_tree:
        root = etree.fromstring(raw)
        for one in on_tree:
            root = TREE[one.kind](root, one.choice)
        raw = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    for one in chosen:
        if one.kind not in TREE:
            raw = BYTES[one.kind](raw, one.choice)
    return raw


def local_name(element: etree._Element) -> str:
    """Give an element's local name; comments and processing instructions have none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _reorder(root: etree._Element, choice: int) -> etree._Element:
    """Shuffle the children of the elements where order carries no meaning; equal names keep their order (H-X06)."""
    order = random.Random(choice)  # noqa: S311 - which order comes out is no secret
    for element in root.iter(*(f"{{{NAMESPACE}}}{name}" for name in _REORDERED)):
        groups: dict[str, list[etree._Element]] = {}
        for child in element:
            groups.setdefault(local_name(child), []).append(child)
        names = [name for name, members in groups.items() for _ in members]
        order.shuffle(names)
        element[:] = [groups[name].pop(0) for name in names]
    return root


def _extend(root: etree._Element, choice: int) -> etree._Element:
    """Add an element that the standard does not know at one of several levels (H-X07)."""
    places = ("MessageHeader", "OtherInfo", "From", "Attachment", "TraceHeaderList", "SignerInfo")
    found = list(root.iter(f"{{{NAMESPACE}}}{places[choice % len(places)]}"))
    where = found[0] if found else root
    namespace = NAMESPACE if (choice // len(places)) % 2 == 0 else EXTENSION_NAMESPACE
    added = etree.Element(f"{{{namespace}}}GhiChuMoRong", nsmap={"mr": namespace})
    etree.SubElement(added, f"{{{namespace}}}NoiDung").text = "phần mở rộng thử nghiệm"
    where.insert(choice % (len(where) + 1), added)
    return root


def _prefix(root: etree._Element, choice: int) -> etree._Element:
    """Bind the standard's namespace to another prefix, or to none (H-X03)."""
    prefixes: tuple[str | None, ...] = (None, "q", "ns0", "văn")
    return _rebuilt(root, {prefixes[choice % len(prefixes)]: NAMESPACE})


def _rebuilt(element: etree._Element, nsmap: Mapping[str | None, str]) -> etree._Element:
    copy = etree.Element(element.tag, dict(element.attrib), nsmap=dict(nsmap))
    copy.text, copy.tail = element.text, element.tail
    for child in list(element):
        copy.append(_rebuilt(child, nsmap) if isinstance(child.tag, str) else child)
    return copy


def _comment(root: etree._Element, choice: int) -> etree._Element:
    elements = [element for element in root.iter() if isinstance(element.tag, str) and len(element)]
    where = elements[choice % len(elements)]
    where.insert(0, etree.Comment(" ghi chú của phần mềm gửi "))
    return root


def _wrap(root: etree._Element, choice: int) -> etree._Element:
    """Break the base64 into lines of 76 or of 64 characters (H-A09)."""
    width = 76 if choice % 2 == 0 else 64
    for payload in root.iter(f"{{{NAMESPACE}}}ContentTransferEncoded"):
        text = payload.text or ""
        payload.text = "\n".join(text[start : start + width] for start in range(0, len(text), width))
    return root


def _mark(raw: bytes, _choice: int) -> bytes:
    return raw if raw.startswith(b"\xef\xbb\xbf") else b"\xef\xbb\xbf" + raw


def _line_ends(raw: bytes, _choice: int) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def _trailing_space(raw: bytes, choice: int) -> bytes:
    return raw + b"\r\n" * (1 + choice % 3)


TREE: Mapping[str, Callable[[etree._Element, int], etree._Element]] = {
    "reorder": _reorder,
    "extend": _extend,
    "prefix": _prefix,
    "comment": _comment,
    "wrap": _wrap,
}
BYTES: Mapping[str, Callable[[bytes, int], bytes]] = {
    "byte-order-mark": _mark,
    "line-feeds": _line_ends,
    "trailing-space": _trailing_space,
}
