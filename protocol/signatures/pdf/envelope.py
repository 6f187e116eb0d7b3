"""CMS structures and RFC 3161 timestamps of PDF signatures, taken apart with asn1crypto and pyHanko."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

from asn1crypto import cms, core, parser, tsp, x509
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info, find_cms_attribute_iter
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.facts import Envelope, Token, Trouble
from protocol.signatures.pdf.mechanism import scheme_of, verify
from protocol.signatures.pdf.nesting import well_nested

MOST_CERTIFICATES = 20
LARGEST_CERTIFICATE = 16 * 1024
MOST_TOKENS = 4
LONGEST_NAME = 200
"""Letters of an algorithm: one that is not known is named by its number, which may be as long as anybody likes."""
MOST_REVOCATIONS = 20
LARGEST_REVOCATION = 4 * 1024 * 1024
"""Bytes of all CRLs, or all OCSP responses, that are carried along for one signature."""
_VERSIONS = frozenset({"v1", "v3", "v4", "v5"})
_SIGNER_VERSIONS = {"issuer_and_serial_number": "v1", "subject_key_identifier": "v3"}
_NO_PARAMETERS = (b"", b"\x05\x00")
"""Absent, or NULL: what all algorithms have but RSASSA-PSS."""
_READ_ELSEWHERE = frozenset({"adobe_revocation_info_archival"})
"""Attributes that may be large; what of them is good for anything is used, the rest proves nothing."""
_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512_224", "sha512_256",
                     "sha3_224", "sha3_256", "sha3_384", "sha3_512"})  # fmt: skip


class Malformed(Exception):  # noqa: N818 - a verdict about the structure
    """The structure is not one that can be judged; ``trouble`` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


def digest_of(name: str, data: bytes) -> bytes | None:
    """Give a digest by the name of its hash function in asn1crypto; ``None`` for a function that is not known."""
    if name not in _HASHES:
        return None
    return hashlib.new(name, data, usedforsecurity=False).digest()  # whether it is secure is judged elsewhere


def open_envelope(contents: bytes) -> cms.SignedData:
    """Parse the bytes of ``/Contents``; raises ``Malformed``.

    Behind the structure there may be zeros only: signers reserve more room than they need. Nobody signs the frame of
    the structure (RFC 5652, 5.4), so that it is looked at whether it could be anything else: every byte has to belong
    to an element, and what is written twice has to agree.
    """
    if not contents.strip(b"\0"):
        raise Malformed("contents-empty")
    try:
        length = parser.peek(contents)
        info = cms.ContentInfo.load(contents[:length])
        if info["content_type"].native != "signed_data":
            raise Malformed("contents-malformed")
        data = info["content"]
        count = len(data["signer_infos"])
        framed = count != 1 or _framed(data)
    except BROKEN as error:
        raise Malformed("contents-malformed") from error
    if contents[length:].strip(b"\0"):
        raise Malformed("contents-padded")
    if count != 1:
        raise Malformed("signer-count")
    if not framed or not well_nested(contents[:length]):
        raise Malformed("contents-malformed")
    return data


def _framed(data: cms.SignedData) -> bool:
    """Tell whether versions and algorithms are those that go with what the structure holds (RFC 5652, 5.1 and 5.3).

    The hash function has to be among those that are listed at the beginning, unless none is.
    """
    signer = data["signer_infos"][0]
    listed = [each["algorithm"].native for each in data["digest_algorithms"]]
    algorithms = [*data["digest_algorithms"], signer["digest_algorithm"]]
    if signer["signature_algorithm"]["algorithm"].native != "rsassa_pss":
        algorithms.append(signer["signature_algorithm"])
    return (
        data["version"].native in _VERSIONS
        and _SIGNER_VERSIONS.get(signer["sid"].name) == signer["version"].native
        and (not listed or signer["digest_algorithm"]["algorithm"].native in listed)
        and all(each["parameters"].dump() in _NO_PARAMETERS for each in algorithms)
    )


def read_envelope(
    data: cms.SignedData, content_type: str, digest: Callable[[str], bytes | None], further: Iterable[bytes] = ()
) -> Envelope:
    """Say what an opened structure holds; ``digest`` gives that of the signed content by the name of the function.

    ``further`` are certificates from beside it, among which that of the signer is looked for where it is not inside.
    """
    signer = data["signer_infos"][0]
    hash_name = str(signer["digest_algorithm"]["algorithm"].native)
    certificate, others, trouble = _certificates(data)
    certificate = certificate or _among(further, signer["sid"])
    scheme, signature_hash = scheme_of(signer["signature_algorithm"], hash_name, certificate)
    crls, ocsps = _revocation(data, signer)
    digest_holds, value_holds = None, None
    actual = digest(hash_name)
    if not trouble and not _readable(signer):
        trouble = "attributes-malformed"
    if actual is not None and not trouble:
        digest_holds = _digest_holds(signer, actual)
        if certificate is not None:
            held, value_holds, trouble = verify(signer, certificate, content_type, actual)
            digest_holds = digest_holds if held is None else held
    return Envelope(
        trouble=trouble,
        digest_holds=digest_holds,
        value_holds=value_holds,
        digest=hash_name[:LONGEST_NAME],
        signature_digest=signature_hash[:LONGEST_NAME],
        scheme=scheme[:LONGEST_NAME],
        certificate=certificate.dump() if certificate is not None else b"",
        others=others,
        crls=crls,
        ocsps=ocsps,
        signed_at=_aware(_reported(signer)),
    )


