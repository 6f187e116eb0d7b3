"""By which method a signature value was made: its address, and the parameters of RSASSA-PSS (RFC 9231, 2.3.9)."""

from __future__ import annotations

from lxml import etree

from protocol.package.tree import elements, local_name, text_of
from protocol.signatures.xml import parts
from protocol.signatures.xml.methods import DIGESTS, METHODS, MGF1, MORE_2007, RSA_PSS, XMLDSIG, Method
from protocol.signatures.xml.refusal import Refused

_PARAMETERS = f"{{{MORE_2007}}}RSAPSSParams"
_DIGEST = f"{{{XMLDSIG}}}DigestMethod"
_MASK, _SALT, _TRAILER = (f"{{{MORE_2007}}}{name}" for name in ("MaskGenerationFunction", "SaltLength", "TrailerField"))
_STATED = "DigestMethod, MaskGenerationFunction, SaltLength, TrailerField"
_LONGEST_SALT = 4
"""Digits; no key of the lengths that are verified has room for more."""


def read(element: etree._Element) -> Method:
    """Read ``SignatureMethod``; refuse one that nobody knows, and every HMAC."""
    address = parts.algorithm(element)
    method = METHODS.get(address)
    if method is None:
        raise _unknown(address)
    if method.scheme == "hmac":
        truncated = any(local_name(part) == "HMACOutputLength" for part in elements(element))
        reason = "xml-signature-hmac-truncated" if truncated else "xml-signature-hmac"
        raise Refused("algorithm", reason, expected="RSA | ECDSA", got=address)
    inside = list(elements(element))
    if address != RSA_PSS or not inside:
        parts.empty(element)
        return method
    if len(inside) != 1 or inside[0].tag != _PARAMETERS:
        raise parts.odd(element, "RSAPSSParams", ", ".join(local_name(part) for part in inside))
    return _pss(inside[0])


def _pss(parameters: etree._Element) -> Method:
    """Read the parameters, in any order: what is left out is SHA-256, MGF1 with the same hash, a salt as long as it."""
    stated: dict[str, etree._Element] = {}
    for part in elements(parameters):
        if part.tag not in {_DIGEST, _MASK, _SALT, _TRAILER} or part.tag in stated:
            raise parts.odd(parameters, _STATED, local_name(part))
        stated[str(part.tag)] = part
    hashed = _hash(stated.get(_DIGEST), "sha256")
    salt, trailer = _number(stated.get(_SALT)), _number(stated.get(_TRAILER))
    if trailer not in {None, 1}:
        raise _unknown(f"TrailerField {trailer}")
    return Method("pss", hashed, _mask(stated.get(_MASK), hashed), salt)


def _mask(function: etree._Element | None, hashed: str) -> str:
    if function is None:
        return hashed
    if function.get("Algorithm", MGF1) != MGF1:
        raise _unknown(function.get("Algorithm") or "")
    inside = list(elements(function))
    if any(part.tag != _DIGEST for part in inside) or len(inside) > 1:
        raise parts.odd(function, "DigestMethod", ", ".join(local_name(part) for part in inside))
    return _hash(inside[0] if inside else None, hashed)


def _hash(element: etree._Element | None, usual: str) -> str:
    if element is None:
        return usual
    address = parts.algorithm(element)
    parts.empty(element)
    if address not in DIGESTS:
        raise Refused("algorithm", "xml-signature-digest-unknown", got=address)
    return DIGESTS[address]


def _number(element: etree._Element | None) -> int | None:
    if element is None:
        return None
    text = text_of(element) or ""
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_SALT):
        raise _unknown(f"{local_name(element)} {text[:40]}")
    return int(text)


def _unknown(got: str) -> Refused:
    return Refused("algorithm", "xml-signature-method-unknown", got=got)
