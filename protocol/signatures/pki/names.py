"""Names of the test PKI: every subject says TEST, and the organisation code stands in the subject.

No act says where a certificate carries the organisation code of QD 20/2020. This test profile puts it where ETSI
EN 319 412-1 puts identifiers of legal persons: into the attribute ``organizationIdentifier`` (2.5.4.97).
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.x509.oid import NameOID

MARK = "TEST - không có giá trị pháp lý"
"""Stands as an organisational unit in every subject: a test, of no legal value."""
LONGEST = 64
"""Bytes of a name in UTF-8: RFC 5280 allows so many characters, but ``cryptography`` counts bytes."""


def authority(name: str, owner: str = "TEST Cơ quan chứng thực thử nghiệm") -> x509.Name:
    """Name a certification authority, a timestamp authority or an OCSP responder."""
    return _name([(NameOID.ORGANIZATION_NAME, owner), (NameOID.COMMON_NAME, name)])


def agency(name: str, codes: Sequence[str]) -> x509.Name:
    """Name an agency as the holder of its seal certificate; ``codes`` are its organisation codes, none or several."""
    return _name(
        [
            (NameOID.ORGANIZATION_NAME, name),
            *((NameOID.ORGANIZATION_IDENTIFIER, code) for code in codes),
            (NameOID.COMMON_NAME, name),
        ]
    )


def person(name: str, organisation: str, codes: Sequence[str], position: str = "") -> x509.Name:
    """Name a person who holds office in an organisation; in Vietnamese names the family name stands first."""
    family, _, given = name.partition(" ")
    return _name(
        [
            (NameOID.ORGANIZATION_NAME, organisation),
            *((NameOID.ORGANIZATION_IDENTIFIER, code) for code in codes),
            *([(NameOID.TITLE, position)] if position else []),
            (NameOID.SURNAME, family),
            *([(NameOID.GIVEN_NAME, given)] if given else []),
            (NameOID.COMMON_NAME, name),
        ]
    )


def plain(name: str, organisation: str) -> x509.Name:
    """Name somebody by name and organisation alone: nothing shows whether that is a person or an agency."""
    return _name([(NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, name)])


def _name(attributes: Sequence[tuple[x509.ObjectIdentifier, str]]) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, MARK),
            *(x509.NameAttribute(kind, _cut(value)) for kind, value in attributes),
        ]
    )


def _cut(value: str) -> str:
    return value.encode()[:LONGEST].decode(errors="ignore").rstrip()
