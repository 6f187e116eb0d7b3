"""How a ``Signature`` has to be built to be taken at all: what the standard allows, less what a package never needs.

Read once, in a fixed order, with nothing left over: an element that is not expected refuses the signature, so that no
part of it can say something to another reader that was not looked at here. The one exception is an ``Object`` that is
signed: what stands in it is the signer's, is not of the package, and is not read.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from protocol.package.tree import local_name, namespace
from protocol.signatures.xml import keyinfo, parts, references, signaturemethod, transforms
from protocol.signatures.xml.keyinfo import KeyInfo
from protocol.signatures.xml.methods import EXCLUSIVE_NAMESPACE, MORE_2007, XMLDSIG, XMLDSIG_11, Canonical, Method
from protocol.signatures.xml.references import Reference
from protocol.signatures.xml.refusal import Refused

LONGEST = 256 * 1024
"""Characters of a signature as a whole; one with a chain of four certificates has eight thousand."""
_NAMESPACES = frozenset({XMLDSIG, XMLDSIG_11, EXCLUSIVE_NAMESPACE, MORE_2007})
_OBJECT = f"{{{XMLDSIG}}}Object"


@dataclass(frozen=True, slots=True)
class Form:
    """A signature that is built as it should be; nothing of it is verified yet.

    ``package`` is the reference to the package, ``objects`` those to what the signature itself has to say. ``value`` is
    the decoded value.
    """

    element: etree._Element
    signed_info: etree._Element
    canonical: Canonical
    method: Method
    package: Reference
    objects: tuple[Reference, ...]
    value: bytes
    key_info: KeyInfo


def read(signature: etree._Element) -> Form:
    """Take a signature apart. Raises ``Refused`` with the reason of the first thing that is not as it should be."""
    size = sum(len(part.text or "") + len(part.tail or "") + 32 for part in signature.iter())
    if size > LONGEST:
        raise Refused("form", "xml-signature-too-complex", expected=f"<= {LONGEST}", got=str(size))
    _namespaces(signature)
    found = parts.children(signature, "SignedInfo", "SignatureValue", "KeyInfo", "Object", attributes=("Id",))
    names = [local_name(part) for part in found if part.tag != _OBJECT]
    if names == ["SignedInfo", "SignatureValue"]:
        raise Refused("certificate", "xml-signature-without-certificate", expected="KeyInfo/X509Data/X509Certificate")
    if names != ["SignedInfo", "SignatureValue", "KeyInfo"] or _OBJECT in {part.tag for part in found[:3]}:
        raise parts.odd(signature, "SignedInfo, SignatureValue, KeyInfo", ", ".join(local_name(part) for part in found))
    info, value, key_info = found[:3]
    canonical, method, package, objects = _signed_info(info, signature)
    return Form(signature, info, canonical, method, package, objects, parts.octets(value), keyinfo.read(key_info))


def _namespaces(signature: etree._Element) -> None:
    """Refuse elements of other standards, and anywhere what could pass for a part of the package."""
    references.foreign(signature)
    for child in signature.iterchildren(etree.Element):
        if child.tag == _OBJECT:
            continue
        for part in child.iter(etree.Element):
            if namespace(part) not in _NAMESPACES:
                raise parts.odd(signature, XMLDSIG, f"{local_name(part)}, {namespace(part)}")


def _signed_info(
    info: etree._Element, signature: etree._Element
) -> tuple[Canonical, Method, Reference, tuple[Reference, ...]]:
    found = parts.children(info, "CanonicalizationMethod", "SignatureMethod", "Reference", attributes=("Id",))
    names = [local_name(part) for part in found]
    if names[:2] != ["CanonicalizationMethod", "SignatureMethod"]:
        raise parts.odd(info, "CanonicalizationMethod, SignatureMethod, Reference", ", ".join(names))
    if set(names[2:]) != {"Reference"}:
        raise Refused("coverage", "xml-signature-references", expected="1", got=str(names.count("Reference")))
    method = signaturemethod.read(found[1])
    canonical = transforms.of_signed_info(found[0], info)
    return canonical, method, *references.read(found[2:], signature)
