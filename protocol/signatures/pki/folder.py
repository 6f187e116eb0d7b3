"""A test PKI as files: a trust folder for receivers, keys and certificates for those who sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from protocol.signatures.pki.hierarchy import Pki
from protocol.signatures.pki.identity import Identity

PERSON = "Nguyễn Văn Thử"
"""Stands for the competent person of every agency."""
POSITION = "Giám đốc"
_ROOT = "trust/roots/root.pem"


@dataclass(frozen=True, slots=True)
class PkiFile:
    """A file of the folder; a ``secret`` one is for its owner's eyes only."""

    name: str
    content: bytes
    secret: bool = False


def files(pki: Pki, agencies: Mapping[str, str]) -> Iterator[PkiFile]:
    """Give all files for agencies (code → name), each with a seal and a competent person.

    Below ``trust`` stands what ``protocol.signatures.trust.load`` reads; the lists hold as long as the certificates.
    """
    begin, end = pki.validity
    root, issuing = pki.root.identity, pki.issuing.identity
    yield PkiFile(_ROOT, root.pem)
    yield PkiFile("trust/intermediates/issuing.pem", issuing.pem)
    for name, der in zip(("root", "issuing"), pki.crls(begin, end - begin), strict=True):
        yield PkiFile(f"trust/crls/{name}.crl", der)
    for name, identity in (
        ("root", root),
        ("issuing", issuing),
        ("tsa", pki.timestamp),
        ("ocsp", pki.responder),
    ):
        yield from _holder(f"authorities/{name}", identity)
    yield from _holder("tls/server", pki.server())
    yield from _holder("tls/client", pki.client())
    for code, name in agencies.items():
        yield from _holder(f"agencies/{code}/seal", pki.agency(code, name))
        yield from _holder(f"agencies/{code}/person", pki.person(PERSON, code, name, position=POSITION))


def holder(folder: Path, name: str) -> Identity:
    """Read back whoever can sign, such as ``agencies/H99.01/seal``, from the folder of a PKI.

    ``OSError`` where a file is missing, ``ValueError`` where one holds something else.
    """
    chain = x509.load_pem_x509_certificates((folder / f"{name}-chain.pem").read_bytes())
    root = x509.load_pem_x509_certificate((folder / _ROOT).read_bytes())
    key = load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{name}.key: is of a kind that signs no documents; give an RSA or an EC key")  # noqa: TRY004 - a wrong file, as the others
    return Identity(chain[0], key, (*chain[1:], root))


def _holder(place: str, identity: Identity) -> Iterator[PkiFile]:
    yield PkiFile(f"{place}.pem", identity.pem)
    if identity.issuers:
        yield PkiFile(f"{place}-chain.pem", identity.chain_pem)
    yield PkiFile(f"{place}.key", identity.key_pem, secret=True)
