"""Structure beyond what the reader needs: unknown and repeated elements, order, spelling, prefixes."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from lxml import etree

from protocol.finding import Finding
from protocol.package import layout
from protocol.package.model import NAMESPACE
from protocol.package.tree import child, elements, local_name, namespace
from protocol.rules.context import Context, StructureRule

OFFICIAL_PREFIX = "edXML"
_LIKENESS, _LONGEST_NAME = 0.8, 60
REPEATED_ELSEWHERE = frozenset({"Bussiness"})  # has a reason of its own


def known_children(context: Context, root: etree._Element) -> Iterator[Finding]:
    """Find unknown, repeated and historically misspelt elements, and children out of the official order."""
    place = layout.STATUS if context.reading.kind == "status" else layout.DOCUMENT
    yield from _walk(context, root, place)


def _walk(context: Context, parent: etree._Element, place: layout.Place) -> Iterator[Finding]:
    seen: set[str] = set()
    furthest, sorted_so_far = 0, True
    known = place.tags
    for element in parent:
        position = known.get(element.tag, -1)
        if position >= furthest:
            name = place.names[position]
            if name not in seen:  # as nearly every element: known, rightly spelt, in its place, for the first time
                seen.add(name)
                furthest = position
                if name not in layout.OPAQUE and len(element):
                    yield from _walk(context, element, place.children[name])
                continue
        if not isinstance(element.tag, str):
            continue
        written = local_name(element)
        name = layout.SPELLINGS.get(written, written)
        if name not in place.children or namespace(element) != NAMESPACE:
            if name not in layout.OPAQUE:
                expected = _nearest(written, place) or place.order
                yield from context.breach_at("unknown-element", element, expected=expected, got=written)
            continue
        if written not in {name, "Manifest"}:
            yield from context.breach_at("business-spelling", element, expected=name, got=written)
        if name in seen and name not in place.many and name not in REPEATED_ELSEWHERE:
            yield from context.breach_at("element-repeated", element, expected="1", got=name)
        seen.add(name)
        position = place.positions[name]
        if position < furthest and sorted_so_far:
            sorted_so_far = False
            yield from context.breach_at("order-differs", element, expected=place.order, got=name)
        furthest = max(furthest, position)
        if name not in layout.OPAQUE and len(element):
            yield from _walk(context, element, place.children[name])


def _nearest(written: str, place: layout.Place) -> str:
    """Give the known name that was probably meant, ``""`` where none is near."""
    return next(iter(get_close_matches(written[:_LONGEST_NAME], place.children, cutoff=_LIKENESS)), "")


def official_prefixes(context: Context, root: etree._Element) -> Iterator[Finding]:
    """Find the first element of the envelope that is not written with the prefix ``edXML`` (H-X03)."""
    envelope = child(root, "edXMLEnvelope")
    if envelope is None:
        return
    if all(element.prefix == OFFICIAL_PREFIX for element in envelope.iter(f"{{{NAMESPACE}}}*")):
        return  # nearly always; only otherwise is it worth looking at what the elements are
    for element in _package_elements(envelope):
        if element.prefix != OFFICIAL_PREFIX:
            got = f"{element.prefix or ''}:{local_name(element)}"
            yield from context.breach_at("prefix-unofficial", element, expected=f"{OFFICIAL_PREFIX}:", got=got)
            return


def _package_elements(element: etree._Element) -> Iterator[etree._Element]:
    """Give an element and those below it in the package's namespace; signatures and extensions have their own ways."""
    if namespace(element) == NAMESPACE and local_name(element) not in layout.OPAQUE:
        yield element
        for below in elements(element):
            yield from _package_elements(below)


RULES: tuple[StructureRule, ...] = (known_children, official_prefixes)
