"""Retries: a lost answer and a lost axis, and still one document."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from conformance.case import Case
from conformance.checks import check
from conformance.observer import SEND, Exchange
from conformance.scenarios.sightings import axis_id, documents_crossed, recognisable, state_of
from conformance.told import told
from protocol.package.attachment import AttachmentRefused, original
from protocol.package.model import Attachment, DocumentPackage

LEFT = ("sent", "arrived")


@check("SND-07/retry-after-reset")
async def test_a_retry_after_a_lost_answer_is_the_same_document(case: Case) -> None:
    """The axis takes a document and its answer is lost: whatever the system does then, there is one document.

    It may send the same again, or look into the axis's list and find it there: both are right. Rebuilding the package
    with a later hop is allowed as long as identifier, text and files stay.
    """
    peer = await case.peer()
    draft = case.draft(to=[peer], files=3)  # of which the third travels zipped
    sign = recognisable(case, draft)
    fault = await case.fault("reset-after", operation=SEND)
    ref = await case.dms.send(draft)
    first = await case.exchange(
        lambda seen: _carries(seen, sign.fits),
        reason="document-did-not-cross",
        expected=told("a sendEdoc of the document, whose answer is lost"),
    )
    await fault.lift()
    await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) in LEFT,
        reason="not-shown-as-sent",
        expected=told("sent, once the lost answer was got over"),
    )
    await case.intervals(1)
    packages = case.exchanges(lambda seen: _carries(seen, sign.fits))
    names = {_package(seen).header.document_id for seen in packages}
    case.require(
        names == {ref.document_id},
        "identity-changed-on-retry",
        expected=told("every attempt under {document_id}", document_id=ref.document_id),
        got=", ".join(sorted(str(name) for name in names)),
        witnesses=[first, packages[-1]],
    )
    contents = {_content(_package(seen)) for seen in packages}
    case.require(
        len(contents) == 1,
        "content-changed-on-retry",
        expected=told("the same text, recipients and files in every attempt"),
        got=told("{count} different contents in {attempts} attempts", count=len(contents), attempts=len(packages)),
        witnesses=[first, packages[-1]],
    )


@check("SND-08/retry-after-outage")
async def test_sending_is_tried_again_until_the_axis_is_back(case: Case) -> None:
    """The axis breaks connections for a while: the document is tried again afterwards, accepted, and shown as sent."""
    peer = await case.peer()
    draft = case.draft(to=[peer])
    sign = recognisable(case, draft)
    fault = await case.fault("reset-before", operation=SEND)
    ref = await case.dms.send(draft)
    first = await case.exchange(
        lambda seen: not seen.accepted and _carries(seen, sign.fits),
        reason="not-offered-to-the-axis",
        expected=told("a sendEdoc of the document, which the axis breaks off"),
    )
    # A second failed attempt is wanted, but a patient system is not kept waiting for it.
    second = await case.stage.observer.wait(
        lambda seen: seen.system == case.sut.id and seen.seq > first.seq and _carries(seen, sign.fits),
        min(case.deadline, asyncio.get_running_loop().time() + case.interval),
    )
    case.note(f"{1 if second is None else 2} attempts were broken off")
    await fault.lift()
    crossing = await case.exchange(
        lambda seen: seen.accepted and _carries(seen, sign.fits),
        reason="gave-up-after-failure",
        expected=told("the document crosses once the axis is back"),
    )
    await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) in LEFT,
        reason="not-shown-as-sent",
        expected=told("sent"),
    )
    # Under which name it crossed is the matter of the lost answer; here it has to cross once.
    sendings = {await axis_id(case, one) for one in documents_crossed(case, sign.fits)}
    case.require(
        len(sendings) == 1,
        "document-sent-twice",
        expected=told("one sending"),
        got=told("{count} sendings", count=len(sendings)),
        witnesses=[crossing],
    )


def _carries(seen: Exchange, fits: Callable[[DocumentPackage], bool]) -> bool:
    return seen.operation == SEND and isinstance(seen.package, DocumentPackage) and fits(seen.package)


def _package(seen: Exchange) -> DocumentPackage:
    package = seen.package
    assert isinstance(package, DocumentPackage)
    return package


def _content(package: DocumentPackage) -> tuple[object, ...]:
    header = package.header
    files = tuple(sorted(_digest(file) for file in package.attachments))
    return header.subject, header.code, header.promulgation, tuple(to.organ_id for to in header.to), files


def _digest(attachment: Attachment) -> str:
    """Give the digest of the file itself: the zip around it may hold the time of packing."""
    try:
        return original(attachment).sha256
    except AttachmentRefused:
        return attachment.sha256
