"""Statuses in: what the sender is shown of each recipient, in good order, in bad order, and in bad faith."""

from __future__ import annotations

from datetime import timedelta

from conformance.case import Case
from conformance.checks import check
from conformance.scenarios.arrivals import sent_document
from conformance.scenarios.sightings import SHOWN_STATES, digested, fetched, state_of
from conformance.told import told

CHAIN = ("01", "03", "04", "05", "06")


@check("STS-06/sender-sees-progress")
async def test_the_sender_sees_each_state_of_each_recipient(case: Case) -> None:
    """Of five recipients of one document each has come one step further, and each is shown where it is."""
    peers = [await case.peer() for _ in CHAIN]
    ref, crossing = await sent_document(case, case.draft(to=peers))
    for reached, peer in enumerate(peers):
        for code in CHAIN[: reached + 1]:
            await case.report_status(peer, crossing, code)
    wanted = {peer.code: SHOWN_STATES[code] for peer, code in zip(peers, CHAIN, strict=True)}
    await case.shown(
        ref,
        "sent",
        until=lambda entry: all(state_of(entry, code) == state for code, state in wanted.items()),
        reason="progress-not-shown",
        expected=", ".join(f"{code}: {state}" for code, state in wanted.items()),
    )


@check("STS-09/out-of-order-statuses")
async def test_the_most_advanced_state_counts_not_the_last_to_arrive(case: Case) -> None:
    """05, 03, 06 and 04 arrive in this order while their times tell the truth: the document is finished."""
    peer = await case.peer()
    ref, crossing = await sent_document(case, case.draft(to=[peer]))
    begun = case.now()
    delivered = [
        await case.report_status(peer, crossing, code, at=begun + timedelta(seconds=CHAIN.index(code)))
        for code in ("05", "03", "06", "04")
    ]
    for one in delivered:
        await fetched(case, one, reason="status-not-fetched")
    await digested(case, delivered[-1])
    await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) == "finished",
        reason="last-arrival-won",
        expected=told("finished"),
    )


@check("STS-15/unknown-status-code")
async def test_an_unknown_code_does_not_stop_the_following(case: Case) -> None:
    """A status 99 is survived: the 03 after it is shown."""
    peer = await case.peer()
    ref, crossing = await sent_document(case, case.draft(to=[peer]))
    strange = await case.report_status(peer, crossing, "99", description="Mã thử nghiệm")
    await fetched(case, strange, reason="status-not-fetched")
    await case.report_status(peer, crossing, "03")
    await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) == "registered",
        reason="stuck-after-unknown-code",
        expected=told("registered, after an unknown code and 03"),
    )


@check("STS-16/forged-status")
async def test_a_stranger_cannot_finish_a_document(case: Case) -> None:
    """06 from a body that is no recipient changes nothing; 03 from the recipient does."""
    peer, stranger = await case.peer(), await case.peer()
    ref, crossing = await sent_document(case, case.draft(to=[peer]))
    await digested(case, await case.report_status(stranger, crossing, "06"))
    for entry in await case.dms.register("sent", ref):
        states = {line["code"]: line["state"] for line in entry["recipients"]}
        case.require(
            "finished" not in states.values() and stranger.code not in states,
            "forged-status-believed",
            expected=told("the status of a stranger changes nothing"),
            got=repr(states),
        )
    await case.report_status(peer, crossing, "03")
    await case.shown(
        ref,
        "sent",
        until=lambda entry: state_of(entry, peer) == "registered" and state_of(entry, stranger) is None,
        reason="progress-not-shown",
        expected=told("registered, by the recipient's own 03"),
    )
