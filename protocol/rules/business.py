"""Trace and business part: what the sender wants with the package (new, recall, update, replacement)."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.package.reserialise import UNKNOWN_ORGAN
from protocol.package.tree import child, children
from protocol.rules.context import TRACE, Context, DocumentRule

NEW, RECALL, UPDATE, REPLACEMENT = "0", "1", "2", "3"
BUSINESS = f"{TRACE}/Bussiness"


def trace(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-26: the sender signs the trace; later hops without a code are normal (H-X12, H-X13)."""
    hops = package.trace.hops if package.trace else ()
    if not hops:
        yield from context.breach("trace-missing", f"{TRACE}/TraceHeader")
    elif not hops[0].organ_id or hops[0].organ_id == UNKNOWN_ORGAN:
        expected = package.header.sender.organ_id or ""
        yield from context.breach(
            "trace-organ-missing", f"{TRACE}/TraceHeader/OrganId", expected=expected, got=hops[0].organ_id
        )


def business(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """H-X12, H-X19: one business part of a known type."""
    part = package.trace.business if package.trace else None
    if part is None:
        yield from context.breach("business-missing", BUSINESS, expected="BussinessDocType 0")
        return
    root = context.reading.root
    found = len(children(child(root, *TRACE.split("/")), "Bussiness")) if root is not None else 1
    if found > 1:
        yield from context.breach("business-repeated", f"{BUSINESS}[2]", expected="1", got=str(found))
    if part.doc_type not in {NEW, RECALL, UPDATE, REPLACEMENT}:
        yield from context.breach(
            "business-type-unknown", f"{BUSINESS}/BussinessDocType", expected="0-3", got=part.doc_type
        )


def recall(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-06: a recall says why."""
    part = package.trace.business if package.trace else None
    if part and part.doc_type == RECALL and not part.reason:
        yield from context.breach("recall-reason-missing", f"{BUSINESS}/BussinessDocReason")


def update(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-10: an update says what changes; receivers are removed (0) or added (1)."""
    part = package.trace.business if package.trace else None
    if not part or part.doc_type != UPDATE:
        return
    if part.document_info is None:
        yield from context.breach("update-details-missing", f"{BUSINESS}/BussinessDocumentInfo")
        return
    for number, receiver in enumerate(part.document_info.receivers, 1):
        if receiver.receiver_type not in {"0", "1"}:
            path = f"{BUSINESS}/BussinessDocumentInfo/ReceiverList/Receiver[{number}]/ReceiverType"
            yield from context.breach("receiver-type-unknown", path, expected="0 | 1", got=receiver.receiver_type)


def replacement(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-11: a replacement names what it replaces and for whom."""
    part = package.trace.business if package.trace else None
    if not part or part.doc_type != REPLACEMENT:
        return
    if not part.replacements:
        yield from context.breach("replacement-details-missing", f"{BUSINESS}/ReplacementInfoList")
    for number, replaced in enumerate(part.replacements, 1):
        if not replaced.document_id or not any(replaced.organ_ids):
            path = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo[{number}]"
            yield from context.breach("replacement-details-missing", path, expected="DocumentId, OrganIdList")


RULES: tuple[DocumentRule, ...] = (trace, business, recall, update, replacement)
