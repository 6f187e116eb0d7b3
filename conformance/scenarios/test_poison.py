"""Poison: spoilt packages and spoilt answers must cost nothing but themselves."""

from __future__ import annotations

from conformance.case import Case, Delivered, Ref
from conformance.checks import check
from conformance.observer import ACKNOWLEDGE
from conformance.scenarios.arrivals import arrived_letter, deliver_bytes, passing_peer, shown_as_received
from conformance.scenarios.rewriting import with_doctype
from conformance.scenarios.sightings import codes_about, is_confirmation, is_fetch, live
from conformance.told import told
from protocol.package.model import DocumentPackage
from protocol.package.writer import write_package

ENTITY_TEXT = "da trien khai thuc the"


@check("PKG-09/doctype-refused")
async def test_a_package_with_a_doctype_is_refused(case: Case) -> None:
    """A package that declares an entity is refused, the entity is not expanded, and the next letter arrives."""
    peer = await case.peer()
    async with passing_peer(case) as forger:
        letter = case.letter(sender=forger, to=[case.sut])
        text = f"{ENTITY_TEXT} {case.random.getrandbits(40):010x}"
        delivered = await deliver_bytes(case, with_doctype(write_package(letter), text), forger)
        await arrived_letter(case, peer)
        await _refused_unexpanded(case, letter, delivered, text)


async def _refused_unexpanded(case: Case, letter: DocumentPackage, delivered: Delivered, text: str) -> None:
    entries = await case.dms.register("received", letter)
    expanded = [entry for entry in entries if text in str(entry.get("subject"))]
    case.require(
        not expanded,
        "entity-expanded",
        expected=told("the entity is not expanded"),
        got=told("its text is in the subject"),
    )
    taken = [entry for entry in live(entries) if not entry.get("refusal")]
    case.require(
        not taken or "02" in codes_about(case, letter),
        "doctype-accepted",
        expected=told("the package is refused"),
        got=told("shown in state {state}", state=taken[0]["state"]) if taken else "",
    )
    await case.require_refusal(
        Ref.of(letter),
        delivered=delivered,
        reason="not-refused",
        expected=told("a refusal by 02, fail or holding back"),
    )


@check("RCV-09/poison-does-not-starve")
async def test_a_spoilt_package_does_not_stop_the_queue(case: Case) -> None:
    """Of an unreadable package and a good letter behind it, the letter is taken and the other answered with fail."""
    peer = await case.peer()
    async with passing_peer(case) as poisoner:
        spoilt = write_package(case.letter(sender=poisoner, to=[case.sut]))
        letter = case.letter(sender=peer, to=[case.sut])
        poison = await deliver_bytes(case, b"1212" + spoilt[: len(spoilt) // 2], poisoner)  # H-X01, and cut in two
        good = await case.deliver(letter, sender=peer)
        await _good_taken_and_poison_answered(case, letter, good, poison)


async def _good_taken_and_poison_answered(
    case: Case, letter: DocumentPackage, good: Delivered, poison: Delivered
) -> None:
    await case.exchange(
        lambda seen: is_fetch(seen, good) and seen.accepted,
        reason="poison-starved-the-queue",
        expected=told("the letter behind the spoilt package is fetched"),
    )
    await case.exchange(
        lambda seen: is_confirmation(seen, good),
        reason="not-acknowledged",
        expected=told("updateStatus done for the letter"),
    )
    await case.shown(letter, reason="poison-starved-the-queue", expected=told("the letter behind is in the register"))
    answer = await case.exchange(
        lambda seen: (
            seen.operation == ACKNOWLEDGE and seen.accepted and _final(seen.acknowledged, seen.receiver_id, poison)
        ),
        reason="poison-not-answered",
        expected=told("updateStatus fail for the spoilt package"),
    )
    case.require(
        answer.acknowledged == "fail",
        "poison-confirmed",
        expected=told("updateStatus fail"),
        got=told("updateStatus {state}", state=answer.acknowledged),
        witnesses=[answer],
    )


def _final(acknowledged: str | None, receiver_id: str | None, delivered: Delivered) -> bool:
    """Say whether this ends the delivery: ``processing`` only says that work has begun."""
    return acknowledged in ("done", "fail") and receiver_id in delivered.receiver_ids


@check("RCV-09/html-is-not-a-package")
async def test_an_html_page_is_not_taken_for_a_package(case: Case) -> None:
    """A page of HTML in the place of the package, with HTTP 200 or 502, is never confirmed; later the letter arrives.

    Acknowledging fail gives the letter back to the axis as not received: the axis knows, and nothing is lost unseen.
    """
    peer = await case.peer()
    letters = {name: case.letter(sender=peer, to=[case.sut]) for name in ("html-200", "html-502")}
    deliveries: dict[str, Delivered] = {}
    for name, letter in letters.items():
        for operation in ("getEdoc", "downloadEdoc"):
            await case.fault(name, operation=operation, document=letter, times=1)
        deliveries[name] = await case.deliver(letter, sender=peer)
    for name, letter in letters.items():
        await _never_confirmed_unread(case, name, letter, deliveries[name])


async def _never_confirmed_unread(case: Case, name: str, letter: DocumentPackage, delivered: Delivered) -> None:
    spoilt = await case.exchange(
        lambda seen: is_fetch(seen, delivered) and not seen.accepted,
        reason="not-fetched",
        expected=told("a fetch that is answered by {name}", name=name),
    )
    outcome = await case.exchange(
        lambda seen: (
            (is_fetch(seen, delivered) and seen.accepted)
            or (
                seen.operation == ACKNOWLEDGE
                and seen.accepted
                and _final(seen.acknowledged, seen.receiver_id, delivered)
            )
        ),
        reason="not-fetched",
        expected=told("another fetch after {name}", name=name),
    )
    if outcome.operation == ACKNOWLEDGE:
        case.require(
            outcome.acknowledged == "fail",
            "acknowledged-without-reading",
            expected=told("no confirmation of what was answered by {name}", name=name),
            got=told("updateStatus {state} without a good fetch", state=outcome.acknowledged),
            witnesses=[spoilt, outcome],
        )
        case.note(f"{name}: given back to the axis with fail")
        return
    await shown_as_received(case, letter)
