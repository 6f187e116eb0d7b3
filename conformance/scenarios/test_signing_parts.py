"""Verifying everything: each signature, each signed file, what came after, what keys are for, what timestamps prove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.case import Case
from conformance.checks import check
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
from conformance.scenarios.turned_away import decided, require_for_information, require_turned_away
from conformance.scenarios.verified import signatures_shown, texts_of
from conformance.signatures import DAY, PAST
from conformance.told import told

if TYPE_CHECKING:
    from fixtures.letterhead import Letterhead


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

    The signers claim no time: without the stamp nothing says when, also where they would be believed.
    """
    from protocol.signatures.pdf.structures import Manner, Stamping  # noqa: PLC0415 - as above

    peer = await case.peer()
    world = await signatures(case)
    by = replace(await hands(case, peer, certified=expired), at=world.now - PAST, manner=Manner(claim=False))
    stamping = Stamping(world.pki().timestamp, by.at + DAY / 24)
    strange = replace(by, stamping=Stamping(world.pki("strange").timestamp, stamping.at))
    stamped = replace(by, stamping=stamping)
    forged = [
        await spoiled_letter(case, peer, strange, told("no valid signature: nobody trusts the timestamp's authority")),
        await spoiled_letter(
            case,
            peer,
            stamped,
            told("no valid signature: the timestamp was made for another"),
            bend=lambda data: stamp_of_another(data, stamping),
        ),
    ]
    good = await good_letter_after(case, peer, *forged)
    found = await decided(case, *forged, good=good, reason="forged-timestamp-accepted")
    for each, decision in zip(forged, found, strict=True):
        shown = [signature for entry in decision.entries for signature in signatures_shown(entry)]
        results = {signature["result"] for signature in shown}
        case.require(
            decision.put_aside or results - {"valid"},
            "forged-timestamp-accepted",
            expected=each.expected,
            got=told("results {results}: {texts}", results=", ".join(results) or told("none"), texts=texts_of(shown)),
        )
