"""Trace and business part: where a package comes from and what its sender wants with it."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import BusinessDocumentInfo, DocumentPackage
from protocol.package.reserialise import UNKNOWN_ORGAN
from protocol.package.tree import child, children
from protocol.rules.context import TRACE, Context, DocumentRule

NEW, RECALL, UPDATE, REPLACEMENT = "0", "1", "2", "3"
BUSINESS = f"{TRACE}/Bussiness"


def trace(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-26: the sender signs the trace; later hops without a code are normal.

    A first hop without a code was seen to lose packages (H-X12), one with the word ``null`` was not (H-X13).
    """
    hops = package.trace.hops if package.trace else ()
    if not hops:
        yield from context.breach("trace-missing", f"{TRACE}/TraceHeader")
    elif not hops[0].organ_id or hops[0].organ_id == UNKNOWN_ORGAN:
        reason, path = "trace-organ-null" if hops[0].organ_id else "trace-organ-missing", f"{TRACE}/TraceHeader/OrganId"
        expected = package.header.sender.organ_id or ""
        yield from context.breach(reason, path, expected=expected, got=hops[0].organ_id)
    elif package.header.sender.organ_id and not context.surroundings.same_body(
        hops[0].organ_id, package.header.sender.organ_id
    ):
        yield from context.breach(
            "trace-begins-elsewhere",
            f"{TRACE}/TraceHeader[1]/OrganId",
            expected=package.header.sender.organ_id,
            got=hops[0].organ_id,
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


def parts(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-06: only an update says what changes, only a replacement what it replaces."""
    part = package.trace.business if package.trace else None
    if part is None or part.doc_type not in {NEW, RECALL, UPDATE, REPLACEMENT}:
        return
    changes = part.document_info is not None and part.document_info != BusinessDocumentInfo()
    if changes and part.doc_type != UPDATE:
        path = f"{BUSINESS}/BussinessDocumentInfo"
        yield from context.breach("business-parts-contradict", path, expected="BussinessDocType 2", got=part.doc_type)
    if part.replacements and part.doc_type != REPLACEMENT:
        path = f"{BUSINESS}/ReplacementInfoList"
        yield from context.breach("business-parts-contradict", path, expected="BussinessDocType 3", got=part.doc_type)


RULES: tuple[DocumentRule, ...] = (trace, business, parts)
