"""Signing: with which keys the system signs, and with which it never does."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.case import Case, Crossing, Ref, Refusal
from conformance.checks import check
from conformance.scenarios.arrivals import offer
from conformance.scenarios.sealed import main_paper, papers, signed_draft
from conformance.scenarios.sightings import Sign, documents_crossed
from conformance.scenarios.signed import signatures
from conformance.signatures import DAY, PERSON, POSITION, Signatures, signers_of
from conformance.system import Agency
from conformance.told import joined, told
from conformance.violation import Violation

if TYPE_CHECKING:
    from datetime import datetime

    from protocol.signatures.pki import Identity


@check("SIG-10/certificate-checked-first")
async def test_nothing_is_signed_with_a_certificate_that_is_not_good(case: Case) -> None:
    """New good keys sign the document; with a revoked or expired certificate of person or agency, nothing does."""
    world = await signatures(case)
    agency = case.sut.organisations[0]
    now = case.now()
    bad = await world.made(lambda: _bad_keys(world, agency, now))
    try:
        # To refuse whatever is new looks like a check of certificates, and is none.
        await _require_used(case, await _sent_with_new_keys(case, agency))
        tried = [await _try_to_sign(case, agency, keys) for keys in bad]
        last = await _sent_with_new_keys(case, agency)
        await case.intervals(1)
        for each in tried:
            await _require_unused(case, each)
        await _require_used(case, last)
    finally:
        # What came of the story stands; a system that will not have its keys back does not change that.
        with contextlib.suppress(Violation):
            await _hand_over(case, agency)


@dataclass(frozen=True, slots=True)
class _Bad:
    """A pair of keys of which one may not be used any more."""

    person: Identity
    seal: Identity
    bad: Identity
    expected: str


@dataclass(frozen=True, slots=True)
class _Renewed:
    """A pair of good keys that the system took, and the document that it was asked to sign with them."""

    person: Identity
    seal: Identity
    ref: Ref


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of asking for a document with such keys: ``taken`` says whether the system took them.

    ``ref`` where it went on: without the keys, or although it has them.
    """

    keys: _Bad
    mark: Sign
    taken: bool
    ref: Ref | None


def _bad_keys(world: Signatures, agency: Agency, now: datetime) -> list[_Bad]:
    from protocol.signatures.pki import Validity  # noqa: PLC0415 - most runs need no signatures

    pki = world.pki()
    person, seal = world.person(agency), world.seal(agency)
    gone = Validity(pki.now - 200 * DAY, pki.now - DAY)
    old_person = pki.person(PERSON, agency.code, agency.name, position=POSITION, validity=gone)
    old_seal = pki.agency(agency.code, agency.name, validity=gone)
    lost_person = pki.person(PERSON, agency.code, agency.name, position=POSITION)
    lost_seal = pki.agency(agency.code, agency.name)
    for lost in (lost_person, lost_seal):
        pki.revoke(lost, now - DAY)
    return [
        _Bad(lost_person, seal, lost_person, told("a refusal: the person's certificate is revoked")),
        _Bad(old_person, seal, old_person, told("a refusal: the person's certificate has expired")),
        _Bad(person, lost_seal, lost_seal, told("a refusal: the agency's certificate is revoked")),
        _Bad(person, old_seal, old_seal, told("a refusal: the agency's certificate has expired")),
    ]


async def _hand_over(case: Case, agency: Agency, *pair: Identity) -> Refusal | None:
    """Give the system a pair of keys (person, seal) of an agency, or those of before; give its refusal, if it does."""
    world = case.stage.signatures
    keys = {agency.code: (pair[0], pair[1])} if pair else None
    given = await world.made(lambda: world.keys_json(signers_of(case.sut), keys))
    async with world.handing:
        trust = world.trust_json(case.now())
        return await case.dms.attempt("trust", {"trust": trust, "signing": given})


