"""Document packages from an order: new, recall, update, replacement (BussinessDocType 0 to 3)."""

from __future__ import annotations

import base64
import stat
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import schemas
from axis28.making.objection import source
from axis28.making.order import ABOUT, DOCUMENT_NEEDS, FILES, REASON, Order, OrderRefused, demand
from axis28.making.original import read_original
from protocol.package.attachment import attach
from protocol.package.identity import document_id
from protocol.package.limits import Limits
from protocol.package.model import (
    Attachment,
    Business,
    BusinessDocumentInfo,
    Code,
    DocumentHeader,
    DocumentPackage,
    DocumentType,
    Organisation,
    OtherInfo,
    PromulgationInfo,
    Receiver,
    Reference,
    ReplacementInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    Trace,
    TraceHeader,
)
from protocol.rules import doctypes
from protocol.rules.context import VIETNAM
from schemas import messages

TYPES = {"new": "0", "recall": "1", "update": "2", "replace": "3"}
REMOVED, ADDED = "0", "1"
MOST_BYTES = Limits().payload_bytes
"""The largest file that a reader of packages takes."""
ABOUT_THE_PACKAGE = frozenset({"package", "kind", "about", "reason", "officer", "paper"})
"""Members that say nothing of the document itself."""
_RECIPIENTS = frozenset({"added", "removed"})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an order is worked on: the folder that its paths start from, the instant of sending, who is told.

    ``flags`` are the members that flags gave.
    """

    folder: Path
    now: datetime
    lang: str
    held: ExitStack
    flags: Mapping[str, Any] = field(default_factory=dict)

    @property
    def wall_time(self) -> datetime:
        """Give the instant as Vietnamese wall time, the way the wire writes it."""
        return self.now.astimezone(VIETNAM).replace(tzinfo=None)


def make_document(order: Order, desk: Desk) -> DocumentPackage:
    """Make the package of an order that keeps to its schema. Raises ``OrderRefused`` naming what is missing."""
    kind = order.get("kind", "new")
    for member in sorted(set(order) & _foreign(kind, order)):
        named_as = source((member,), desk.flags)
        raise OrderRefused(messages.text("new.member-of-other-kind", desk.lang, member=named_as, kind=kind))
    if kind == "new":
        return _composed(order, desk, Business(TYPES[kind], order.get("reason")))
    demand(order, (ABOUT[kind],), desk.lang)
    original = read_original(desk.folder / order["about"], desk.held, desk.lang)
    if kind == "recall":
        demand(order, (REASON,), desk.lang)
        return _recall(order, desk, original)
    return _update(order, desk, original) if kind == "update" else _replacement(order, desk, original)


def _foreign(kind: str, order: Order) -> frozenset[str]:
    """Give the members that a kind has no use for; to leave them out silently would make another package than asked."""
    if kind == "recall":
        return frozenset(order) - ABOUT_THE_PACKAGE
    return frozenset() if kind == "update" else _RECIPIENTS | ({"about"} if kind == "new" else frozenset())


def _composed(order: Order, desk: Desk, business: Business) -> DocumentPackage:
    """Make a document from nothing but its order."""
    demand(order, (*DOCUMENT_NEEDS, FILES), desk.lang)
    blank = DocumentHeader(
        sender=Organisation(),
        to=(),
        promulgation=PromulgationInfo(date=f"{desk.wall_time:%Y/%m/%d}"),
        other=OtherInfo(priority="0", promulgation_amount="1", direction="false"),
    )
    return _package(_header(order, blank), business, order, desk, files(order, desk))


def _recall(order: Order, desk: Desk, original: DocumentPackage) -> DocumentPackage:
    """Name the document by its own header; files would look like a new document to some receivers."""
    business = Business(TYPES["recall"], order["reason"], original.header.document_id)
    return _package(original.header, business, order, desk, ())


def _update(order: Order, desk: Desk, original: DocumentPackage) -> DocumentPackage:
    """Send the document again with what the order changes; the identifier stays."""
    added, removed = order.get("added", []), order.get("removed", [])
    had = [body.organ_id for body in original.header.to]
    for code, key in [(code, "not-a-recipient") for code in removed if code not in had] + [
        (body["code"], "recipient-already") for body in added if body["code"] in had
    ]:
        raise OrderRefused(messages.text(f"new.{key}", desk.lang, code=code, known=", ".join(filter(None, had))))
    kept = [body for body in original.header.to if body.organ_id not in removed]
    to = (*kept, *map(organisation, added))
    header = _header(order, replace(original.header, to=to), identifier=original.header.document_id)
    if header == original.header and not order.get("files"):
        raise OrderRefused(messages.text("new.changes-nothing", desk.lang))
    changed = bool(set(order) - ABOUT_THE_PACKAGE - _RECIPIENTS) or not (added or removed)
    receivers = [Receiver(code, REMOVED) for code in removed] + [Receiver(body["code"], ADDED) for body in added]
    info = BusinessDocumentInfo("1" if changed else "0", "1" if receivers else "0", tuple(receivers))
    business = Business(TYPES["update"], order.get("reason"), original.header.document_id, document_info=info)
    given = files(order, desk)
    package = _package(header, business, order, desk, given)
    if given:
        return package
    for attachment in original.attachments:
        if not attachment.has_payload:
            name = attachment.name or ""
            raise OrderRefused(messages.text("new.about-without-file", desk.lang, path=order["about"], name=name))
    return replace(package, manifest=original.manifest, attachments=original.attachments)


def _replacement(order: Order, desk: Desk, original: DocumentPackage) -> DocumentPackage:
    """Make a new document that takes the place of the original, for those recipients that both have."""
    to = order.get("to") or [{"code": body.organ_id, "name": body.organ_name} for body in original.header.to]
    codes = [body["code"] for body in to]
    had = {body.organ_id for body in original.header.to}
    replaced = ReplacementInfo(
        original.header.document_id, tuple(code for code in codes if code in had) or tuple(codes)
    )
    complete = {"to": to, "from": named(original.header.sender), **order}
    business = Business(TYPES["replace"], order.get("reason"), replacements=(replaced,))
    return _composed(complete, desk, business)


def _package(
    header: DocumentHeader,
    business: Business,
    order: Order,
    desk: Desk,
    attached: Sequence[tuple[Attachment, Reference]],
) -> DocumentPackage:
    business = replace(business, paper="1" if order.get("paper") else "0", staff=officer(order))
    return DocumentPackage(
        header=header,
        trace=Trace((TraceHeader(header.sender.organ_id, f"{desk.wall_time:%Y/%m/%d %H:%M:%S}"),), business),
        manifest=tuple(reference for _, reference in attached) if attached else None,
        attachments=tuple(attachment for attachment, _ in attached),
    )


def _header(order: Order, base: DocumentHeader, identifier: str | None = None) -> DocumentHeader:
    """Give ``base`` with what the order says in its place."""
    other, signer, issued = base.other or OtherInfo(), base.signer or SignerInfo(), base.promulgation
    given_signer = order.get("signer", {})
    header = replace(
        base,
        sender=organisation(order["from"]) if "from" in order else base.sender,
        to=tuple(organisation(body) for body in order["to"]) if "to" in order else base.to,
        code=Code(order.get("number", base.code.number), order.get("notation", base.code.notation)),
        promulgation=PromulgationInfo(
            order.get("place", issued.place), wire_date(order["date"]) if "date" in order else issued.date
        ),
        document_type=document_type(order["type"]) if "type" in order else base.document_type,
        subject=order.get("subject", base.subject),
        content=order.get("content", base.content),
        signer=SignerInfo(
            given_signer.get("authority", signer.competence),
            given_signer.get("position", signer.position),
            given_signer.get("name", signer.full_name),
        ),
        due_date=wire_date(order["due_date"]) if "due_date" in order else base.due_date,
        other=replace(
            other,
            priority=str(int(order["priority"])) if "priority" in order else other.priority,
            page_amount=str(int(order["pages"])) if "pages" in order else other.page_amount,
            appendixes=tuple(order.get("appendixes", other.appendixes)),
        ),
        response_for=tuple(answered(each) for each in order["answers"]) if "answers" in order else base.response_for,
        to_places=tuple(order.get("to_places", base.to_places)),
    )
    composed = document_id(header.sender.organ_id or "", header.promulgation.date or "", header.code)
    return replace(header, document_id=order.get("document_id") or identifier or composed)


def files(order: Order, desk: Desk) -> tuple[tuple[Attachment, Reference], ...]:
    """Pack the files of an order. Raises ``OrderRefused`` for one that cannot be read."""
    return tuple(
        attach(*_content(number, file, desk), content_id=f"cid:{number}", description=file.get("description"))
        for number, file in enumerate(order.get("files", []), 1)
    )


def _content(number: int, file: Mapping[str, Any], desk: Desk) -> tuple[str, bytes]:
    if "base64" in file:
        try:
            return file["name"], base64.b64decode(file["base64"], validate=True)
        except ValueError as error:
            raise OrderRefused(messages.text("new.file-no-base64", desk.lang, name=file["name"])) from error
    path = desk.folder / file["path"]
    place = source(("files", number - 1, "path"), desk.flags)
    try:
        return file.get("name", path.name), regular_file(path, desk.lang)
    except UnicodeError as error:
        problem = messages.text("new.rule.path", desk.lang)
        raise OrderRefused(messages.text("new.wrong-member", desk.lang, place=place, problem=problem)) from error
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        words = messages.text("new.file-unreadable", desk.lang, place=place, path=path, problem=problem)
        raise OrderRefused(words) from error


def regular_file(path: Path, lang: str) -> bytes:
    """Read a file whole. ``ValueError``, in the reader's language, for what might never end and what is too large."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(messages.text("new.no-regular-file", lang))
    if found.st_size > MOST_BYTES:
        raise ValueError(messages.text("new.file-too-large", lang, size=found.st_size, most=MOST_BYTES))
    with path.open("rb") as stream:
        return stream.read(MOST_BYTES)


