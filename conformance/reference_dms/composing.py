"""Writes document and status packages (fields of QD 28/2018 Art. 10(2); structure as observed on the wire)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from conformance.reference_dms import vietnam
from conformance.reference_dms.drafts import Draft
from conformance.reference_dms.office import Agency, Office, say
from protocol.package import identity
from protocol.package.attachment import attach
from protocol.package.model import (
    Business,
    Code,
    DocumentHeader,
    DocumentPackage,
    DocumentType,
    Organisation,
    OtherInfo,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusHeader,
    StatusPackage,
    Trace,
    TraceHeader,
)

# The registry officer who answers for what this DMS sends (StaffInfo; QD 28/2018 Art. 5(4) wants one on a refusal).
STAFF = StaffInfo(
    department="Phòng Văn thư", staff="Nguyễn Văn Thử", email="vanthu@thunghiem.example", mobile="0900000000"
)


@dataclass(frozen=True, slots=True)
class Issue:
    """What the registry adds to a draft when it issues it: identifier, number and notation, and the recipients."""

    document_id: str
    code: Code
    to: tuple[str, ...]


def identify(sender: str, day: date, code: Code) -> str:
    """Form the identifier of a document: issuer, date of issue, number and notation (QD 28/2018 Art. 10(2)(b))."""
    return identity.document_id(sender, vietnam.day_on_wire(day), code)


def compose(office: Office, draft: Draft, agency: Agency, issue: Issue) -> DocumentPackage:
    """Write the package of a new document (BussinessDocType 0) with one attachment and one manifest line per file."""
    pairs = [attach(file.name, file.data, content_id=f"cid:{uuid4()}") for file in draft.files]
    signer = SignerInfo(draft.competence, draft.position, draft.full_name)
    return DocumentPackage(
        header=DocumentHeader(
            sender=Organisation(organ_id=agency.code, organ_name=agency.name),
            to=tuple(Organisation(organ_id=receiver) for receiver in issue.to),
            document_id=issue.document_id,
            code=issue.code,
            promulgation=PromulgationInfo(draft.place or say("place"), vietnam.day_on_wire(draft.day)),
            document_type=DocumentType(draft.type, draft.type_detail or "0", draft.type_name),
            subject=draft.subject,
            content=draft.content,
            signer=signer if signer != SignerInfo() else None,
            due_date=vietnam.day_on_wire(draft.due) if draft.due else None,
            other=OtherInfo(
                priority=str(draft.priority),
                promulgation_amount="1",
                page_amount="1",
                direction="false",
                appendixes=draft.appendixes,
            ),
        ),
        trace=Trace(
            hops=(TraceHeader(agency.code, office.behaviour.wall_time(office.clock())),),
            business=Business(doc_type="0", paper="0", staff=STAFF),
        ),
        manifest=tuple(reference for _, reference in pairs),
        attachments=tuple(attachment for attachment, _ in pairs),
    )


def name_received(entry: sqlite3.Row) -> ResponseFor:
    """Name a received document to its sender, byte for byte as it was named to us."""
    return ResponseFor(entry["issuer"], entry["code"], entry["document_id"], entry["promulgation_date"])


def name_sent(document: sqlite3.Row, recipient: str) -> ResponseFor:
    """Name one of our documents to the recipient from whom it is taken back (status 13 turns the direction round)."""
    return ResponseFor(recipient, document["code"], document["document_id"], document["promulgation_date"])


def compose_status(office: Office, agency: Agency, about: ResponseFor, code: str, description: str) -> StatusPackage:
    """Write a status package; ``code`` is what stands in StatusCode, ``description`` the text or the reason."""
    return StatusPackage(
        StatusHeader(
            sender=Organisation(organ_id=agency.code, organ_name=agency.name),
            response_for=about,
            status_code=code,
            description=description,
            timestamp=office.behaviour.wall_time(office.clock()),
            staff=STAFF,
        )
    )
