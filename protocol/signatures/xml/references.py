"""What a signature refers to: the package, once; and beside it what stands in an ``Object`` of the signature itself.

Signers put their own statements there, such as the time of signing of XAdES. Nothing of that is the package, so it can
be signed beside it without anybody reading the one for the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from protocol.package.model import NAMESPACE
from protocol.package.scanner import PAYLOAD_ELEMENT
from protocol.package.tree import local_name, namespace
from protocol.signatures.xml import parts, place, transforms
from protocol.signatures.xml.methods import DIGESTS, ENVELOPED, XMLDSIG, Canonical
from protocol.signatures.xml.refusal import Refused

MOST_OBJECTS = 4
"""References beside the one to the package."""
_TO_PACKAGE = '"" | "#Id"'
_PAYLOAD = PAYLOAD_ELEMENT.decode("ascii")
_ATTRIBUTES = ("Id", "URI", "Type")


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference. ``target`` is the element whose Id it names, ``None`` where it means the whole document."""

    target: etree._Element | None
    canonical: Canonical
    digest: str
    digest_value: bytes


def read(found: list[etree._Element], signature: etree._Element) -> tuple[Reference, tuple[Reference, ...]]:
    """Give the reference to the package and those into the signature; refuse all others."""
    inside = dict(_named(signature))
    own = [each for each in found if _name(each) in inside]
    package = [each for each in found if _name(each) not in inside]
    if len(package) != 1:
        raise Refused("coverage", "xml-signature-references", expected="1", got=str(len(package)))
    if len(own) > MOST_OBJECTS:
        raise Refused("coverage", "xml-signature-references", expected=f"<= 1 + {MOST_OBJECTS}", got=str(len(found)))
    to_package = _to_package(package[0])
    _all_signed(signature, (inside[_name(each)] for each in own))
    return to_package, tuple(_into_signature(each, inside[_name(each)]) for each in own)


def _named(signature: etree._Element) -> list[tuple[str, etree._Element]]:
    """Give the elements of all ``Object`` by their Ids; those themselves are among them."""
    return [
        (name, part)
        for each in signature.iterchildren(f"{{{XMLDSIG}}}Object")
        for part in each.iter(etree.Element)
        for name in place.ids(part)
        if name
    ]


def _name(reference: etree._Element) -> str:
    """Give the Id that a reference names, ``""`` where it names none."""
    uri = reference.get("URI") or ""
    return uri[1:] if uri.startswith("#") else ""


def _all_signed(signature: etree._Element, targets: Iterable[etree._Element]) -> None:
    """Refuse an ``Object`` of which nothing is signed."""
    signed = {above for target in targets for above in (target, *target.iterancestors())}
    for each in signature.iterchildren(f"{{{XMLDSIG}}}Object"):
        if each not in signed:
            raise parts.odd(each, "Reference", "")


def foreign(signature: etree._Element) -> None:
    """Refuse what could be taken for a part of the package in the one place where other namespaces may stand."""
    for each in signature.iterchildren(f"{{{XMLDSIG}}}Object"):
        for part in each.iter(etree.Element):
            if namespace(part) == NAMESPACE or local_name(part) == _PAYLOAD:
                raise parts.odd(signature, "Object", f"{local_name(part)}, {namespace(part)}")


def _to_package(reference: etree._Element) -> Reference:
    inside = parts.children(reference, "Transforms", "DigestMethod", "DigestValue", attributes=_ATTRIBUTES)
    target = _target(reference)
    if [local_name(part) for part in inside] == ["DigestMethod", "DigestValue"]:
        raise Refused("coverage", "xml-signature-transform-missing", expected=ENVELOPED)
    if [local_name(part) for part in inside] != ["Transforms", "DigestMethod", "DigestValue"]:
        raise parts.odd(reference, "Transforms, DigestMethod, DigestValue", _names(inside))
    return Reference(target, transforms.of_package(inside[0]), *_digest(*inside[1:]))


def _into_signature(reference: etree._Element, target: etree._Element) -> Reference:
    inside = parts.children(reference, "Transforms", "DigestMethod", "DigestValue", attributes=_ATTRIBUTES)
    steps = inside[0] if inside and local_name(inside[0]) == "Transforms" else None
    if [local_name(part) for part in inside[steps is not None :]] != ["DigestMethod", "DigestValue"]:
        raise parts.odd(reference, "Transforms, DigestMethod, DigestValue", _names(inside))
    return Reference(target, transforms.of_object(steps), *_digest(*inside[-2:]))


def _target(reference: etree._Element) -> etree._Element | None:
    """Give what is referred to: ``None`` for the document; the root, which may be named by its Id; nothing else.

    XPointers are not read. A root whose Id is spelled ``xpointer(/)`` is named by it like any other; both mean the
    root.
    """
    uri = reference.get("URI")
    if uri == "":
        return None
    if uri is None or not uri.startswith("#"):
        raise Refused("coverage", "xml-signature-reference-external", expected=_TO_PACKAGE, got=uri)
    root = reference.getroottree().getroot()
    if uri[1:] not in place.ids(root):
        raise Refused("coverage", "xml-signature-reference-elsewhere", expected=_TO_PACKAGE, got=uri)
    return root


def _digest(method: etree._Element, value: etree._Element) -> tuple[str, bytes]:
    address = parts.algorithm(method)
    parts.empty(method)
    digest = DIGESTS.get(address)
    if digest is None:
        raise Refused("algorithm", "xml-signature-digest-unknown", got=address)
    return digest, parts.octets(value)


def _names(found: list[etree._Element]) -> str:
    return ", ".join(local_name(part) for part in found)
