"""Manifest and attachments (QD 28/2018 Art. 9(1), 10(1); packing as observed on the wire)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package import filename, unzip
from protocol.package.attachment import original, travels_zipped
from protocol.package.model import Attachment, DocumentPackage
from protocol.package.reserialise import bare_id
from protocol.package.unzip import AttachmentRefused
from protocol.rules.context import ATTACHMENT, MANIFEST, Context, DocumentRule

HEAD = 64 * 1024
ZIP_BASED = unzip.DOCUMENTS | {"zip", "jar"}
"""Extensions of files that are zips by nature, so a payload that begins like one is what it should be."""
EXECUTABLE = frozenset(
    {"exe", "com", "scr", "bat", "cmd", "msi", "vbs", "js", "wsf", "hta", "lnk", "ps1", "jar", "pif"}
)
BINARY = unzip.OFFICE | {"pdf", "doc", "xls", "ppt", "zip", "png", "jpg", "jpeg", "tif", "tiff", "gif"}
MAGIC = {"pdf": b"%PDF-", "png": b"\x89PNG", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
REPLACEMENT = b"\xef\xbf\xbd"
MOST_REPLACEMENTS = 3


def manifest(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """PKG-08, ATT-02: manifest and attachments correspond one to one by ContentId, with or without ``cid:`` (H-A10)."""
    if not package.attachments and not package.manifest:
        yield from context.breach("attachments-missing", "AttachmentEncoded", expected=">= 1", got="0")
        return
    if package.manifest is None:
        yield from context.breach("manifest-missing", MANIFEST)
    references = [bare_id(line.content_id) for line in package.manifest or ()]
    attachments = [bare_id(attachment.content_id) for attachment in package.attachments]
    yield from _ids(context, references, f"{MANIFEST}/Reference")
    yield from _ids(context, attachments, ATTACHMENT)
    listed, there = set(references), set(attachments)
    for number, content_id in enumerate(attachments, 1):
        if content_id and package.manifest is not None and content_id not in listed:
            path = f"{ATTACHMENT}[{number}]/ContentId"
            yield from context.breach("manifest-reference-missing", path, expected=content_id)
    for number, content_id in enumerate(references, 1):
        if content_id and content_id not in there:
            path = f"{MANIFEST}/Reference[{number}]/ContentId"
            yield from context.breach("manifest-attachment-missing", path, expected=content_id)


def _ids(context: Context, ids: list[str], path: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, content_id in enumerate(ids, 1):
        if not content_id:
            yield from context.breach("content-id-missing", f"{path}[{number}]/ContentId")
        elif content_id in seen:
            yield from context.breach("content-id-repeated", f"{path}[{number}]/ContentId", got=content_id)
        seen.add(content_id)


def names(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-07: every attachment has a name of its own that can be stored and does not deceive (H-A11)."""
    repeated = Counter((attachment.name or "").casefold() for attachment in package.attachments)
    for number, attachment in enumerate(package.attachments, 1):
        path, name = f"{ATTACHMENT}[{number}]/AttachmentName", attachment.name
        if not name:
            yield from context.breach("attachment-name-missing", path)
            continue
        if repeated[name.casefold()] > 1:
            yield from context.breach("attachment-name-repeated", path, got=name)
        if len(name) > filename.LONGEST:
            yield from context.breach(
                "attachment-name-too-long", path, expected=f"<= {filename.LONGEST}", got=str(len(name))
            )
        if not filename.is_safe(name):
            yield from context.breach("attachment-name-unsafe", path, expected=filename.safe_name(name), got=name)
        if filename.extension(name) in EXECUTABLE:
            yield from context.breach("attachment-name-deceives", path, got=name)


def payloads(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """PKG-13, ATT-10, PKG-11: what is said to be a zip is one, holds one file, and no payload came to harm."""
    for number, attachment in enumerate(package.attachments, 1):
        if not attachment.size:
            continue  # the reader has said so
        path = f"{ATTACHMENT}[{number}]"
        if travels_zipped(attachment):
            yield from _zipped(context, attachment, path)
        else:
            yield from _raw(context, attachment, path)


def _zipped(context: Context, attachment: Attachment, path: str) -> Iterator[Finding]:
    payload = f"{path}/ContentTransferEncoded"
    try:
        entry = unzip.look(attachment.open_payload(), context.limits, name=attachment.name or "")
        original(attachment, context.limits)
    except AttachmentRefused as refused:
        # Broken base64 makes a broken zip: one damage, which the axis passes on (H-X25), and no second one.
        reason = "zip-damaged" if refused.reason == "zip-invalid" and attachment.damaged else refused.reason
        yield from context.breach(reason, payload, expected="application/zip, 1 file", got=refused.text)
        return
    if entry.entries > 1:
        yield from context.breach("zip-several-entries", payload, expected="1", got=str(entry.entries))


def _raw(context: Context, attachment: Attachment, path: str) -> Iterator[Finding]:
    kind = filename.extension(attachment.name or "")
    with attachment.open_payload() as stream:
        head = stream.read(HEAD)
    payload = f"{path}/ContentTransferEncoded"
    if head.count(REPLACEMENT) > MOST_REPLACEMENTS and (kind in BINARY or head.startswith(b"%PDF-")):
        got = f"{head.count(REPLACEMENT)} x EF BF BD"
        yield from context.breach("payload-damaged-by-utf8", payload, expected="0", got=got)
    if head.startswith(unzip.LOCAL_HEADER) and kind not in ZIP_BASED:
        yield from context.breach(
            "zip-not-declared", f"{path}/ContentType", expected="application/zip", got=attachment.content_type
        )
    elif kind in MAGIC and not head.startswith(MAGIC[kind]):
        got = head[:8].hex(" ")
        yield from context.breach("content-differs-from-name", payload, expected=MAGIC[kind].hex(" "), got=got)


RULES: tuple[DocumentRule, ...] = (manifest, names, payloads)
