"""Damage: what goes wrong with a package between the program that writes it and the one that reads it.

Markup damage works on the tree and keeps the bytes XML; byte damage comes after it and cares for nothing. Every
function is deterministic, and where its place does not exist in a package it changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from conformance.fuzz.variation import local_name
from protocol.package.model import NAMESPACE

THOUSAND = 1000
FOREIGN_NAMESPACE = "http://www.e-doc.vn/Schema/"

ELEMENTS = (
    "MessageHeader",
    "From",
    "To",
    "OrganId",
    "OrganName",
    "DocumentId",
    "Code",
    "CodeNumber",
    "CodeNotation",
    "PromulgationInfo",
    "PromulgationDate",
    "Place",
    "DocumentType",
    "Type",
    "TypeDetail",
    "TypeName",
    "Subject",
    "Content",
    "SignerInfo",
    "FullName",
    "DueDate",
    "OtherInfo",
    "Priority",
    "PageAmount",
    "SteeringType",
    "TraceHeaderList",
    "TraceHeader",
    "Timestamp",
    "Bussiness",
    "BussinessDocType",
    "edXMLEnvelope",
    "edXMLHeader",
    "edXMLBody",
    "edXMLManifest",
    "Reference",
    "AttachmentEncoded",
    "Attachment",
    "AttachmentName",
    "ContentId",
    "ContentType",
    "ContentTransferEncoded",
)
TEXTS = (
    "",
    "0",
    "-1",
    "9" * 400,
    "1e400",
    "٣",
    "30/02/2025",
    "2025-13-45",
    "9999/99/99",
    "0000/00/00",
    "25:61:61",
    "null",
    "Khẩn",
    "x" * 20_000,
    "Đ" * 501,
    "../../etc/passwd",
    "'; DROP TABLE van_ban; --",
    "%s%n{0}{{}}${jndi:x}",
    "<![CDATA[]]>",
    "\u202e\u200b\ufeff",
    "🏛️" * 40,
)
INSERTED = (
    b"\x00",
    b"\xff\xfe",
    b"<",
    b"&",
    b"</",
    b"]]>",
    b"<!--",
    b"<![CDATA[",
    b"<?x",
    b"\x1b[31m",
    b"\xed\xa0\x80",
    b"&#0;",
    b"&khong-co;",
    b'"',
    b"1212",
    b"{}",
    b"\r\n\r\n",
)


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage: its kind, the element or variant it means (``name``), the place in thousandths and an amount."""

    kind: str
    name: str = ""
    where: int = 0
    amount: int = 1


def break_package(raw: bytes, damages: Iterable[Damage]) -> bytes:
    """Apply damages: those of the markup first, then those of the bytes, each in the order given.

    Raises ``KeyError`` for a kind that is neither in ``MARKUP`` nor in ``BYTES``.
    """
    chosen = list(damages)
    on_markup = [one for one in chosen if one.kind in MARKUP]
    if on_markup:
        root = etree.fromstring(raw)
        for one in on_markup:
            root = MARKUP[one.kind](root, one)
        raw = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    for one in chosen:
        if one.kind not in MARKUP:
            raw = BYTES[one.kind](raw, one)
    return raw


