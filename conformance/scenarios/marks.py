"""What a system says of one letter and not of every one: a warning that each letter bears marks none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.scenarios.verified import plain, signatures_shown


def own_warnings(entry: Mapping[str, Any], good: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give category and text of the warnings that a letter has and a good one has not, by whatever name it goes."""
    usual = {(category, _words(good, text)) for category, text in _warnings(good)}
    return [(category, text) for category, text in _warnings(entry) if (category, _words(entry, text)) not in usual]


def _words(entry: Mapping[str, Any], text: str) -> str:
    """Give what a warning says beside which letter it speaks of: a notice that names each letter is still the same.

    Names are left out whole and not word by word: a subject may hold the very word in which two warnings differ.
    """
    said = _spaced(text)
    for name in sorted(_names(entry), key=len, reverse=True):
        said = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", said)
    return " ".join("".join(letter if letter.isalpha() else " " for letter in said).split())


def _names(entry: Mapping[str, Any]) -> set[str]:
    """Give what a letter, its files and its signers are called in an entry."""
    signer = entry.get("signer") or {}
    names = [entry.get(field) for field in ("document_id", "from", "notation", "subject", "type_name")]
    names += [signer.get("full_name"), *(file.get("name") for file in entry.get("attachments") or ())]
    names += [each.get("signer") for each in signatures_shown(entry)]
    return {_spaced(str(name)) for name in names if name and str(name).strip()}


def _spaced(text: str) -> str:
    return " ".join(plain(text).split())


def _warnings(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(row["category"]), str(row.get("text") or "")) for row in entry.get("warnings") or ()]