def organisation(body: Mapping[str, str]) -> Organisation:
    """Give an organisation of an order as the package has it."""
    names = ("in_charge", "name", "address", "email", "telephone", "fax", "website")
    return Organisation(body["code"], *(body.get(name) for name in names))


def named(body: Organisation) -> dict[str, str]:
    """Give an organisation of a package as an order has it."""
    members = {
        "code": body.organ_id,
        "in_charge": body.organization_in_charge,
        "name": body.organ_name,
        "address": body.organ_add,
        "email": body.email,
        "telephone": body.telephone,
        "fax": body.fax,
        "website": body.website,
    }
    return {name: text for name, text in members.items() if text}


def officer(order: Order) -> StaffInfo | None:
    """Give the registry officer of an order."""
    given = order.get("officer")
    if not given:
        return None
    return StaffInfo(given.get("department"), given.get("name"), given.get("email"), given.get("mobile"))


def answered(document: Mapping[str, str]) -> ResponseFor:
    """Give a document that an order names the way ``ResponseFor`` carries it."""
    return ResponseFor(document["from"], document["sign"], document["document_id"], wire_date(document["date"]))


def document_type(name: str) -> DocumentType:
    """Give a kind of document with its number in the list of administrative kinds (QCVN 102:2016), else ``0``."""
    rows = [row for row in schemas.json_data("tables/document-types.json")["kinds"] if _same(row["name"], name)]
    rows.sort(key=lambda row: row["group"] != "administrative")
    number = next((row["number"] for row in rows if row["number"] is not None), 0)
    return DocumentType(str(number), "0", name)


def _same(one: str, other: str) -> bool:
    return doctypes.fold(one) == doctypes.fold(other)


def wire_date(text: str) -> str:
    """Give a date the way the wire writes it: ``yyyy/MM/dd``."""
    return text.replace("-", "/")
