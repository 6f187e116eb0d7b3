"""Duplicates: the same package again, the same identifier again, the same number again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.case import Case
from conformance.checks import check
from conformance.observer import ACKNOWLEDGE
from conformance.scenarios.arrivals import arrived_letter, deliver_bytes, shown_as_received
from conformance.scenarios.sightings import categories, codes_about, eventually, fetched, live
from conformance.system import Peer
from conformance.told import told
from protocol.package.model import DocumentPackage
from protocol.package.writer import write_package

DUPLICATE = "duplicate"


@check("RCV-10/same-package-twice")
async def test_a_package_delivered_twice_is_entered_once(case: Case) -> None:
    """A package that the axis delivers twice stands in the register once, and both deliveries are acknowledged."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    body = write_package(letter)
    deliveries = [await deliver_bytes(case, body, peer) for _ in range(2)]
    await shown_as_received(case, letter)
    for delivered in deliveries:
        # Some systems acknowledge the repetition with fail (H-W06): the axis is told either way.
        await case.exchange(
            lambda seen, delivered=delivered: (  # type: ignore[misc] # bound per round
                seen.operation == ACKNOWLEDGE and seen.accepted and seen.receiver_id in delivered.receiver_ids
            ),
            reason="not-acknowledged",
            expected=told("updateStatus for each of the two deliveries"),
        )
    await case.intervals(1)
    entries = live(await case.dms.register("received", letter))
    case.require(
        len(entries) == 1,
        "registered-twice",
        expected=told("one entry in the register"),
        got=told("{count} entries", count=len(entries)),
    )


@check("ID-14/same-identifier-warned")
async def test_another_document_under_the_same_identifier_is_warned_about(case: Case) -> None:
    """A second, different document under a known identifier raises a warning and is not entered in silence."""
    peer = await case.peer()
    first = case.letter(sender=peer, to=[case.sut])
    second = case.letter(sender=peer, to=[case.sut], document_id=first.header.document_id, code=first.header.code)
    await _expect_warning(case, peer, first, second)


@check("ID-14/same-number-warned")
async def test_the_same_number_notation_and_issuer_is_warned_about(case: Case) -> None:
    """A new identifier with the number, notation and issuer of a known document of the same year raises a warning."""
    peer = await case.peer()
    first = case.letter(sender=peer, to=[case.sut])
    # Real identifiers differ in form (H-X11 and its like): a second one for the same sign is one of another form.
    other_name = f"{peer.code}-{case.now().year}-{case.identities.getrandbits(48):012x}"
    second = case.letter(sender=peer, to=[case.sut], document_id=other_name, code=first.header.code)
    await _expect_warning(case, peer, first, second)


async def _expect_warning(case: Case, peer: Peer, first: DocumentPackage, second: DocumentPackage) -> None:
    """Deliver ``first``, then ``second``, which repeats something of it, then a twin that repeats nothing.

    The warning may stand with either entry, or be a refusal of the second, or its being held, for being a duplicate.
    """
    await deliver_bytes(case, write_package(first), peer)
    await shown_as_received(case, first)
    delivered = await deliver_bytes(case, write_package(second), peer)
    await fetched(case, delivered)
    seen: list[Mapping[str, Any]] = []

    async def warned() -> bool:
        seen[:] = await case.dms.register("received", first)
        if second.header.document_id != first.header.document_id:
            seen.extend(await case.dms.register("received", second))
        return DUPLICATE in categories(seen) or "02" in codes_about(case, second)

    await eventually(
        case,
        warned,
        reason="duplicate-not-warned",
        expected=told("a warning of category duplicate, or a refusal for being one"),
        got=lambda: told(
            "{count} entries, with the categories {categories}",
            count=len(live(seen)),
            categories=sorted(categories(seen)),
        ),
    )
    if DUPLICATE not in categories(seen):
        # Returned by 02: where the register names a category, it has to be that of the repetition.
        await case.require_refusal(
            second,
            delivered=delivered,
            reason="duplicate-not-warned",
            expected=told("a warning of category duplicate, or a refusal for being one"),
        )
    twin = await arrived_letter(case, peer)
    shown = categories(await case.dms.register("received", twin))
    case.require(
        DUPLICATE not in shown,
        "clean-letter-warned",
        expected=told("no warning of a duplicate for a letter that repeats nothing"),
        got=", ".join(sorted(shown)),
    )