async def _sent_with_new_keys(case: Case, agency: Agency) -> _Renewed:
    """Hand over a new pair of good keys and ask for a document: neither may be refused.

    Only a refusal of the keys, or of the document for its signatures, tells of keys; any other is none of this story's.
    """
    world = case.stage.signatures
    person, seal = await world.made(lambda: (world.person(agency), world.seal(agency)))
    refused = await _hand_over(case, agency, person, seal)
    answer = refused or await offer(case, (await signed_draft(case)).draft)
    if isinstance(answer, Refusal):
        for_the_keys = refused is not None or answer.category in (None, "", "signature")
        case.fail(
            "good-keys-refused" if for_the_keys else "driver-refused",
            expected=told("a document signed with the good keys that were handed over"),
            got=told("category {category}: {reason}", category=answer.category, reason=answer.reason),
        )
    return _Renewed(person, seal, answer)


async def _require_used(case: Case, renewed: _Renewed) -> None:
    """Require the document to cross, signed with these keys."""
    crossing = await case.crossing(renewed.ref)
    paper, *_ = await main_paper(case, crossing)
    used = {each.signer.fingerprint for each in paper.outcomes if each.signer is not None}
    serials = ", ".join(f"{each.certificate.serial_number:x}" for each in (renewed.person, renewed.seal))
    case.require(
        used >= {_print_of(renewed.person), _print_of(renewed.seal)},
        "given-keys-not-used",
        expected=told(
            "a document signed with the keys that were handed over, serial numbers {serials}", serials=serials
        ),
        got=await _signers(case, crossing),
        witnesses=[crossing.exchange],
    )


async def _try_to_sign(case: Case, agency: Agency, keys: _Bad) -> _Tried:
    """Hand over keys and ask for a document: one of the two has to be refused."""
    refused = await _hand_over(case, agency, keys.person, keys.seal)
    order = await signed_draft(case)
    answer = await offer(case, order.draft)
    if refused is not None:
        # Keys that were not taken leave the system with those that it had, or with none.
        await case.require_refusal(refused, reason="signed-with-bad-certificate", expected=keys.expected)
    elif isinstance(answer, Refusal):
        await case.require_refusal(answer, reason="signed-with-bad-certificate", expected=keys.expected)
    return _Tried(keys, order.mark, refused is None, answer if isinstance(answer, Ref) else None)


async def _require_unused(case: Case, tried: _Tried) -> None:
    """Require that nothing crossed, or nothing that the bad key signed where the system never took it."""
    keys = tried.keys
    if tried.ref is not None:
        reason = "send-not-refused" if tried.taken else "document-did-not-cross"
        await case.crossing(tried.ref, reason=reason, expected=keys.expected if tried.taken else None)
    crossed = documents_crossed(case, tried.mark.fits)
    by_bad = [each for each in crossed if _print_of(keys.bad) in await _prints_in(case, each)]
    case.require(
        not by_bad,
        "signed-with-bad-certificate",
        expected=keys.expected,
        got=joined("; ", [await _signers(case, each) for each in by_bad]),
        witnesses=[each.exchange for each in by_bad],
    )
    if not tried.taken:
        return
    signers = [await _signers(case, each) for each in crossed]
    case.require(
        not crossed,
        "send-not-refused",
        expected=keys.expected,
        got=joined("; ", signers),
        witnesses=[each.exchange for each in crossed],
    )


async def _prints_in(case: Case, crossing: Crossing) -> set[str]:
    """Give the fingerprints of all certificates that signed what crossed."""
    outcomes = [outcome for paper in await papers(case, crossing) for outcome in paper.outcomes]
    return {each.signer.fingerprint for each in outcomes if each.signer is not None}


async def _signers(case: Case, crossing: Crossing) -> str:
    """Tell who signed what crossed, for a report."""
    outcomes = [outcome for paper in await papers(case, crossing) for outcome in paper.outcomes]
    names = [f"{each.signer.name} ({each.signer.serial})" for each in outcomes if each.signer is not None]
    return told("signatures of: {roles}", roles=", ".join(names) or told("none"))


def _print_of(identity: Identity) -> str:
    return hashlib.sha256(identity.der).hexdigest()
