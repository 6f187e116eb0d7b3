"""Who may answer for an authority: its own key or one that it certified for this, and nobody who looks like it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from protocol.signatures.pki import Identity, Pki, authority, forgery, keys, names
from protocol.signatures.trust import Evidence, Times, Trust
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
from tests.protocol.signatures.words import agency, judged, told

UNKNOWN = {("revocation", "unknown", "revocation-unknown")}
MINUTE = timedelta(minutes=1)


def answered(pki: Pki, seal: Identity, *responses: bytes, crls: tuple[bytes, ...] = ()) -> set[tuple[str, str, str]]:
    """Judge a signer of whom only responses speak; ``crls`` stand beside the root's list."""
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(NOW), *crls))
    return told(judged(seal, trusted, evidence=Evidence(ocsps=responses)))


def helper(pki: Pki, profile: authority.Profile = authority.RESPONDER, kind: keys.Kind = "p-256") -> Identity:
    """Certify a responder of the issuing authority."""
    return pki.issuing.issue(names.authority("TEST OCSP khác"), keys.make(kind), profile, pki.validity)


def response(
    seal: Identity,
    issuer: Identity,
    responder: Identity,
    *,
    along: tuple[x509.Certificate, ...] = (),
    by_name: bool = False,
    named: hashes.HashAlgorithm | None = None,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
) -> bytes:
    """Make a response as somebody else's software may make it."""
    built = ocsp.OCSPResponseBuilder().add_response(
        cert=seal.certificate,
        issuer=issuer.certificate,
        algorithm=named or hashes.SHA1(),
        cert_status=status,
        this_update=NOW - HOUR,
        next_update=NOW + DAY,
        revocation_time=None,
        revocation_reason=None,
    )
    how = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    built = built.responder_id(how, responder.certificate)
    if along:
        built = built.certificates(list(along))
    return built.sign(responder.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_copy_of_the_authority_with_another_key_is_not_the_authority() -> None:
    """Issuer, serial number and the bits of the signature are the authority's own, the key is the forger's."""
    pki = Pki(NOW)
    seal = agency(pki)
    usurper = forgery.usurper(pki.issuing.identity, keys.make("p-256"))
    assert usurper.certificate.signature == pki.issuing.identity.certificate.signature
    assert answered(pki, seal, response(seal, pki.issuing.identity, usurper, along=(usurper.certificate,))) == UNKNOWN
    both = (usurper.certificate, pki.issuing.identity.certificate)
    assert answered(pki, seal, response(seal, pki.issuing.identity, usurper, along=both)) == UNKNOWN
    named = response(seal, pki.issuing.identity, usurper, along=both, by_name=True)
    assert answered(pki, seal, named) == UNKNOWN


def test_a_forged_answer_does_not_wash_a_revoked_certificate() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    usurper = forgery.usurper(pki.issuing.identity, keys.make("p-256"))
    forged = response(seal, pki.issuing.identity, usurper, along=(usurper.certificate,))
    pki.revoke(seal, NOW - 10 * DAY)
    stale = pki.issuing.crl(NOW - 9 * DAY, life=DAY)
    assert answered(pki, seal, forged, crls=(stale,)) == {("revocation", "bad", "certificate-revoked")}


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("along", [False, True])
def test_the_authority_answers_for_itself(along: bool, by_name: bool) -> None:
    pki = Pki(NOW)
    seal, own = agency(pki), pki.issuing.identity
    made = response(seal, own, own, along=(own.certificate,) if along else (), by_name=by_name)
    assert answered(pki, seal, made) == set()


def test_the_authority_answers_under_its_renewed_certificate() -> None:
    pki = Pki(NOW)
    seal, own = agency(pki), pki.issuing.identity
    renewed = pki.root.issue(own.certificate.subject, own.key, authority.ISSUER, pki.validity)
    made = response(seal, own, Identity(renewed.certificate, own.key), along=(renewed.certificate,))
    assert answered(pki, seal, made) == set()


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("named", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384()])
def test_a_helper_whom_the_authority_certified_answers(named: hashes.HashAlgorithm, by_name: bool) -> None:
    pki = Pki(NOW)
    seal, by = agency(pki), helper(pki)
    made = response(seal, pki.issuing.identity, by, along=(by.certificate,), by_name=by_name, named=named)
    assert answered(pki, seal, made) == set()


