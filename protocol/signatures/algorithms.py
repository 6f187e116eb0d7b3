"""Which algorithms may make a signature: the list of TT 15/2025/TT-BKHCN (``schemas/tables/algorithms.json``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import schemas
from protocol.signatures.outcome import Check

if TYPE_CHECKING:
    from asn1crypto.algos import SignedDigestAlgorithm
    from asn1crypto.keys import PublicKeyInfo

_TABLE = "tables/algorithms.json"
SCHEMES = {"rsassa_pkcs1v15": "pkcs1v15", "rsassa_pss": "pss"}
"""Schemes by the names that ``asn1crypto`` has for them."""
_CURVE_SIZE = re.compile(r"(?<=[a-z])[0-9]{3}(?=[a-z])")
"""Every name of a curve (``secp256r1``, ``prime192v2``) tells the size of its field."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """How a signature was made.

    ``hash`` as in ``hashlib`` (``sha256``, ``sha512_256``, ``sha3_256``), ``scheme`` ``pss``, ``pkcs1v15`` or
    ``ecdsa``, ``key`` ``rsa`` or ``ec``, ``bits`` the length of modulus or curve. What is not on the list has any other
    name; an empty name means that it could not be told.
    """

    hash: str
    scheme: str
    key: str
    bits: int


@dataclass(frozen=True, slots=True)
class _List:
    hashes: Mapping[str, Mapping[str, Any]]
    keys: Mapping[str, Mapping[str, Any]]
    schemes: Mapping[str, Mapping[str, Any]]


def judge(algorithm: Algorithm) -> Check:
    """Hold an algorithm against the list: hash function (SIG-07), key (SIG-08), scheme (SIG-08, SIG-09).

    RSA by PKCS#1 v1.5 is ``good`` and carries the reason ``signature-pkcs1v15``: Q7 leaves open whether it may.
    """
    parts = (_hash(algorithm), _key(algorithm), _scheme(algorithm))
    worst = next((part for part in parts if part.result == "bad"), None)
    told = worst or next((part for part in parts if part.reason), None)
    if told is None:
        return Check("algorithm", "good", parts=parts)
    return Check("algorithm", told.result, told.reason, told.expected, told.got, parts)


def of(signature: SignedDigestAlgorithm, key: PublicKeyInfo, digest: str = "") -> Algorithm:
    """Name the algorithm of a signature in X.509 or CMS; ``digest`` where only its surroundings name the hash.

    The ``ValueError`` that ``asn1crypto`` raises for values of unreadable structure is the caller's.
    """
    try:
        name = str(signature.signature_algo)
    except ValueError:  # no signature algorithm that asn1crypto knows
        name = str(signature["algorithm"].native)
    try:
        hashed = str(signature.hash_algo)
    except ValueError:
        hashed = digest
    return Algorithm(hashed, SCHEMES.get(name, name), *key_of(key))


def key_of(key: PublicKeyInfo) -> tuple[str, int]:
    """Give kind and length in bits of a public key: ``("rsa", 2048)``, ``("ec", 256)``; 0 where it cannot be told.

    An elliptic curve that is spelled out instead of named is ``ec-explicit``: who chooses the curve can choose one on
    which the key of somebody else is also his.
    """
    kind = str(key.algorithm)
    if kind in {"rsa", "rsassa_pss"}:
        return "rsa", int(key["public_key"].parsed["modulus"].native).bit_length()
    if kind != "ec":
        return kind, 0
    form, curve = key.curve
    if form != "named":
        return "ec-explicit", 0
    size = _CURVE_SIZE.search(str(curve))
    return "ec", int(size.group()) if size else 0


def allowed_hashes() -> tuple[str, ...]:
    """Give the names of the hash functions on the list."""
    return tuple(_list().hashes)


def least_bits(key: str) -> int | None:
    """Give the least length of a kind of key; ``None`` for one that is not on the list."""
    entry = _list().keys.get(key)
    return None if entry is None else int(entry["least"])


@lru_cache(maxsize=1)
def _list() -> _List:
    table = schemas.json_data(_TABLE)
    return _List(*({entry["name"]: entry for entry in table[part]} for part in ("hashes", "keys", "schemes")))


def _hash(algorithm: Algorithm) -> Check:
    if algorithm.hash in _list().hashes:
        return Check("algorithm", "good", got=algorithm.hash)
    return Check("algorithm", "bad", "signature-hash-not-allowed", ", ".join(allowed_hashes()), algorithm.hash)


def _key(algorithm: Algorithm) -> Check:
    got = f"{algorithm.key} {algorithm.bits}"
    least = least_bits(algorithm.key)
    if least is None:
        return Check("algorithm", "bad", "signature-scheme-not-allowed", " | ".join(_list().keys), got)
    if algorithm.bits < least:
        return Check("algorithm", "bad", "signature-key-too-short", f"{algorithm.key} {least}", got)
    return Check("algorithm", "good", got=got)


def _scheme(algorithm: Algorithm) -> Check:
    entry = _list().schemes.get(algorithm.scheme)
    if entry is None or entry["key"] != algorithm.key:
        expected = " | ".join(name for name, each in _list().schemes.items() if each["standing"] == "allowed")
        return Check("algorithm", "bad", "signature-scheme-not-allowed", expected, algorithm.scheme)
    if entry["standing"] == "open":
        return Check("algorithm", "good", "signature-pkcs1v15", "pss", algorithm.scheme)
    return Check("algorithm", "good", got=algorithm.scheme)
