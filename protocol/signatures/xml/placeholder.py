"""The signature that is none: the official builder writes the same sample into every package (H-X24).

It stands in the namespace of QCVN 102, where XML-DSig knows no signature, names rsa-sha1, a transform address that does
not exist, and carries a certificate that was cut off; the value is the same in packages of different content. Nobody
made it for the package that it is in. It says nothing about a package and has to be called what it is.
"""

from __future__ import annotations

import pybase64
from lxml import etree

from protocol.package.model import NAMESPACE
from protocol.package.tree import local_name, namespace, text_of
from protocol.signatures.outcome import Check
from protocol.signatures.xml import methods, value

REASON = "xml-signature-placeholder"


def judge(signature: etree._Element) -> Check | None:
    """Say that a signature is a placeholder, or none of XML-DSig at all; ``None`` where it may be a real one."""
    address = _text(signature, "SignatureMethod", "Algorithm")
    if namespace(signature) == NAMESPACE:
        reason = REASON if _sample(signature) else "xml-signature-wrong-namespace"
        return Check("form", "bad", reason, methods.XMLDSIG, NAMESPACE if not address else f"{NAMESPACE}, {address}")
    if _sample(signature):
        return Check("form", "bad", REASON, "X509Certificate", address)
    return None


def _sample(signature: etree._Element) -> bool:
    """Whether it has the marks of the sample: SHA-1 or no method, and no certificate or one that is cut off."""
    address = _text(signature, "SignatureMethod", "Algorithm")
    method = methods.METHODS.get(address)
    dated = not address or (method is not None and method.hash == "sha1")
    return dated and not _certificate(signature)


def _certificate(signature: etree._Element) -> bool:
    for element in signature.iter(etree.Element):
        if local_name(element) == "X509Certificate":
            try:
                return value.load(pybase64.b64decode("".join((element.text or "").split()))) is not None
            except ValueError:
                return False
    return False


def _text(signature: etree._Element, name: str, attribute: str) -> str:
    found = next((part for part in signature.iter(etree.Element) if local_name(part) == name), None)
    return "" if found is None else (found.get(attribute) or text_of(found) or "")