def test_a_helper_needs_its_purpose_its_authority_and_a_key_that_may_sign() -> None:
    pki = Pki(NOW)
    seal, own = agency(pki), pki.issuing.identity
    aimless = helper(pki, authority.Profile(usages=("digital_signature",)))
    mute = helper(pki, authority.Profile(usages=("key_encipherment",), purposes=authority.RESPONDER.purposes))
    weak = helper(pki, kind="rsa-1024")
    above = pki.root.issue(names.authority("TEST OCSP gốc"), keys.make("p-256"), authority.RESPONDER, pki.validity)
    alone = authority.self_signed(own.certificate.subject, keys.make("p-256"), authority.RESPONDER, pki.validity)
    odd = forgery.altered(helper(pki), own.key, hashed="sha1")
    for by in (aimless, mute, weak, above, alone, odd):
        assert answered(pki, seal, response(seal, own, by, along=(by.certificate,))) == UNKNOWN


def test_a_helper_that_was_not_valid_when_it_answered_is_not_believed() -> None:
    pki = Pki(NOW)
    seal, key = agency(pki), keys.make("p-256")
    for term in ((NOW - YEAR, NOW - 2 * HOUR), (NOW - MINUTE, NOW + YEAR)):
        by = pki.issuing.issue(names.authority("TEST OCSP"), key, authority.RESPONDER, authority.Validity(*term))
        made = response(seal, pki.issuing.identity, by, along=(by.certificate,))
        assert answered(pki, seal, made) == UNKNOWN


def test_a_helper_whom_a_list_calls_revoked_is_not_believed() -> None:
    """Whether the signer is revoked stays unknown, for the list at hand has run out."""
    pki = Pki(NOW)
    seal, profile = agency(pki), authority.Profile(("digital_signature",), authority.RESPONDER.purposes)
    by = helper(pki, profile)
    made = response(seal, pki.issuing.identity, by, along=(by.certificate,))
    before = pki.issuing.crl(NOW - 2 * DAY, life=DAY)
    assert answered(pki, seal, made, crls=(before,)) == set()
    pki.revoke(by, NOW - 3 * DAY)
    after = pki.issuing.crl(NOW - 2 * DAY, life=DAY)
    assert answered(pki, seal, made, crls=(after,)) == {("revocation", "unknown", "revocation-stale")}


def test_a_responder_that_does_not_know_says_nothing() -> None:
    pki = Pki(NOW)
    seal, own = agency(pki), pki.issuing.identity
    assert answered(pki, seal, response(seal, own, own, status=ocsp.OCSPCertStatus.UNKNOWN)) == UNKNOWN


def test_a_revocation_after_the_time_that_a_response_gives_itself_counts() -> None:
    pki = Pki(NOW)
    seal = agency(pki)
    pki.revoke(seal, NOW - HOUR)
    made = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=seal.certificate,
            issuer=pki.issuing.identity.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.REVOKED,
            this_update=NOW - HOUR - 10 * MINUTE,
            next_update=NOW + DAY,
            revocation_time=NOW - HOUR,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, pki.responder.certificate)
        .certificates([pki.responder.certificate])
        .sign(pki.responder.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    assert answered(pki, seal, made) == {("revocation", "bad", "certificate-revoked")}
    trusted = Trust((pki.root.identity.der,), (), (pki.root.crl(NOW),), (made,))
    before = Times(NOW, claimed=NOW - 2 * HOUR, proven=NOW - 2 * HOUR)
    assert told(judged(seal, trusted, before)) == set()
