"""Verifying everything: each signature, each signed file, what came after, what keys are for, what timestamps prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.case import Case
from conformance.checks import check
from conformance.scenarios.sightings import PUT_ASIDE
from conformance.scenarios.signed import (
    LATER,
    Hands,
    appendix,
    expired,
    good_letter_after,
    hands,
    letter_of,
    signatures,
    signed_by_both,
    spoiled,
    spoiled_letter,
    tell_trust,
)
from conformance.scenarios.spoiling import one_byte_changed, stamp_of_another
from conformance.scenarios.turned_away import (
    Decision,
    Spoiled,
    decided,
    require_for_information,
    require_turned_away,
)
from conformance.scenarios.verified import results_of, signatures_shown, texts_of
from conformance.signatures import DAY, PAST
from conformance.system import Peer
from conformance.told import told

if TYPE_CHECKING:
    from fixtures.letterhead import Letterhead
    from protocol.signatures.pdf.structures import Stamping


@check("SIG-19/changed-by-update")
async def test_a_letter_changed_by_an_update_is_turned_away(case: Case) -> None:
    """A letter whose page was replaced by an update behind both signatures, no signed byte touched, is turned away."""
    from fixtures.pdfattacks import page_text_replaced  # noqa: PLC0415 - takes time to import

    peer = await case.peer()
    by = await hands(case, peer)
    expected = told("refused, held or marked: the page was replaced after signing")
    changed = await spoiled_letter(case, peer, by, expected, bend=page_text_replaced)
    good = await good_letter_after(case, peer, changed, by=by)
    await require_turned_away(case, changed, good=good, reason="changed-letter-taken")


@check("SIG-05/each-signature-counts")
async def test_a_bad_signature_of_the_person_is_not_covered_by_the_seal(case: Case) -> None:
    """Under a good seal, a person's signature that is broken, revoked or of an unknown root is turned away."""
    peer = await case.peer()
    world, by = await signatures(case), await hands(case, peer)
    strange = (await hands(case, peer, hierarchy="strange")).person
    agency = peer.agencies[0]
    revoked = await world.made(lambda: world.pki().person("Trần Thị Thu Hồi", agency.code, agency.name))
    world.pki().revoke(revoked, by.at - DAY)
    await tell_trust(case, world)
    broken = await letter_of(case, peer, by, lambda paper: [_sealed_over_a_break(case, paper, by)])
    unknown = told("refused, held or marked: the person's certificate leads to no trusted root")
    turned = [
        await spoiled(case, peer, broken, told("refused, held or marked: the person's signature is broken")),
        await spoiled_letter(
            case,
            peer,
            replace(by, person=revoked),
            told("refused, held or marked: the person's certificate is revoked"),
        ),
        await spoiled_letter(case, peer, replace(by, person=strange), unknown),
    ]
    good = await good_letter_after(case, peer, *turned, by=by)
    await require_turned_away(case, *turned, good=good, reason="bad-person-signature-taken")


def _sealed_over_a_break(case: Case, paper: Letterhead, by: Hands) -> bytes:
    """Sign as the person, change a byte of that, and seal the outcome."""
    from fixtures.paper import new_pdf_document  # noqa: PLC0415 - as above
    from fixtures.signedpaper import signed_by_agency, signed_by_person  # noqa: PLC0415 - as above

    signed = signed_by_person(new_pdf_document(paper), paper, by.person, by.at)
    return signed_by_agency(one_byte_changed(case.random, signed), paper, by.seal, by.at + LATER)


@check("GEN-03/half-signed-is-for-information")
async def test_a_letter_with_one_signature_is_not_shown_as_complete(case: Case) -> None:
    """A letter signed by the agency alone, or by the person alone, is returned, or marked as for information only."""
    from fixtures.paper import new_pdf_document  # noqa: PLC0415 - as above
    from fixtures.signedpaper import signed_by_agency, signed_by_person  # noqa: PLC0415 - as above

    peer = await case.peer()
    by = await hands(case, peer)
    halves: tuple[Callable[[Letterhead], bytes], ...] = (
        lambda paper: signed_by_agency(new_pdf_document(paper), paper, by.seal, by.at),
        lambda paper: signed_by_person(new_pdf_document(paper), paper, by.person, by.at),
    )
    letters = [await letter_of(case, peer, by, _only(half)) for half in halves]
    expected = told("a warning of category signature, or a refusal")
    marked = [await spoiled(case, peer, each, expected) for each in letters]
    good = await good_letter_after(case, peer, *marked, by=by)
    await require_for_information(case, *marked, good=good, reason="half-signed-shown-as-complete")


def _only(draw: Callable[[Letterhead], bytes]) -> Callable[[Letterhead], list[bytes]]:
    return lambda paper: [draw(paper)]


