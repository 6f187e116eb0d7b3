"""Recall, update, replacement: what a package of type 1, 2 or 3 has to say about the document that it changes."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import Business, BusinessDocumentInfo, DocumentPackage
from protocol.rules.business import BUSINESS, RECALL, REPLACEMENT, UPDATE
from protocol.rules.context import ATTACHMENT, Context, DocumentRule

REMOVED, ADDED = "0", "1"
_INFO = f"{BUSINESS}/BussinessDocumentInfo"
_RECEIVER = f"{_INFO}/ReceiverList/Receiver"
_REPLACED = f"{BUSINESS}/ReplacementInfoList/ReplacementInfo"


def recall(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-06, RCL-16: a recall says why, names one document, and carries no file that could be taken for a new one."""
    part = _business(package, RECALL)
    if part is None:
        return
    if not part.reason:
        yield from context.breach("recall-reason-missing", f"{BUSINESS}/BussinessDocReason")
    if part.document_id and package.header.document_id and part.document_id != package.header.document_id:
        # Some receivers look here and some in the header: two answers recall two documents.
        path = f"{BUSINESS}/DocumentId"
        yield from context.breach(
            "recall-target-differs", path, expected=package.header.document_id, got=part.document_id
        )
    if package.attachments:
        yield from context.breach(
            "recall-with-attachments", ATTACHMENT, expected="0", got=str(len(package.attachments))
        )


def update(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-10: an update names its document and says what changes: the document, its receivers, or both."""
    part = _business(package, UPDATE)
    if part is None:
        return
    if not part.document_id:
        yield from context.breach("update-target-missing", f"{BUSINESS}/DocumentId", expected="DocumentId")
    info = part.document_info
    if info is None:
        yield from context.breach("update-details-missing", _INFO)
        return
    for name, flag in (("DocumentInfo", info.document_info), ("DocumentReceiver", info.document_receiver)):
        if flag and flag not in {"0", "1"}:
            yield from context.breach("update-flag-unknown", f"{_INFO}/{name}", expected="0 | 1", got=flag)
    if info.document_receiver == "1" and not info.receivers:
        yield from context.breach("update-receivers-missing", f"{_INFO}/ReceiverList", expected=">= 1", got="0")
    elif _changes_nothing(info):
        yield from context.breach("update-changes-nothing", _INFO, expected="DocumentInfo 1 | DocumentReceiver 1")


def update_receivers(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-10: receivers are removed (0) or added (1), each once; the added are addressed, the removed no longer."""
    part = _business(package, UPDATE)
    addressed = {body.organ_id for body in package.header.to}
    said: dict[str, str | None] = {}
    for number, receiver in enumerate(part.document_info.receivers if part and part.document_info else (), 1):
        path, code = f"{_RECEIVER}[{number}]", receiver.organ_id
        if receiver.receiver_type not in {REMOVED, ADDED}:
            yield from context.breach(
                "receiver-type-unknown", f"{path}/ReceiverType", expected="0 | 1", got=receiver.receiver_type
            )
        if not code:
            yield from context.breach("receiver-code-missing", f"{path}/OrganId", expected="OrganId")
            continue
        if said.get(code, receiver.receiver_type) != receiver.receiver_type:
            yield from context.breach(
                "receiver-contradicts", path, expected=said[code] or "", got=f"{code}: {receiver.receiver_type}"
            )
        elif receiver.receiver_type == ADDED and code not in addressed:
            yield from context.breach("update-added-not-addressed", f"{path}/OrganId", expected="To/OrganId", got=code)
        elif receiver.receiver_type == REMOVED and code in addressed:
            yield from context.breach("update-removed-still-addressed", f"{path}/OrganId", expected="", got=code)
        said.setdefault(code, receiver.receiver_type)


def replacement(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """RCL-11: a replacement names what it replaces (not itself) and for whom (recipients of its own)."""
    part = _business(package, REPLACEMENT)
    if part is None:
        return
    if not part.replacements:
        yield from context.breach("replacement-details-missing", f"{BUSINESS}/ReplacementInfoList")
    addressed = {body.organ_id for body in package.header.to}
    for number, replaced in enumerate(part.replacements, 1):
        path = f"{_REPLACED}[{number}]"
        if not replaced.document_id or not any(replaced.organ_ids):
            yield from context.breach("replacement-details-missing", path, expected="DocumentId, OrganIdList")
        if replaced.document_id and replaced.document_id == package.header.document_id:
            yield from context.breach(
                "replacement-names-itself",
                f"{path}/DocumentId",
                expected="!= MessageHeader/DocumentId",
                got=replaced.document_id,
            )
        for index, code in enumerate(replaced.organ_ids, 1):
            if code and code not in addressed:
                yield from context.breach(
                    "replacement-recipient-not-addressed",
                    f"{path}/OrganIdList/OrganId[{index}]",
                    expected="To/OrganId",
                    got=code,
                )


def _business(package: DocumentPackage, doc_type: str) -> Business | None:
    part = package.trace.business if package.trace else None
    return part if part is not None and part.doc_type == doc_type else None


def _changes_nothing(info: BusinessDocumentInfo) -> bool:
    return info.document_info != "1" and info.document_receiver != "1" and not info.receivers


RULES: tuple[DocumentRule, ...] = (recall, update, update_receivers, replacement)
