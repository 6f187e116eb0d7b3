"""CMS structures and RFC 3161 timestamps as a signer makes them, with whatever manner of signing a test wants."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from asn1crypto import algos, cms, core, crl, ocsp, tsp, x509
from asn1crypto.pdf import RevocationInfoArchival
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute

from protocol.signatures.pki.identity import Identity

POLICY = "1.3.6.1.4.1.99999.28.1"
"""Policy of the test timestamps: an arc that nobody owns."""
Hash = Literal["sha1", "sha224", "sha256", "sha384", "sha512", "sha512_256", "sha3_256", "sha3_512"]
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha512_256": hashes.SHA512_256,
    "sha3_256": hashes.SHA3_256,
    "sha3_512": hashes.SHA3_512,
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How to sign: hash function, PSS instead of PKCS#1 v1.5 for RSA keys, what of the chain and of the time goes in.

    ``chain``: the certificates between signer and root. ``certify``: as the first signature, forbid every change but
    further signatures. ``claim``: state the time of signing. ``crls`` and ``ocsps``: as signed revocation data.
    """

    digest: Hash = "sha256"
    pss: bool = False
    chain: bool = True
    certify: bool = False
    claim: bool = True
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Stamping:
    """A timestamp to be had: from whom, and of which instant."""

    authority: Identity
    at: datetime
    digest: Hash = "sha256"


def token(digest: bytes, stamping: Stamping) -> cms.ContentInfo:
    """Make an RFC 3161 token over a digest."""
    imprint = tsp.MessageImprint({"hash_algorithm": {"algorithm": stamping.digest}, "hashed_message": digest})
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": int.from_bytes(hashlib.sha256(digest + stamping.authority.der).digest()[:8], "big"),
            "gen_time": stamping.at,
        }
    )
    content = cms.EncapsulatedContentInfo(
        {"content_type": "tst_info", "content": core.ParsableOctetString(info.dump())}
    )
    inner = hashlib.new(stamping.digest, info.dump()).digest()
    return envelope(inner, stamping.authority, stamping.at, Manner(stamping.digest), content)


def envelope(
    digest: bytes,
    identity: Identity,
    at: datetime,
    manner: Manner,
    content: cms.EncapsulatedContentInfo | None = None,
) -> cms.ContentInfo:
    """Make a CMS structure over the digest of a content, which is not in it unless given (RFC 5652)."""
    certificate = x509.Certificate.load(identity.der)
    kind = content["content_type"].native if content else "data"
    attributes = [
        simple_cms_attribute("content_type", kind),
        simple_cms_attribute("message_digest", digest),
        simple_cms_attribute("signing_certificate_v2", as_signing_certificate_v2(certificate)),
    ]
    if manner.claim:
        attributes.append(simple_cms_attribute("signing_time", cms.Time({"utc_time": at})))
    if manner.crls or manner.ocsps:
        held = {"crl": revocation_lists(manner.crls), "ocsp": ocsp_responses(manner.ocsps)}
        archive = RevocationInfoArchival({name: value for name, value in held.items() if value})
        attributes.append(simple_cms_attribute("adobe_revocation_info_archival", archive))
    signed = cms.CMSAttributes(attributes)
    value, mechanism = _value(identity, signed.dump(), manner)
    above = identity.issuer_ders[:-1] if manner.chain else ()
    signer = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": {"algorithm": manner.digest},
        "signature_algorithm": mechanism,
        "signed_attrs": signed,
        "signature": value,
    }
    data = {
        "version": "v3" if content else "v1",
        "digest_algorithms": [{"algorithm": manner.digest}],
        "encap_content_info": content or {"content_type": "data"},
        "certificates": [certificate, *(x509.Certificate.load(each) for each in above)],
        "signer_infos": [signer],
    }
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(data)})


def _value(identity: Identity, data: bytes, manner: Manner) -> tuple[bytes, algos.SignedDigestAlgorithm]:
    function = _HASHES[manner.digest]()
    key = identity.key
    if isinstance(key, ec.EllipticCurvePrivateKey):
        named = {"algorithm": f"{manner.digest}_ecdsa"}
        return key.sign(data, ec.ECDSA(function)), algos.SignedDigestAlgorithm(named)
    if not manner.pss:
        name = "rsassa_pkcs1v15" if "_" in manner.digest else f"{manner.digest}_rsa"
        return key.sign(data, padding.PKCS1v15(), function), algos.SignedDigestAlgorithm({"algorithm": name})
    named_hash = algos.DigestAlgorithm({"algorithm": manner.digest})
    parameters = {
        "hash_algorithm": named_hash,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": named_hash},
        "salt_length": function.digest_size,
    }
    salted = padding.PSS(mgf=padding.MGF1(function), salt_length=function.digest_size)
    return key.sign(data, salted, function), algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    )


def stamped(info: cms.ContentInfo, stamping: Stamping) -> cms.ContentInfo:
    """Put a timestamp of its signature value into a structure."""
    signer = info["content"]["signer_infos"][0]
    digest = hashlib.new(stamping.digest, signer["signature"].native).digest()
    made = simple_cms_attribute("signature_time_stamp_token", token(digest, stamping))
    signer["unsigned_attrs"] = cms.CMSAttributes([made])
    return info


def revocation_lists(ders: tuple[bytes, ...]) -> list[crl.CertificateList]:
    """Parse CRLs."""
    return [crl.CertificateList.load(each) for each in ders]


def ocsp_responses(ders: tuple[bytes, ...]) -> list[ocsp.OCSPResponse]:
    """Parse OCSP responses."""
    return [ocsp.OCSPResponse.load(each) for each in ders]
