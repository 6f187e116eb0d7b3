"""Verifying: what is signed badly is turned away before it is registered, and what is signed well is shown as such."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.case import Case
from conformance.checks import check
from conformance.scenarios.sightings import eventually
from conformance.scenarios.signed import (
    LATER,
    Hands,
    good_letter,
    good_letter_after,
    hands,
    letter_of,
    person_of_key,
    signed_by_both,
    spoiled,
    spoiled_letter,
)
from conformance.scenarios.spoiling import one_byte_changed
from conformance.scenarios.turned_away import require_for_information, require_turned_away
from conformance.scenarios.verified import plain, results_of, shown_for, signatures_shown, text_of, texts_of
from conformance.told import told

if TYPE_CHECKING:
    from fixtures.letterhead import Letterhead
    from protocol.signatures.pki import Identity

NEARLY = timedelta(minutes=2)
"""By how much a shown time may differ from that in the signature: some show no seconds."""


@check("SIG-05/altered-after-signing")
async def test_a_letter_altered_after_signing_is_turned_away(case: Case) -> None:
    """A signed letter with one byte changed, its name and size the same, is returned or held; the good one is taken."""
    peer = await case.peer()
    by = await hands(case, peer)
    expected = told("refused, held or marked: a byte of the signed file was changed")
    altered = await spoiled_letter(case, peer, by, expected, bend=lambda data: one_byte_changed(case.random, data))
    good = await good_letter_after(case, peer, altered, by=by)
    await require_turned_away(case, altered, good=good, reason="altered-letter-taken")


@check("GEN-03/unsigned-is-for-information")
async def test_an_unsigned_letter_is_not_shown_as_valid(case: Case) -> None:
    """An unsigned letter is returned with a reason, or marked as for information only where it is shown."""
    from fixtures.paper import new_pdf_document  # noqa: PLC0415 - takes time to import

    peer = await case.peer()
    by = await hands(case, peer)
    letter = await letter_of(case, peer, by, lambda paper: [new_pdf_document(paper)])
    unsigned = await spoiled(case, peer, letter, told("a warning of category signature, or a refusal"))
    good = await good_letter_after(case, peer, unsigned, by=by)
    entries = await require_for_information(case, unsigned, good=good, reason="unsigned-shown-as-valid")
    valid = [entry for entry in entries if "valid" in results_of(entry)]
    case.require(
        not valid,
        "unsigned-shown-as-valid",
        expected=told("no valid signature on an unsigned letter"),
        got=texts_of([each for entry in valid for each in signatures_shown(entry)]),
    )


@check("SIG-06/signatures-are-shown")
async def test_signer_time_and_result_of_each_signature_are_shown(case: Case) -> None:
    """Of each signature the system shows the signer, the time of signing and the result."""
    peer = await case.peer()
    by = await hands(case, peer)
    letter = await good_letter(case, peer, by)
    times = {person_of_key(by.person): by.at, person_of_key(by.seal): by.at + LATER}
    entries: list[Mapping[str, Any]] = []

    async def all_shown() -> bool:
        entries[:] = await case.dms.register("received", letter)
        return any(all(_shows_time(entry, name) for name in times) for entry in entries)

    await eventually(
        case,
        all_shown,
        reason="signature-not-shown",
        expected=told("{name} with the time of signing", name=", ".join(times)),
        got=lambda: ", ".join(_signers(entries)) or told("none"),
    )
    entry = next(each for each in entries if all(_shows_time(each, name) for name in times))
    for name, meant in times.items():
        text = (shown_for(entry, name) or {})["signed_at"]
        shown = _moment(text)
        case.require(
            shown is not None and abs(shown - meant) <= NEARLY,
            "signing-time-wrong",
            expected=f"{name}: {meant.isoformat(timespec='seconds')}",
            got=text if shown is None else shown.isoformat(timespec="seconds"),
        )


def _moment(text: str) -> datetime | None:
    """Give a moment of the right form, ``None`` where there is no such day or hour."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _signers(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    shown = (each for entry in entries for each in signatures_shown(entry))
    return [f"{each.get('signer') or '?'} {each.get('signed_at') or '?'}" for each in shown]


def _shows_time(entry: Mapping[str, Any], name: str) -> bool:
    shown = shown_for(entry, name)
    return shown is not None and bool(shown.get("signed_at"))


