"""OCSP responses: by whom they are, and what they say (RFC 6960). Who may answer is decided here and by nobody else.

``pyhanko-certvalidator`` takes a responder for the authority itself where issuer, serial number and the bits of the
signature are those of the authority's certificate, without verifying that signature: a copy of it with another key
passes. Here the authority is its own certificate in the chain that was found, and every other responder proves itself
by a signature of that authority's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from asn1crypto import ocsp, x509
from pyhanko_certvalidator.validate import SUPPORTED_EXTENSIONS

from protocol.signatures import algorithms, paths
from protocol.signatures.certificate import BROKEN, instant
from protocol.signatures.revocationlist import RevocationList
from protocol.signatures.statement import Statement, revoked_since

SHORT_LIFE = timedelta(minutes=30)
"""How long a response speaks for that names no end."""
_MOST_CERTIFICATES = 8
"""Certificates in a response that are looked at."""
_MOST_ANSWERS = 4
"""Answers about one certificate in one response that are looked at."""
_HASHES = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})
"""Hash functions that may name an issuer (a name proves nothing, so that SHA-1 serves)."""


def read(ders: Iterable[bytes]) -> Iterator[ocsp.OCSPResponse]:
    """Parse different responses that say something; what cannot be read is left out."""
    for der in dict.fromkeys(ders):
        try:
            parsed = ocsp.OCSPResponse.load(der, strict=True)
            if parsed["response_status"].native == "successful":
                yield parsed
        except BROKEN:
            continue


def statements(
    response: ocsp.OCSPResponse,
    certificate: x509.Certificate,
    above: Sequence[x509.Certificate],
    lists: Iterable[RevocationList],
) -> Iterator[Statement]:
    """Give what a genuine response says of a certificate whose chain goes on with ``above``.

    ``lists`` tell whether the responder itself was revoked. Raises one of ``certificate.BROKEN`` for a response of odd
    structure.
    """
    basic = response["response_bytes"]["response"].parsed
    answers = (
        each for each in basic["tbs_response_data"]["responses"] if _about(each["cert_id"], certificate, above[0])
    )
    for single in islice(answers, _MOST_ANSWERS):
        status, made = single["cert_status"], instant(single["this_update"])
        ends = single["next_update"]
        until = made + SHORT_LIFE if ends.native is None else instant(ends)
        if status.name == "unknown" or not _authorised(basic, above, made, lists):
            continue
        if status.name == "good":
            yield Statement(made, until)
            continue
        since, told = instant(status.chosen["revocation_time"]), status.chosen["revocation_reason"].native
        invalid = single.invalidity_date_value
        since = since if invalid is None else min(since, instant(invalid))
        yield Statement(made, until, since, hold=told == "certificate_hold")


def _about(named: ocsp.CertId, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether a response names this certificate, by its number and by name and key of its issuer."""
    if named["serial_number"].native != certificate.serial_number:
        return False
    function = str(named["hash_algorithm"]["algorithm"].native)
    if function not in _HASHES:
        return False
    key = hashlib.new(function, bytes(issuer.public_key["public_key"])).digest()
    name = hashlib.new(function, certificate.issuer.dump()).digest()
    return bool(named["issuer_key_hash"].native == key and named["issuer_name_hash"].native == name)


def _authorised(
    basic: ocsp.BasicOCSPResponse,
    above: Sequence[x509.Certificate],
    made: datetime,
    lists: Iterable[RevocationList],
) -> bool:
    """Whether the issuer made a response, or somebody whom it certified for this and did not revoke."""
    issuer = above[0]
    if _made_by(basic, issuer):
        return bool(issuer.not_valid_before <= made <= issuer.not_valid_after)
    found = paths.certificates([each.dump() for each in basic["certs"] or ()], _MOST_CERTIFICATES)
    return any(
        _delegated(each, issuer, made) and _made_by(basic, each) and not _revoked(each, above, lists) for each in found
    )


def _made_by(basic: ocsp.BasicOCSPResponse, responder: x509.Certificate) -> bool:
    """Whether a response names this certificate as its responder, and its key made it by an allowed algorithm."""
    data, algorithm = basic["tbs_response_data"], basic["signature_algorithm"]
    named = data["responder_id"]
    if named.name == "by_key":
        own = hashlib.sha1(bytes(responder.public_key["public_key"]), usedforsecurity=False).digest()
        if named.native != own:
            return False
    elif named.chosen != responder.subject:
        return False
    if algorithms.judge(algorithms.of(algorithm, responder.public_key)).result != "good":
        return False
    return paths.verified(basic["signature"].native, data.dump(), responder.public_key, algorithm)


def _delegated(responder: x509.Certificate, issuer: x509.Certificate, made: datetime) -> bool:
    """Whether the issuer itself certified somebody as its responder (RFC 6960, 4.2.2.2)."""
    purposes, usages = responder.extended_key_usage_value, responder.key_usage_value
    return bool(
        responder.issuer == issuer.subject
        and purposes is not None
        and "ocsp_signing" in purposes.native
        and (usages is None or not usages.native.isdisjoint(("digital_signature", "non_repudiation")))
        and responder.critical_extensions <= SUPPORTED_EXTENSIONS
        and responder.not_valid_before <= made <= responder.not_valid_after
        and algorithms.judge(algorithms.of(responder["signature_algorithm"], issuer.public_key)).result == "good"
        and paths.signed_by(responder, issuer)
    )


def _revoked(responder: x509.Certificate, above: Sequence[x509.Certificate], lists: Iterable[RevocationList]) -> bool:
    """Whether a list calls a responder revoked, since whenever: who has its key also chooses the time of a response."""
    words = (each.says(responder, above) for each in lists)
    return revoked_since(word for word in words if word is not None) is not None
