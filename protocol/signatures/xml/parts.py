"""Taking an element of a signature apart: its children, its algorithm, its value, and nothing left over."""

from __future__ import annotations

import binascii

import pybase64
from lxml import etree

from protocol.package.tree import elements, local_name, namespace, where
from protocol.signatures.xml.methods import XMLDSIG
from protocol.signatures.xml.refusal import Refused

_BLANKS = " \t\r\n"


def children(element: etree._Element, *names: str, attributes: tuple[str, ...] = ()) -> list[etree._Element]:
    """Give the child elements; all are of XML-DSig and of those names, with no text between them."""
    found = list(elements(element))
    for part in found:
        if namespace(part) != XMLDSIG or local_name(part) not in names:
            raise odd(element, ", ".join(names), local_name(part))
    loose = (element.text or "") + "".join(part.tail or "" for part in element)
    if loose.strip(_BLANKS):
        raise odd(element, "", loose.strip(_BLANKS))
    other = set(map(str, element.attrib)) - set(attributes)
    if other:
        raise odd(element, ", ".join(f"@{name}" for name in attributes), f"@{min(other)}")
    return found


def algorithm(element: etree._Element) -> str:
    """Give the address of the algorithm that an element names; it has no other attribute."""
    if list(map(str, element.attrib)) != ["Algorithm"]:
        raise odd(element, "@Algorithm", ", ".join(f"@{name}" for name in element.attrib))
    return element.get("Algorithm") or ""


def empty(element: etree._Element) -> None:
    """Refuse an element that has elements in it."""
    if any(True for _ in elements(element)):
        raise odd(element, "", ", ".join(local_name(part) for part in elements(element)))


def octets(element: etree._Element) -> bytes:
    """Give what the base64 of an element decodes to, which is not nothing."""
    text = element.text or ""
    if len(element):
        raise odd(element, "base64", ", ".join(local_name(part) for part in elements(element)) or "<!--")
    try:
        decoded = pybase64.b64decode("".join(text.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        decoded = b""
    if not decoded:
        raise Refused("form", "xml-signature-value-not-base64", expected="base64", got=f"{where(element)}: {text[:40]}")
    return decoded


def odd(element: etree._Element, expected: str, got: str) -> Refused:
    """Make the refusal of something that a signature does not have at that place."""
    return Refused("form", "xml-signature-structure", expected=expected, got=f"{local_name(element)}: {got}")
