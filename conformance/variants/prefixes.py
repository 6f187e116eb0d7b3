"""A DMS that writes packages as a .NET serialiser does: another prefix, another order of children (PKG-04, H-X03).

The names are the same and in the same namespace, so nothing in it is wrong.
"""

from __future__ import annotations

from lxml import etree

from conformance.variants.variant import Variant
from protocol.package.model import NAMESPACE, Package
from protocol.package.writer import write_package

PREFIX = "vb"

# Children in the order of the .NET client, as observed; names not listed keep their place behind these.
_ORDERS = {
    "MessageHeader": (
        "From",
        "To",
        "Code",
        "PromulgationInfo",
        "DocumentType",
        "Subject",
        "Content",
        "SignerInfo",
        "DueDate",
        "ToPlaces",
        "OtherInfo",
        "ResponseFor",
        "SteeringType",
    ),
    "TraceHeaderList": ("TraceHeader", "Bussiness"),
    "Reference": ("Description", "AttachmentName", "ContentType", "ContentId"),
    "Attachment": ("ContentType", "ContentId", "Description", "ContentTransferEncoded", "AttachmentName"),
    "ResponseFor": ("OrganId", "Code", "PromulgationDate", "DocumentId"),
    "StaffInfo": ("Department", "Staff", "Mobile", "Email"),
}


def write_otherwise(package: Package) -> bytes:
    """Write a package with the prefix ``vb`` throughout, no default namespace, LF line ends and .NET's order."""
    return etree.tostring(
        _rebuilt(etree.fromstring(write_package(package), _PARSER)), xml_declaration=True, encoding="UTF-8"
    )


_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_blank_text=True
)


def _rebuilt(source: etree._Element, parent: etree._Element | None = None) -> etree._Element:
    name = etree.QName(source).localname
    tag = f"{{{NAMESPACE}}}{name}"
    made = etree.Element(tag, nsmap={PREFIX: NAMESPACE}) if parent is None else etree.SubElement(parent, tag)
    made.text = source.text
    for attribute, value in source.attrib.items():
        made.set(attribute, value)
    order = _ORDERS.get(name, ())
    places = {child: place for place, child in enumerate(order)}
    for child in sorted(source, key=lambda child: places.get(etree.QName(child).localname, len(order))):
        _rebuilt(child, made)
    return made


VARIANT = Variant("other-prefixes-and-order", {"serialise": write_otherwise})
