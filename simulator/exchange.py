"""The exchange itself: accepting packages, delivering them, the queues, acknowledgements. It knows no HTTP.

Every function works inside the caller's transaction and refuses before it changes anything.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from protocol.finding import Finding, Severity, quote
from simulator import answers, directory, repeats, statuses, succession, tenants
from simulator.answers import refused
from simulator.blobs import Content
from simulator.directory import Agency
from simulator.examination import Facts
from simulator.histories import key_of
from simulator.journal import findings_json
from simulator.store.contents import put_content
from simulator.store.hot import Hot, HotInsert
from simulator.store.tables import deliveries, documents, events

_SHOWN_CODES = 3
_FACTLESS = Facts("document", None, None)
# Built once: making a statement costs more than running it.
_EARLIER = Hot(
    select(documents.c.seq, documents.c.sender_id, documents.c.document_id).where(
        documents.c.request_key == bindparam("key")
    )
)
_ENTER_DOCUMENT, _ENTER_DELIVERIES, _ENTER_EVENT = HotInsert(documents), HotInsert(deliveries), HotInsert(events)


@dataclass(frozen=True, slots=True)
class Submission:
    """A package at the door, already read and put to rest.

    ``system_id`` is the system that sends it and ``request_key`` what tells a resend of the same request; both are
    ``None`` for a package that the control API injects. ``to`` overrides the package's own addressees.
    ``header_to`` is what the ``to`` parameter named. ``facts`` is ``None`` for a package delivered unread.
    ``tenant`` is the key of the tenant who sends it, ``""`` where a system of the operator does, ``None`` where the
    operator injects it in anybody's name. What is delivered ``unread`` goes, of a tenant, to its own agencies only.
    ``inspected`` tells that attached files and signatures were looked at, or are not to be.
    """

    message_type: str
    from_code: str
    facts: Facts | None
    findings: tuple[Finding, ...]
    received: Content
    delivered: Content
    at: int
    service_type: str = "eDoc"
    system_id: str | None = None
    request_key: str | None = None
    to: tuple[str, ...] | None = None
    header_to: tuple[str, ...] | None = None
    tenant: str | None = None
    unread: bool = False
    inspected: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One addressee's copy: the code as addressed and the id under which the receiver fetches it."""

    to: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of a submission. ``repeated`` tells that it was accepted before and nothing new happened."""

    sender_id: str
    document_id: str | None
    deliveries: tuple[Delivery, ...]
    findings: tuple[Finding, ...]
    repeated: bool = False


def accept(connection: Connection, submission: Submission) -> Acceptance:
    """Accept a package: one document, one delivery for each addressee. Raises ``Refused``."""
    if submission.request_key is not None:
        answered = earlier(connection, submission.request_key)
        if answered is not None:
            return answered
    facts = submission.facts or _FACTLESS
    sender, notes = _sender(connection, submission, facts)
    targets, more = _targets(connection, submission, facts)
    known = repeats.notices(connection, facts, sender, submission.received.sha256, [agency for _, agency in targets])
    findings = [*submission.findings, *notes, *more, *known]
    remarks = statuses.examine(connection, facts, sender) if facts.kind == "status" else []
    findings += remarks
    if submission.tenant:
        tenants.count_document(connection, submission.tenant)
    document_seq, sender_id = _enter(connection, submission, sender, facts, findings)
    copies = _deliver(connection, submission, document_seq, targets)
    if facts.kind == "status":
        statuses.apply(connection, facts, sender, submission.at, remarks)
    return Acceptance(sender_id, facts.document_id, copies, tuple(findings))


def earlier(connection: Connection, request_key: str) -> Acceptance | None:
    """Find what was answered to this very request, byte for byte and with the same signature, before (H-T11)."""
    row = _EARLIER.first(connection, {"key": request_key})
    if row is None:
        return None
    copies = connection.execute(
        select(deliveries.c.to_code, deliveries.c.receiver_id)
        .where(deliveries.c.document_seq == row.seq)
        .order_by(deliveries.c.seq)
    )
    note = Finding("SND-07", "request-repeated", Severity.INFO, got=row.sender_id)
    return Acceptance(
        row.sender_id, row.document_id, tuple(Delivery(c.to_code, c.receiver_id) for c in copies), (note,), True
    )


def _sender(connection: Connection, submission: Submission, facts: Facts) -> tuple[Agency, list[Finding]]:
    """See that the sender is registered by this system and is the one that the package names (ID-10, H-X21)."""
    codes = [code for code in (submission.from_code, facts.from_code) if code]
    known = directory.resolve(connection, codes)
    sender = known.get(submission.from_code)
    if sender is None or not _may_send(submission, sender):
        closed = directory.agency(connection, submission.from_code)
        if closed is not None and closed.deleted and _may_send(submission, closed):
            raise _closed(connection, closed, "gui", "from", submission.from_code)
        registered = _registered(connection, submission.system_id)
        raise _wrong_sender(submission.from_code, registered, "from", "sender-not-registered")
    named = facts.from_code
    if not named or known.get(named) == sender:
        return sender, []
    if submission.system_id is not None or submission.tenant is not None:
        raise _wrong_sender(named, submission.from_code, "From/OrganId", "sender-differs")
    finding = Finding(
        "ID-10", "sender-differs", Severity.WARN, "From/OrganId", None, submission.from_code, quote(named)
    )
    return sender, [finding]


def _may_send(submission: Submission, sender: Agency) -> bool:
    """Whether a package may go out in the name of an agency: of the sending system, of the sending tenant."""
    return submission.system_id in (None, sender.system_id) and submission.tenant in (None, sender.tenant)


def _wrong_sender(given: str, registered: str, where: str, reason: str) -> answers.Refused:
    text = f"Don vi gui {given or '(trong)'} khong dung voi ma da dang ky: {registered}"
    return refused(answers.UNKNOWN_SENDER, text, "ID-10", reason, where=where, expected=registered, got=given)


def _registered(connection: Connection, system_id: str | None) -> str:
    codes = directory.agency_codes(connection, system_id) if system_id is not None else []
    return ", ".join(codes[:_SHOWN_CODES]) + (", ..." if len(codes) > _SHOWN_CODES else "")


def _targets(
    connection: Connection, submission: Submission, facts: Facts
) -> tuple[list[tuple[str, Agency]], list[Finding]]:
    """Find the addressees: ``To`` of a document, ``ResponseFor/OrganId`` of a status, one delivery for each code."""
    notes: list[Finding] = []
    if submission.to is not None:
        codes: tuple[str, ...] = submission.to
    else:
        codes = facts.to if facts.kind == "document" else (facts.about or "",)
        if submission.header_to is not None and set(submission.header_to) != set(codes):
            # Which of the two the real axis follows is unknown; the package itself is the safer witness.
            named, meant = ", ".join(submission.header_to), ", ".join(codes)
            notes.append(Finding("SND-05", "to-header-differs", Severity.WARN, "to", None, quote(meant), quote(named)))
    where = "To/OrganId" if facts.kind == "document" else "ResponseFor/OrganId"
    if not codes:
        raise refused(answers.UNKNOWN_RECEIVER, "Goi tin khong co don vi nhan", "ID-11", "no-receiver", where=where)
    known = directory.resolve(connection, codes, closed=True)
    targets: dict[str, Agency] = {}
    for code in codes:
        if code in targets:
            continue  # one delivery for each code, however often it is named; the rules have noted it (H-X22)
        agency = known.get(code)
        if agency is not None and agency.deleted:
            agency = _instead(connection, facts, agency, where, code)
            notes.append(Finding("ID-07", "status-to-successor", Severity.INFO, where, None, agency.code, quote(code)))
        if submission.unread and agency is not None and submission.tenant not in (None, agency.tenant):
            agency = None  # bytes that nobody has read are a tenant's own risk only
        targets[code] = _open(code, agency, where)
    return list(targets.items()), notes


def _instead(connection: Connection, facts: Facts, closed: Agency, where: str, code: str) -> Agency:
    """Give who gets what is addressed to a closed code: of a status whoever took over, of a letter nobody (ID-07)."""
    heir = succession.heir(connection, closed) if facts.kind == "status" else None
    if heir is None:
        raise _closed(connection, closed, "nhan", where, code)
    return heir


def _closed(connection: Connection, closed: Agency, side: str, where: str, code: str) -> answers.Refused:
    """Refuse a closed code in the words of the answer for an unknown one, and say who took over (ID-07, H-O06)."""
    names = ", ".join(agency.code for agency in succession.followers(connection, closed))
    instead = f", don vi tiep nhan: {names}" if names else ""
    text = f"Don vi {side} khong ton tai: {code} da dong{instead}"
    error = answers.UNKNOWN_SENDER if side == "gui" else answers.UNKNOWN_RECEIVER
    return refused(error, text, "ID-07", "agency-closed", where=where, expected=names, got=code)


def _open(code: str, agency: Agency | None, where: str) -> Agency:
    """See that an addressee exists, is connected and is not locked (ID-11)."""
    if agency is None:
        text = f"Don vi nhan khong ton tai: {code or '(trong)'}"
        raise refused(answers.UNKNOWN_RECEIVER, text, "ID-11", "receiver-unknown", where=where, got=code)
    if not agency.is_agency:
        text = f"Don vi nhan chua ket noi lien thong: {code}"
        raise refused(answers.UNKNOWN_RECEIVER, text, "ID-11", "receiver-not-connected", where=where, got=code)
    if agency.locked:
        text = f"Don vi nhan da khoa: {code}"
        raise refused(answers.LOCKED_RECEIVER, text, "ID-11", "receiver-locked", where=where, got=code)
    return agency


def _enter(
    connection: Connection, submission: Submission, sender: Agency, facts: Facts, findings: list[Finding]
) -> tuple[int, str]:
    put_content(connection, submission.received)
    if submission.delivered.sha256 != submission.received.sha256:
        put_content(connection, submission.delivered)
    sender_id = new_sender_id(submission.at)
    values = {
        "sender_id": sender_id,
        "request_key": submission.request_key,
        "message_type": submission.message_type,
        "service_type": submission.service_type,
        "system_id": submission.system_id,
        "from_code": submission.from_code,
        "document_id": facts.document_id,
        "document_key": key_of(facts.document_id),
        "target_key": key_of(facts.target),
        "issued": facts.issued[:32],
        "document_type": facts.document_type[:64],
        "business_type": facts.business_type,
        "status_code": facts.status_code,
        "title": facts.title,
        "notation": facts.notation,
        "received": submission.received.sha256,
        "delivered": submission.delivered.sha256,
        "at": submission.at,
        "findings": findings_json(findings),
        "tenant": sender.tenant,
        "inspected": submission.inspected,
    }
    document_seq = _ENTER_DOCUMENT.enter(connection, values)
    _ENTER_EVENT.enter(connection, {"document_seq": document_seq, "at": submission.at, "event": "accepted"})
    return document_seq, sender_id


def _deliver(
    connection: Connection, submission: Submission, document_seq: int, targets: list[tuple[str, Agency]]
) -> tuple[Delivery, ...]:
    copies = tuple(Delivery(code, str(uuid.uuid4())) for code, _ in targets)
    _ENTER_DELIVERIES.enter_all(
        connection,
        [
            {
                "receiver_id": copy.receiver_id,
                "document_seq": document_seq,
                "to_code": copy.to,
                "agency": agency.code,
                "system_id": agency.system_id,
                "message_type": submission.message_type,
                "state": "initial",
                "state_text": "",
                "fetched": False,
                "created_at": submission.at,
                "updated_at": submission.at,
                "tenant": agency.tenant,
            }
            for copy, (_, agency) in zip(copies, targets, strict=True)
        ],
    )
    return copies


def new_sender_id(at: int) -> str:
    """Mint the id under which a sender follows a package: 24 lower-case hex digits, the first eight its seconds."""
    return (at // 1000).to_bytes(4, "big").hex() + os.urandom(8).hex()
