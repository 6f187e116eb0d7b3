"""Defects of what the header of a document says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from conformance.mutants.defect import Defect
from conformance.reference_dms import composing, vietnam
from conformance.reference_dms.composing import Issue
from conformance.reference_dms.drafts import SUBJECT_LIMIT, Draft
from conformance.reference_dms.office import Agency, Office, Refusal
from protocol.package.model import Code, DocumentHeader, DocumentPackage, DocumentType

Compose = Callable[[Office, Draft, Agency, Issue], DocumentPackage]


def _header(change: Callable[[DocumentHeader], DocumentHeader]) -> Compose:
    """Compose as the DMS does and change the header afterwards."""

    def compose(office: Office, draft: Draft, agency: Agency, issue: Issue) -> DocumentPackage:
        package = composing.compose(office, draft, agency, issue)
        return replace(package, header=change(package.header))

    return compose


def _latin1_subject(header: DocumentHeader) -> DocumentHeader:
    return replace(header, subject=(header.subject or "").encode("latin-1", "replace").decode("latin-1"))


def _byte_truncated_subject(header: DocumentHeader) -> DocumentHeader:
    return replace(header, subject=(header.subject or "").encode()[:SUBJECT_LIMIT].decode(errors="ignore"))


def _nameless_sender(header: DocumentHeader) -> DocumentHeader:
    return replace(header, sender=replace(header.sender, organ_name=None))


def _number_holds_sign(header: DocumentHeader) -> DocumentHeader:
    return replace(header, code=Code(header.code.sign, header.code.notation))


def _day_first_date(header: DocumentHeader) -> DocumentHeader:
    day = vietnam.read_day(header.promulgation.date)
    text = day.strftime("%d/%m/%Y") if day else None
    return replace(header, promulgation=replace(header.promulgation, date=text))


def _always_cong_van(header: DocumentHeader) -> DocumentHeader:
    return replace(header, document_type=DocumentType("18", "0", "Công văn"))


def _signer_without_position(header: DocumentHeader) -> DocumentHeader:
    return replace(header, signer=replace(header.signer, position=None) if header.signer else None)


def _priority_zero(header: DocumentHeader) -> DocumentHeader:
    return replace(header, other=replace(header.other, priority="0") if header.other else None)


def _appendixes_dropped(header: DocumentHeader) -> DocumentHeader:
    return replace(header, other=replace(header.other, appendixes=()) if header.other else None)


def _identify_in_another_year(sender: str, day: date, code: Code) -> str:
    return composing.identify(sender, day.replace(year=2019, day=min(day.day, 28)), code)


def _no_limit(draft: Draft) -> Refusal | None:
    del draft
    return None


DEFECTS = (
    Defect("latin1-subject", "PKG-06", {"compose": _header(_latin1_subject)}),
    Defect("byte-truncated-subject", "HDR-12", {"compose": _header(_byte_truncated_subject)}),
    Defect("no-subject-limit", "HDR-12", {"subject_limit": _no_limit}),
    Defect("nameless-sender", "HDR-01", {"compose": _header(_nameless_sender)}),
    Defect("constant-identifier", "ID-12", {"identify": _identify_in_another_year}),
    Defect("number-holds-sign", "HDR-05", {"compose": _header(_number_holds_sign)}),
    Defect("no-leading-zero", "HDR-06", {"number_text": str}),
    Defect("day-first-dates", "HDR-07", {"compose": _header(_day_first_date)}),
    Defect("always-cong-van", "HDR-11", {"compose": _header(_always_cong_van)}),
    Defect("signer-without-position", "HDR-14", {"compose": _header(_signer_without_position)}),
    Defect("priority-zero", "HDR-17", {"compose": _header(_priority_zero)}),
    Defect("appendixes-dropped", "HDR-19", {"compose": _header(_appendixes_dropped)}),
)
