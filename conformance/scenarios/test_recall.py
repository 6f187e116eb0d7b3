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
from conformance.told import told
from protocol.package.model import Business, DocumentPackage, Trace, TraceHeader

TAKEN_BACK = "recalled"
WORKED_ON = ("registered", "assigned", "processing", "finished")


async def recalled_document(case: Case, peers: list[Peer]) -> tuple[Ref, str]:
    """Let the system send a document and recall it; give the document and the reason of the recall."""
    ref, _ = await sent_document(case, case.draft(to=peers))
    await case.shown(
        ref,
        "sent",
        until=lambda entry: entry["state"] == "sent",
        reason="document-did-not-cross",
        expected=told("state sent"),
    )
    reason = f"Văn bản gửi nhầm nội dung ({case.random.randint(1000, 9999)})"
    await perform(case, "recall", ref, reason=reason)
    return ref, reason


async def announcement(case: Case, ref: Ref, peer: Peer) -> Exchange:
    """Wait for the recall of a document to be announced to one recipient, by status 13 or by a package of type 1."""
    return await case.exchange(
        lambda seen: _announces(seen, ref, peer),
        reason="recall-not-announced",
        expected=told("status 13, or a package of type 1, to {code}", code=peer.code),
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
        announced = await announcement(case, ref, peer)
        case.require(
            same(_reason_of(announced), reason) or reason in (_reason_of(announced) or ""),
            "recall-without-reason",
            expected=told("the reason {reason!r}", reason=reason),
            got=repr(_reason_of(announced)),
            witnesses=[announced],
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
        expected=told("{first}: recalled, {second}: recall-refused", first=peers[0].code, second=peers[1].code),
    )


async def answered_recall(case: Case, letter: DocumentPackage, *, agree: bool, reason: str) -> bool:
    """Answer a recall as soon as the system knows of it.

    The law wants a receiver to cancel (QD 28/2018 Art. 9(2)): one that does so by itself has nothing to ask, and either
    refuses this answer or offers no such operation. Then its 15 or its state has to say what it did, and this is false;
    it is true where the answer was taken. ``reason`` is the
    violation for a system that neither asks nor cancels until the deadline.
    """
    named = {"document": Ref.of(letter).to_json(), "agree": agree, "reason": "Trả lời yêu cầu lấy lại"}
    asks = "answer_recall" in case.sut.capabilities
    refusal = told("nobody is asked")
    loop = asyncio.get_running_loop()
    pause = min(max(case.interval / 2, 0.2), 5.0)
    while True:
        if asks:
            answer = await case.dms.call("answer_recall", named)
            if answer.kind == "ok":
                return True
            if answer.kind != "refused":
                await case.dms.do("answer_recall", named)
            refusal = told("answer_recall refused: {reason}", reason=answer.reason)
        entry = await case.dms.received(letter)
        if entry is None or entry["state"] == TAKEN_BACK or "15" in codes_about(case, letter):
            case.note("cancelled without being asked")
            return False
        if case.deadline - loop.time() <= pause:
            raise case.fail(reason, expected=told("a recall to answer, or one that is obeyed"), got=refusal)
        await asyncio.sleep(pause)


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
    await reported(case, letter, "15", to=peer, reason="recall-not-answered", expected=told("status 15 to the sender"))
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
        expected=told("state recalled, or no entry any more"),
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
            expected=told("status 15 about {document_id}", document_id=letter.header.document_id),
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
    """13 from a third party takes nothing back: no 15, no step backwards, and the letter can be finished."""
    peer, stranger = await case.peer(), await case.peer()
    letter = await accepted_letter(case, peer)
    before = await case.shown(
        letter,
        until=lambda entry: entry["state"] in WORKED_ON,
        reason="not-shown-as-received",
        expected=told("the incoming register shows the letter as accepted"),
    )
    await digested(
        case, await case.report_status(stranger, taken_back_from(case, letter), "13", description="Yêu cầu lấy lại")
    )
    entry = await case.shown(
        letter, reason="forged-recall-obeyed", expected=told("the letter is still in the register")
    )
    # The office may have gone on with it meanwhile; what counts is that it was not thrown back.
    reached = WORKED_ON.index(entry["state"]) if entry["state"] in WORKED_ON else -1
    case.require(
        reached >= WORKED_ON.index(before["state"]) and "15" not in codes_about(case, letter),
        "forged-recall-obeyed",
        expected=told("{state}, as before, or further, and no 15", state=before["state"]),
        got=told("state {state}, statuses {codes}", state=entry["state"], codes=", ".join(codes_about(case, letter))),
    )
    await work_through(case, letter)
    await case.shown(
        letter,
        until=lambda entry: entry["state"] == "finished",
        reason="forged-recall-obeyed",
        expected=told("finished"),
    )


@check("STS-13/recall-refused")
async def test_the_answer_to_a_recall_says_what_was_done(case: Case) -> None:
    """Declining a recall reports 16 and leaves the letter where it was; a system that cancels all the same says 15.

    The law wants the receiver to cancel; asking somebody first is a habit of the field. What may not be is an answer
    that does not agree with what was done, or one under another name.
    """
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    request = await case.report_status(peer, taken_back_from(case, letter), "13", description="Gửi nhầm văn bản")
    await fetched(case, request, reason="recall-refusal-not-reported")
    declined = await answered_recall(case, letter, agree=False, reason="recall-refusal-not-reported")
    report = await case.status(
        letter,
        to=peer,
        reason="recall-refusal-not-reported",
        expected=told("status 16, or 15 where the letter is cancelled, to the sender"),
        where=lambda seen: two_digits(seen.code) in ("15", "16"),
    )
    sender = report.package.header.sender.organ_id
    case.require(
        sender in case.sut.codes,
        "recall-refusal-not-reported",
        expected=told("{answer} from {code}", answer=report.code, code=case.sut.code),
        got=told("{code} from {sender}", code=report.code, sender=sender),
        witnesses=[report.exchange],
    )
    if two_digits(report.code) == "15":
        # Who cancels by itself takes no such answer; who took the officer's no has to act on it.
        case.require(
            not declined,
            "recall-refusal-not-reported",
            expected=told("{answer} from {code}", answer="16", code=case.sut.code),
            got=told("{code} from {sender}", code=report.code, sender=sender),
            witnesses=[report.exchange],
        )
        await _shown_as_recalled(case, letter)
        return
    await case.shown(
        letter,
        until=lambda entry: entry["state"] == "arrived",
        reason="refused-recall-changed-state",
        expected=told("arrived, as before the request"),
    )
