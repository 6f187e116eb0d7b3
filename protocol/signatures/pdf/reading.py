"""Reads the signatures of a PDF with pyHanko; runs in the confined child, for what it reads is anybody's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, count, islice
from typing import Any

from asn1crypto import core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.changes import Changes, most_important, trailing
from protocol.signatures.pdf.covers import covers, overlays
from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.envelope import (
    LARGEST_CERTIFICATE,
    MOST_CERTIFICATES,
    Malformed,
    open_envelope,
    read_envelope,
    read_token,
    tokens_of,
    within,
)
from protocol.signatures.pdf.facts import STAMPED, TRACE, Change, Coverage, Envelope, PaperFacts, SignatureFacts, Token
from protocol.signatures.pdf.looks import with_looks
from protocol.signatures.pdf.opening import opened
from protocol.signatures.pdf.ranges import is_whole
from protocol.signatures.pdf.stamps import stamps

MOST_SIGNATURES = 32
MOST_REVISIONS = 200
ENCODINGS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.RFC3161"})
_LONGEST_NAME = 200
_FILLED_RANGE = 4
_HEX = re.compile(rb"<[0-9A-Fa-f]*>")


def read_signatures(data: bytes) -> PaperFacts:
    """Read a whole file. Never raises on bad files, but may run out of memory, stack or time."""
    try:
        facts = _read(data)
    except BROKEN:
        facts = PaperFacts("damaged")
    if facts.unread in {"damaged", "not-pdf"} and TRACE in data:
        return PaperFacts("damaged", traces=not is_whole(data))
    return facts


def _read(data: bytes) -> PaperFacts:
    if b"%PDF-" not in data[:1024]:
        return PaperFacts("not-pdf")
    reader, manner = opened(data)
    if reader is None:
        return PaperFacts("encrypted")
    revisions = reader.xrefs.total_revisions
    fields = list(islice(enumerate_sig_fields(reader), MOST_SIGNATURES + 1))
    if revisions > MOST_REVISIONS or len(fields) > MOST_SIGNATURES:
        return PaperFacts("too-many", revisions)
    filled = _named([(str(name), reference) for name, value, reference in fields if _is_filled(value)])
    changes = Changes(reader, data, lenient=manner == "lenient")
    certificates, crls, ocsps = _security_store(reader)
    found = [_signature(changes, certificates, name, reference) for name, reference in filled.items()]
    found.sort(key=lambda each: each.revision)
    found = _with_overlays(reader, found, filled)
    return PaperFacts(
        revisions=revisions,
        signatures=with_looks(data, reader, tuple(found), filled),
        empty=tuple(str(name)[:_LONGEST_NAME] for name, value, _ in fields if not _is_filled(value)),
        certificates=certificates,
        crls=crls,
        ocsps=ocsps,
        repaired=manner != "strict",
        traces=not found and TRACE in data and not reader.encrypted,  # the MAC of an encrypted file has one too
        stamps=stamps(reader, _stamped(found)),
    )


def _stamped(found: list[SignatureFacts]) -> set[int]:
    """Give the revisions that may have put number and date on a signed document."""
    changes = (change for each in found for change in each.changes)
    return {change.revision for change in changes if change.permitted is False and change.kind in STAMPED}


def _named(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Give fields by their names; those of one name are numbered, so that none hides another."""
    named: dict[str, Any] = {}
    for name, reference in fields:
        short = name[:_LONGEST_NAME]
        numbers = (f"{short}#{number}" for number in count(2))
        named[next(each for each in chain((short,), numbers) if each not in named)] = reference
    return named


def _with_overlays(reader: PdfFileReader, found: list[SignatureFacts], fields: dict[str, Any]) -> list[SignatureFacts]:
    """Add to signatures what later ones lay over their pages; where that cannot be measured it is in doubt."""
    try:
        seen = covers(reader, fields)
    except BROKEN:
        return [
            replace(each, changes=(*each.changes, Change("other", later, where="/Annots", permitted=None)))
            if (later := found[-1].revision) > each.revision
            else each
            for each in found
        ]
    return [replace(each, changes=most_important((*each.changes, *overlays(each, found, seen)))) for each in found]


def _is_filled(value: Any) -> bool:
    return value is not None and not isinstance(value, generic.NullObject)


def _signature(changes: Changes, stored: tuple[bytes, ...], name: str, reference: Any) -> SignatureFacts:
    facts = SignatureFacts(name)
    try:
        value = reference.get_object()["/V"]
        facts = replace(facts, revision=_revision(changes.reader, reference))
        if not isinstance(value, generic.DictionaryObject):
            return replace(facts, trouble="dictionary-malformed")
        facts = replace(
            facts,
            kind="timestamp" if entry(value, "/Type") == "/DocTimeStamp" else "signature",
            encoding=str(entry(value, "/SubFilter", ""))[:_LONGEST_NAME],
            claimed_at=_claimed(value),
        )
        return _examined(changes, stored, facts, reference, value)
    except Malformed as error:
        return replace(facts, trouble=error.trouble)
    except BROKEN:
        return replace(facts, trouble="dictionary-malformed")


