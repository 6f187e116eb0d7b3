"""Rounds that alternate between competitors, and what came of them: medians with the least and the most."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some values with the least and the most."""

    middle: float
    least: float
    most: float

    def shown(self, digits: int = 0) -> str:
        """Write it for people."""
        return f"{self.middle:,.{digits}f} ({self.least:,.{digits}f} to {self.most:,.{digits}f})"

    def to_json(self) -> dict[str, float]:
        """Give it as JSON."""
        return {"median": self.middle, "min": self.least, "max": self.most}


def spread(values: list[float]) -> Spread:
    """Give the spread of some values, at least one."""
    return Spread(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: ours against a peer, as a ratio of the same round, and what was to be reached.

    Without ``at_most`` the ratio is to be at least ``goal``. ``notes`` say what else was seen.
    """

    name: str
    unit: str
    ours: Spread
    peer_name: str
    peer: Spread
    ratio: Spread
    goal: float | None
    at_most: bool = False
    notes: dict[str, object] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether the median reached the goal, ``None`` where there is none."""
        if self.goal is None:
            return None
        return self.ratio.middle <= self.goal if self.at_most else self.ratio.middle >= self.goal

    def to_json(self) -> dict[str, object]:
        """Give the row as JSON."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours.to_json(),
            "peer_name": self.peer_name,
            "peer": self.peer.to_json(),
            "ratio": self.ratio.to_json(),
            "goal": self.goal,
            "at_most": self.at_most,
            "reached": self.reached,
            "notes": self.notes,
        }


def alternating(competitors: Mapping[str, Callable[[int], float]], rounds: int) -> dict[str, list[float]]:
    """Let each work once a round (it is told which), after one round that counts for nothing; give their values.

    The order turns with each round, so that no one always runs in another's wake.
    """
    names = list(competitors)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            value = competitors[name](number)
            if number:
                found[name].append(value)
    return found


def compared(
    name: str,
    unit: str,
    found: Mapping[str, list[float]],
    ours: str,
    peer: str,
    *,
    goal: float | None,
    at_most: bool = False,
    notes: dict[str, object] | None = None,
) -> Row:
    """Make the row of two competitors; ratios are taken round by round."""
    ratios = [mine / theirs for mine, theirs in zip(found[ours], found[peer], strict=True)]
    return Row(
        name, unit, spread(found[ours]), peer, spread(found[peer]), spread(ratios), goal, at_most, dict(notes or {})
    )
