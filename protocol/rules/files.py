"""Attached files by their bytes: what they are, whether they are whole, and whether they are safe to open.

Packing is judged by ``attachments``; the text of files by the rules that are given a reader of contents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package import filekind, filename, pdfbytes
from protocol.package.attachment import travels_zipped
from protocol.package.compound import LOCKED, MACROS
from protocol.package.filefacts import FileFacts, facts
from protocol.package.model import Attachment, DocumentPackage
from protocol.package.unzip import DOCUMENTS, AttachmentRefused
from protocol.rules.context import ATTACHMENT, Context, DocumentRule

ZIP_BASED = DOCUMENTS | {"zip", "jar", "docm", "dotm", "xltm", "xlsb"}
"""Extensions of files that are zips by nature, so a payload that begins like one is what it should be."""
EXECUTABLE = frozenset(
    {"exe", "com", "scr", "bat", "cmd", "msi", "vbs", "js", "wsf", "hta", "lnk", "ps1", "jar", "pif"}
)
REPLACEMENT = b"\xef\xbf\xbd"
MOST_REPLACEMENTS = 3
OLDEST_PDF = (1, 4)
"""ND 30/2020 Phụ lục I, Phần II, I.2."""
_BINARY = frozenset({"pdf", "doc", "xls", "ppt", "zip", "png", "jpg", "jpeg", "tif", "tiff", "gif"}) | DOCUMENTS
_QUOTED = 8
_OLDER_OFFICE = frozenset({"doc", "dot", "xls", "ppt"})
_OFFICE = "[Content_Types].xml"
"""Every document of the newer office formats holds it (ECMA-376 Part 2)."""
_UNSAFE_MEMBER = re.compile(
    r"[/\\]|[A-Za-z]:[/\\]|(?:.*[/\\])?\.\.[/\\]|.*[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", re.DOTALL
)
"""A path that leaves the folder it is unpacked into, or letters that hide what a name is."""


def files(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """PKG-13, ATT-07, ATT-10, PKG-11: every file is what it says, unharmed, and nothing that must not be opened."""
    for number, attachment in enumerate(package.attachments, 1):
        if not attachment.size:
            continue  # the reader has said so
        path = f"{ATTACHMENT}[{number}]"
        try:
            seen = facts(attachment, context.limits)
        except AttachmentRefused as refused:
            # Broken base64 makes a broken zip: one damage, which the axis passes on (H-X25), and no second one.
            reason = "zip-damaged" if refused.reason == "zip-invalid" and attachment.damaged else refused.reason
            yield from context.breach(
                reason, f"{path}/ContentTransferEncoded", expected="application/zip, 1 file", got=refused.text
            )
            continue
        yield from _file(context, attachment, seen, path)


def _file(context: Context, attachment: Attachment, seen: FileFacts, path: str) -> Iterator[Finding]:
    payload, kind = f"{path}/ContentTransferEncoded", filename.extension(attachment.name or "")
    if seen.entries > 1:
        yield from context.breach("zip-several-entries", payload, expected="1", got=str(seen.entries))
    if not seen.size:
        yield from context.breach("file-empty", payload, expected=">= 1", got="0")
        return
    harmed = seen.head.count(REPLACEMENT)
    if harmed > MOST_REPLACEMENTS and (kind in _BINARY or seen.kind == "pdf"):
        yield from context.breach("payload-damaged-by-utf8", payload, expected="0", got=f"{harmed} x EF BF BD")
        return
    office = kind in _OLDER_OFFICE and any(member.name == _OFFICE for member in seen.members)
    if seen.kind == "zip" and kind not in ZIP_BASED and not travels_zipped(attachment) and not office:
        yield from context.breach(
            "zip-not-declared", f"{path}/ContentType", expected="application/zip", got=attachment.content_type
        )
        return
    yield from _kind(context, attachment, seen, path)
    yield from _dangers(context, kind, seen, payload)
    if seen.kind == "pdf" and not attachment.damaged:
        yield from _pdf(context, seen, payload)
    if kind == "zip":
        yield from _archive(context, seen, payload)


def _kind(context: Context, attachment: Attachment, seen: FileFacts, path: str) -> Iterator[Finding]:
    kind = filename.extension(attachment.name or "")
    if not filekind.fits(kind, seen.kind):
        if attachment.damaged:
            return  # the reader has said that its base64 is no base64: one damage
        got = f"{seen.head[:_QUOTED].hex(' ')} {seen.kind}".strip()
        yield from context.breach(
            "content-differs-from-name", f"{path}/ContentTransferEncoded", expected=filekind.promised(kind), got=got
        )
        return
    said = attachment.content_type or ""
    own = () if travels_zipped(attachment) else filekind.types_of(kind, said)
    if own:
        yield from context.breach(
            "attachment-type-differs", f"{path}/ContentType", expected=" | ".join(sorted(own)), got=said
        )


def _dangers(context: Context, kind: str, seen: FileFacts, payload: str) -> Iterator[Finding]:
    if filekind.is_test_virus(seen.head, seen.size):
        yield from context.breach("malware-test-file", payload, got="EICAR")
    if seen.kind == "exe" and kind not in EXECUTABLE:
        yield from context.breach("executable-content", payload, got=seen.head[:_QUOTED].hex(" "))
    if LOCKED in seen.marks:
        yield from context.breach("file-password-protected", payload, got=seen.kind)
    if MACROS in seen.marks or kind in filekind.MACROS:
        yield from context.breach("file-has-macros", payload, got="VBA")


def _pdf(context: Context, seen: FileFacts, payload: str) -> Iterator[Finding]:
    if not seen.head.startswith(b"%PDF-"):
        at = seen.head.find(b"%PDF-")
        yield from context.breach("pdf-header-late", payload, expected="%PDF- @ 0", got=f"%PDF- @ {at}")
    if not pdfbytes.is_whole(seen.tail):
        yield from context.breach("pdf-cut-short", payload, expected="%%EOF", got=seen.tail[-_QUOTED:].hex(" "))
    version = pdfbytes.version(seen.head, seen.tail)
    if version is not None and version < OLDEST_PDF:
        yield from context.breach("pdf-version-old", payload, expected=">= 1.4", got=f"{version[0]}.{version[1]}")


def _archive(context: Context, seen: FileFacts, payload: str) -> Iterator[Finding]:
    """Judge what is in a genuine zip: receivers do not unpack it (H-A06), but people do."""
    limits = context.limits
    for member in seen.members:
        name = member.name
        if member.test_virus:
            yield from context.breach("malware-test-file", payload, got=f"EICAR: {name}")
        if filename.extension(name) in EXECUTABLE:
            yield from context.breach("executable-content", payload, got=name)
        if member.locked:
            yield from context.breach("archive-encrypted", payload, got=name)
        if _UNSAFE_MEMBER.match(name):
            yield from context.breach("archive-name-unsafe", payload, expected=filename.safe_name(name), got=name)
    size = sum(member.size for member in seen.members)
    allowed = max(limits.zip_free_bytes, sum(member.compressed for member in seen.members) * limits.zip_ratio)
    if size > min(allowed, limits.decoded_bytes):
        yield from context.breach("zip-bomb", payload, expected=f"<= {allowed}", got=f"{seen.size} -> {size}")


def editable_only(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-08: an editable copy supports the signed PDF and does not stand in for it; only told."""
    kinds = {filename.extension(attachment.name or "") for attachment in package.attachments}
    editable = sorted(kinds & {"doc", "docx", "odt", "rtf"})
    if editable and "pdf" not in kinds:
        yield from context.breach("original-not-pdf", ATTACHMENT, expected="pdf", got=", ".join(editable))


RULES: tuple[DocumentRule, ...] = (files, editable_only)
