"""Defects of reading what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lxml import etree

from conformance.mutants.defect import Defect
from conformance.reference_dms import intake, registering
from conformance.reference_dms.office import Connection, Office, Refusal
from conformance.reference_dms.registering import Outcome
from protocol.package.layout import DOCUMENT, OPAQUE, SPELLINGS, STATUS, Place
from protocol.package.model import Attachment, DocumentPackage
from protocol.package.reading import Reading
from protocol.wire.items import QueueItem

_Shown = dict[str, Any]
_ShowFile = Callable[[Attachment], _Shown]

# Numbers that the DMS finds in its own table of kinds; any other is shown as a number.
_KNOWN_TYPES = {str(number) for number in range(47)}


def _expand_entities(raw: bytes) -> Reading:
    """Let the parser replace entities, then read what comes out, as a parser with its defaults does."""
    if b"<!DOCTYPE" not in raw:
        return intake.read(raw)
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=True, no_network=True))
    except etree.XMLSyntaxError:
        return intake.read(raw)
    return intake.read(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _header_of(reading: Reading) -> etree._Element | None:
    return None if reading.root is None else reading.root.find(".//{*}MessageHeader")


def _subject_by_position(office: Office, item: QueueItem, reading: Reading, raw: bytes) -> Outcome:
    """Take the subject from the place where the official builder writes it: the seventh after the recipients' first."""
    header = _header_of(reading)
    if header is not None and isinstance(reading.package, DocumentPackage):
        children = [child for child in header if isinstance(child.tag, str)]
        place = len(reading.package.header.to) + 5
        text = "".join(map(str, children[place].itertext())).strip() if place < len(children) else ""
        reading.package = replace(reading.package, header=replace(reading.package.header, subject=text))
    return registering.take_in(office, item, reading, raw)


def _only_known_elements(office: Office, item: QueueItem, reading: Reading, raw: bytes) -> Outcome:
    if reading.root is not None and (unknown := _unknown(reading.root)):
        return Outcome("fail", f"unknown element {unknown}")
    return registering.take_in(office, item, reading, raw)


def _unknown(element: etree._Element) -> str | None:
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name in OPAQUE:
            continue
        if name not in _KNOWN_ELEMENTS:
            return name
        if found := _unknown(child):
            return found
    return None


def _due_date_required(
    package: DocumentPackage, own: Connection, is_ours: Callable[[DocumentPackage, Connection], bool]
) -> Refusal | None:
    """Refuse a document that has neither a due date nor the authority of its signer (a form with required fields)."""
    signer = package.header.signer
    if not package.header.due_date and not (signer and signer.competence):
        return Refusal("format", "thiếu hạn xử lý")
    return intake.judge(package, own, is_ours)


def _due_date_lost(package: DocumentPackage, show_file: _ShowFile) -> _Shown:
    return intake.shown(package, show_file) | {"due_date": None}


def _type_by_number(package: DocumentPackage, show_file: _ShowFile) -> _Shown:
    kind = package.header.document_type
    shown = intake.shown(package, show_file)
    return shown if (kind.type or "") in _KNOWN_TYPES else shown | {"type_name": kind.type}


def _stored_as_it_came(attachment: Attachment) -> _Shown:
    return {"name": intake.shown_file(attachment)["name"], "sha256": attachment.sha256, "size": attachment.size}


def _any_addressee(package: DocumentPackage, own: Connection) -> bool:
    del package, own
    return True


def _nothing_missing(package: DocumentPackage) -> tuple[str, ...]:
    del package
    return ()


def _names(place: Place) -> set[str]:
    return set(place.children).union(*(_names(child) for child in place.children.values()))


_KNOWN_ELEMENTS = _names(DOCUMENT) | _names(STATUS) | set(SPELLINGS)

DEFECTS = (
    Defect("expands-entities", "PKG-09", {"read": _expand_entities}),
    Defect("order-sensitive", "PKG-04", {"take_in": _subject_by_position}),
    Defect("rejects-unknown-elements", "PKG-12", {"take_in": _only_known_elements}),
    Defect("due-date-required", "RCV-14", {"judge": _due_date_required}),
    Defect("due-date-lost", "REC-03", {"shown": _due_date_lost}),
    Defect("type-by-number", "RCV-15", {"shown": _type_by_number}),
    Defect("stores-the-zip", "PKG-13", {"shown_file": _stored_as_it_came}),
    Defect("accepts-any-addressee", "RCV-04", {"is_addressed": _any_addressee}),
    Defect("manifest-not-compared", "ATT-02", {"missing_files": _nothing_missing}),
)