def _examined(
    changes: Changes,
    stored: tuple[bytes, ...],
    facts: SignatureFacts,
    reference: Any,
    value: generic.DictionaryObject,
) -> SignatureFacts:
    reader, data = changes.reader, changes.data
    span = _byte_range(value, len(data))
    contents = _contents(value)
    if not contents.strip(b"\0"):
        raise Malformed("contents-empty")
    if facts.encoding not in ENCODINGS or (facts.encoding == "/ETSI.RFC3161") != (facts.kind == "timestamp"):
        raise Malformed("encoding-unknown")
    signed_data = open_envelope(contents)
    embedded = EmbeddedPdfSignature(reader, reference, facts.field)
    coverage = _coverage(embedded, data, span, contents)
    envelope, tokens = _enveloped(embedded, signed_data, facts.kind, stored)
    facts = replace(
        facts,
        revision=embedded.signed_revision + 1,
        trouble=envelope.trouble,
        coverage=coverage,
        envelope=envelope,
        tokens=tokens,
        permission=embedded.docmdp_level.value if embedded.docmdp_level else 0,
    )
    if coverage != "revision":
        return facts
    rest = trailing(reader, data)
    return replace(facts, changes=_later(changes, embedded, span[2]) + ((rest,) if rest else ()))


def _later(changes: Changes, embedded: EmbeddedPdfSignature, end: int) -> tuple[Change, ...]:
    signed = embedded.signed_revision
    try:
        return changes.after(signed, end, embedded.fieldmdp, embedded.docmdp_level)
    except BROKEN:
        return (Change("other", signed + 2, permitted=None),)  # the signature is sound; what came later is not


def _enveloped(
    embedded: EmbeddedPdfSignature, signed_data: Any, kind: str, stored: tuple[bytes, ...]
) -> tuple[Envelope, tuple[Token, ...]]:
    """Read a structure; ``stored`` are the certificates of the document security store, for timestamps without any."""
    try:
        if kind == "timestamp":
            token = read_token(signed_data, embedded.compute_digest, stored)
            return token.envelope, (token,)
        if signed_data["encap_content_info"]["content"] is not core.VOID:
            raise Malformed("content-embedded")
        envelope = read_envelope(signed_data, "data", lambda _: embedded.compute_digest())
        return envelope, tokens_of(signed_data, (*envelope.others, *stored))
    except BROKEN as error:
        raise Malformed("contents-malformed") from error


def _byte_range(value: generic.DictionaryObject, size: int) -> tuple[int, int, int]:
    """Give where the signed bytes stop, go on, and end; the range has two parts and begins with the file."""
    try:
        numbers = value["/ByteRange"]
    except KeyError as error:
        raise Malformed("byte-range-missing") from error
    if not isinstance(numbers, generic.ArrayObject) or not numbers:
        raise Malformed("byte-range-missing")
    if len(numbers) != _FILLED_RANGE or not all(isinstance(each, int) and each >= 0 for each in numbers):
        raise Malformed("byte-range-malformed")
    begin, stops, goes_on, rest = (int(each) for each in numbers)
    if begin or not stops or goes_on < stops or goes_on + rest > size:
        raise Malformed("byte-range-malformed")
    return stops, goes_on, goes_on + rest


def _contents(value: generic.DictionaryObject) -> bytes:
    try:
        contents = value.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
    except KeyError as error:
        raise Malformed("contents-missing") from error
    if isinstance(contents, generic.IndirectObject):
        raise Malformed("contents-malformed")  # the hole in the byte range holds the string itself
    if isinstance(contents, generic.NullObject):
        raise Malformed("contents-missing")
    if not isinstance(contents, generic.TextStringObject | generic.ByteStringObject):
        raise Malformed("contents-malformed")
    return bytes(contents.original_bytes)


def _coverage(embedded: EmbeddedPdfSignature, data: bytes, span: tuple[int, int, int], contents: bytes) -> Coverage:
    """Say what the signed bytes are. The hole in them has to be the signature and nothing but it."""
    stops, goes_on, end = span
    hole = data[stops:goes_on]
    if not _HEX.fullmatch(hole) or hole[1:-1].lower() != contents.hex().encode():
        return "gap"
    if end == len(data):
        return "file"
    level = embedded.evaluate_signature_coverage()
    return "revision" if level >= SignatureCoverageLevel.ENTIRE_REVISION else "part"


def _revision(reader: PdfFileReader, reference: Any) -> int:
    with suppress(*BROKEN):
        found = reference.get_object().raw_get("/V")
        changed = found.reference if isinstance(found, generic.IndirectObject) else reference.reference
        return int(reader.xrefs.get_last_change(changed)) + 1
    return 0


def _claimed(value: generic.DictionaryObject) -> datetime | None:
    with suppress(*BROKEN):
        found = generic.parse_pdf_date(value["/M"], strict=False)
        return found if found.tzinfo is not None else None
    return None


def _security_store(reader: PdfFileReader) -> tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]]:
    """Read the certificates, CRLs and OCSP responses of the document security store (ISO 32000-2, 12.8.4.3)."""
    store = None
    with suppress(*BROKEN):
        store = reader.root["/DSS"]
    if not isinstance(store, generic.DictionaryObject):
        return (), (), ()
    certificates = [
        each
        for each in islice(_streams(store, "/Certs", DecodePurpose.CERTIFICATE), MOST_CERTIFICATES)
        if len(each) <= LARGEST_CERTIFICATE
    ]
    crls = within(_streams(store, "/CRLs", DecodePurpose.CRL))
    return tuple(certificates), crls, within(_streams(store, "/OCSPs", DecodePurpose.OCSP_RESPONSE))


def _streams(store: generic.DictionaryObject, name: str, purpose: DecodePurpose) -> Iterator[bytes]:
    with suppress(*BROKEN):
        listed = store[name]
        for index in range(len(listed)):
            stream = listed[index]
            if isinstance(stream, generic.StreamObject):
                yield bytes(stream.read_data(purpose))
