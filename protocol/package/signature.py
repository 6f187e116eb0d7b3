"""The ``Signature`` of a package on its way through reader and writer: carried, never judged here."""

from __future__ import annotations

from lxml import etree

from protocol.package.fragment import local_name_of
from protocol.package.model import NAMESPACE
from protocol.package.tree import elements, local_name, namespace, text_of
from protocol.package.xmltext import XmlText


def write(xml: XmlText, raw: bytes | None) -> None:
    """Write a signature as the official builder places it: last in the header, unprefixed when in QCVN's namespace.

    One in another namespace (xmldsig) is written byte for byte as it is. ``ValueError`` where ``raw`` is not XML.
    """
    if not raw:
        return
    element = _parse(raw)
    if namespace(element) == NAMESPACE:
        _element(xml, element)
    else:
        xml.start_of_line("")
        xml.raw(raw)
        xml.end_of_line("")


def in_package_namespace(raw: bytes) -> bytes:
    """Give a signature with all its elements moved to the namespace of QCVN 102, as the axis re-emits it."""
    element = _parse(raw)
    for part in element.iter():
        if isinstance(part.tag, str):
            part.tag = f"{{{NAMESPACE}}}{local_name(part)}"
    return etree.tostring(element, encoding="utf-8", with_tail=False)


def in_own_namespace(raw: bytes) -> bool:
    """Tell whether a signature stands in another namespace than the package's, as xmldsig wants it."""
    return namespace(_parse(raw)) != NAMESPACE


def _parse(raw: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"Signature: not XML ({error.msg}); give the raw element or None") from error


def _element(xml: XmlText, element: etree._Element) -> None:
    name = local_name(element)
    attributes = "".join(xml.attribute(local_name_of(key), value) for key, value in element.attrib.items())
    parts = list(elements(element))
    text = text_of(element) or ""
    if parts:
        xml.begin(name, attributes)
        for part in parts:
            _element(xml, part)
        xml.end()
    elif text:
        xml.leaf(name, text, attributes)
    else:
        xml.empty(name, attributes)
