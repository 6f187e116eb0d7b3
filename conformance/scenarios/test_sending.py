"""Sending: what leaves, to whom, how often, and what the sender is shown of it."""

from __future__ import annotations

from collections import Counter
from functools import partial

from conformance.case import Case, Crossing, Refusal
from conformance.checks import check
from conformance.scenarios.arrivals import offer, sent_document
from conformance.scenarios.sightings import (
    CLOCK_ERROR,
    axis_id,
    documents_crossed,
    line_of,
    offered,
    recognisable,
    same,
    state_of,
)
from conformance.told import told
from fixtures import vietnamese

NOT_YET_ARRIVED = (None, "waiting", "sent")


@check("SND-02/document-crosses-once")
async def test_a_document_reaches_each_recipient_once(case: Case) -> None:
    """A document is sent to each chosen recipient once.

    One sendEdoc for all recipients is the rule of the field, but the law asks only that each gets it: one sendEdoc per
    recipient under the same identifier passes too. The same signed request repeated is a lost answer, not a second
    sending, and the axis says so by answering the same DocId.
    """
    peers = [await case.peer() for _ in range(3)]
    ref = await case.dms.send(case.draft(to=peers))
    for peer in peers:
        await case.crossing(
            ref,
            where=partial(_names, peer.code),
            reason="document-did-not-cross" if not await case.crossings(ref) else "recipient-missed",
            expected=told("the document is sent to {code}", code=peer.code),
        )
    await case.intervals(2)
    sendings = {await axis_id(case, crossing): crossing for crossing in await case.crossings(ref)}
    served = Counter(code for crossing in sendings.values() for code in crossing.recipients)
    case.require(
        served == Counter(peer.code for peer in peers),
        "document-sent-twice",
        expected=told("each of the 3 chosen recipients once"),
        got=", ".join(f"{code}: {times}" for code, times in sorted(served.items())),
        witnesses=[crossing.exchange for crossing in sendings.values()],
    )
    await case.shown(
        ref,
        "sent",
        until=lambda entry: entry["state"] == "sent" and all(line_of(entry, peer) for peer in peers),
        reason="not-shown-as-sent",
        expected=told("state sent, with a line for each recipient"),
    )


def _names(code: str, crossing: Crossing) -> bool:
    return code in crossing.recipients


@check("PKG-06/vietnamese-survives")
async def test_all_vietnamese_letters_survive(case: Case) -> None:
    """A subject with all 134 accented Vietnamese letters crosses unharmed."""
    peer = await case.peer()
    subject = vietnamese.PANGRAM
    ref, crossing = await sent_document(case, case.draft(to=[peer], subject=subject))
    case.require(
        same(crossing.package.header.subject, subject),
        "vietnamese-lost",
        expected=subject,
        got=crossing.package.header.subject or "",
        witnesses=[crossing.exchange],
    )
    entry = await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) is not None,
        reason="not-shown-as-sent",
        expected=told("sent lists the document"),
    )
    if entry.get("subject") is not None:
        case.require(same(entry["subject"], subject), "vietnamese-lost", expected=subject, got=str(entry["subject"]))


@check("SND-05/recipients-as-chosen")
async def test_only_the_chosen_recipients_are_addressed(case: Case) -> None:
    """The recipients of a document are exactly those that were chosen, two of three known ones."""
    known = [await case.peer() for _ in range(3)]
    chosen = case.random.sample(known, 2)
    ref, _ = await sent_document(case, case.draft(to=chosen))
    for peer in chosen:  # a system may send to one after the other
        await case.crossing(
            ref,
            where=partial(_names, peer.code),
            reason="recipients-changed",
            expected=told("the document is sent to {code}", code=peer.code),
        )
    await case.intervals(1)
    addressed = {code for crossing in await case.crossings(ref) for code in crossing.recipients}
    wanted = {peer.code for peer in chosen}
    case.require(
        addressed == wanted,
        "recipients-changed",
        expected=", ".join(sorted(wanted)),
        got=", ".join(sorted(addressed)),
        witnesses=[crossing.exchange for crossing in await case.crossings(ref)],
    )


