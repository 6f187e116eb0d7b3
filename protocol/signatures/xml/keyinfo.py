"""With which certificates a signature comes: what is taken from ``KeyInfo``, and what is not."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from protocol.package.tree import elements, local_name, namespace
from protocol.signatures.xml import parts
from protocol.signatures.xml.methods import XMLDSIG, XMLDSIG_11
from protocol.signatures.xml.refusal import Refused

MOST_CERTIFICATES = 10
MOST_CRLS = 4
_EXPECTED = "KeyInfo/X509Data/X509Certificate"
_ALSO = frozenset({"X509SubjectName", "X509IssuerSerial", "X509SKI"})
"""What names a certificate and brings none; so does ``X509Digest`` of version 1.1. The certificates are all here."""


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """Certificates and revocation lists in DER, each once, in the order in which they stand."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    key_value: etree._Element | None


def read(key_info: etree._Element) -> KeyInfo:
    """Read ``KeyInfo``: any number of ``X509Data``, which are one pool (XML Signature 1.1, 4.5.4)."""
    key_values: list[etree._Element] = []
    certificates: list[bytes] = []
    crls: list[bytes] = []
    for part in elements(key_info):
        name = local_name(part) if namespace(part) == XMLDSIG else ""
        if name == "KeyValue":
            key_values.append(part)
        elif name == "X509Data":
            _data(part, certificates, crls)
        elif name != "KeyName":
            raise _refused("X509Data", local_name(part))
    if len(key_values) > 1:
        raise _refused("1 KeyValue", str(len(key_values)))
    if not certificates:
        raise Refused("certificate", "xml-signature-without-certificate", expected=_EXPECTED)
    for found, most in ((certificates, MOST_CERTIFICATES), (crls, MOST_CRLS)):
        if len(found) > most:
            raise Refused("form", "xml-signature-too-complex", expected=f"<= {most}", got=str(len(found)))
    key_value = key_values[0] if key_values else None
    return KeyInfo(tuple(dict.fromkeys(certificates)), tuple(dict.fromkeys(crls)), key_value)


def _data(data: etree._Element, certificates: list[bytes], crls: list[bytes]) -> None:
    for part in elements(data):
        name = local_name(part)
        if namespace(part) == XMLDSIG and name == "X509Certificate":
            certificates.append(parts.octets(part))
        elif namespace(part) == XMLDSIG and name == "X509CRL":
            crls.append(parts.octets(part))
        elif (namespace(part), name) != (XMLDSIG_11, "X509Digest") and (
            namespace(part) != XMLDSIG or name not in _ALSO
        ):
            raise _refused("X509Certificate", name)


def _refused(expected: str, got: str) -> Refused:
    return Refused("certificate", "xml-signature-key-info", expected=expected, got=got)
