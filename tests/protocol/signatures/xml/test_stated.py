"""What a signature states of itself: the parameters of its method, its time, keys that nothing here can use."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import cast

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pybase64 import b64encode

from fixtures.casebook.letters import letter_bytes
from fixtures.xmlattacks.objects import SIGNED_AT, named, stated, whole, xades
from fixtures.xmlattacks.stage import DS, SUBJECT, swap, with_value
from fixtures.xmlattacks.variety import with_comments
from protocol.package.reader import read_package
from protocol.signatures.pki import Pki
from protocol.signatures.pki.authority import SIGNER
from protocol.signatures.trust import Times
from protocol.signatures.xml import canonical, methods, transforms
from tests.protocol.signatures.moments import DAY, NOW
from tests.protocol.signatures.xml.scene import CODE, judged, outcome, pki, reasons, signed, stage, trusted

METHOD = f'<SignatureMethod Algorithm="{methods.MORE_2007}sha256-rsa-MGF1"></SignatureMethod>'
DIGEST = f'<DigestMethod xmlns="{methods.XMLDSIG}" Algorithm="{{}}"/>'
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def digest(name: str) -> str:
    return DIGEST.format(methods.address_of_digest(name))


def parameters(inside: str) -> str:
    return f'<pss:RSAPSSParams xmlns:pss="{methods.MORE_2007}">{inside}</pss:RSAPSSParams>'


def mask(inside: str) -> str:
    return f'<pss:MaskGenerationFunction Algorithm="{methods.MGF1}">{inside}</pss:MaskGenerationFunction>'


def by_pss(stated: str, hashed: str = "sha256", mgf: str = "sha256", salt: int = 32) -> bytes:
    """Sign with RSASSA-PSS in one way and state another, or the same."""
    agency = pki().agency(CODE, "Sở Thử nghiệm rsa-2048", kind="rsa-2048")
    method = f'<SignatureMethod Algorithm="{methods.RSA_PSS}">{stated}</SignatureMethod>'
    data = swap(signed(agency), METHOD.encode(), method.encode())
    with read_package(data) as reading:
        assert reading.root is not None
        info = next(reading.root.iter(f"{DS}SignedInfo"))
        form = transforms.canonical(info[0], "")
        octets = canonical.of_element(info, form)
    assert isinstance(agency.key, rsa.RSAPrivateKey)
    return with_value(data, agency.key.sign(octets, padding.PSS(padding.MGF1(HASHES[mgf]), salt), HASHES[hashed]))


@pytest.mark.parametrize(
    ("stated", "made"),
    [
        ("", {}),
        (parameters(""), {}),
        (parameters(digest("sha256") + mask(digest("sha256")) + "<pss:SaltLength>32</pss:SaltLength>"), {}),
        (parameters("<pss:SaltLength>0</pss:SaltLength>"), {"salt": 0}),
        (parameters(digest("sha512")), {"hashed": "sha512", "mgf": "sha512", "salt": 64}),
        (parameters("<pss:SaltLength> 20 </pss:SaltLength>" + mask(digest("sha384"))), {"mgf": "sha384", "salt": 20}),
        (parameters(mask("") + "<pss:TrailerField>1</pss:TrailerField>"), {}),
    ],
    ids=["nothing", "empty", "all", "no-salt", "hash", "mask-in-another-order", "trailer"],
)
def test_rsassa_pss_is_verified_by_the_parameters_that_it_states(stated: str, made: dict[str, str | int]) -> None:
    found = outcome(by_pss(stated, **made))  # type: ignore[arg-type] # as they are named
    assert (found.result, reasons(found)) == ("good", set())


@pytest.mark.parametrize(
    "stated",
    [parameters("<pss:SaltLength>20</pss:SaltLength>"), parameters(mask(digest("sha512")))],
    ids=["salt", "mask"],
)
def test_a_value_made_otherwise_than_is_stated_is_wrong(stated: str) -> None:
    assert "xml-signature-value-wrong" in reasons(outcome(by_pss(stated)))


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (parameters("<pss:TrailerField>2</pss:TrailerField>"), "xml-signature-method-unknown"),
        (parameters("<pss:SaltLength>-1</pss:SaltLength>"), "xml-signature-method-unknown"),
        (parameters("<pss:SaltLength>99999</pss:SaltLength>"), "xml-signature-method-unknown"),
        (parameters('<pss:MaskGenerationFunction Algorithm="urn:x"/>'), "xml-signature-method-unknown"),
        (parameters(DIGEST.format("urn:x")), "xml-signature-digest-unknown"),
        (parameters(mask(digest("sha1"))), "signature-hash-not-allowed"),
        (parameters("<pss:SaltLength>32</pss:SaltLength>" * 2), "xml-signature-structure"),
        (parameters("<pss:Other/>"), "xml-signature-structure"),
        (parameters(mask(digest("sha256") * 2)), "xml-signature-structure"),
        (parameters("") * 2, "xml-signature-structure"),
    ],
    ids=["trailer", "below", "long", "mask", "hash", "weak-mask", "twice", "other", "two-hashes", "two"],
)
def test_parameters_of_no_standard_are_refused(stated: str, reason: str) -> None:
    found = outcome(by_pss(stated))
    assert found.result == "bad"
    assert reason in reasons(found)


def test_a_salt_longer_than_the_key_is_no_signature() -> None:
    assert "xml-signature-value-wrong" in reasons(outcome(by_pss(parameters("<pss:SaltLength>9999</pss:SaltLength>"))))


class Unusable:
    """Stands for the key pair of a certificate whose key is beyond what is verified with; nobody has to make it."""

    def public_key(self) -> rsa.RSAPublicKey:
        return rsa.RSAPublicNumbers(65_537, (1 << 8_199) + 1).public_key()


def test_a_key_that_nothing_here_uses_leaves_the_value_unknown() -> None:
    """It is not said that the key did not make it: nobody has looked."""
    subject, key = stage().signer.certificate.subject, cast("rsa.RSAPrivateKey", Unusable())
    long = pki().issuing.issue(subject, key, SIGNER, pki().validity)
    agency = pki().agency(CODE, "Sở Thử nghiệm rsa-2048", kind="rsa-2048")
    listed = b64encode(pki().issuing.identity.der) + b"</X509Certificate><X509Certificate>" + b64encode(long.der)
    found = outcome(swap(signed(agency), b64encode(agency.der), listed))
    integrity = found.answer("integrity")
    assert integrity is not None
    assert (integrity.result, integrity.reason) == ("unknown", "xml-signature-value-unverified")
    assert "xml-signature-value-wrong" not in reasons(found)
    assert found.result == "unknown"
    assert found.signer is not None
    assert found.signer.fingerprint == long.certificate.fingerprint(hashes.SHA256()).hex(), "not the issuer"


def test_the_time_that_was_signed_is_the_one_that_is_claimed() -> None:
    found = outcome(stated(xades())(stage()), times=Times(NOW, claimed=NOW - DAY))
    assert found.signed_at == datetime.fromisoformat(SIGNED_AT)
    assert found.proven_at is None
    time = found.answer("time")
    assert time is not None
    assert time.result == "good"


def test_a_time_without_an_offset_is_vietnamese() -> None:
    found = outcome(stated(xades("2026-11-20T08:00:00"))(stage()))
    assert found.signed_at == datetime.fromisoformat("2026-11-20T08:00:00+07:00")


@pytest.mark.parametrize(
    "at",
    ["", "hôm qua", "2026-11-20", "2026-11-20T25:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"],
    ids=["empty", "words", "date", "hour", "first-year", "last-year"],
)
def test_a_time_that_is_none_is_not_claimed(at: str) -> None:
    found = outcome(stated(xades(at))(stage()))
    assert (found.result, found.signed_at, found.answer("time")) == ("good", None, None)


def test_two_times_that_differ_claim_nothing() -> None:
    second = xades("2026-11-20T08:30:00+07:00").replace("thuoc-tinh", "khac")
    found = outcome(stated(xades() + second, "thuoc-tinh", "khac")(stage()))
    assert (found.result, found.signed_at) == ("good", None)


def test_a_time_that_is_not_signed_claims_nothing() -> None:
    unsigned = "<xades:SigningTime>2026-01-01T00:00:00Z</xades:SigningTime>"
    found = outcome(stated(xades(unsigned=unsigned))(stage()))
    assert found.signed_at == datetime.fromisoformat(SIGNED_AT)
    changed = swap(stated(xades())(stage()), SIGNED_AT.encode(), b"2026-11-19T09:00:00+07:00")
    assert outcome(changed).signed_at is None


def test_no_letter_of_what_is_stated_can_be_changed() -> None:
    data = stated(whole())(stage())
    start, end = data.index(b"<Object "), data.index(b"</Object>")
    results = Counter(
        found.result if found is not None else None
        for at in range(start, end)
        for found in [judged(data[:at] + (b"0" if data[at : at + 1] != b"0" else b"1") + data[at + 1 :])]
    )
    assert results["bad"] > 50, "the others are no XML any more"
    assert set(results) <= {"bad", None}


def test_a_claimed_time_does_not_undo_a_revocation() -> None:
    own = Pki(NOW, name="thu hồi và khai sớm")
    agency = own.agency(CODE, "Sở Thử nghiệm")
    data = stated(xades("2026-11-18T09:00:00+07:00"))(replace(stage(), signer=agency))
    own.revoke(agency, NOW - DAY)
    found = outcome(data, trust=trusted(own))
    assert (found.result, reasons(found)) == ("unknown", {"revoked-after-claimed-signing"})
    late = stated(xades("2026-11-19T23:00:00+07:00"))(replace(stage(), signer=agency))
    assert "certificate-revoked" in reasons(outcome(late, trust=trusted(own)))


def _named(**how: str) -> bytes:
    return stated(xades(named=named(stage().signer.der, **how)))(stage())


@pytest.mark.parametrize("version", ["", "V2"])
def test_the_certificate_that_was_signed_cannot_be_exchanged_for_another_of_its_key(version: str) -> None:
    other = b64encode(stage().twin.public_bytes(Encoding.DER))
    data = _named(version=version)
    assert outcome(data).result == "good"
    found = outcome(swap(data, b64encode(stage().signer.der), other))
    assert (found.result, reasons(found)) == ("bad", {"xml-signature-certificate-exchanged"})


def test_the_signer_may_be_named_behind_his_issuer() -> None:
    issuer, signer = pki().issuing.identity.der, stage().signer.der
    assert outcome(stated(xades(named=named(issuer, signer)))(stage())).result == "good"
    alone = outcome(stated(xades(named=named(issuer)))(stage()))
    assert reasons(alone) == {"xml-signature-certificate-exchanged"}


def test_a_digest_by_an_unknown_function_says_nothing() -> None:
    other = b64encode(stage().twin.public_bytes(Encoding.DER))
    found = outcome(swap(_named(algorithm="urn:la"), b64encode(stage().signer.der), other))
    assert "xml-signature-certificate-exchanged" not in reasons(found)


@pytest.mark.parametrize(
    ("proven", "told"),
    [
        ("2026-11-20T08:56:00+07:00", ("good", "")),
        ("2026-11-20T08:54:00+07:00", ("unknown", "xml-signature-time-after-sending")),
    ],
)
def test_a_time_after_the_sending_is_not_known_to_be_true(proven: str, told: tuple[str, str]) -> None:
    found = outcome(stated(xades())(stage()), times=Times(NOW, proven=datetime.fromisoformat(proven)))
    time = found.answer("time")
    assert time is not None
    assert (time.result, time.reason) == told


def test_comments_that_are_signed_are_not_looked_into() -> None:
    found = outcome(with_comments(stage()))
    assert (found.result, reasons(found)) == ("unknown", {"xml-signature-comments-signed"})


def test_a_subject_may_quote_more_declarations_than_a_package_may_have() -> None:
    quoted = " ".join(f"xmlns:p{number}='a'" for number in range(60)).encode()
    letter = swap(letter_bytes(), SUBJECT.encode(), b"<![CDATA[<a " + quoted + b">]]> " + quoted)
    assert outcome(signed(letter=letter)).result == "good"
