"""What the addresses of algorithms in an XML signature stand for (XML Signature 1.1, RFC 9231)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from protocol.package.model import XMLDSIG_NAMESPACE

XMLDSIG = XMLDSIG_NAMESPACE
XMLDSIG_11 = "http://www.w3.org/2009/xmldsig11#"
EXCLUSIVE_NAMESPACE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{XMLDSIG}enveloped-signature"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = EXCLUSIVE_NAMESPACE

_MORE_2001 = "http://www.w3.org/2001/04/xmldsig-more#"
MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
RSA_PSS = f"{MORE_2007}rsa-pss"
MGF1 = f"{MORE_2007}MGF1"
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"

Scheme = Literal["pkcs1v15", "pss", "ecdsa", "dsa", "hmac"]


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical form: inclusive 1.0 or 1.1, or exclusive 1.0 with the prefixes that it treats inclusively.

    Comments are always left out; ``prefixes`` has ``#default`` for the namespace that has no prefix.
    """

    address: str
    prefixes: tuple[str, ...] = ()

    @property
    def exclusive(self) -> bool:
        """Whether only the namespaces in visible use are written."""
        return self.address == EXCLUSIVE


@dataclass(frozen=True, slots=True)
class Method:
    """How a signature value was made: the scheme, and the hash function as ``hashlib`` names it.

    ``mgf`` is the hash function of the mask of RSASSA-PSS and ``salt`` the length of its salt, where they are stated
    (RFC 9231, 2.3.9); else both are those of ``hash`` (2.3.10).
    """

    scheme: Scheme
    hash: str
    mgf: str = ""
    salt: int | None = None


CANONICALS = (INCLUSIVE, INCLUSIVE_11, EXCLUSIVE)
"""Forms that leave comments out."""
WITH_COMMENTS = {
    f"{INCLUSIVE}#WithComments": INCLUSIVE,
    f"{INCLUSIVE_11}#WithComments": INCLUSIVE_11,
    f"{EXCLUSIVE}WithComments": EXCLUSIVE,
}
"""Forms that keep comments, by those that leave them out: the two give the same octets where there is none."""

DIGESTS = {
    f"{_XMLENC}sha256": "sha256",
    f"{_MORE_2001}sha384": "sha384",
    f"{_XMLENC}sha512": "sha512",
    f"{MORE_2007}sha3-224": "sha3_224",
    f"{MORE_2007}sha3-256": "sha3_256",
    f"{MORE_2007}sha3-384": "sha3_384",
    f"{MORE_2007}sha3-512": "sha3_512",
    # Known, so that they can be named when they are refused.
    f"{_MORE_2001}sha224": "sha224",
    f"{XMLDSIG}sha1": "sha1",
    f"{_MORE_2001}md5": "md5",
}

_SHA2 = ("sha256", "sha384", "sha512")
_SHA3 = ("sha3-224", "sha3-256", "sha3-384", "sha3-512")


def _hashed(name: str) -> str:
    return name.replace("-", "_")


METHODS = {
    **{f"{_MORE_2001}rsa-{name}": Method("pkcs1v15", name) for name in _SHA2},
    **{f"{_MORE_2001}ecdsa-{name}": Method("ecdsa", name) for name in _SHA2},
    **{f"{MORE_2007}{name}-rsa-MGF1": Method("pss", _hashed(name)) for name in _SHA2 + _SHA3},
    **{f"{_MORE_2021}ecdsa-{name}": Method("ecdsa", _hashed(name)) for name in _SHA3},
    # The one whose parameters say the rest, and what it is without them.
    RSA_PSS: Method("pss", "sha256"),
    # Known, so that they can be named when they are refused.
    f"{XMLDSIG}rsa-sha1": Method("pkcs1v15", "sha1"),
    f"{_MORE_2001}rsa-md5": Method("pkcs1v15", "md5"),
    f"{_MORE_2001}rsa-sha224": Method("pkcs1v15", "sha224"),
    f"{_MORE_2001}ecdsa-sha1": Method("ecdsa", "sha1"),
    f"{_MORE_2001}ecdsa-sha224": Method("ecdsa", "sha224"),
    f"{MORE_2007}sha1-rsa-MGF1": Method("pss", "sha1"),
    f"{MORE_2007}sha224-rsa-MGF1": Method("pss", "sha224"),
    f"{XMLDSIG}dsa-sha1": Method("dsa", "sha1"),
    f"{XMLDSIG_11}dsa-sha256": Method("dsa", "sha256"),
    f"{XMLDSIG}hmac-sha1": Method("hmac", "sha1"),
    **{f"{_MORE_2001}hmac-{name}": Method("hmac", name) for name in ("md5", "sha224", *_SHA2)},
}


def address_of(method: Method) -> str:
    """Give the address of a signature method; ``ValueError`` where the standard has none for it."""
    return next((address for address, each in METHODS.items() if each == method), "") or _none(method)


def address_of_digest(name: str) -> str:
    """Give the address of a hash function; ``ValueError`` where the standard has none for it."""
    return next((address for address, each in DIGESTS.items() if each == name), "") or _none(name)


def _none(what: object) -> str:
    raise ValueError(f"hash: XML Signature has no address for {what}; use one that it knows, such as sha256")