@check("SIG-11/told-in-vietnamese")
async def test_trusted_and_unknown_roots_are_told_apart_in_vietnamese(case: Case) -> None:
    """A letter under the trusted root is taken, one under an unknown root is not, and this is said in Vietnamese."""
    peer = await case.peer()
    by, stranger = await hands(case, peer), await hands(case, peer, hierarchy="strange")
    expected = told("refused, held or marked: the certificates lead to no trusted root")
    strange = await spoiled_letter(case, peer, stranger, expected)
    good = await good_letter_after(case, peer, strange, by=by)
    shown = signatures_shown(good)
    signing = (by.person, by.seal, stranger.person, stranger.seal)
    said_of = {*_certified(signing), *(str(file.get("name") or "") for file in good.get("attachments") or ())}
    silent = [each for each in shown if not _vietnamese(text_of(each), said_of)]
    case.require(
        not silent,
        "verdict-not-explained",
        expected=told("a sentence in Vietnamese on each signature"),
        got=texts_of(shown) or told("none"),
    )
    await require_turned_away(case, strange, good=good, reason="unknown-root-accepted")
    refused = [each for row in await case.dms.register("received", strange.letter) for each in signatures_shown(row)]
    against = [each for each in refused if each["result"] != "valid"]
    foreign = [each for each in against if text_of(each) and not _vietnamese(text_of(each), said_of)]
    case.require(
        not foreign,
        "verdict-not-explained",
        expected=told("a sentence in Vietnamese on each signature"),
        got=texts_of(foreign),
    )
    names = [person_of_key(each) for each in signing]
    same = _words(shown, names) & _words(against, names)
    case.require(
        not same,
        "verdict-not-explained",
        expected=told("other words for a signature that holds than for one that does not"),
        got=" | ".join(same),
    )


def _certified(signing: Iterable[Identity]) -> set[str]:
    """Give what stands in the certificates of signers and of those above them: the names of people and bodies."""
    certificates = [each for identity in signing for each in (identity.certificate, *identity.issuers)]
    return {str(attribute.value) for certificate in certificates for attribute in certificate.subject}


def _vietnamese(text: str, names: Iterable[str]) -> bool:
    """Say whether a text is in Vietnamese, beside the names in it."""
    said = plain(text)
    for name in sorted(filter(None, map(plain, names)), key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", said)
    return any(letter in said for letter in "ăâđêôơưạảấầẩẫậắằẳẵặẹẻếềểễệịỉọỏốồổỗộớờởỡợụủứừửữự")


def _words(shown: Iterable[Mapping[str, Any]], names: Iterable[str]) -> set[str]:
    """Give what is said of signatures beside who signed and when: names, digits and their separators left out."""
    said = set()
    for each in shown:
        text = plain(text_of(each))
        for name in names:
            text = text.replace(plain(name), "")
        said.add(" ".join("".join(letter for letter in text if letter.isalpha() or letter.isspace()).split()))
    return said - {""}


@check("SIG-07/sha1-refused")
async def test_a_sha1_signature_is_turned_away(case: Case) -> None:
    """A letter signed with SHA-1 is returned, held or marked; the same by SHA-256 is taken."""
    from protocol.signatures.pdf.structures import Manner  # noqa: PLC0415 - takes time to import

    peer = await case.peer()
    by = await hands(case, peer)
    expected = told("refused, held or marked: SHA-1 is not on the list")
    weak = await spoiled_letter(case, peer, replace(by, manner=Manner(digest="sha1")), expected)
    good = await good_letter_after(case, peer, weak, by=by)
    await require_turned_away(case, weak, good=good, reason="weak-hash-accepted")


@check("SIG-08/weak-key-refused")
async def test_a_short_key_is_turned_away(case: Case) -> None:
    """A letter signed with RSA of 1024 bits is returned, held or marked; one with P-384 is taken."""
    peer = await case.peer()
    short = await hands(case, peer, certified=lambda pki, agency: pki.agency(agency.code, agency.name, kind="rsa-1024"))
    strong = await hands(case, peer, certified=lambda pki, agency: pki.agency(agency.code, agency.name, kind="p-384"))
    weak = await spoiled_letter(case, peer, short, told("refused, held or marked: a key of 1024 bits is too short"))
    good = await good_letter_after(case, peer, weak, by=strong)
    await require_turned_away(case, weak, good=good, reason="weak-key-accepted")


@check("SIG-20/foreign-seal-refused")
async def test_another_agencys_seal_is_turned_away(case: Case) -> None:
    """A letter that bears another agency's seal than its sender's is turned away.

    Of its appendix nothing is asked: papers that other agencies sealed may be enclosed, and not every system tells the
    ones from the others.
    """
    peer, other = await case.peer(), await case.peer()
    by = await hands(case, peer)
    foreign = replace(by, seal=(await hands(case, other)).seal)

    def sealed_by(hand: Hands) -> Callable[[Letterhead], list[bytes]]:
        return lambda paper: [signed_by_both(paper, hand)]

    letter = await letter_of(case, peer, by, sealed_by(foreign))
    sealed = await spoiled(
        case, peer, letter, told("refused, held or marked: the seal is that of another agency"), holds=True
    )
    good = await good_letter_after(case, peer, sealed, by=by, draw=sealed_by(by))
    await require_turned_away(case, sealed, good=good, reason="foreign-seal-accepted")