def _chosen(root: etree._Element, one: Damage, name: str | None = None) -> etree._Element | None:
    found = [element for element in root.iter() if local_name(element) == (name or one.name) and element is not root]
    return found[one.where * len(found) // THOUSAND] if found else None


def _drop(root: etree._Element, one: Damage) -> etree._Element:
    element = _chosen(root, one)
    if element is not None and (parent := element.getparent()) is not None:
        parent.remove(element)
    return root


def _double(root: etree._Element, one: Damage) -> etree._Element:
    element = _chosen(root, one)
    if element is not None:
        for _ in range(min(one.amount, 40)):
            element.addnext(copy.deepcopy(element))
    return root


def _rename(root: etree._Element, one: Damage) -> etree._Element:
    element = root if one.name == "edXML" else _chosen(root, one)
    if element is not None:
        name = local_name(element)
        names = (name.swapcase(), f"{name}X", name[::-1], "MessageHeader")
        element.tag = f"{{{NAMESPACE}}}{names[one.amount % len(names)]}"
    return root


def _text(root: etree._Element, one: Damage) -> etree._Element:
    element = _chosen(root, one)
    if element is not None:
        element[:] = []
        element.text = TEXTS[one.amount % len(TEXTS)]
    return root


def _wrong_namespace(root: etree._Element, one: Damage) -> etree._Element:
    element = _chosen(root, one)
    if element is not None:
        element.tag = f"{{{FOREIGN_NAMESPACE}}}{local_name(element)}"
    return root


def _foreign(root: etree._Element, one: Damage) -> etree._Element:
    """Put the whole package into another standard's namespace, or into none (H-X04, H-X23)."""
    namespace = (FOREIGN_NAMESPACE, "", "http://www.go.vn/eDoc")[one.amount % 3]
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = f"{{{namespace}}}{local_name(element)}" if namespace else local_name(element)
    etree.cleanup_namespaces(root)
    return root


def _move(root: etree._Element, one: Damage) -> etree._Element:
    """Move an element to another level: it becomes the last child of the root."""
    element = _chosen(root, one)
    if element is not None and element.getparent() is not root:
        root.append(element)
    return root


def _nest(root: etree._Element, one: Damage) -> etree._Element:
    """Nest an unknown element 50 to 5 000 deep."""
    where = _chosen(root, one)
    current = root if where is None else where
    for _ in range(50 * min(one.amount, 100)):
        current = etree.SubElement(current, f"{{{NAMESPACE}}}Sau")
    return root


def _swell(root: etree._Element, one: Damage) -> etree._Element:
    """Add 100 to 10 000 empty unknown elements."""
    where = _chosen(root, one)
    parent = root if where is None else where
    for _ in range(100 * min(one.amount, 100)):
        etree.SubElement(parent, f"{{{NAMESPACE}}}Thua")
    return root


def _decorate(root: etree._Element, one: Damage) -> etree._Element:
    element = _chosen(root, one)
    if element is not None:
        for index in range(min(one.amount, 60)):
            element.set(f"thuocTinh{index}", "x" * index)
    return root


def _payload(root: etree._Element, one: Damage) -> etree._Element:
    """Make the payload something else than base64: cut, illegal characters, wrong padding, a placeholder, nothing."""
    element = _chosen(root, one, "ContentTransferEncoded")
    if element is not None:
        text = element.text or ""
        variants = (text[:-1], text + "=", "!" + text, "${__StringFromFile(x)}", "", text.replace("A", "*"), "====")
        element.text = variants[one.amount % len(variants)]
    return root


def _mislabel(root: etree._Element, one: Damage) -> etree._Element:
    element = _chosen(root, one, "Attachment")
    if element is not None:
        kinds = ("application/zip", "text/plain", "", "application/pdf", "khong/biet")
        for child in element:
            if local_name(child) == "ContentType":
                child.text = kinds[one.amount % len(kinds)]
    return root


def _lose_attachment(root: etree._Element, one: Damage) -> etree._Element:
    return _drop(root, Damage("drop", "Attachment", one.where))


def _lose_reference(root: etree._Element, one: Damage) -> etree._Element:
    return _drop(root, Damage("drop", "Reference", one.where))


def _cross_reference(root: etree._Element, one: Damage) -> etree._Element:
    """Make a manifest line name an attachment that is not there."""
    reference = _chosen(root, one, "Reference")
    if reference is not None:
        for child in reference:
            if local_name(child) == "ContentId":
                child.text = f"cid:khong-co-{one.amount}"
    return root


def _place(raw: bytes, one: Damage) -> int:
    return len(raw) * one.where // THOUSAND


def _truncate(raw: bytes, one: Damage) -> bytes:
    return raw[: _place(raw, one)]


def _flip(raw: bytes, one: Damage) -> bytes:
    if not raw:
        return raw
    at = min(_place(raw, one), len(raw) - 1)
    return raw[:at] + bytes([raw[at] ^ (one.amount % 255 + 1)]) + raw[at + 1 :]


def _insert(raw: bytes, one: Damage) -> bytes:
    at = _place(raw, one)
    return raw[:at] + INSERTED[one.amount % len(INSERTED)] + raw[at:]


def _delete(raw: bytes, one: Damage) -> bytes:
    at = _place(raw, one)
    return raw[:at] + raw[at + one.amount :]


def _repeat(raw: bytes, one: Damage) -> bytes:
    at = _place(raw, one)
    return raw[:at] + raw[max(0, at - one.amount) :]


def _garbage_before(raw: bytes, one: Damage) -> bytes:
    return INSERTED[one.amount % len(INSERTED)] + raw


def _garbage_after(raw: bytes, one: Damage) -> bytes:
    return raw + INSERTED[one.amount % len(INSERTED)]


def _doctype(raw: bytes, one: Damage) -> bytes:
    """Add a DOCTYPE: none is legal here (PKG-09). The entities are harmless: what they name is empty or small."""
    marker, end = b"<edXML", raw.find(b"?>") + 2
    kinds = (
        b'<!DOCTYPE edXML [<!ENTITY thuc-the "noi dung">]>',
        b'<!DOCTYPE edXML SYSTEM "file:///dev/null">',
        b'<!DOCTYPE edXML [<!ENTITY thuc-the SYSTEM "file:///dev/null">]>',
        b'<!DOCTYPE edXML [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY thuc-the "&b;&b;&b;&b;">]>',
        b"<!DOCTYPE edXML>",
    )
    doctype = kinds[one.amount % len(kinds)]
    if end < 2 or marker not in raw:
        return doctype + raw
    head, body = raw[:end], raw[end:]
    if b"ENTITY thuc-the" in doctype:
        body = body.replace(b"Subject>", b"Subject>&thuc-the;", 1)
    return head + doctype + body


def _encoding(raw: bytes, one: Damage) -> bytes:
    names = (b"utf-16", b"us-ascii", b"khong-co", b"iso-8859-1")
    return raw.replace(b"UTF-8", names[one.amount % len(names)], 1)


def _not_a_package(_raw: bytes, one: Damage) -> bytes:
    """Give something that is no package at all."""
    others = (
        b"",
        b"{}",
        b"<html><body>502 Bad Gateway</body></html>",
        b"%PDF-1.7",
        b"\x00" * 64,
        b"PK\x03\x04",
        b"<a/>",
        b" \r\n",
    )
    return others[one.amount % len(others)]


MARKUP: Mapping[str, Callable[[etree._Element, Damage], etree._Element]] = {
    "drop": _drop,
    "double": _double,
    "rename": _rename,
    "text": _text,
    "wrong-namespace": _wrong_namespace,
    "foreign": _foreign,
    "move": _move,
    "nest": _nest,
    "swell": _swell,
    "decorate": _decorate,
    "payload": _payload,
    "mislabel": _mislabel,
    "lose-attachment": _lose_attachment,
    "lose-reference": _lose_reference,
    "cross-reference": _cross_reference,
}
BYTES: Mapping[str, Callable[[bytes, Damage], bytes]] = {
    "truncate": _truncate,
    "flip": _flip,
    "insert": _insert,
    "delete": _delete,
    "repeat": _repeat,
    "garbage-before": _garbage_before,
    "garbage-after": _garbage_after,
    "doctype": _doctype,
    "encoding": _encoding,
    "not-a-package": _not_a_package,
}
