"""Which canonical form is meant, and by which transforms a reference gets to it."""

from __future__ import annotations

from lxml import etree

from protocol.package.tree import elements, local_name
from protocol.signatures.xml import parts
from protocol.signatures.xml.methods import (
    CANONICALS,
    ENVELOPED,
    EXCLUSIVE,
    EXCLUSIVE_NAMESPACE,
    INCLUSIVE,
    WITH_COMMENTS,
    Canonical,
)
from protocol.signatures.xml.refusal import Refused

MOST_PREFIX_NAMES = 32
_FORBIDDEN = "xml-signature-transform-forbidden"


def of_signed_info(method: etree._Element, info: etree._Element) -> Canonical:
    """Read how ``SignedInfo`` is written.

    A form that keeps comments is the same as the one that leaves them out where there is none; what is written where
    there are some is not looked into.
    """
    found = canonical(method, "xml-signature-canonicalization")
    if parts.algorithm(method) in WITH_COMMENTS and next(info.iter(etree.Comment), None) is not None:
        raise Refused("form", "xml-signature-comments-signed", got=parts.algorithm(method), result="unknown")
    return found


def of_package(transforms: etree._Element) -> Canonical:
    """Read the transforms of the reference to the package: enveloped-signature, and one canonical form at most."""
    steps = parts.children(transforms, "Transform")
    addresses = [parts.algorithm(step) for step in steps]
    for address in addresses:
        if address != ENVELOPED and address not in CANONICALS and address not in WITH_COMMENTS:
            raise Refused("coverage", _FORBIDDEN, expected=ENVELOPED, got=address)
    if ENVELOPED not in addresses:
        raise Refused("coverage", "xml-signature-transform-missing", expected=ENVELOPED, got=", ".join(addresses))
    if addresses[0] != ENVELOPED or addresses.count(ENVELOPED) > 1 or len(addresses) > 2:
        raise Refused("coverage", "xml-signature-transform-order", expected=ENVELOPED, got=", ".join(addresses))
    parts.empty(steps[0])
    return _last(steps[1:])


def of_object(transforms: etree._Element | None) -> Canonical:
    """Read the transforms of a reference into the signature: one canonical form at most."""
    steps = [] if transforms is None else parts.children(transforms, "Transform")
    for address in [parts.algorithm(step) for step in steps]:
        if address not in CANONICALS and address not in WITH_COMMENTS:
            raise Refused("coverage", _FORBIDDEN, expected=" | ".join(CANONICALS), got=address)
    if len(steps) > 1:
        raise Refused("coverage", "xml-signature-transform-order", expected="1", got=str(len(steps)))
    return _last(steps)


def _last(steps: list[etree._Element]) -> Canonical:
    """Read the last step.

    What is still a document where octets are needed becomes Canonical XML 1.0 (XML Signature 1.1, 4.4.3.2). Comments
    are no part of what a reference without XPointer means (4.4.3.3), so that the forms that keep them find none.
    """
    return canonical(steps[0], _FORBIDDEN) if steps else Canonical(INCLUSIVE)


def canonical(element: etree._Element, reason: str) -> Canonical:
    """Read a canonical form, comments left aside; refuse others for the reason given."""
    stated = parts.algorithm(element)
    address = WITH_COMMENTS.get(stated, stated)
    if address not in CANONICALS:
        raise Refused("form", reason, expected=" | ".join(CANONICALS), got=address)
    inside = list(elements(element))
    if not inside:
        return Canonical(address)
    lists = [part for part in inside if part.tag == f"{{{EXCLUSIVE_NAMESPACE}}}InclusiveNamespaces"]
    if address != EXCLUSIVE or len(inside) != 1 or len(lists) != 1:
        raise parts.odd(element, "", ", ".join(local_name(part) for part in inside))
    parts.empty(lists[0])
    prefixes = tuple((lists[0].get("PrefixList") or "").split())
    if len(prefixes) > MOST_PREFIX_NAMES:
        raise Refused("form", "xml-signature-too-complex", expected=f"<= {MOST_PREFIX_NAMES}", got=str(len(prefixes)))
    return Canonical(address, prefixes)