@check("SND-01/drafts-stay-home")
async def test_a_draft_stays_and_the_signed_document_leaves(case: Case) -> None:
    """A draft is not sent; the same document signed is."""
    peer = await case.peer()
    draft = case.draft(to=[peer], state="draft")
    sign = recognisable(case, draft)
    refusal = await case.dms.refused("send", draft, reason="draft-accepted")
    await case.require_refusal(refusal, reason="draft-accepted", expected=told("the draft is refused"))
    await case.intervals(1)
    early = documents_crossed(case, sign.fits)
    signed_at = case.now() - CLOCK_ERROR
    await sent_document(case, {**draft, "state": "signed"})
    early += [crossing for crossing in documents_crossed(case, sign.fits) if crossing.exchange.at < signed_at]
    case.require(
        not early,
        "draft-crossed",
        expected=told("nothing crosses before the document is signed"),
        got=told("{count} sendEdoc while there was only a draft", count=len(early)),
        witnesses=[crossing.exchange for crossing in early],
    )


@check("SND-03/arrived-means-01")
async def test_arrived_is_shown_on_01_only(case: Case) -> None:
    """That the axis took a package is not its arrival; the recipient's 01 is."""
    peer = await case.peer()
    ref, crossing = await sent_document(case, case.draft(to=[peer]))
    await case.intervals(1)
    state = state_of(await case.dms.sent(ref), peer)
    case.require(
        state in NOT_YET_ARRIVED,
        "arrival-assumed",
        expected=told("waiting or sent, for no status has come"),
        got=str(state),
        witnesses=[crossing.exchange],
    )
    await case.report_status(peer, crossing, "01")
    await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) == "arrived",
        reason="arrival-not-shown",
        expected=told("arrived, after the recipient's 01"),
    )


@check("SND-08/permanent-error-is-final")
async def test_a_permanent_error_is_shown_and_not_retried(case: Case) -> None:
    """What the axis refuses for good is shown as failed and not offered again unchanged.

    A system that knows the directory may refuse such a draft at once, which is better still. Then the same draft to a
    body that exists has to cross: whoever refuses everything has not understood the error.
    """
    peer, unknown = await case.peer(), await case.unknown_code()
    draft = case.draft(to=[unknown])
    sign = recognisable(case, draft)
    outcome = await offer(case, draft)
    if isinstance(outcome, Refusal):
        await case.require_refusal(
            outcome, reason="failure-not-shown", expected=told("the unknown recipient is refused")
        )
        await case.intervals(1)
        strays = documents_crossed(case, sign.fits)
        case.require(
            not strays,
            "resent-unchanged",
            expected=told("nothing leaves"),
            got=told("{count} sendEdoc", count=len(strays)),
        )
        await sent_document(case, {**draft, "to": [peer.code]})
        return
    first = await case.exchange(
        lambda seen: offered(seen, outcome.document_id),
        reason="not-offered-to-the-axis",
        expected=told("a sendEdoc that the axis refuses with ErrorCode 18"),
    )
    await case.shown(
        outcome,
        "sent",
        until=lambda entry: entry["state"] == "failed" or state_of(entry, unknown) == "failed",
        reason="failure-not-shown",
        expected=told("failed, because the axis does not know the recipient"),
    )
    await case.intervals(3)
    attempts = case.exchanges(lambda seen: offered(seen, outcome.document_id))
    case.require(
        len(attempts) <= 2,  # one more may have been under way, or follow a look into a fresh directory
        "resent-unchanged",
        expected=told("at most one more attempt"),
        got=told("{count} attempts", count=len(attempts)),
        witnesses=[first, attempts[-1]],
    )
