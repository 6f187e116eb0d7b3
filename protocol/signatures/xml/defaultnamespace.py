"""``#default`` in a list of inclusive prefixes: the default namespace is written where it is declared, used or not.

lxml hands libxml2 only such prefixes of the list as some document has had before, and no document can have this one. So
it is brought about by other means: an element around each one that would have to carry such a declaration uses the
namespace, and is taken out of the canonical form again, its declaration put where it belongs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from lxml import etree

DEFAULT = "#default"
_MARKUP = re.compile(rb"<!--.*?-->|<\?.*?\?>|<(/?)[^>]*?(/?)>", re.DOTALL)
"""What libxml2 writes in angle brackets; none stand in the values of attributes, which it escapes."""


def marked(tree: etree._ElementTree) -> tuple[bytes, str]:
    """Write a document with an element around each that has a prefix and is where the default namespace changes.

    Also gives the name of those elements. Its text, because lxml loses declarations of prefixes when it moves elements.
    """
    text = etree.tostring(tree, encoding="utf-8")
    # No document can contain the name: it is a digest of all of it.
    mark = f"m{hashlib.sha256(text).hexdigest()}"
    return b"".join(_around(text, _changes(tree), mark)), mark


def unmarked(form: bytes, mark: str) -> bytes:
    """Take the elements of that name out of a canonical form and leave their declarations with what was in them."""
    name = re.escape(mark.encode("ascii"))
    opened = re.compile(rb"<" + name + rb'((?: xmlns="[^"]*")?)><([^ >]+)')
    return opened.sub(rb"<\2\1", form).replace(f"</{mark}>".encode("ascii"), b"")


def _changes(tree: etree._ElementTree) -> Iterator[str | None]:
    """Give the default namespace of each element that has a prefix and another one than is in force above it.

    It is carried down: to ask each element for all its namespaces would take time by their number.
    """
    above: list[str] = [""]
    declared: str | None = None
    for event, told in etree.iterwalk(tree, events=("start-ns", "start", "end")):
        if isinstance(told, tuple):
            prefix, address = told
            declared = declared if prefix else address
        elif event == "end":
            above.pop()
        elif told is not None:
            own = above[-1] if declared is None else declared
            yield own if told.prefix is not None and own != above[-1] else None
            above.append(own)
            declared = None


def _around(text: bytes, around: Iterator[str | None], mark: str) -> Iterator[bytes]:
    """Give the text in pieces; ``around`` has the namespace of what goes around each element, in document order."""
    closed = f"</{mark}>".encode("ascii")
    open_: list[bool] = []
    at = 0
    for found in _MARKUP.finditer(text):
        if found[1] is None:
            continue
        yield text[at : found.start()]
        at = found.end()
        if found[1]:
            yield found[0] + (closed if open_.pop() else b"")
            continue
        address = next(around)
        if address is not None:
            yield f"<{mark} xmlns={quoteattr(address)}>".encode()
        yield found[0]
        if not found[2]:
            open_.append(address is not None)
        elif address is not None:
            yield closed
    yield text[at:]
