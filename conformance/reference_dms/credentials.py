"""Whom this DMS trusts and with which keys it signs: what the driver's ``configure`` and ``trust`` hand over."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.reference_dms.office import Refused, say

if TYPE_CHECKING:
    from protocol.signatures.pki.identity import Identity
    from protocol.signatures.trust import Trust


@dataclass(frozen=True, slots=True)
class Keys:
    """With what the documents of one agency are signed: the competent person's key and the seal of the agency."""

    person: Identity = field(repr=False)
    agency: Identity = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is trusted, and the keys by code of agency."""

    trust: Trust
    keys: Mapping[str, Keys]


def read(trust: Mapping[str, Any] | None, signing: Mapping[str, Any] | None, before: Credentials | None) -> Credentials:
    """Take what was handed over; what was not stays as it was ``before``. ``Refused`` names what cannot be read."""
    from protocol.signatures.trust import Trust  # noqa: PLC0415 - most systems never verify anything

    kept = before or Credentials(Trust(), {})
    return Credentials(
        kept.trust if trust is None else _trust(trust),
        kept.keys if signing is None else {code: _keys(code, given) for code, given in signing.items()},
    )


def _trust(given: Mapping[str, Any]) -> Trust:
    from protocol.signatures.trust import Trust  # noqa: PLC0415 - as above

    return Trust(
        roots=_certificates(given, "roots"),
        intermediates=_certificates(given, "intermediates"),
        crls=_blobs(given, "crls"),
        ocsps=_blobs(given, "ocsps"),
        tsa_roots=_certificates(given, "timestamp_roots"),
    )


def _certificates(given: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - as above

    try:
        return tuple(
            x509.load_pem_x509_certificate(text.encode()).public_bytes(Encoding.DER) for text in given.get(name, ())
        )
    except ValueError:
        raise Refused("format", say("credentials.unreadable", field=f"trust.{name}")) from None


def _blobs(given: Mapping[str, Any], name: str) -> tuple[bytes, ...]:
    try:
        return tuple(base64.b64decode(text, validate=True) for text in given.get(name, ()))
    except (binascii.Error, ValueError):
        raise Refused("format", say("credentials.unreadable", field=f"trust.{name}")) from None


def _keys(code: str, given: Mapping[str, Any]) -> Keys:
    return Keys(
        _identity(f"signing.{code}.person", given["person"]), _identity(f"signing.{code}.agency", given["agency"])
    )


def _identity(name: str, given: Mapping[str, Any]) -> Identity:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415 - as above

    from protocol.signatures.pki.identity import Identity  # noqa: PLC0415 - as above

    try:
        data = base64.b64decode(given["base64"], validate=True)
        key, certificate, others = pkcs12.load_key_and_certificates(data, given["password"].encode())
    except (binascii.Error, ValueError):
        raise Refused("format", say("credentials.unreadable", field=name)) from None
    if certificate is None or not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise Refused("format", say("credentials.unreadable", field=name))
    return Identity(certificate, key, tuple(others))
