"""Random content for stories: letters of peers, drafts for the system under test, statuses that peers report."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from conformance.system import Agency, Peer, System
from conformance.told import Told, joined, told
from fixtures.documents import new_document, new_draft, new_status
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage

MAX_SHOWN, MAX_WARNINGS = 600, 300
_PROOF = ("certificates", "revocation")
"""What stands with a signature as proof: long, and unreadable."""

Addressee = Peer | System | Agency | str


def letter(
    source: random.Random, sender: Peer, to: Sequence[Addressee], *, files: Any, now: datetime, **overrides: Any
) -> DocumentPackage:
    """Invent a document of a peer."""
    return new_document(source, sender, list(to), files=files, now=now, **overrides)


def draft(
    source: random.Random,
    sender: System,
    to: Sequence[Addressee],
    *,
    state: str,
    files: Any,
    now: datetime,
    **overrides: Any,
) -> dict[str, Any]:
    """Invent the arguments of the driver operation ``send``."""
    codes = [addressee if isinstance(addressee, str) else addressee.code for addressee in to]
    return new_draft(source, sender.code, codes, state=state, files=files, now=now, **overrides)


def status(
    original: DocumentPackage | ResponseFor,
    code: str,
    sender: Peer | Agency | str,
    *,
    at: datetime,
    description: str | None,
    **overrides: Any,
) -> StatusPackage:
    """Write what ``sender`` reports about a document."""
    return new_status(original, code, sender, now=at, description=description, **overrides)


def shown_as_text(entry: Mapping[str, Any]) -> str:
    """Give a register entry as a short text for a report: what decides first, and no proof of signatures."""
    decisive = {"state": entry["state"], "results": results_shown(entry)} | {
        name: entry[name] for name in ("refusal", "warnings") if entry.get(name)
    }
    rest = {name: _without_proof(entry[name]) for name in sorted(set(entry) - {"state", "refusal", "warnings"})}
    text = json.dumps({name: value for name, value in (decisive | rest).items() if value != []}, ensure_ascii=False)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def shown_briefly(entries: Sequence[Mapping[str, Any]]) -> Told:
    """Say what ``received`` shows of a letter: state, results of its signatures, and warnings."""
    if not entries:
        return told("nothing of it is shown")
    return joined("; ", [_briefly(entry) for entry in entries])


def results_shown(entry: Mapping[str, Any]) -> list[str]:
    """Give the result of each signature that an entry of ``received`` shows, in their order."""
    files = entry.get("attachments") or ()
    return [str(each.get("result")) for file in files for each in file.get("signatures") or ()]


def _briefly(entry: Mapping[str, Any]) -> Told:
    warnings = [_in_words(row) for row in entry.get("warnings") or ()]
    refusal = entry.get("refusal")
    return told(
        "shown with state {state}, results {results}, warnings {warnings}",
        state=f"{entry['state']} ({_in_words(refusal)})" if refusal else entry["state"],
        results=", ".join(results_shown(entry)) or told("none"),
        warnings=" | ".join(warnings)[:MAX_WARNINGS] or told("none"),
    )


def _in_words(said: Mapping[str, Any]) -> str:
    """Give category and text of a warning or a refusal."""
    return f"{said['category']}: {said.get('text') or ''}".strip(": ")[:MAX_WARNINGS]


def _without_proof(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_proof(each) for name, each in value.items() if name not in _PROOF}
    return [_without_proof(each) for each in value] if isinstance(value, list) else value
