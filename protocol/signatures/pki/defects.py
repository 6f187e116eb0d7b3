"""Agencies' certificates that have to be refused, or doubted: one for each way to be wrong, by name.

Those that time decides are meant for a signature made at the ``now`` of the PKI: ``expired`` ended before it,
``revoked-before`` was revoked before it, ``revoked-after`` after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from asn1crypto import x509 as asn1

from protocol.signatures.pki import authority, forgery, keys, names
from protocol.signatures.pki.authority import Validity
from protocol.signatures.pki.hierarchy import Pki
from protocol.signatures.pki.identity import Identity

CODE = "H99.01"
NAME = "Sở Thử nghiệm"
DAY = timedelta(days=1)
GAP = timedelta(hours=1)
"""How long after ``now`` the certificate ``revoked-after`` is revoked."""


def bad(pki: Pki, name: str, code: str = CODE, agency: str = NAME) -> Identity:
    """Make the bad certificate of that name; ``KeyError`` for a name that is not in ``NAMES``."""
    return _DEFECTS[name](pki, code, agency)


def _expired(pki: Pki, code: str, agency: str) -> Identity:
    return pki.agency(code, agency, validity=Validity(pki.now - 200 * DAY, pki.now - DAY))


def _not_yet_valid(pki: Pki, code: str, agency: str) -> Identity:
    return pki.agency(code, agency, validity=Validity(pki.now + DAY, pki.now + 365 * DAY))


def _revoked_before(pki: Pki, code: str, agency: str) -> Identity:
    made = pki.agency(code, agency)
    pki.revoke(made, pki.now - 2 * DAY)
    return made


def _revoked_after(pki: Pki, code: str, agency: str) -> Identity:
    made = pki.agency(code, agency)
    pki.revoke(made, pki.now + GAP)
    return made


def _wrong_usage(pki: Pki, code: str, agency: str) -> Identity:
    return pki.agency(code, agency, profile=authority.TLS_SERVER)


def _encipherment(pki: Pki, code: str, agency: str) -> Identity:
    return pki.agency(code, agency, profile=authority.ENCIPHERMENT)


def _authority(pki: Pki, code: str, agency: str) -> Identity:
    return pki.agency(code, agency, profile=replace(authority.ISSUER, usages=("digital_signature", "key_cert_sign")))


def _self_signed(pki: Pki, code: str, agency: str) -> Identity:
    key = pki.key(f"self-signed|{code}|{agency}")
    return authority.self_signed(names.agency(agency, (code,)), key, authority.SIGNER, pki.validity)


def _public_ca(pki: Pki, code: str, agency: str) -> Identity:
    return Pki(pki.now, name="công cộng", kind=pki.kind).agency(code, agency)


def _impostor(pki: Pki, code: str, agency: str) -> Identity:
    """Certify by a hierarchy of the very same names with other keys."""
    return Pki(pki.now, name=pki.name, kind=pki.kind, fresh=True).agency(code, agency)


def _of_kind(kind: keys.Kind) -> Callable[[Pki, str, str], Identity]:
    return lambda pki, code, agency: pki.agency(code, agency, kind=kind)


def _hashed_by(hashed: str) -> Callable[[Pki, str, str], Identity]:
    return lambda pki, code, agency: forgery.altered(pki.agency(code, agency), pki.issuing.identity.key, hashed=hashed)


def _changed(change: Callable[[Any], None]) -> Callable[[Pki, str, str], Identity]:
    return lambda pki, code, agency: forgery.altered(pki.agency(code, agency), pki.issuing.identity.key, change)


def _nameless(inner: Any) -> None:
    parts = [each for each in inner["subject"].chosen if each[0]["type"].native != "common_name"]
    inner["subject"] = asn1.Name(name="", value=asn1.RDNSequence(parts))


def _reversed(inner: Any) -> None:
    validity = inner["validity"]
    begin, end = validity["not_before"].copy(), validity["not_after"].copy()
    validity["not_before"], validity["not_after"] = end, begin


def _tampered(pki: Pki, code: str, agency: str) -> Identity:
    return forgery.tampered(pki.agency(code, agency))


_DEFECTS: Mapping[str, Callable[[Pki, str, str], Identity]] = {
    "expired": _expired,
    "not-yet-valid": _not_yet_valid,
    "revoked-before": _revoked_before,
    "revoked-after": _revoked_after,
    "wrong-usage": _wrong_usage,
    "encipherment-only": _encipherment,
    "authority": _authority,
    "self-signed": _self_signed,
    "public-ca": _public_ca,
    "impostor": _impostor,
    "rsa-1024": _of_kind("rsa-1024"),
    "p-192": _of_kind("p-192"),
    "sha-1": _hashed_by("sha1"),
    "nameless": _changed(_nameless),
    "no-key-usage": _changed(forgery.without_extension("key_usage")),
    "reversed-validity": _changed(_reversed),
    "tampered": _tampered,
}
NAMES = tuple(_DEFECTS)
