"""Letters that the system under test verified: what it shows of their signatures."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.case import Case
from conformance.letters import shown_briefly
from conformance.scenarios.arrivals import TAKEN
from conformance.told import joined, told
from protocol.package.model import DocumentPackage


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
    case.require(
        entry["state"] in TAKEN and results_of(entry) == {"valid"},
        reason,
        expected=expected,
        got=joined("; ", (shown_briefly([entry]), texts_of(signatures_shown(entry)))),
    )
    return entry


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


def plain(text: str) -> str:
    """Give a text as names are compared: composed letters, and capitals like small ones (some show names in them)."""
    return unicodedata.normalize("NFC", text).casefold()


def shown_for(entry: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Give the signature of a signer, by the name in the certificate, whatever else stands beside it."""
    return next((each for each in signatures_shown(entry) if plain(name) in plain(each.get("signer") or "")), None)
