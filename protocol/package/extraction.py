"""From the tree of a skeleton to the model, whatever the order and the prefixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from protocol.package import fragment
from protocol.package.model import (
    XMLDSIG_NAMESPACE,
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
    StatusHeader,
    StatusPackage,
    Trace,
    TraceHeader,
)
from protocol.package.scanner import Payload
from protocol.package.spool import Spool
from protocol.package.tree import child, children, text, text_of


def document_package(root: etree._Element, payloads: Mapping[etree._Element, Payload], spool: Spool) -> DocumentPackage:
    """Read a document package; elements that are absent give ``None``."""
    header = child(root, "edXMLEnvelope", "edXMLHeader")
    manifest = child(root, "edXMLEnvelope", "edXMLBody", "edXMLManifest")
    return DocumentPackage(
        header=_document_header(child(header, "MessageHeader")),
        trace=_trace(child(header, "TraceHeaderList")),
        manifest=None if manifest is None else tuple(_reference(line) for line in children(manifest, "Reference")),
        attachments=tuple(
            _attachment(element, payloads, spool)
            for encoded in children(root, "AttachmentEncoded")
            for element in children(encoded, "Attachment")
        ),
        signature=_signature(header),
    )


def status_package(root: etree._Element) -> StatusPackage:
    """Read a status package."""
    header = child(root, "edXMLEnvelope", "edXMLHeader", "MessageHeader")
    answered = child(header, "ResponseFor")
    return StatusPackage(
        StatusHeader(
            sender=_organisation(child(header, "From")),
            response_for=ResponseFor() if answered is None else _response_for(answered),
            status_code=text(header, "StatusCode"),
            description=text(header, "Description"),
            timestamp=text(header, "Timestamp"),
            staff=_staff(child(header, "StaffInfo")),
        )
    )


def _document_header(header: etree._Element | None) -> DocumentHeader:
    signer = child(header, "SignerInfo")
    return DocumentHeader(
        sender=_organisation(child(header, "From")),
        to=tuple(_organisation(element) for element in children(header, "To")),
        document_id=text(header, "DocumentId"),
        code=Code(text(header, "Code", "CodeNumber"), text(header, "Code", "CodeNotation")),
        promulgation=PromulgationInfo(
            text(header, "PromulgationInfo", "Place"), text(header, "PromulgationInfo", "PromulgationDate")
        ),
        document_type=DocumentType(
            text(header, "DocumentType", "Type"),
            text(header, "DocumentType", "TypeDetail"),
            text(header, "DocumentType", "TypeName"),
        ),
        subject=text(header, "Subject"),
        content=text(header, "Content"),
        signer=None
        if signer is None
        else SignerInfo(text(signer, "Competence"), text(signer, "Position"), text(signer, "FullName")),
        due_date=text(header, "DueDate"),
        other=_other_info(child(header, "OtherInfo")),
        response_for=tuple(_response_for(element) for element in children(header, "ResponseFor")),
        steering_type=text(header, "SteeringType"),
        application_type=text(header, "ApplicationType"),
        task_codes=_texts(child(header, "ResponseForTask"), "TaskCode"),
        to_places=_texts(child(header, "ToPlaces"), "Place"),
    )


def _texts(parent: etree._Element | None, name: str) -> tuple[str, ...]:
    return tuple(text_of(element) or "" for element in children(parent, name))


def _organisation(element: etree._Element | None) -> Organisation:
    return Organisation(
        organ_id=text(element, "OrganId"),
        organization_in_charge=text(element, "OrganizationInCharge"),
        organ_name=text(element, "OrganName"),
        organ_add=text(element, "OrganAdd"),
        email=text(element, "Email"),
        telephone=text(element, "Telephone"),
        fax=text(element, "Fax"),
        website=text(element, "Website"),
    )


def _other_info(element: etree._Element | None) -> OtherInfo | None:
    if element is None:
        return None
    return OtherInfo(
        priority=text(element, "Priority"),
        sphere_of_promulgation=text(element, "SphereOfPromulgation"),
        typer_notation=text(element, "TyperNotation"),
        promulgation_amount=text(element, "PromulgationAmount"),
        page_amount=text(element, "PageAmount"),
        direction=text(element, "Direction"),
        appendixes=_texts(child(element, "Appendixes"), "Appendix"),
        reply_fors=fragment.read(child(element, "ReplyFors")),
        reference_codes=fragment.read(child(element, "ReferenceCodes")),
    )


def _response_for(element: etree._Element) -> ResponseFor:
    return ResponseFor(
        text(element, "OrganId"), text(element, "Code"), text(element, "DocumentId"), text(element, "PromulgationDate")
    )


def _staff(element: etree._Element | None) -> StaffInfo | None:
    if element is None:
        return None
    return StaffInfo(
        department=text(element, "Department"),
        staff=text(element, "Staff"),
        email=text(element, "Email"),
        mobile=text(element, "Mobile"),
        department_id=text(element, "DepartmentId"),
        staff_id=text(element, "StaffId"),
    )


def _trace(element: etree._Element | None) -> Trace | None:
    if element is None:
        return None
    business = child(element, "Bussiness")
    return Trace(
        hops=tuple(
            TraceHeader(text(hop, "OrganId"), text(hop, "Timestamp")) for hop in children(element, "TraceHeader")
        ),
        business=None if business is None else _business(business),
        paper=text(element, "Paper"),
    )


def _business(element: etree._Element) -> Business:
    return Business(
        doc_type=text(element, "BussinessDocType"),
        reason=text(element, "BussinessDocReason"),
        document_id=text(element, "DocumentId"),
        paper=text(element, "Paper"),
        document_info=_update(child(element, "BussinessDocumentInfo")),
        replacements=tuple(
            ReplacementInfo(text(replaced, "DocumentId"), _texts(child(replaced, "OrganIdList"), "OrganId"))
            for replaced in children(child(element, "ReplacementInfoList"), "ReplacementInfo")
        ),
        staff=_staff(child(element, "StaffInfo")),
    )


def _update(element: etree._Element | None) -> BusinessDocumentInfo | None:
    if element is None:
        return None
    return BusinessDocumentInfo(
        document_info=text(element, "DocumentInfo"),
        document_receiver=text(element, "DocumentReceiver"),
        receivers=tuple(
            Receiver(text(line, "OrganId"), text(line, "ReceiverType"))
            for line in children(child(element, "ReceiverList"), "Receiver")
        ),
    )


def _reference(element: etree._Element) -> Reference:
    return Reference(
        text(element, "ContentId"),
        text(element, "ContentType"),
        text(element, "Description"),
        text(element, "AttachmentName"),
    )


def _attachment(element: etree._Element, payloads: Mapping[etree._Element, Payload], spool: Spool) -> Attachment:
    encoded = child(element, "ContentTransferEncoded")
    payload = payloads.get(encoded) if encoded is not None else None
    bare = Attachment(
        content_id=text(element, "ContentId"),
        name=text(element, "AttachmentName"),
        content_type=text(element, "ContentType"),
        description=text(element, "Description"),
        field_name=text(element, "FieldName"),
        mime_type=text(element, "MimeType"),
    )
    if payload is None:
        return bare
    stored = payload.stored
    return replace(
        bare,
        size=stored.size,
        sha256=stored.sha256,
        open_payload=lambda: spool.open(stored),
        damaged=bool(payload.flaws),
    )


def _signature(header: etree._Element | None) -> bytes | None:
    """Give the raw ``Signature``, in whichever of its two namespaces it travels (H-X24)."""
    if header is None:
        return None
    element = child(header, "Signature")
    if element is None:
        element = header.find(f"{{{XMLDSIG_NAMESPACE}}}Signature")
    return None if element is None else etree.tostring(element, encoding="utf-8", with_tail=False)
