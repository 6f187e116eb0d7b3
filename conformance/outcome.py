"""What a check came to, and what that rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from conformance.verdict import Verdict
from schemas.registry import CheckEntry


@dataclass(frozen=True, slots=True)
class Witness:
    """A file below the output folder that shows what was seen: on the ``axis`` (with its exchange), at the ``dms``."""

    kind: Literal["axis", "dms"]
    exchange: int | None
    file: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One decided check; times are the host's, with an offset. ``reason`` is ``None`` for a pass."""

    entry: CheckEntry
    verdict: Verdict
    reason: str | None
    expected: str
    got: str
    witnesses: tuple[Witness, ...]
    started: datetime
    ended: datetime

    @property
    def passed(self) -> bool:
        """Whether nothing stands against the system."""
        return self.verdict in (Verdict.PASS, Verdict.WARN, Verdict.WAIVED)