def read_token(data: cms.SignedData, imprinted: Callable[[str], bytes | None], further: Iterable[bytes] = ()) -> Token:
    """Say what a timestamp token holds; raises ``Malformed``.

    ``imprinted`` gives the digest of what it has to be for, by the name of the hash function. An authority puts its
    certificate into a token if it is asked to (RFC 3161, 2.4.1); ``further`` are those that came with it elsewhere.
    """
    content = data["encap_content_info"]["content"]
    try:
        info = content.parsed if isinstance(content, core.ParsableOctetString) else None
        if not isinstance(info, tsp.TSTInfo):
            raise Malformed("contents-malformed")
        imprint = info["message_imprint"]
        name = str(imprint["hash_algorithm"]["algorithm"].native)
        stated = bytes(imprint["hashed_message"].native)
        made_at = _aware(info["gen_time"].native)
    except (ValueError, TypeError, KeyError) as error:
        raise Malformed("contents-malformed") from error
    inner = bytes(content)
    wanted = imprinted(name)
    envelope = read_envelope(data, "tst_info", lambda name: digest_of(name, inner), further)
    return Token(envelope, made_at, None if wanted is None else wanted == stated, name[:LONGEST_NAME])


def tokens_of(data: cms.SignedData, further: Iterable[bytes] = ()) -> tuple[Token, ...]:
    """Read the timestamps of a signature value, which stand among the unsigned attributes; ``further`` as above."""
    signer = data["signer_infos"][0]
    value = bytes(signer["signature"].native)
    tokens = []
    for found in islice(find_cms_attribute_iter(signer["unsigned_attrs"], "signature_time_stamp_token"), MOST_TOKENS):
        try:
            opened = open_envelope(found.dump())
            tokens.append(read_token(opened, lambda name: digest_of(name, value), further))
        except Malformed as error:
            tokens.append(Token(Envelope(trouble=error.trouble)))
    return tuple(tokens)


def _certificates(data: cms.SignedData) -> tuple[Any, tuple[bytes, ...], Trouble]:
    """Give the certificate of the signer, the others as DER, and what is wrong with them."""
    if len(data["certificates"] or ()) > MOST_CERTIFICATES:
        raise Malformed("contents-malformed")
    try:
        found = extract_certificate_info(data)
    except (CMSExtractionError, LookupError):
        return None, (), ""
    except BROKEN as error:
        raise Malformed("contents-malformed") from error
    others = tuple(certificate.dump() for certificate in found.other_certs)
    if any(len(each) > LARGEST_CERTIFICATE for each in (*others, found.signer_cert.dump())):
        raise Malformed("contents-malformed")
    if not all(_sealed(certificate) for certificate in (found.signer_cert, *found.other_certs)):
        raise Malformed("contents-malformed")
    return found.signer_cert, others, ""


def _among(ders: Iterable[bytes], wanted: Any) -> Any:
    """Find the certificate that a signer names; whether it is the right one its signed attributes say."""
    for der in ders:
        with suppress(*BROKEN):
            found = x509.Certificate.load(der, strict=True)
            if wanted.name == "subject_key_identifier":
                fits = bool(found.key_identifier) and found.key_identifier == wanted.native
            else:
                fits = (found.issuer, found.serial_number) == (
                    wanted.chosen["issuer"], wanted.chosen["serial_number"].native,
                )  # fmt: skip
            if fits and _sealed(found):
                return found
    return None


def _sealed(certificate: Any) -> bool:
    """Tell whether what stands outside of a certificate's signed part is what RFC 5280, 4.1.1 wants there."""
    try:
        inner, outer = certificate["tbs_certificate"]["signature"], certificate["signature_algorithm"]
        whole_bytes = certificate["signature_value"].contents[:1] == b"\0"  # no bits are left over
        return whole_bytes and bool(inner.dump() == outer.dump())
    except BROKEN:
        return False


def _readable(signer: Any) -> bool:
    """Tell whether every signed attribute can be read: one that cannot would leave open what was signed."""
    try:
        for attribute in signer["signed_attrs"] or ():
            if attribute["type"].native not in _READ_ELSEWHERE:
                _ = attribute["values"].native
    except BROKEN:
        return False
    return True


def _digest_holds(signer: Any, actual: bytes) -> bool | None:
    """Compare the digest among the signed attributes with the actual one; this needs no certificate."""
    stated = list(find_cms_attribute_iter(signer["signed_attrs"], "message_digest"))
    return bytes(stated[0].native) == actual if len(stated) == 1 else None


def _revocation(data: cms.SignedData, signer: Any) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Give the CRLs and OCSP responses beside a signature: in the structure itself or in Adobe's attribute."""
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    with suppress(ValueError, TypeError, KeyError):
        crls += [each.chosen.dump() for each in data["crls"] or () if each.name == "certificate_list"]
    with suppress(ValueError, TypeError, KeyError):
        for archive in find_cms_attribute_iter(signer["signed_attrs"], "adobe_revocation_info_archival"):
            crls += [each.dump() for each in archive["crl"] or ()]
            ocsps += [each.dump() for each in archive["ocsp"] or ()]
    return within(crls), within(ocsps)


def within(values: Iterable[bytes]) -> tuple[bytes, ...]:
    """Give the revocation data that are not too many and not too large to be carried along."""
    kept: list[bytes] = []
    left = LARGEST_REVOCATION
    for value in islice(values, MOST_REVOCATIONS):
        if len(value) <= left:
            kept.append(value)
            left -= len(value)
    return tuple(kept)


def _reported(signer: Any) -> datetime | None:
    with suppress(ValueError, TypeError):
        found = extract_self_reported_ts(signer)
        return found if isinstance(found, datetime) else None
    return None


def _aware(time: datetime | None) -> datetime | None:
    return time if isinstance(time, datetime) and time.tzinfo is not None else None
