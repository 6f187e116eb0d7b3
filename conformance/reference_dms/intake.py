"""Judges an incoming document before it may be registered and takes from it what the register shows.

QD 28/2018 Art. 9(1): the receiver checks completeness, integrity and authenticity first. ND 30/2020 Art. 21(2)(b): what
is incomplete or was meant for somebody else goes back. Nothing here touches the registers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from conformance.reference_dms import vietnam
from conformance.reference_dms.office import Connection, Refusal, Warned, explain, listed, say
from protocol.finding import Finding, Severity
from protocol.package.attachment import AttachmentRefused, original
from protocol.package.model import Attachment, DocumentPackage, Reference
from protocol.package.reader import read_package
from protocol.package.reading import Reading

NEW, RECALL, UPDATE, REPLACEMENT = "0", "1", "2", "3"


def read(raw: bytes) -> Reading:
    """Read a package with the hardened reader: as lenient as the axis, no DTD, no entities, limits everywhere."""
    return read_package(raw, profile="axis")


def business_type(package: DocumentPackage) -> str:
    """Give the kind of a document package; a package without ``Bussiness`` is a new document (H-X12)."""
    business = package.trace.business if package.trace else None
    return (business.doc_type if business else None) or NEW


def is_addressed(package: DocumentPackage, own: Connection) -> bool:
    """Say whether one of the recipients is ours, by its new or its old code."""
    return any(own.agency(receiver.organ_id) for receiver in package.header.to)


def judge(
    package: DocumentPackage, own: Connection, is_ours: Callable[[DocumentPackage, Connection], bool]
) -> Refusal | None:
    """Give the reason why a document cannot be taken, or ``None``. Completeness is ``missing_files``'s."""
    if not package.header.sender.organ_id:
        return Refusal("sender", say("refusal.no-sender"))
    if not is_ours(package, own):
        asked = listed(receiver.organ_id or "?" for receiver in package.header.to)
        return Refusal(
            "addressee", say("refusal.addressee", asked=asked, ours=listed(agency.code for agency in own.agencies))
        )
    return None


def missing_files(package: DocumentPackage) -> tuple[str, ...]:
    """Name the files that the manifest promises and the package does not carry, and those that cannot be opened.

    Pairs by ContentId, with or without ``cid:``; a Reference whose id fits nothing may still pair by its name with an
    attachment that no other Reference claims (H-A10). An attachment without a byte counts as missing.
    """
    unclaimed = dict(enumerate(package.attachments))
    loose: list[Reference] = []
    missing: list[str] = []
    for reference in package.manifest or ():
        wanted = content_key(reference.content_id)
        found = next((i for i, held in unclaimed.items() if wanted and content_key(held.content_id) == wanted), None)
        if found is None:
            loose.append(reference)
        else:
            del unclaimed[found]
    for reference in loose:
        name = reference.attachment_name
        found = next((i for i, held in unclaimed.items() if name and held.name == name), None)
        if found is None:
            missing.append(name or reference.content_id or "?")
        else:
            del unclaimed[found]
    return (*missing, *(attachment.name or "?" for attachment in package.attachments if _unusable(attachment)))


def content_key(content_id: str | None) -> str:
    """Give what a ContentId is compared by: without ``cid:``, which one side may have and the other not."""
    return (content_id or "").strip().removeprefix("cid:")


def shown_file(attachment: Attachment) -> dict[str, Any]:
    """Describe the original file of an attachment, unpacked where the zip rule says so."""
    file = original(attachment)
    return {"name": file.name, "sha256": file.sha256, "size": file.size}


def shown(package: DocumentPackage, show_file: Callable[[Attachment], dict[str, Any]]) -> dict[str, Any]:
    """Take what the register shows of a document (QD 28/2018 Art. 10(2); ND 30/2020 Appendix VI, II.II).

    Dates are ``yyyy-mm-dd`` and ``None`` where the wire held no real day; the kind is shown by its name, because the
    numbers mean different things in the field.
    """
    header = package.header
    kind, signer, priority = header.document_type, header.signer, header.other.priority if header.other else None
    day, due = vietnam.read_day(header.promulgation.date), vietnam.read_day(header.due_date)
    return {
        "subject": header.subject,
        "number": header.code.number,
        "notation": header.code.notation,
        "date": day.isoformat() if day else None,
        "type_name": kind.type_name or kind.type,
        "priority": int(priority) if priority and priority.isascii() and priority.isdigit() else None,
        "due_date": due.isoformat() if due else None,
        "signer": {"competence": signer.competence, "position": signer.position, "full_name": signer.full_name}
        if signer
        else None,
        "to": [receiver.organ_id for receiver in header.to if receiver.organ_id],
        "attachments": [show_file(attachment) for attachment in package.attachments if not _unusable(attachment)],
    }


def warnings(package: DocumentPackage, findings: tuple[Finding, ...]) -> list[Warned]:
    """Tell the registry officer what is odd about a document that is taken all the same."""
    found = [
        Warned("format", say("warning.finding", reason=explain(finding), where=finding.where, got=finding.got))
        for finding in findings
        if finding.severity is Severity.WARN
    ]
    listed_ids = {content_key(reference.content_id) for reference in package.manifest or ()}
    extra = [held.name or "?" for held in package.attachments if content_key(held.content_id) not in listed_ids]
    if extra:
        found.append(Warned("attachment", say("warning.extra-files", names=listed(extra))))
    if business_type(package) not in {NEW, RECALL}:
        found.append(Warned("other", say("warning.business-type", type=business_type(package))))
    return found


def digest(shown_fields: dict[str, Any]) -> str:
    """Condense what a document says, so that the same document delivered again is known for the same one.

    The bytes are no use for that: the axis writes every package anew and adds a hop.
    """
    text = json.dumps(shown_fields, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(vietnam.key(text).encode()).hexdigest()


def _unusable(attachment: Attachment) -> bool:
    try:
        return original(attachment).size == 0
    except AttachmentRefused:
        return True
