"""Who takes part: the system under test and the peers that the suite plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency of a system: code, name and, where it has one, its older 13-character code."""

    code: str
    name: str
    old_code: str | None = None

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Agency:
        """Read an agency as drivers and the control API write it."""
        return cls(str(raw["code"]), str(raw.get("name") or raw["code"]), raw.get("old_code") or None)

    def to_json(self) -> dict[str, str]:
        """Give it as drivers and the control API read it."""
        shown = {"code": self.code, "name": self.name}
        return shown if self.old_code is None else {**shown, "old_code": self.old_code}


@dataclass(frozen=True, slots=True)
class System:
    """The system under test, as its ``describe`` and the axis know it; ``product`` is what its maker calls it.

    ``answer_s`` is how long an answer of its driver took before the run.
    """

    id: str
    organisations: tuple[Agency, ...]
    product: str
    version: str
    build: str
    capabilities: frozenset[str]
    poll_interval_s: float
    concurrency: int = 1
    answer_s: float = 0.0

    @property
    def code(self) -> str:
        """The code of its first agency, the one that the stories address."""
        return self.organisations[0].code

    @property
    def name(self) -> str:
        """The name of its first agency."""
        return self.organisations[0].name

    @property
    def codes(self) -> frozenset[str]:
        """Every code of its agencies, old ones too."""
        return frozenset(code for agency in self.organisations for code in (agency.code, agency.old_code) if code)


@dataclass(frozen=True, slots=True)
class Peer:
    """A system that the suite registered on the axis and plays itself; ``code`` and ``name`` are its first agency's."""

    system_id: str
    agencies: tuple[Agency, ...]

    @property
    def code(self) -> str:
        """The code of its first agency."""
        return self.agencies[0].code

    @property
    def name(self) -> str:
        """The name of its first agency."""
        return self.agencies[0].name
