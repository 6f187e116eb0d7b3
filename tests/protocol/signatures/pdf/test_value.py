"""What the digest and the value of a signature prove, by every algorithm that may be used and some that may not."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from asn1crypto import algos, core

from fixtures.pdfforgeries import digit_changed, signed_bytes, value_changed, value_is
from fixtures.signedpaper import AGENCY_FIELD
from protocol.signatures.pdf.facts import Envelope, PaperFacts, SignatureFacts
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.structures import Hash, Manner, envelope
from protocol.signatures.pki import defects, keys
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import (
    LATER,
    agency,
    asked,
    judged,
    paper,
    pki,
    signed,
    told,
    trusted,
)


def test_a_changed_letter_breaks_the_digest_and_not_the_value() -> None:
    for outcome in judged(digit_changed(signed())).values():
        integrity = asked(outcome)["integrity"]
        assert (integrity.result, integrity.reason) == ("bad", "pdf-digest-differs")
        assert [part.result for part in integrity.parts] == ["bad", "good"]


def test_a_changed_value_breaks_the_value_and_not_the_digest() -> None:
    outcome = judged(value_changed(signed()))[AGENCY_FIELD]
    integrity = asked(outcome)["integrity"]
    assert (integrity.result, integrity.reason) == ("bad", "pdf-signature-value-wrong")
    assert [part.result for part in integrity.parts] == ["good", "bad"]


def test_what_cannot_be_checked_is_unknown_and_never_good() -> None:
    unknown = SignatureFacts("F", coverage="file", envelope=Envelope(certificate=agency().der))
    missing = SignatureFacts("F", coverage="file", envelope=Envelope(value_holds=True, digest_holds=True))
    for facts, reason in ((unknown, "pdf-signature-uncheckable"), (missing, "pdf-signer-certificate-missing")):
        outcome = judge(PaperFacts(signatures=(facts,)), trusted(), LATER)[0]
        assert (asked(outcome)["integrity"].result, asked(outcome)["integrity"].reason) == ("unknown", reason)
        assert outcome.result != "good"


def named(oid: str, kind: keys.Kind = "p-256") -> Any:
    """Sign a paper by a key of some kind, and name the algorithm by a number; give what is said of it."""
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    data = sign(paper(), seal, NOW, field="F")
    info = envelope(hashlib.sha256(signed_bytes(data)).digest(), seal, NOW, Manner())
    algorithm = algos.SignedDigestAlgorithm({"algorithm": oid, "parameters": core.Null()})
    info["content"]["signer_infos"][0]["signature_algorithm"] = algorithm
    return asked(judged(value_is(info.dump())(data))["F"])


def test_a_value_by_an_unknown_algorithm_is_not_said_to_be_false() -> None:
    found = named("1.3.6.1.4.1.99999.28.5")
    assert (found["integrity"].result, found["integrity"].reason) == ("unknown", "pdf-signature-uncheckable")
    assert (found["algorithm"].result, found["algorithm"].reason) == ("bad", "signature-scheme-not-allowed")


@pytest.mark.parametrize(("kind", "result"), [("p-256", "good"), ("p-384", "good"), ("rsa-2048", "unknown")])
def test_the_name_of_a_kind_of_key_stands_for_its_scheme(kind: keys.Kind, result: str) -> None:
    found = named("1.2.840.10045.2.1", kind)
    assert found["integrity"].result == result
    assert (found["algorithm"].result == "good") is (result == "good")


@pytest.mark.parametrize("kind", keys.ALLOWED)
@pytest.mark.parametrize("pss", [False, True])
def test_every_allowed_key_and_scheme_verifies(kind: keys.Kind, pss: bool) -> None:
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    outcome = judged(sign(paper(), seal, NOW, field="F", manner=Manner(pss=pss)))["F"]
    assert outcome.result == "good"
    old = kind.startswith("rsa") and not pss
    assert asked(outcome)["algorithm"].reason == ("signature-pkcs1v15" if old else "")


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        *(("p-256", digest) for digest in ("sha256", "sha384", "sha512", "sha3_256", "sha3_512")),
        *(("rsa-2048", digest) for digest in ("sha256", "sha384", "sha512", "sha512_256", "sha3_256", "sha3_512")),
    ],
)
def test_every_allowed_hash_function_verifies(kind: keys.Kind, digest: Hash) -> None:
    seal = pki().agency("H99.01", "Sở Thử nghiệm", kind=kind)
    outcome = judged(sign(paper(), seal, NOW, field="F", manner=Manner(digest, pss=True)))["F"]
    assert outcome.result == "good"
    assert asked(outcome)["integrity"].got == digest


@pytest.mark.parametrize("digest", ["sha1", "sha224"])
def test_hash_functions_off_the_list_are_named_though_the_signature_holds(digest: Hash) -> None:
    outcome = judged(sign(paper(), agency(), NOW, field="F", manner=Manner(digest)))["F"]
    assert asked(outcome)["integrity"].result == "good"
    assert told(outcome) == {("algorithm", "bad", "signature-hash-not-allowed")}


@pytest.mark.parametrize("name", ["rsa-1024", "p-192"])
def test_keys_that_are_too_short_are_named(name: str) -> None:
    outcome = judged(sign(paper(), defects.bad(pki(), name), NOW, field="F"))["F"]
    assert ("algorithm", "bad", "signature-key-too-short") in told(outcome)
