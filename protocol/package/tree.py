"""Looking things up in the tree of a skeleton: by local name, in the namespace of QCVN 102, in any order."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from protocol.package.layout import SPELLINGS
from protocol.package.model import NAMESPACE

_QUALIFIED = f"{{{NAMESPACE}}}"
_XML_BLANKS = " \t\r\n"
_OTHER_SPELLING = {official: other for other, official in SPELLINGS.items()}


def local_name(element: etree._Element) -> str:
    """Give the name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def namespace(element: etree._Element) -> str:
    """Give the namespace of an element, ``""`` where it has none."""
    return str(element.tag)[1:].rpartition("}")[0]


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """Give the child elements of any namespace, without comments and processing instructions."""
    return (child for child in parent if isinstance(child.tag, str))


def children(parent: etree._Element | None, name: str) -> list[etree._Element]:
    """Give all children of a name in the official namespace, under either spelling of it."""
    if parent is None:
        return []
    found = list(parent.iterchildren(_QUALIFIED + name))
    other = _OTHER_SPELLING.get(name)
    return found if other is None else found + list(parent.iterchildren(_QUALIFIED + other))


def child(parent: etree._Element | None, *path: str) -> etree._Element | None:
    """Give the first element at the end of a path of names, or ``None``."""
    for name in path:
        if parent is None:
            return None
        found = next(parent.iterchildren(_QUALIFIED + name), None)
        if found is None and name in _OTHER_SPELLING:
            found = next(parent.iterchildren(_QUALIFIED + _OTHER_SPELLING[name]), None)
        parent = found
    return parent


def text_of(element: etree._Element | None) -> str | None:
    """Give the character content, trimmed; ``None`` for no element, ``""`` for an empty one. Comments do not count."""
    if element is None:
        return None
    text = element.text or ""
    for part in element if len(element) else ():  # nearly none holds anything, and asking is cheaper
        if not isinstance(part.tag, str):
            text += part.tail or ""
    return text.strip(_XML_BLANKS)


def text(parent: etree._Element | None, *path: str) -> str | None:
    """Give the text at the end of a path of names."""
    return text_of(child(parent, *path))


def where(element: etree._Element) -> str:
    """Give the path of local names from the root; an index (1-based) where siblings share the name."""
    steps: list[str] = []
    current: etree._Element | None = element
    while current is not None:
        above = current.getparent()
        step = local_name(current)
        if above is not None:
            same = list(above.iterchildren(str(current.tag)))
            if len(same) > 1:
                step = f"{step}[{same.index(current) + 1}]"
        steps.append(step)
        current = above
    return "/".join(reversed(steps))
