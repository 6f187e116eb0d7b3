"""Damage to the markup: the bytes stay XML, but no longer what they were.

Every function takes the root element and the damage and gives the root; where the place does not exist in a package it
changes nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from lxml import etree

from conformance.fuzz.damage_kind import THOUSAND, Damage
from conformance.fuzz.variation import local_name
from protocol.package.model import NAMESPACE

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
