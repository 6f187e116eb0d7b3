"""Random content for stories: letters of peers, drafts for the system under test, statuses that peers report."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from conformance.system import Agency, Peer, System
from fixtures.documents import new_document, new_draft, new_status
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage

MAX_SHOWN = 600

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
    """Give a register entry as a short text for a report."""
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
