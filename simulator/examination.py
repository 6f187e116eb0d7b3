"""What the axis learns from a package before it routes it: the verdict of the rules and the few facts that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal

from protocol.finding import Finding
from protocol.package.model import DocumentPackage, StatusPackage, TraceHeader
from protocol.package.reserialise import reserialise_to
from protocol.rules import judge
from protocol.rules.surroundings import Surroundings
from simulator.clock import trace_time
from simulator.inspection import Instruments

Profile = Literal["axis", "strict"]
TAKE_BACK, UPDATE = "1", "2"


@dataclass(frozen=True, slots=True)
class Facts:
    """What routing and the queues need of a package.

    For a status package ``document_id`` and ``about`` (the addressee) are those of ``ResponseFor``. ``issued`` is the
    date of a document as it writes it, ``target`` the id of what a type 1 takes back or a type 2 updates.
    """

    kind: Literal["document", "status"]
    document_id: str | None
    from_code: str | None
    to: tuple[str, ...] = ()
    business_type: str = ""
    title: str = ""
    notation: str = ""
    about: str | None = None
    status_code: str = ""
    description: str = ""
    issued: str = ""
    document_type: str = ""
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A package as the axis sees it. ``facts`` is ``None`` where it could not be read.

    ``rewritten`` tells whether the axis's own form of the package was written.
    """

    facts: Facts | None
    findings: tuple[Finding, ...]
    rewritten: bool


def examine(
    source: bytes | BinaryIO,
    profile: Profile,
    now: datetime,
    *,
    message_type: str | None = None,
    sink: BinaryIO | None = None,
    hop_at: int = 0,
    explain: bool = True,
    instruments: Instruments | None = None,
) -> Examined:
    """Read a package and judge it by the rules of the profile; with a ``sink`` also write the axis's own form into it.

    The axis parses a document package and writes it anew: canonical order and prefixes, ``Direction``, a manifest made
    from the attachments, and a hop of its own without an OrganId, dated ``hop_at`` (observed in packages that the axis
    handed back). ``message_type`` is what it was sent as; it reaches the axis ``now``. Never raises on bad input, but
    without ``explain`` ``schema.NeedsExplanation`` where saying what is wrong may take a second. With ``instruments``
    attached files and signatures are judged too; ``OSError`` where they cannot be read at all.
    """
    surroundings = Surroundings(sent_at=now, message_type=message_type)
    with judge(
        source,
        profile=profile,
        now=now,
        surroundings=surroundings,
        contents=None if instruments is None else instruments.contents,
        explain=explain,
        signing=None if instruments is None else instruments.signing,
    ) as reading:
        package = reading.package
        rewritten = sink is not None and isinstance(package, DocumentPackage) and not reading.refused
        if rewritten and sink is not None and package is not None:
            reserialise_to(sink, package, TraceHeader(None, trace_time(hop_at)))
        return Examined(None if package is None else _facts(package), reading.findings, rewritten)


def _facts(package: DocumentPackage | StatusPackage) -> Facts:
    header = package.header
    if isinstance(package, StatusPackage):
        status = package.header
        return Facts(
            kind="status",
            document_id=status.response_for.document_id,
            from_code=header.sender.organ_id,
            about=status.response_for.organ_id,
            notation=status.response_for.code or "",
            status_code=status.status_code or "",
            title=status.description or "",
            description=status.description or "",
        )
    document = package.header
    business = package.trace.business if package.trace is not None else None
    changes = business is not None and business.doc_type in (TAKE_BACK, UPDATE)
    return Facts(
        kind="document",
        document_id=document.document_id,
        from_code=header.sender.organ_id,
        to=tuple(organisation.organ_id or "" for organisation in document.to),
        business_type=(business.doc_type or "") if business is not None else "",
        title=document.subject or "",
        notation=document.code.sign,
        issued=document.promulgation.date or "",
        document_type=document.document_type.type_name or document.document_type.type or "",
        target=(business.document_id or document.document_id) if business is not None and changes else None,
    )
