"""Recall: announced to everybody, obeyed for the sender, refused to strangers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from conformance.case import Case, Exchange, Ref
from conformance.checks import check
from conformance.crossing import as_crossing, as_status
from conformance.scenarios.arrivals import (
    accepted_letter,
    arrived_letter,
    perform,
    sent_document,
    steps,
    taken_back_from,
    work_through,
)
from conformance.scenarios.sightings import codes_about, digested, fetched, reported, same, state_of, two_digits
from conformance.system import Peer
from protocol.package.model import Business, DocumentPackage, Trace, TraceHeader

TAKEN_BACK = "recalled"


async def recalled_document(case: Case, peers: list[Peer]) -> tuple[Ref, str]:
    """Let the system send a document and recall it; give the document and the reason of the recall."""
    ref, _ = await sent_document(case, case.draft(to=peers))
    await case.shown(
        ref,
        "sent",
        until=lambda entry: entry["state"] == "sent",
        reason="document-did-not-cross",
        expected="state sent",
    )
    reason = f"Văn bản gửi nhầm nội dung ({case.random.randint(1000, 9999)})"
    await perform(case, "recall", ref, reason=reason)
    return ref, reason


async def announcement(case: Case, ref: Ref, peer: Peer) -> Exchange:
    """Wait for the recall of a document to be announced to one recipient, by status 13 or by a package of type 1."""
    return await case.exchange(
        lambda seen: _announces(seen, ref, peer),
        reason="recall-not-announced",
        expected=f"status 13, or a package of type 1, to {peer.code}",
    )


def _announces(seen: Exchange, ref: Ref, peer: Peer) -> bool:
    status = as_status(seen)
    if status is not None:
        about = status.package.header.response_for
        return status.code == "13" and about.document_id == ref.document_id and about.organ_id == peer.code
    crossing = as_crossing(seen)
    business = crossing.package.trace.business if crossing and crossing.package.trace else None
    if crossing is None or business is None or business.doc_type != "1":
        return False
    named = (business.document_id, crossing.package.header.document_id)
    return ref.document_id in named and peer.code in crossing.recipients


def _reason_of(seen: Exchange) -> str | None:
    package = seen.package
    if isinstance(package, DocumentPackage):
        return package.trace.business.reason if package.trace and package.trace.business else None
    return None if package is None else package.header.description


@check("RCL-01/recall-is-announced")
async def test_a_recall_is_announced_to_every_recipient(case: Case) -> None:
    """Each of two recipients is told of the recall, and why."""
    peers = [await case.peer() for _ in range(2)]
    ref, reason = await recalled_document(case, peers)
    for peer in peers:
        told = await announcement(case, ref, peer)
        case.require(
            same(_reason_of(told), reason) or reason in (_reason_of(told) or ""),
            "recall-without-reason",
            expected=f"the reason {reason!r}",
            got=repr(_reason_of(told)),
            witnesses=[told],
        )


@check("RCL-07/recall-answers-are-shown")
async def test_the_answers_to_a_recall_are_shown(case: Case) -> None:
    """Of two recipients one agrees (15) and one declines (16), and the sender is shown which."""
    peers = [await case.peer() for _ in range(2)]
    ref, _ = await recalled_document(case, peers)
    for peer in peers:
        await announcement(case, ref, peer)
    original = (await case.crossings(ref))[0]
    await case.report_status(peers[0], original, "15")
    await case.report_status(peers[1], original, "16", description="Văn bản đã được thi hành")
    await case.shown(
        ref,
        "sent",
        until=lambda entry: (state_of(entry, peers[0]), state_of(entry, peers[1])) == (TAKEN_BACK, "recall-refused"),
        reason="recall-answer-not-shown",
        expected=f"{peers[0].code}: recalled, {peers[1].code}: recall-refused",
    )


async def answered_recall(case: Case, letter: DocumentPackage, *, agree: bool, reason: str) -> None:
    """Answer a recall as soon as the system knows of it.

    A system that cancels by itself, as the law wants, has nothing to ask: then its 15 or its state has said so already.
    ``reason`` is the violation for a system that offers nothing to answer until the deadline.
    """
    named = {"document": Ref.of(letter).to_json(), "agree": agree, "reason": "Trả lời yêu cầu lấy lại"}
    loop = asyncio.get_running_loop()
    pause = min(max(case.interval / 2, 0.2), 5.0)
    while (answer := await case.dms.call("answer_recall", named)).kind == "refused":
        entry = await case.dms.received(letter)
        if agree and (entry is None or entry["state"] == TAKEN_BACK):
            case.note("cancelled without being asked")
            return
        if case.deadline - loop.time() <= pause:
            raise case.fail(reason, expected="a recall to answer", got=f"answer_recall refused: {answer.reason}")
        await asyncio.sleep(pause)
    if answer.kind != "ok":
        await case.dms.do("answer_recall", named)


@check("RCL-02/recalled-means-cancelled")
async def test_a_recalled_letter_is_cancelled_and_the_sender_told(case: Case) -> None:
    """A letter that its sender takes back is cancelled, cannot be processed any more, and 15 says so.

    A second letter in the same state goes through every step, so that a refusal is due to the recall and nothing else.
    """
    peer = await case.peer()
    letter, twin = await asyncio.gather(accepted_letter(case, peer), accepted_letter(case, peer))
    request = await case.report_status(peer, taken_back_from(case, letter), "13", description="Gửi nhầm văn bản")
    await fetched(case, request, reason="recall-not-answered")
    await answered_recall(case, letter, agree=True, reason="recall-not-answered")
    await reported(case, letter, "15", to=peer, reason="recall-not-answered", expected="status 15 to the sender")
    await _shown_as_recalled(case, letter)
    await work_through(case, twin)
    for operation in steps(case):
        await case.dms.refused(operation, {"document": Ref.of(letter).to_json()}, reason="recalled-but-processable")


async def _shown_as_recalled(case: Case, letter: DocumentPackage) -> None:
    entry = await case.dms.received(letter)
    if entry is None:
        case.note("the register has destroyed the recalled letter (ND 30/2020, appendix VI, III.8 b)")
        return
    await case.shown(
        letter,
        until=lambda entry: entry["state"] == TAKEN_BACK,
        reason="recalled-not-shown",
        expected="state recalled, or no entry any more",
    )


@check("RCL-06/recall-by-package")
async def test_a_recall_package_is_understood_in_both_forms(case: Case) -> None:
    """A package of type 1 names what it recalls in its header or in Bussiness/DocumentId; either is understood."""
    peer = await case.peer()
    in_header, in_business = await asyncio.gather(arrived_letter(case, peer), arrived_letter(case, peer))
    packages = {
        in_header.header.document_id: _recall(case, in_header, in_header, None),
        in_business.header.document_id: _recall(
            case, case.letter(sender=peer, to=[case.sut]), in_business, in_business.header.document_id
        ),
    }
    for package in packages.values():
        await fetched(case, await case.deliver(package, sender=peer), reason="recall-package-ignored")
    for letter in (in_header, in_business):
        await answered_recall(case, letter, agree=True, reason="recall-package-ignored")
        names = {letter.header.document_id, packages[letter.header.document_id].header.document_id}
        await case.exchange(
            lambda seen, names=names: _agrees(seen, names),  # type: ignore[misc] # bound per round
            reason="recall-package-ignored",
            expected=f"status 15 about {letter.header.document_id}",
        )
        await _shown_as_recalled(case, letter)


def _recall(case: Case, carrier: DocumentPackage, recalled: DocumentPackage, named: str | None) -> DocumentPackage:
    """Make the package of type 1: the header of ``carrier``, and ``named`` as Bussiness/DocumentId."""
    stamp = case.now().strftime("%Y/%m/%d %H:%M:%S")
    business = Business(doc_type="1", reason="Gửi nhầm văn bản", document_id=named, paper="0")
    trace = Trace(hops=(TraceHeader(recalled.header.sender.organ_id, stamp),), business=business)
    return replace(carrier, trace=trace)


def _agrees(seen: Exchange, names: set[str | None]) -> bool:
    status = as_status(seen)
    return status is not None and status.code == "15" and status.package.header.response_for.document_id in names


@check("RCL-09/forged-recall")
async def test_a_stranger_cannot_recall_a_letter(case: Case) -> None:
    """13 from a third party leaves the letter as it was: no 15, and it can be worked on and finished."""
    peer, stranger = await case.peer(), await case.peer()
    letter = await accepted_letter(case, peer)
    await digested(
        case, await case.report_status(stranger, taken_back_from(case, letter), "13", description="Yêu cầu lấy lại")
    )
    entry = await case.shown(letter, reason="forged-recall-obeyed", expected="the letter is still in the register")
    case.require(
        entry["state"] == "registered" and "15" not in codes_about(case, letter),
        "forged-recall-obeyed",
        expected="registered, as before, and no 15",
        got=f"state {entry['state']}, statuses {', '.join(codes_about(case, letter))}",
    )
    await work_through(case, letter)
    await case.shown(
        letter,
        until=lambda entry: entry["state"] == "finished",
        reason="forged-recall-obeyed",
        expected="finished",
    )


@check("STS-13/recall-refused")
async def test_a_declined_recall_is_answered_by_16(case: Case) -> None:
    """Declining a recall reports 16 in the receiver's name, and the letter is where it was before."""
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    request = await case.report_status(peer, taken_back_from(case, letter), "13", description="Gửi nhầm văn bản")
    await fetched(case, request, reason="recall-refusal-not-reported")
    await answered_recall(case, letter, agree=False, reason="recall-refusal-not-reported")
    told = await reported(
        case, letter, "16", to=peer, reason="recall-refusal-not-reported", expected="status 16 to the sender"
    )
    sender = told.package.header.sender.organ_id
    case.require(
        sender in case.sut.codes and two_digits(told.code) == "16",
        "recall-refusal-not-reported",
        expected=f"16 from {case.sut.code}",
        got=f"{told.code} from {sender}",
        witnesses=[told.exchange],
    )
    await case.shown(
        letter,
        until=lambda entry: entry["state"] == "arrived",
        reason="refused-recall-changed-state",
        expected="arrived, as before the request",
    )
