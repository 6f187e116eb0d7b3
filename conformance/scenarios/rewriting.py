"""Packages bent on purpose: legal in another order or dress, or spoilt in one named way.

They are made from the bytes of a good package, so that nothing but the bend differs.
"""

from __future__ import annotations

from lxml import etree

from protocol.package.model import NAMESPACE

# The numbering of QCVN 102 (1.1 to 1.14), which the official builder does not follow.
_HEADER_ORDER = (
    "From", "To", "Code", "PromulgationInfo", "DocumentType", "Subject", "Content", "SignerInfo", "DueDate",
    "ToPlaces", "OtherInfo", "ResponseFor", "SteeringType", "DocumentId",
)  # fmt: skip
_ATTACHMENT_ORDER = ("ContentType", "ContentId", "Description", "ContentTransferEncoded", "AttachmentName")
_REFERENCE_ORDER = ("Description", "AttachmentName", "ContentType", "ContentId")
_ORGANISATION_ORDER = ("OrganName", "OrganizationInCharge", "OrganId", "OrganAdd", "Telephone", "Email")
_ORDERS = {
    "MessageHeader": _HEADER_ORDER,
    "Attachment": _ATTACHMENT_ORDER,
    "Reference": _REFERENCE_ORDER,
    "From": _ORGANISATION_ORDER,
    "To": _ORGANISATION_ORDER,
    "PromulgationInfo": ("PromulgationDate", "Place"),
    "Code": ("CodeNotation", "CodeNumber"),
    "TraceHeaderList": ("TraceHeader", "Bussiness"),
}
_FOREIGN = "urn:example:extension"


def in_another_order(package: bytes) -> bytes:
    """Give the package in the orders of other builders, hops before ``Bussiness``, with one other prefix everywhere."""
    root = _parse(package)
    for element in root.iter():
        wanted = _ORDERS.get(etree.QName(element).localname)
        if wanted is not None:
            element[:] = sorted(element, key=lambda child: _place(wanted, etree.QName(child).localname))
    return _write(_only_prefix(root))


def with_unknown_elements(package: bytes, mark: str) -> bytes:
    """Give the package with elements that nobody knows, of its own and of a foreign namespace, at every level."""
    root = _parse(package)
    for local in ("edXMLHeader", "MessageHeader", "From", "OtherInfo", "TraceHeaderList", "Reference", "Attachment"):
        for element in root.iter(f"{{{NAMESPACE}}}{local}"):
            known = etree.Element(f"{{{NAMESPACE}}}ExtensionOf{local}")
            known.text = mark
            foreign = etree.Element(f"{{{_FOREIGN}}}note", nsmap={"x": _FOREIGN})
            etree.SubElement(foreign, f"{{{_FOREIGN}}}part", kind="test").text = mark
            element.insert(0, foreign)
            element.append(known)
    return _write(root)


def with_doctype(package: bytes, entity_text: str) -> bytes:
    """Give the package with a DOCTYPE that declares a harmless internal entity, used at the end of the subject."""
    text = _write(_parse(package)).decode()
    declaration, _, rest = text.partition("?>")
    subject_end = rest.index("Subject>", rest.index("Subject>") + 1)
    closing = rest.rindex("</", 0, subject_end)
    bent = f"{rest[:closing]} &extra;{rest[closing:]}"
    return f'{declaration}?>\n<!DOCTYPE edXML [<!ENTITY extra "{entity_text}">]>{bent}'.encode()


def _parse(package: bytes) -> etree._Element:
    return etree.fromstring(package.strip(), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _write(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _place(wanted: tuple[str, ...], local: str) -> int:
    return wanted.index(local) if local in wanted else len(wanted)


def _only_prefix(root: etree._Element) -> etree._Element:
    """Write every element of the package's namespace with the one prefix ``vb``, whatever it was bound to before."""
    fresh = etree.Element(root.tag, nsmap={"vb": NAMESPACE})
    _copy(root, fresh)
    return fresh


def _copy(source: etree._Element, target: etree._Element) -> None:
    target.text = source.text
    for name, value in source.attrib.items():
        target.set(name, value)
    for child in source:
        copied = etree.SubElement(target, child.tag)
        _copy(child, copied)
        copied.tail = child.tail
