"""Letters that the system under test verified: what it shows of their signatures, and what it must never take."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.case import Case, Delivered, Ref
from conformance.refusal import refused_on_axis
from conformance.scenarios.arrivals import TAKEN
from conformance.scenarios.sightings import PUT_ASIDE, codes_about, fetched, live
from conformance.told import told
from protocol.package.model import DocumentPackage


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A letter that must not be taken, as it was delivered; ``expected`` says why, for a report."""

    letter: DocumentPackage
    delivered: Delivered
    expected: str


async def require_taken(case: Case, letter: DocumentPackage, reason: str) -> Mapping[str, Any]:
    """Require a letter to be taken and every signature of it to be shown as valid.

    A system may verify beside its other work: what is not decided yet is waited for, and only what was is final.
    """
    expected = told("the letter is taken, and its signatures are shown as valid")

    def final(shown: Mapping[str, Any]) -> bool:
        results = results_of(shown)
        if shown["state"] == "refused" or "invalid" in results:
            return True
        return shown["state"] in TAKEN and results == {"valid"}

    entry = await case.shown(letter, until=final, reason=reason, expected=expected)
    refusal = entry.get("refusal") or {}
    case.require(
        entry["state"] in TAKEN and results_of(entry) == {"valid"},
        reason,
        expected=expected,
        got=told(
            "results {results}: {texts}",
            results=", ".join(each["result"] for each in signatures_shown(entry)) or entry["state"],
            texts=texts_of(signatures_shown(entry)) or refusal.get("text") or "-",
        ),
    )
    return entry


async def require_turned_away(case: Case, *spoiled: Spoiled, reason: str) -> None:
    """Require letters to be returned or held back, never reported as registered (03) and never shown as valid."""
    for each in spoiled:
        await fetched(case, each.delivered)
    await case.intervals(1)
    for each in spoiled:
        await _turned_away(case, each, reason)


async def _turned_away(case: Case, spoiled: Spoiled, reason: str) -> None:
    letter, expected = spoiled.letter, spoiled.expected
    await case.require_refusal(Ref.of(letter), delivered=spoiled.delivered, reason=reason, expected=expected)
    entries = await case.dms.register("received", letter)
    codes = codes_about(case, letter)
    valid = [entry for entry in entries if signatures_shown(entry) and not _doubted(entry)]
    case.require(
        "03" not in codes and not live(entries) and not valid,
        reason,
        expected=expected,
        got=told(
            "statuses {codes}; {count} registered entries, {valid} with valid signatures only",
            codes=", ".join(codes),
            count=len(live(entries)),
            valid=len(valid),
        ),
    )


async def require_for_information(
    case: Case, letter: DocumentPackage, delivered: Delivered, *, usual: Sequence[str], reason: str
) -> list[Mapping[str, Any]]:
    """Wait until a letter is marked as for information, returned or held back; give its entries as they are then.

    ``usual`` are the warnings that a well signed letter gets: what is said of every letter marks none.
    """
    expected = told("a warning of category signature, or a refusal")
    await fetched(case, delivered)
    asked, entries = 0, list[Mapping[str, Any]]()
    while asked == 0 or await case.again(asked):
        asked += 1
        entries = await case.dms.register("received", letter)
        if any(set(marks_of(entry)) - set(usual) for entry in entries):
            return entries
        put_aside = any(entry["state"] in PUT_ASIDE for entry in entries)
        if put_aside or refused_on_axis(case, Ref.of(letter), delivered.receiver_ids):
            await case.require_refusal(letter, delivered=delivered, reason=reason, expected=expected)
            return entries
    states = ", ".join(str(entry["state"]) for entry in entries)
    raise case.fail(
        reason,
        expected=expected,
        got=told(
            "state {state}, {warnings} warnings of category signature",
            state=states or told("none"),
            warnings=sum(len(marks_of(entry)) for entry in entries),
        ),
    )


async def decided(case: Case, letter: DocumentPackage, delivered: Delivered) -> tuple[list[Mapping[str, Any]], bool]:
    """Wait until a letter is put aside, or something is shown of its signatures; give its entries, and whether it was.

    What a system shows while it still verifies may be no result yet: a story lets a good letter come after this one.
    """
    asked, entries = 0, list[Mapping[str, Any]]()
    while asked == 0 or await case.again(asked):
        asked += 1
        entries = await case.dms.register("received", letter)
        returned = refused_on_axis(case, Ref.of(letter), delivered.receiver_ids) is not None
        if returned or any(entry["state"] in PUT_ASIDE for entry in entries):
            return entries, True
        if any(map(signatures_shown, entries)):
            break
    return entries, False


def marks_of(entry: Mapping[str, Any]) -> list[str]:
    """Give the warnings about signatures that an entry of ``received`` shows."""
    return [str(row.get("text") or "") for row in entry.get("warnings") or () if row["category"] == "signature"]


def _doubted(entry: Mapping[str, Any]) -> bool:
    """Say whether an entry tells that something is wrong with its signatures: by result, refusal or warning."""
    return bool(results_of(entry) - {"valid"} or entry.get("refusal") or marks_of(entry))


def signatures_shown(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give every signature that an entry of ``received`` shows."""
    return [each for file in entry.get("attachments") or () for each in file.get("signatures") or ()]


def results_of(entry: Mapping[str, Any]) -> set[str]:
    """Give the results that an entry shows of its signatures: ``valid``, ``invalid``, ``unknown``."""
    return {str(each["result"]) for each in signatures_shown(entry)}


def text_of(shown: Mapping[str, Any]) -> str:
    """Give what an officer reads of a signature."""
    return str((shown.get("text") or {}).get("vi") or "")


def texts_of(shown: Sequence[Mapping[str, Any]]) -> str:
    """Give what an officer reads of signatures, for a report."""
    return " | ".join(text_of(each) or str(each.get("reason") or "") for each in shown)[:300]


def shown_for(entry: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Give the signature of a signer, by the name in the certificate, whatever else stands beside it."""
    wanted = unicodedata.normalize("NFC", name)
    found = (
        each for each in signatures_shown(entry) if wanted in unicodedata.normalize("NFC", each.get("signer") or "")
    )
    return next(found, None)
