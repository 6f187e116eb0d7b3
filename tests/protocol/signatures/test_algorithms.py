"""Which algorithms may sign, at the edges of the list, and how they are told from keys and signatures."""

from __future__ import annotations

from pathlib import Path

import pytest
from asn1crypto import algos, keys, x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import schemas
from protocol.signatures import algorithms
from protocol.signatures.algorithms import Algorithm
from protocol.signatures.pki import Pki, forgery
from schemas import registry
from tests.protocol.signatures import openssl
from tests.protocol.signatures.moments import NOW

ALLOWED = ("sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_224", "sha3_256", "sha3_384", "sha3_512")


@pytest.mark.parametrize("hashed", ALLOWED)
def test_a_hash_on_the_list_is_good(hashed: str) -> None:
    assert algorithms.judge(Algorithm(hashed, "pss", "rsa", 2048)).result == "good"


@pytest.mark.parametrize("hashed", ["sha1", "md5", "sha224", "ripemd160", "shake128", "SHA256", ""])
def test_a_hash_that_is_not_on_the_list_is_bad_and_the_list_is_named(hashed: str) -> None:
    check = algorithms.judge(Algorithm(hashed, "pss", "rsa", 2048))
    assert (check.result, check.reason, check.got) == ("bad", "signature-hash-not-allowed", hashed)
    assert check.expected == ", ".join(ALLOWED)


@pytest.mark.parametrize(
    ("key", "scheme", "bits", "reason"),
    [
        ("rsa", "pss", 2047, "signature-key-too-short"),
        ("rsa", "pss", 2048, ""),
        ("rsa", "pss", 4096, ""),
        ("rsa", "pkcs1v15", 2048, "signature-pkcs1v15"),
        ("rsa", "pkcs1v15", 1024, "signature-key-too-short"),
        ("ec", "ecdsa", 255, "signature-key-too-short"),
        ("ec", "ecdsa", 256, ""),
        ("ec", "ecdsa", 521, ""),
        ("ec", "pss", 256, "signature-scheme-not-allowed"),
        ("rsa", "ecdsa", 2048, "signature-scheme-not-allowed"),
        ("ec-explicit", "ecdsa", 256, "signature-scheme-not-allowed"),
        ("ed25519", "ed25519", 256, "signature-scheme-not-allowed"),
        ("dsa", "dsa", 3072, "signature-scheme-not-allowed"),
        ("", "hmac", 256, "signature-scheme-not-allowed"),
    ],
)
def test_keys_and_schemes_at_the_edges(key: str, scheme: str, bits: int, reason: str) -> None:
    check = algorithms.judge(Algorithm("sha256", scheme, key, bits))
    assert check.reason == reason
    assert check.result == ("good" if reason in {"", "signature-pkcs1v15"} else "bad")


def test_what_is_open_is_good_and_said() -> None:
    check = algorithms.judge(Algorithm("sha256", "pkcs1v15", "rsa", 2048))
    assert (check.result, check.reason, check.expected, check.got) == ("good", "signature-pkcs1v15", "pss", "pkcs1v15")
    reason = registry.reason(check.reason)
    assert (reason.requirement, reason.axis, reason.strict) == ("SIG-09", "info", "warn")


def test_where_a_scheme_is_not_allowed_those_that_are_are_named() -> None:
    assert algorithms.judge(Algorithm("sha256", "dsa", "rsa", 2048)).expected == "pss | ecdsa"
    assert algorithms.judge(Algorithm("sha256", "dsa", "dsa", 2048)).expected == "rsa | ec"


def test_a_breach_hides_no_other_one() -> None:
    check = algorithms.judge(Algorithm("sha1", "pkcs1v15", "rsa", 1024))
    assert [part.reason for part in check.parts] == [
        "signature-hash-not-allowed",
        "signature-key-too-short",
        "signature-pkcs1v15",
    ]


