"""A plan: which checks are scored at which level, in which phases, and how long each phase may take."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import schemas
from schemas import registry
from schemas.registry import CheckEntry

DEFAULT = "2026.0-draft"
_FOLDER = "plans"


class UnknownPlan(Exception):  # noqa: N818 - says which mistake it is
    """No plan, or no level in it, has this name; the text names those that exist."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a run: ``intervals`` polling intervals of the system under test plus ``grace_s`` seconds."""

    name: str
    intervals: int
    grace_s: float

    def seconds(self, interval_s: float) -> float:
        """Give how long the phase may take for a system that polls every ``interval_s`` seconds."""
        return self.intervals * interval_s + self.grace_s


@dataclass(frozen=True, slots=True)
class Plan:
    """One revision of the plan. ``sha256`` is that of its file; ``levels`` go from the least to the most demanding.

    ``default_level`` is the one that a run goes for unless it was told otherwise.
    """

    id: str
    draft: bool
    role: str
    profile: str
    title: Mapping[str, str]
    sha256: str
    set_up_s: float
    phases: tuple[Phase, ...]
    levels: tuple[str, ...]
    default_level: str
    requires: Mapping[str, frozenset[str]]
    scored: tuple[str, ...]
    provisional: tuple[str, ...]

    def phase(self, name: str) -> Phase:
        """Give a phase by name; ``UnknownPlan`` where the plan has none of it."""
        for phase in self.phases:
            if phase.name == name:
                return phase
        raise UnknownPlan(f"plan {self.id} has no phase {name!r}; it has {', '.join(p.name for p in self.phases)}")

    def up_to(self, level: str) -> tuple[str, ...]:
        """Give the levels that a run at this level covers."""
        if level not in self.levels:
            raise UnknownPlan(f"plan {self.id} has no level {level!r}; it has {', '.join(self.levels)}")
        return self.levels[: self.levels.index(level) + 1]

    def includes(self, entry: CheckEntry, level: str) -> bool:
        """Say whether a check belongs to a run at this level."""
        return entry.level in self.up_to(level) and entry.id in (*self.scored, *self.provisional)

    def checks(self, level: str) -> tuple[str, ...]:
        """Give the ids of the checks that a run at this level decides."""
        return tuple(name for name in (*self.scored, *self.provisional) if self.includes(registry.check(name), level))

    def required(self, level: str) -> frozenset[str]:
        """Give the capabilities that a system needs to be certified at this level."""
        return frozenset().union(*(self.requires[name] for name in self.up_to(level)))

    def uncovered(self, level: str) -> list[str]:
        """Give the core requirements that no scored check of a run at this level proves, in catalogue order."""
        scored = (registry.check(name) for name in self.scored)
        proven = {proves for entry in scored if self.includes(entry, level) for proves in entry.requirements}
        core = (entry.id for entry in registry.requirements().values() if entry.core)
        return [requirement for requirement in core if requirement not in proven]

    def budget_s(self, interval_s: float, names: Iterable[str]) -> float:
        """Give the seconds that a run of these phases may take in all."""
        return self.set_up_s + sum(self.phase(name).seconds(interval_s) for name in dict.fromkeys(names))


def load(plan_id: str = DEFAULT) -> Plan:
    """Read a plan; ``UnknownPlan`` where there is none of this id, ``schemas.DataError`` where its file is wrong."""
    known = [name.removeprefix(f"{_FOLDER}/").removesuffix(".toml") for name in schemas.names(_FOLDER, ".toml")]
    if plan_id not in known:
        raise UnknownPlan(f"there is no plan {plan_id!r}; there is {', '.join(known)}")
    name = f"{_FOLDER}/{plan_id}.toml"
    raw = schemas.data(name)
    try:
        return _plan(tomllib.loads(raw.decode("utf-8")), hashlib.sha256(raw).hexdigest())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise schemas.DataError(f"schemas/{name}: {type(error).__name__}: {error}") from error


def _plan(raw: Mapping[str, Any], sha256: str) -> Plan:
    checks = raw["checks"]
    return Plan(
        id=raw["id"],
        draft=bool(raw["draft"]),
        role=raw["role"],
        profile=raw["profile"],
        title=dict(raw["title"]),
        sha256=sha256,
        set_up_s=float(raw["budget"]["set_up_s"]),
        phases=tuple(Phase(row["name"], int(row["intervals"]), float(row["grace_s"])) for row in raw["phase"]),
        levels=tuple(row["name"] for row in raw["level"]),
        default_level=raw["default_level"],
        requires={row["name"]: frozenset(row["requires"]) for row in raw["level"]},
        scored=tuple(checks["scored"]),
        provisional=tuple(checks["provisional"]),
    )
