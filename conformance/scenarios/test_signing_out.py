"""Signing: what the system signs and sends is signed by the right people, in the right order, by sound keys."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.case import Case, Crossing, Ref
from conformance.checks import check
from conformance.scenarios.arrivals import offer
from conformance.scenarios.sealed import against, main_paper, papers, sent_signed, signed_draft
from conformance.scenarios.sightings import Sign, documents_crossed
from conformance.scenarios.signed import signatures, tell_trust
from conformance.signatures import DAY, PERSON, POSITION, Signatures
from conformance.system import Agency
from conformance.told import told

if TYPE_CHECKING:
    from datetime import datetime

    from protocol.signatures.outcome import SignatureOutcome
    from protocol.signatures.pki import Identity

HOLDING = ("form", "integrity", "coverage", "changes")
"""What makes a signature hold, whoever made it."""


@check("SIG-01/signed-by-both")
async def test_a_document_is_signed_by_person_and_agency(case: Case) -> None:
    """What the system signs and sends bears a signature of the person and one of the agency, and both hold."""
    crossing = await sent_signed(case)
    _, *both = await main_paper(case, crossing)
    broken = [reason for outcome in both for reason in against(outcome, *HOLDING)]
    case.require(
        not broken,
        "signature-broken",
        expected=told("two signatures that hold"),
        got=", ".join(broken),
        witnesses=[crossing.exchange],
    )


@check("SIG-02/person-signs-first")
async def test_the_person_signs_before_the_agency(case: Case) -> None:
    """The signature of the person lies in an earlier revision of the file than that of the agency."""
    crossing = await sent_signed(case)
    paper, *_ = await main_paper(case, crossing)
    order = next((each for each in paper.whole if each.question == "order"), None)
    case.require(
        order is not None and order.result == "good",
        "signed-out-of-order",
        expected=told("the person's signature before the agency's"),
        got=order.got if order else told("none"),
        witnesses=[crossing.exchange],
    )


@check("SIG-03/public-duty-certificates")
async def test_the_certificates_lead_to_the_trusted_root(case: Case) -> None:
    """The certificates of both signatures lead to the root that the suite trusts, and may sign documents."""
    crossing = await sent_signed(case)
    _, *both = await main_paper(case, crossing)
    _require_trusted(case, crossing, both)


def _require_trusted(case: Case, crossing: Crossing, signed: Sequence[SignatureOutcome]) -> None:
    wrong = [reason for outcome in signed for reason in against(outcome, "certificate", "chain", "usage")]
    case.require(
        not wrong,
        "chain-untrusted",
        expected=told("a chain to the root that the system was given"),
        got=", ".join(wrong),
        witnesses=[crossing.exchange],
    )


@check("SIG-23/chain-is-embedded")
async def test_the_chain_is_in_the_file(case: Case) -> None:
    """The file alone leads from each signer to the certificate just below the root."""
    crossing = await sent_signed(case)
    _, *both = await main_paper(case, crossing)
    bare = [outcome for outcome in both if (found := outcome.answer("embedded")) is None or found.result != "good"]
    case.require(
        not bare,
        "chain-not-sent",
        expected=told("the certificates between signer and root within each signature"),
        got=", ".join(outcome.place for outcome in bare),
        witnesses=[crossing.exchange],
    )


@check("SIG-20/own-seal-only")
async def test_the_agency_seals_with_its_own_key(case: Case) -> None:
    """Whichever agency of the system issues a document, the certificate of the seal is bound to the code in From."""
    for sender in case.sut.organisations[:2]:
        crossing = await sent_signed(case, sender=sender)
        _, _, agency = await main_paper(case, crossing)
        _require_own_seal(case, crossing, agency)


def _require_own_seal(case: Case, crossing: Crossing, seal: SignatureOutcome) -> None:
    sender = crossing.package.header.sender.organ_id or ""
    codes = seal.signer.codes if seal.signer else ()
    case.require(
        sender.upper() in codes,
        "foreign-seal-used",
        expected=sender,
        got=", ".join(codes) or told("none"),
        witnesses=[crossing.exchange],
    )


@check("SIG-07/strong-algorithms-only")
async def test_only_allowed_algorithms_sign(case: Case) -> None:
    """The signatures that cross use a hash function and a key of the list."""
    crossing = await sent_signed(case)
    _, *both = await main_paper(case, crossing)
    answers = [outcome.answer("algorithm") for outcome in both]
    weak = [
        "?" if each is None else f"{each.reason} {each.got}" for each in answers if not each or each.result != "good"
    ]
    case.require(
        not weak,
        "weak-algorithm-used",
        expected=told("hash functions and keys of the list"),
        got=", ".join(weak),
        witnesses=[crossing.exchange],
    )


@check("ATT-05/appendixes-are-signed")
async def test_each_separate_appendix_is_signed(case: Case) -> None:
    """A document with two appendixes in files of their own crosses as three signed files, each under the same seal."""
    crossing = await sent_signed(case, appendixes=2, sender=case.sut.organisations[:2][-1])
    await main_paper(case, crossing)
    read = await papers(case, crossing)
    seals = [seal for paper in read[1:] if (seal := paper.of("agency")) and not against(seal, *HOLDING)]
    case.require(
        len(read) == 3 and len(seals) == 2,
        "appendix-not-signed",
        expected=told("three files, each with the agency's signature"),
        got=told("{count} PDF files, {signed} signed appendixes", count=len(read), signed=len(seals)),
        witnesses=[crossing.exchange],
    )
    for seal in seals:
        _require_trusted(case, crossing, [seal])
        _require_own_seal(case, crossing, seal)


@check("SIG-10/certificate-checked-first")
async def test_nothing_is_signed_with_a_certificate_that_is_not_good(case: Case) -> None:
    """With good keys the document crosses; with a revoked or expired certificate of person or agency, nothing does."""
    world = await signatures(case)
    agency = case.sut.organisations[0]
    await sent_signed(case)
    now = case.now()
    bad = await world.made(lambda: _bad_keys(world, agency, now))
    try:
        tried = [await _try_to_sign(case, agency, keys) for keys in bad]
        await case.intervals(1)
        for each in tried:
            await _require_unused(case, each)
    finally:
        await tell_trust(case, world, signing=world.keys_json(case.sut.organisations))


@dataclass(frozen=True, slots=True)
class _Bad:
    """A pair of keys of which one may not be used any more."""

    person: Identity
    seal: Identity
    bad: Identity
    expected: str


@dataclass(frozen=True, slots=True)
class _Tried:
    """What came of asking for a document with such keys; ``ref`` where the system went on without them."""

    keys: _Bad
    mark: Sign
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


async def _try_to_sign(case: Case, agency: Agency, keys: _Bad) -> _Tried:
    """Hand over keys and ask for a document: one of the two has to be refused."""
    world = case.stage.signatures
    given = world.keys_json(case.sut.organisations, {agency.code: (keys.person, keys.seal)})
    await tell_trust(case, world)
    refused = await case.dms.attempt("trust", {"trust": world.trust_json(case.now()), "signing": given})
    draft, mark = await signed_draft(case)
    refusal = refused or await case.dms.refused_send(draft, reason="signed-with-bad-certificate")
    await case.require_refusal(refusal, reason="signed-with-bad-certificate", expected=keys.expected)
    if refused is None:
        return _Tried(keys, mark, None)
    # Keys that were not taken leave the system with those that it had, or with none.
    answer = await offer(case, draft)
    return _Tried(keys, mark, answer if isinstance(answer, Ref) else None)


async def _require_unused(case: Case, tried: _Tried) -> None:
    """Require that nothing crossed, or nothing that the bad key signed where the system never took it."""
    keys = tried.keys
    if tried.ref is not None:
        await case.crossing(tried.ref)
    crossed = documents_crossed(case, tried.mark.fits)
    signed = [each for each in crossed if tried.ref is None or await _signed_by(case, each, keys.bad)]
    case.require(
        not signed,
        "signed-with-bad-certificate",
        expected=keys.expected,
        got=told("{count} of them", count=len(signed)),
        witnesses=[each.exchange for each in signed],
    )


async def _signed_by(case: Case, crossing: Crossing, identity: Identity) -> bool:
    print_of = hashlib.sha256(identity.der).hexdigest()
    outcomes = [outcome for paper in await papers(case, crossing) for outcome in paper.outcomes]
    return any(each.signer is not None and each.signer.fingerprint == print_of for each in outcomes)