def test_the_table_names_its_source_and_known_requirements() -> None:
    table = schemas.json_data("tables/algorithms.json")
    assert table["source"].startswith("Thông tư 15/2025/TT-BKHCN")
    entries = [*table["hashes"], *table["keys"], *table["schemes"]]
    assert all(registry.requirement(entry["requirement"]) for entry in entries)
    assert all(registry.questions()[entry["question"]] for entry in entries if entry.get("question"))


@pytest.mark.parametrize(("kind", "expected"), [("p-256", 256), ("p-384", 384), ("p-192", 192)])
def test_the_size_of_a_curve_is_told_by_its_name(kind: str, expected: int) -> None:
    seal = Pki(NOW).agency("H99.01", "Sở Thử nghiệm", kind=kind)  # type: ignore[arg-type] # one of its kinds
    assert algorithms.key_of(x509.Certificate.load(seal.der).public_key) == ("ec", expected)


@pytest.mark.parametrize("bits", [1024, 2041, 2047, 2048])
def test_the_length_of_a_modulus_is_not_rounded_up(bits: int) -> None:
    numbers = keys.RSAPublicKey({"modulus": (1 << bits - 1) | 1, "public_exponent": 65537})
    assert algorithms.key_of(keys.PublicKeyInfo.wrap(numbers, "rsa")) == ("rsa", bits)


@openssl.needed
def test_a_curve_that_is_spelled_out_is_not_taken_for_a_named_one(tmp_path: Path) -> None:
    options = ("-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit")
    openssl.made(tmp_path, "genpkey", "-algorithm", "EC", *options, "-out", "key.pem")
    openssl.made(tmp_path, "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "key.der")
    key = keys.PublicKeyInfo.load((tmp_path / "key.der").read_bytes())
    assert algorithms.key_of(key) == ("ec-explicit", 0)


def test_a_key_of_another_kind_is_named() -> None:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    key = keys.PublicKeyInfo.load(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert algorithms.key_of(key) == ("ed25519", 0)


def test_signatures_of_certificates_are_told_apart() -> None:
    def told(pki: Pki, hashed: str = "") -> Algorithm:
        seal = pki.agency("H99.01", "Sở Thử nghiệm")
        if hashed:
            seal = forgery.altered(seal, pki.issuing.identity.key, hashed=hashed)
        issuer = x509.Certificate.load(pki.issuing.identity.der)
        return algorithms.of(x509.Certificate.load(seal.der)["signature_algorithm"], issuer.public_key)

    curve, rsa = Pki(NOW), Pki(NOW, kind="rsa-2048")
    assert told(curve) == Algorithm("sha256", "ecdsa", "ec", 256)
    assert told(curve, "sha1") == Algorithm("sha1", "ecdsa", "ec", 256)
    assert told(rsa) == Algorithm("sha256", "pkcs1v15", "rsa", 2048)
    assert told(rsa, "md5") == Algorithm("md5", "pkcs1v15", "rsa", 2048)
    assert told(Pki(NOW, kind="rsa-2048", pss=True)) == Algorithm("sha256", "pss", "rsa", 2048)


def test_where_only_the_surroundings_name_the_hash_they_are_asked() -> None:
    key = x509.Certificate.load(Pki(NOW, kind="rsa-2048").root.identity.der).public_key
    bare = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"})
    assert algorithms.of(bare, key, "sha512") == Algorithm("sha512", "pkcs1v15", "rsa", 2048)
    assert algorithms.of(bare, key).hash == ""


def test_an_algorithm_that_nobody_knows_is_named_by_its_number_and_bad() -> None:
    key = x509.Certificate.load(Pki(NOW).root.identity.der).public_key
    unknown = algorithms.of(algos.SignedDigestAlgorithm({"algorithm": "1.2.3.4"}), key)
    assert unknown.scheme == "1.2.3.4"
    assert algorithms.judge(unknown).result == "bad"
