"""The beginnings that many stories share: a letter that has arrived, a document that has left."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

from conformance.case import Case, Crossing, Delivered, Ref, Refusal
from conformance.dms import RefLike
from conformance.scenarios.sightings import reported
from conformance.system import Peer
from conformance.told import told
from protocol.package.model import DocumentPackage, ResponseFor

STEPS = ("assign", "process", "finish")
STEP_CODES = ("04", "05", "06")
AFTER = ("assigned", "processing", "finished")
TAKEN = ("arrived", "registered", "assigned", "processing", "finished")


async def deliver_bytes(case: Case, package: bytes, sender: Peer) -> Delivered:
    """Hand a package to the system exactly as it is: the axis must not straighten what the story bends."""
    return await case.deliver(package, sender=sender, to=[case.sut.code], as_is=True)


@contextlib.asynccontextmanager
async def passing_peer(case: Case) -> AsyncIterator[Peer]:
    """Play a peer whose packages leave the queue with it: what one story spoils must not spoil the next."""
    peer = await case.peer()
    try:
        yield peer
    finally:
        await case.stage.axis.unregister(peer.system_id)


async def shown_as_received(case: Case, letter: RefLike) -> Mapping[str, Any]:
    """Wait until the register shows a letter that may be worked on."""
    return await case.shown(
        letter,
        until=lambda entry: entry["state"] in TAKEN,
        reason="not-shown-as-received",
        expected=told("the incoming register shows the letter as arrived"),
    )


async def arrived_letter(case: Case, peer: Peer, **overrides: Any) -> DocumentPackage:
    """Let a letter of the peer arrive and be shown."""
    letter = case.letter(sender=peer, to=[case.sut], **overrides)
    await case.deliver(letter, sender=peer)
    await shown_as_received(case, letter)
    return letter


async def accepted_letter(case: Case, peer: Peer) -> DocumentPackage:
    """Let a letter arrive, and accept it."""
    letter = await arrived_letter(case, peer)
    await perform(case, "accept", letter)
    await reported(case, letter, "03", reason="acceptance-not-reported", expected=told("status 03 after acceptance"))
    return letter


async def sent_document(case: Case, draft: Mapping[str, Any]) -> tuple[Ref, Crossing]:
    """Let the system send a document; give its name and its first crossing."""
    ref = await case.dms.send(draft)
    return ref, await case.crossing(ref)


async def offer(case: Case, draft: Mapping[str, Any]) -> Ref | Refusal:
    """Ask for a document that the system may rightly refuse at once, and give what came of it."""
    answer = await case.dms.call("send", draft)
    if answer.kind == "refused":
        return Refusal("answer", answer.category, answer.reason)
    if answer.kind != "ok":
        raise case.fail(
            "driver-error", expected=told("'send' is done or refused"), got=f"{answer.kind}: {answer.reason}"
        )
    document = answer.value["document"]
    return Ref(document["document_id"], document["from"])


async def perform(case: Case, operation: str, letter: RefLike, **args: Any) -> Mapping[str, Any]:
    """Make a call about a letter that a sound system must carry out; its refusal is the violation."""
    named = letter if isinstance(letter, Ref) else Ref.of(letter)
    answer = await case.dms.call(operation, {"document": named.to_json(), **args})
    if answer.kind == "refused":
        raise case.fail(
            "operation-refused",
            expected=told("{operation!r} is carried out", operation=operation),
            got=f"{answer.category}: {answer.reason}",
        )
    if answer.kind != "ok":
        raise case.fail(
            "driver-error",
            expected=told("{operation!r} is carried out", operation=operation),
            got=f"{answer.kind}: {answer.reason}",
        )
    if operation == "accept" and isinstance(number := answer.value.get("arrival_number"), int):
        case.stage.arrival_numbers.append(number)
    return answer.value


async def work_through(case: Case, letter: RefLike) -> list[str]:
    """Take an accepted letter through every step that the system offers, and give the status codes of these steps.

    A system without a step of assignment or processing of its own skips it: the law names the states, not the screens.
    One that goes on by itself (03 and 05 in one moment are common) may refuse a step that it has already behind it.
    """
    codes = ["03"]
    for operation, code in steps(case).items():
        entry = await case.dms.received(letter)
        reached = AFTER.index(entry["state"]) if entry is not None and entry["state"] in AFTER else -1
        target = STEPS.index(operation)
        if reached < target:
            await perform(case, operation, letter)
        if reached <= target:
            codes.append(code)
    return codes


def steps(case: Case) -> dict[str, str]:
    """Give the steps after acceptance that the system offers, each with its status code, in their order."""
    offered = case.sut.capabilities
    return {operation: code for operation, code in zip(STEPS, STEP_CODES, strict=True) if operation in offered}


def taken_back_from(case: Case, letter: DocumentPackage) -> ResponseFor:
    """Name a letter as status 13 does: the addressee is the recipient, the rest the sender's (observed on the wire)."""
    header = letter.header
    return ResponseFor(case.sut.code, header.code.sign, header.document_id, header.promulgation.date)
