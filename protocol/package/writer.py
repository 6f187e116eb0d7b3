"""Writes packages exactly as the official builder does: prefixes, order, line ends, indent.

Default namespace and prefix ``edXML`` are bound to the same address: the envelope is written with the prefix,
everything else without, and ``ContentTransferEncoded`` with a declaration of its own (observed on the wire; a consumer
in the field refuses packages with other prefixes, H-X03). Absent and empty members are left out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import BinaryIO

import pybase64

from protocol.package import fragment, signature
from protocol.package.model import (
    NAMESPACE,
    Attachment,
    Business,
    DocumentHeader,
    Organisation,
    OtherInfo,
    Package,
    Reference,
    ResponseFor,
    StaffInfo,
    StatusHeader,
    StatusPackage,
    Trace,
)
from protocol.package.xmltext import XmlText

CRLF = "\r\n"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_PREFIXED = f' xmlns:edXML="{NAMESPACE}"'
_PAYLOAD = "edXML:ContentTransferEncoded"
_BLOCK = 3 * 16 * 1024  # a multiple of three bytes, so that blocks of base64 join without padding


def write_package(package: Package, *, line_end: str = CRLF) -> bytes:
    """Give the bytes of a package. ``UnwritableCharacter`` names the field that holds a character XML cannot carry.

    ``ValueError`` for a signature that is no XML and for an attachment whose payload was closed.
    """
    target = io.BytesIO()
    write_package_to(target, package, line_end=line_end)
    return target.getvalue()


def write_package_to(stream: BinaryIO, package: Package, *, line_end: str = CRLF) -> None:
    """Write a package into a binary stream; attachments pass through in pieces and are never whole in memory.

    Errors as of ``write_package``; a part of the package may have been written by then.
    """
    xml = XmlText(stream.write, line_end)
    xml.line(_DECLARATION)
    xml.begin("edXML", f' xmlns="{NAMESPACE}"')
    xml.begin("edXML:edXMLEnvelope", _PREFIXED)
    xml.begin("edXML:edXMLHeader")
    if isinstance(package, StatusPackage):
        _status_header(xml, package.header)
        xml.end()
        xml.end()
    else:
        _document_header(xml, package.header)
        _trace(xml, package.trace)
        signature.write(xml, package.signature)
        xml.end()
        _manifest(xml, package.manifest)
        xml.end()
        _attachments(xml, package.attachments)
    xml.end()
    xml.flush()


def _leaves(xml: XmlText, *members: tuple[str, str | None]) -> None:
    for name, text in members:
        xml.leaf(f"edXML:{name}", text)


def _group(xml: XmlText, name: str, *members: tuple[str, str | None]) -> None:
    """Write an element of plain members, or nothing where none of them is there."""
    if any(text for _, text in members):
        xml.begin(f"edXML:{name}")
        _leaves(xml, *members)
        xml.end()


def _list(xml: XmlText, name: str, member: str, texts: Sequence[str]) -> None:
    _group(xml, name, *((member, text) for text in texts))


def _document_header(xml: XmlText, header: DocumentHeader) -> None:
    xml.begin("edXML:MessageHeader")
    _organisation(xml, "From", header.sender)
    for recipient in header.to:
        _organisation(xml, "To", recipient)
    _leaves(xml, ("DocumentId", header.document_id))
    _group(xml, "Code", ("CodeNumber", header.code.number), ("CodeNotation", header.code.notation))
    issued, kind = header.promulgation, header.document_type
    _group(xml, "PromulgationInfo", ("Place", issued.place), ("PromulgationDate", issued.date))
    _group(xml, "DocumentType", ("Type", kind.type), ("TypeDetail", kind.type_detail), ("TypeName", kind.type_name))
    _leaves(xml, ("Subject", header.subject), ("Content", header.content))
    if header.signer is not None:
        signer = header.signer
        _group(
            xml,
            "SignerInfo",
            ("Competence", signer.competence),
            ("Position", signer.position),
            ("FullName", signer.full_name),
        )
    _leaves(xml, ("DueDate", header.due_date))
    _other_info(xml, header.other)
    for answered in header.response_for:
        _response_for(xml, answered)
    _leaves(xml, ("SteeringType", header.steering_type))
    _list(xml, "ResponseForTask", "TaskCode", header.task_codes)
    _leaves(xml, ("ApplicationType", header.application_type))
    _list(xml, "ToPlaces", "Place", header.to_places)
    xml.end()


def _status_header(xml: XmlText, header: StatusHeader) -> None:
    xml.begin("edXML:MessageHeader")
    _organisation(xml, "From", header.sender)
    _response_for(xml, header.response_for)
    _staff(xml, header.staff)
    _leaves(
        xml,
        ("StatusCode", header.status_code),
        ("Description", header.description),
        ("Timestamp", header.timestamp),
    )
    xml.end()


def _organisation(xml: XmlText, name: str, organisation: Organisation) -> None:
    _group(
        xml,
        name,
        ("OrganId", organisation.organ_id),
        ("OrganizationInCharge", organisation.organization_in_charge),
        ("OrganName", organisation.organ_name),
        ("OrganAdd", organisation.organ_add),
        ("Email", organisation.email),
        ("Telephone", organisation.telephone),
        ("Fax", organisation.fax),
        ("Website", organisation.website),
    )


def _response_for(xml: XmlText, answered: ResponseFor) -> None:
    if answered == ResponseFor() or not any(
        (answered.organ_id, answered.code, answered.document_id, answered.promulgation_date)
    ):
        xml.empty("edXML:ResponseFor")
        return
    _group(
        xml,
        "ResponseFor",
        ("OrganId", answered.organ_id),
        ("Code", answered.code),
        ("DocumentId", answered.document_id),
        ("PromulgationDate", answered.promulgation_date),
    )


def _staff(xml: XmlText, staff: StaffInfo | None) -> None:
    if staff is not None:
        _group(
            xml,
            "StaffInfo",
            ("Department", staff.department),
            ("DepartmentId", staff.department_id),
            ("Staff", staff.staff),
            ("StaffId", staff.staff_id),
            ("Email", staff.email),
            ("Mobile", staff.mobile),
        )


def _other_info(xml: XmlText, other: OtherInfo | None) -> None:
    if other is None:
        return
    members = (
        ("Priority", other.priority),
        ("SphereOfPromulgation", other.sphere_of_promulgation),
        ("TyperNotation", other.typer_notation),
        ("PromulgationAmount", other.promulgation_amount),
        ("PageAmount", other.page_amount),
    )
    carried = fragment.says_something(other.reply_fors) or fragment.says_something(other.reference_codes)
    if not any(text for _, text in members) and not (other.direction or carried or any(other.appendixes)):
        return
    xml.begin("edXML:OtherInfo")
    _leaves(xml, *members)
    fragment.write(xml, other.reply_fors)
    _leaves(xml, ("Direction", other.direction))
    fragment.write(xml, other.reference_codes)
    _list(xml, "Appendixes", "Appendix", other.appendixes)
    xml.end()


def _trace(xml: XmlText, trace: Trace | None) -> None:
    if trace is None:
        return
    xml.begin("edXML:TraceHeaderList")
    _leaves(xml, ("Paper", trace.paper))
    if trace.business is not None:
        _business(xml, trace.business)
    for hop in trace.hops:
        _group(xml, "TraceHeader", ("OrganId", hop.organ_id), ("Timestamp", hop.timestamp))
    xml.end()


def _business(xml: XmlText, business: Business) -> None:
    xml.begin("edXML:Bussiness")
    _leaves(
        xml,
        ("DocumentId", business.document_id),
        ("BussinessDocType", business.doc_type),
        ("BussinessDocReason", business.reason),
        ("Paper", business.paper),
    )
    update = business.document_info
    if update is not None:
        xml.begin("edXML:BussinessDocumentInfo")
        _leaves(xml, ("DocumentInfo", update.document_info), ("DocumentReceiver", update.document_receiver))
        if update.receivers:
            xml.begin("edXML:ReceiverList")
            for receiver in update.receivers:
                _group(xml, "Receiver", ("OrganId", receiver.organ_id), ("ReceiverType", receiver.receiver_type))
            xml.end()
        xml.end()
    if business.replacements:
        xml.begin("edXML:ReplacementInfoList")
        for replaced in business.replacements:
            xml.begin("edXML:ReplacementInfo")
            _leaves(xml, ("DocumentId", replaced.document_id))
            _list(xml, "OrganIdList", "OrganId", replaced.organ_ids)
            xml.end()
        xml.end()
    _staff(xml, business.staff)
    xml.end()


def _manifest(xml: XmlText, manifest: Sequence[Reference] | None) -> None:
    if manifest is None:
        return
    xml.begin("edXML:edXMLBody")
    xml.begin("edXML:edXMLManifest", ' version="1.0"')
    for line in manifest:
        _group(
            xml,
            "Reference",
            ("ContentId", line.content_id),
            ("ContentType", line.content_type),
            ("Description", line.description),
            ("AttachmentName", line.attachment_name),
        )
    xml.end()
    xml.end()


def _attachments(xml: XmlText, attachments: Sequence[Attachment]) -> None:
    if not attachments:
        return
    xml.begin("AttachmentEncoded")
    for attachment in attachments:
        xml.begin("Attachment")
        xml.leaf("ContentId", attachment.content_id)
        xml.leaf("AttachmentName", attachment.name)
        xml.leaf("Description", attachment.description)
        xml.leaf("FieldName", attachment.field_name)
        xml.leaf("MimeType", attachment.mime_type)
        xml.leaf("ContentType", attachment.content_type)
        xml.start_of_line(f"<{_PAYLOAD}{_PREFIXED}>")
        with attachment.open_payload() as payload:
            _encode(payload, xml.raw)
        xml.end_of_line(f"</{_PAYLOAD}>")
        xml.end()
    xml.end()


def _encode(payload: BinaryIO, write: Callable[[bytes], None]) -> None:
    held = b""
    while block := payload.read(_BLOCK):
        held += block
        whole = len(held) - len(held) % 3
        write(pybase64.b64encode(held[:whole]))
        held = held[whole:]
    write(pybase64.b64encode(held))
