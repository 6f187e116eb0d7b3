"""Verifying: what is signed badly is turned away before it is registered, and what is signed well is shown as such."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conformance.case import Case
from conformance.checks import check
from conformance.scenarios.sightings import eventually
from conformance.scenarios.signed import (
    LATER,
    Hands,
    delivered_letter,
    good_letter,
    hands,
    letter_of,
    person_of_key,
    spoiled_letter,
)
from conformance.scenarios.spoiling import one_byte_changed
from conformance.scenarios.verified import (
    marks_of,
    require_for_information,
    require_taken,
    require_turned_away,
    results_of,
    shown_for,
    signatures_shown,
    text_of,
    texts_of,
)
from conformance.system import Peer
from conformance.told import told

NEARLY = timedelta(minutes=2)
"""By how much a shown time may differ from that in the signature: some show no seconds."""


@check("SIG-05/altered-after-signing")
async def test_a_letter_altered_after_signing_is_turned_away(case: Case) -> None:
    """A signed letter with one byte changed, its name and size the same, is returned or held; the good one is taken."""
    peer = await case.peer()
    by = await hands(case, peer)
    await good_letter(case, peer, by)
    expected = told("a refusal: a byte of the signed file was changed")
    altered = await spoiled_letter(case, peer, by, expected, bend=lambda data: one_byte_changed(case.random, data))
    await require_turned_away(case, altered, reason="altered-letter-taken")


@check("GEN-03/unsigned-is-for-information")
async def test_an_unsigned_letter_is_not_shown_as_valid(case: Case) -> None:
    """An unsigned letter is returned with a reason, or marked as for information only where it is shown."""
    from fixtures.paper import new_pdf_document  # noqa: PLC0415 - takes time to import

    peer = await case.peer()
    by = await hands(case, peer)
    good = await require_taken(case, await good_letter(case, peer, by), "good-signature-not-accepted")
    letter = await letter_of(case, peer, by, lambda paper: [new_pdf_document(paper)])
    delivered = await delivered_letter(case, peer, letter)
    entries = await require_for_information(
        case, letter, delivered, usual=marks_of(good), reason="unsigned-shown-as-valid"
    )
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
        shown = datetime.fromisoformat((shown_for(entry, name) or {})["signed_at"])
        case.require(
            abs(shown - meant) <= NEARLY,
            "signing-time-wrong",
            expected=f"{name}: {meant.isoformat(timespec='seconds')}",
            got=shown.isoformat(timespec="seconds"),
        )


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
    entry = await require_taken(case, await good_letter(case, peer, by), "good-signature-not-accepted")
    shown = signatures_shown(entry)
    silent = [each for each in shown if not _vietnamese(text_of(each))]
    case.require(
        not silent,
        "verdict-not-explained",
        expected=told("a sentence in Vietnamese on each signature"),
        got=texts_of(shown) or told("none"),
    )
    expected = told("a refusal: the certificates lead to no trusted root")
    strange = await spoiled_letter(case, peer, stranger, expected)
    await require_turned_away(case, strange, reason="unknown-root-accepted")
    refused = [each for row in await case.dms.register("received", strange.letter) for each in signatures_shown(row)]
    names = [person_of_key(each) for hand in (by, stranger) for each in (hand.person, hand.seal)]
    same = _words(shown, names) & _words([each for each in refused if each["result"] != "valid"], names)
    case.require(
        not same,
        "verdict-not-explained",
        expected=told("other words for a signature that holds than for one that does not"),
        got=" | ".join(same),
    )


def _vietnamese(text: str) -> bool:
    return any(letter in text.lower() for letter in "ăâđêôơưạảấầẩẫậắằẳẵặẹẻếềểễệịỉọỏốồổỗộớờởỡợụủứừửữự")


def _words(shown: Iterable[Mapping[str, Any]], names: Iterable[str]) -> set[str]:
    """Give what is said of signatures beside who signed and when: names, digits and their separators left out."""
    said = set()
    for each in shown:
        text = unicodedata.normalize("NFC", text_of(each))
        for name in names:
            text = text.replace(unicodedata.normalize("NFC", name), "")
        said.add(" ".join("".join(letter for letter in text if letter.isalpha() or letter.isspace()).split()).lower())
    return said - {""}


@check("SIG-07/sha1-refused")
async def test_a_sha1_signature_is_turned_away(case: Case) -> None:
    """A letter signed with SHA-1 is returned or held; the same by SHA-256 is taken."""
    from protocol.signatures.pdf.structures import Manner  # noqa: PLC0415 - takes time to import

    peer = await case.peer()
    by = await hands(case, peer)
    await good_letter(case, peer, by)
    await _turned_away(
        case,
        peer,
        replace(by, manner=Manner(digest="sha1")),
        "weak-hash-accepted",
        told("a refusal: SHA-1 is not on the list"),
    )


@check("SIG-08/weak-key-refused")
async def test_a_short_key_is_turned_away(case: Case) -> None:
    """A letter signed with RSA of 1024 bits is returned or held; one with P-384 is taken."""
    peer = await case.peer()
    strong = await hands(case, peer, certified=lambda pki, agency: pki.agency(agency.code, agency.name, kind="p-384"))
    await good_letter(case, peer, strong)
    weak = await hands(case, peer, certified=lambda pki, agency: pki.agency(agency.code, agency.name, kind="rsa-1024"))
    await _turned_away(case, peer, weak, "weak-key-accepted", told("a refusal: a key of 1024 bits is too short"))


@check("SIG-20/foreign-seal-refused")
async def test_another_agencys_seal_is_turned_away(case: Case) -> None:
    """A letter that bears another agency's seal than its sender's is returned or held."""
    peer, other = await case.peer(), await case.peer()
    by = await hands(case, peer)
    await good_letter(case, peer, by)
    foreign = replace(by, seal=(await hands(case, other)).seal)
    await _turned_away(
        case, peer, foreign, "foreign-seal-accepted", told("a refusal: the seal is that of another agency")
    )


async def _turned_away(case: Case, peer: Peer, by: Hands, reason: str, expected: str) -> None:
    await require_turned_away(case, await spoiled_letter(case, peer, by, expected), reason=reason)
