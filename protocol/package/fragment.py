"""Elements that are carried whole because nobody describes their inside: ``ReplyFors`` and ``ReferenceCodes``."""

from __future__ import annotations

from lxml import etree

from protocol.package.model import NAMESPACE, Fragment
from protocol.package.tree import elements, local_name, namespace, text_of
from protocol.package.xmltext import XmlText

PREFIX = "edXML:"


def read(element: etree._Element | None) -> Fragment | None:
    """Take an element as it is, ``None`` for none; parts of other namespaces are not the package's and are left out."""
    if element is None:
        return None
    parts = (read(part) for part in elements(element) if namespace(part) == NAMESPACE)
    return Fragment(
        name=local_name(element),
        text=text_of(element) or "",
        attributes=tuple((local_name_of(key), value) for key, value in element.attrib.items()),
        parts=tuple(part for part in parts if part is not None),
    )


def write(xml: XmlText, fragment: Fragment | None) -> None:
    """Write a fragment with the prefix of the envelope; what says nothing is left out, as everywhere.

    ``UnwritableCharacter`` names the element that holds a character XML cannot carry.
    """
    if fragment is None or not says_something(fragment):
        return
    name = PREFIX + fragment.name
    attributes = "".join(xml.attribute(key, value) for key, value in fragment.attributes)
    if fragment.parts:
        xml.begin(name, attributes)
        for part in fragment.parts:
            write(xml, part)
        xml.end()
    elif fragment.text:
        xml.leaf(name, fragment.text, attributes)
    else:
        xml.empty(name, attributes)


def says_something(fragment: Fragment | None) -> bool:
    """Whether there is a text or an attribute anywhere in a fragment."""
    if fragment is None:
        return False
    return bool(fragment.text or fragment.attributes or any(says_something(part) for part in fragment.parts))


def local_name_of(attribute: str | bytes) -> str:
    """Give an attribute's name without its namespace, whose address may hold a brace itself."""
    name = attribute if isinstance(attribute, str) else attribute.decode()
    return name.rpartition("}")[2]
