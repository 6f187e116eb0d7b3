"""Manifest and attachments: what is announced is there, under names that can be kept (QD 28/2018 Art. 9(1), 10(1))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package import filename
from protocol.package.model import DocumentPackage
from protocol.package.reserialise import bare_id
from protocol.rules.business import RECALL
from protocol.rules.context import ATTACHMENT, MANIFEST, Context, DocumentRule
from protocol.rules.files import EXECUTABLE


def manifest(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """PKG-08, ATT-02: manifest and attachments correspond one to one by ContentId, with or without ``cid:`` (H-A10).

    A recall is a notice and needs no attachment (RCL-16).
    """
    if not package.attachments and not package.manifest:
        if package.trace and package.trace.business and package.trace.business.doc_type == RECALL:
            return
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
    yield from _manifest_names(context, package)


def _manifest_names(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    names = {bare_id(attachment.content_id): attachment.name for attachment in package.attachments}
    for number, line in enumerate(package.manifest or (), 1):
        name = names.get(bare_id(line.content_id))
        if line.content_id and line.attachment_name and name and line.attachment_name != name:
            path = f"{MANIFEST}/Reference[{number}]/AttachmentName"
            yield from context.breach("manifest-name-differs", path, expected=name, got=line.attachment_name)


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
        elif not filename.extension(name):
            yield from context.breach("attachment-name-without-extension", path, expected=".pdf", got=name)


def contents(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-01: two attachments with the same bytes are one file twice, often in the place of another; only told."""
    first: dict[str, int] = {}
    for number, attachment in enumerate(package.attachments, 1):
        if attachment.size and attachment.sha256 in first:
            path = f"{ATTACHMENT}[{number}]/ContentTransferEncoded"
            expected = f"!= Attachment[{first[attachment.sha256]}]"
            yield from context.breach("attachment-content-repeated", path, expected=expected, got=attachment.name)
        first.setdefault(attachment.sha256, number)


def size(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-09: the files of a package together are not more than the parties agreed to carry (H-A14)."""
    together = sum(attachment.size for attachment in package.attachments)
    if together > context.limits.policy_bytes:
        expected = f"<= {context.limits.policy_bytes} B"
        yield from context.breach("package-above-policy", "AttachmentEncoded", expected=expected, got=f"{together} B")


RULES: tuple[DocumentRule, ...] = (manifest, names, contents, size)
