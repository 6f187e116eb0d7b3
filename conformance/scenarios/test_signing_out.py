"""Signing: what the system signs and sends is signed by the right people, in the right order, by sound keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from conformance.case import Case, Crossing
from conformance.checks import check
from conformance.scenarios.drafted import require_same_content, require_signed_now
from conformance.scenarios.sealed import against, main_paper, papers, require_both, sent_signed
from conformance.signatures import signers_of
from conformance.told import told

if TYPE_CHECKING:
    from protocol.signatures.outcome import SignatureOutcome

HOLDING = ("form", "integrity", "coverage", "changes")
"""What makes a signature hold, whoever made it."""


@check("SIG-01/signed-by-both")
async def test_a_document_is_signed_by_person_and_agency(case: Case) -> None:
    """What the system was given to sign bears signatures of person and agency, made now, and both hold."""
    sent = await sent_signed(case)
    crossing = sent.crossing
    read = await papers(case, crossing)
    _, *both = require_both(case, crossing, read)
    broken = [reason for outcome in both for reason in against(outcome, *HOLDING)]
    case.require(
        not broken,
        "signature-broken",
        expected=told("two signatures that hold"),
        got=", ".join(broken),
        witnesses=[crossing.exchange],
    )
    await require_same_content(case, sent, read)
    require_signed_now(case, sent, both)


@check("SIG-02/person-signs-first")
async def test_the_person_signs_before_the_agency(case: Case) -> None:
    """The signature of the person lies in an earlier revision of the file than that of the agency."""
    from protocol.signatures.pdf.sequence import TIMES_ONLY  # noqa: PLC0415 - takes time to import

    crossing = (await sent_signed(case)).crossing
    paper, *_ = await main_paper(case, crossing)
    order = next((each for each in paper.whole if each.question == "order"), None)
    by_clock_only = order is not None and order.reason == TIMES_ONLY
    case.require(
        order is not None and (order.result == "good" or by_clock_only),
        "signed-out-of-order",
        expected=told("the person's signature before the agency's"),
        got=order.got if order else told("none"),
        witnesses=[crossing.exchange],
    )
    if order is not None and by_clock_only:
        expected = told("times of signing in the order of the signatures")
        case.warn("signing-times-out-of-order", expected=expected, got=order.got)


@check("SIG-03/public-duty-certificates")
async def test_the_certificates_lead_to_the_trusted_root(case: Case) -> None:
    """The certificates of both signatures lead to the root that the suite trusts, and may sign documents."""
    crossing = (await sent_signed(case)).crossing
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
    crossing = (await sent_signed(case)).crossing
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
    """Whichever agency of the system issues a document, person and seal are of the agency that From names."""
    for sender in signers_of(case.sut):
        crossing = (await sent_signed(case, sender=sender)).crossing
        _, person, agency = await main_paper(case, crossing)
        _require_own_seal(case, crossing, agency)
        codes = person.signer.codes if person.signer else ()
        case.require(
            not codes or _sender_of(crossing) in codes,
            "foreign-person-used",
            expected=_sender_of(crossing),
            got=", ".join(codes),
            witnesses=[crossing.exchange],
        )


def _sender_of(crossing: Crossing) -> str:
    return (crossing.package.header.sender.organ_id or "").upper()


def _require_own_seal(case: Case, crossing: Crossing, seal: SignatureOutcome) -> None:
    codes = seal.signer.codes if seal.signer else ()
    case.require(
        _sender_of(crossing) in codes,
        "foreign-seal-used",
        expected=_sender_of(crossing),
        got=", ".join(codes) or told("none"),
        witnesses=[crossing.exchange],
    )


@check("SIG-07/strong-algorithms-only")
async def test_only_allowed_algorithms_sign(case: Case) -> None:
    """The signatures that cross use a hash function and a key of the list."""
    crossing = (await sent_signed(case)).crossing
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
    """A document with two appendixes in files of their own crosses as these three files, each under the same seal."""
    sent = await sent_signed(case, appendixes=2, sender=signers_of(case.sut)[-1])
    crossing = sent.crossing
    read = await papers(case, crossing)
    require_both(case, crossing, read)
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
    await require_same_content(case, sent, read)
    require_signed_now(case, sent, seals)
