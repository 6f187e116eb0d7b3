"""Key pairs of the test PKI: made at run time, kept for the process, because RSA keys are slow to make."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Literal, get_args

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

Kind = Literal["rsa-1024", "rsa-2048", "rsa-3072", "p-192", "p-256", "p-384"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

KINDS: tuple[Kind, ...] = get_args(Kind)
ALLOWED: tuple[Kind, ...] = ("rsa-2048", "rsa-3072", "p-256", "p-384")
"""The kinds that may sign (TT 15/2025/TT-BKHCN); the others are there to be refused."""

MOST_KEPT = 512
_KEPT: OrderedDict[tuple[Kind, str], PrivateKey] = OrderedDict()
_LOCK = Lock()
_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "p-192": ec.SECP192R1,
    "p-256": ec.SECP256R1,
    "p-384": ec.SECP384R1,
}


def make(kind: Kind) -> PrivateKey:
    """Make a new key pair."""
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    # 1024 bits are asked for where a weak key has to be refused.
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa-")))


def kept(kind: Kind, owner: str) -> PrivateKey:
    """Give an owner's key pair, the same one for as long as the process lives (or 512 others were asked for)."""
    with _LOCK:
        key = _KEPT.pop((kind, owner), None) or make(kind)
        _KEPT[kind, owner] = key
        if len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
        return key


def signature(key: PrivateKey, data: bytes, hashed: hashes.HashAlgorithm) -> bytes:
    """Sign with ECDSA, or with RSA by PKCS#1 v1.5."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashed))
    return key.sign(data, padding.PKCS1v15(), hashed)