@check("ATT-05/altered-appendix")
async def test_a_letter_with_an_altered_appendix_is_turned_away(case: Case) -> None:
    """A letter with a sealed appendix in a file of its own is taken; with one byte of that changed it is not."""
    peer = await case.peer()
    by = await hands(case, peer)

    def altered(paper: Letterhead) -> list[bytes]:
        return [signed_by_both(paper, by), one_byte_changed(case.random, appendix(paper, by))]

    expected = told("refused, held or marked: a byte of the signed appendix was changed")
    turned = await spoiled(case, peer, await letter_of(case, peer, by, altered), expected)
    good = await good_letter_after(
        case, peer, turned, by=by, draw=lambda paper: [signed_by_both(paper, by), appendix(paper, by)]
    )
    await require_turned_away(case, turned, good=good, reason="altered-appendix-taken")


@check("SIG-04/wrong-usage-refused")
async def test_a_key_that_is_not_for_signing_is_turned_away(case: Case) -> None:
    """A letter sealed by a key that its certificate gives out for encryption only is turned away."""
    from protocol.signatures.pki.authority import ENCIPHERMENT  # noqa: PLC0415 - as above

    peer = await case.peer()
    by = await hands(
        case, peer, certified=lambda pki, agency: pki.agency(agency.code, agency.name, profile=ENCIPHERMENT)
    )
    expected = told("refused, held or marked: the certificate is for encryption and not for signing")
    sealed = await spoiled_letter(case, peer, by, expected)
    good = await good_letter_after(case, peer, sealed)
    await require_turned_away(case, sealed, good=good, reason="wrong-usage-accepted")


@check("SIG-12/forged-timestamp")
async def test_a_timestamp_that_is_not_good_proves_no_time(case: Case) -> None:
    """Of an expired certificate, a stamp of a strange authority or of another signature proves no earlier signing.

    The signers claim no time: without the stamp nothing says when, also where they would be believed. Some call such a
    signature unknown however it is stamped, which proves nothing of their stamps: of these the same is asked of
    signers who claim a time. It proves something where the claim alone is not believed.
    """
    from protocol.signatures.pdf.structures import Manner, Stamping  # noqa: PLC0415 - as above

    peer = await case.peer()
    world = await signatures(case)
    then = world.now - PAST
    lists = world.pki().crls(then)
    dated = replace(await hands(case, peer, certified=expired), at=then, manner=Manner(crls=lists))
    undated = replace(dated, manner=Manner(claim=False, crls=lists))
    stamping = Stamping(world.pki().timestamp, then + DAY / 24)
    forged = await _forged(case, peer, undated, stamping)
    stamped = await spoiled_letter(case, peer, replace(undated, stamping=stamping), told("a valid signature"))
    good = await good_letter_after(case, peer, *forged, stamped)
    decisions = await decided(case, *forged, good=good, reason="forged-timestamp-accepted")
    _require_no_belief(case, forged, decisions)
    if await _is_valid(case, stamped):
        return
    forged = await _forged(case, peer, dated, stamping)
    claimed = await spoiled_letter(case, peer, dated, told("no valid signature: nothing proves its time"))
    good = await good_letter_after(case, peer, *forged, claimed, by=replace(dated, stamping=stamping))
    decisions = await decided(case, *forged, good=good, reason="forged-timestamp-accepted")
    if not await _is_valid(case, claimed):
        _require_no_belief(case, forged, decisions)
    else:
        case.warn(
            "forged-timestamp-unproven",
            expected=told("a signature that is valid by its timestamp and not without it"),
            got=told("unknown without a claimed time, valid by a claim that nothing proves"),
        )


async def _forged(case: Case, peer: Peer, by: Hands, stamping: Stamping) -> list[Spoiled]:
    """Hand over a letter with a stamp of a strange authority, and one with a stamp that was had for another."""
    strange = replace(stamping, authority=(await signatures(case)).pki("strange").timestamp)
    return [
        await spoiled_letter(
            case,
            peer,
            replace(by, stamping=strange),
            told("no valid signature: nobody trusts the timestamp's authority"),
        ),
        await spoiled_letter(
            case,
            peer,
            replace(by, stamping=stamping),
            told("no valid signature: the timestamp was made for another"),
            bend=lambda data: stamp_of_another(data, stamping),
        ),
    ]


def _require_no_belief(case: Case, forged: Sequence[Spoiled], decisions: Sequence[Decision]) -> None:
    for each, decision in zip(forged, decisions, strict=True):
        shown = [signature for entry in decision.entries for signature in signatures_shown(entry)]
        results = {signature["result"] for signature in shown}
        case.require(
            decision.put_aside or results - {"valid"},
            "forged-timestamp-accepted",
            expected=each.expected,
            got=told("results {results}: {texts}", results=", ".join(results) or told("none"), texts=texts_of(shown)),
        )


async def _is_valid(case: Case, letter: Spoiled) -> bool:
    """Say whether a letter that had its time is shown as valid, and neither held nor refused."""
    entries = await case.dms.register("received", letter.letter)
    return any(entry["state"] not in PUT_ASIDE and results_of(entry) == {"valid"} for entry in entries)
