"""What the axis counts about itself while it works. No count names a system, an agency or a document.

Counting costs about a microsecond a request: plain numbers in this process, touched by its event loop only. They become
text for Prometheus when somebody asks (``simulator.exposition``). Several workers on one store each write theirs into a
file of their own, now and then, so that whichever worker is asked can answer for all of them.
"""

from __future__ import annotations

import contextlib
import json
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
_ENDING = ".json"


@dataclass(slots=True)
class Histogram:
    """How many values fell below each bound, the last place counting those above all of them; and their sum."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.bounds) + 1)

    def add(self, value: float, times: int = 1) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times

    def merge(self, counts: list[int], total: float) -> None:
        """Count what another process counted, by the same bounds."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, counts, strict=True)]
        self.total += total


@dataclass(slots=True)
class Counts:
    """The numbers of one process, or of several together.

    ``answers`` by operation, status and error code; ``seconds`` by operation, from a request's head to its answer;
    ``groups`` are sizes of the store's transactions; bytes are those of bodies.
    """

    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seconds: dict[str, Histogram] = field(default_factory=dict)
    groups: Histogram = field(default_factory=lambda: Histogram(SIZES))
    commits: Histogram = field(default_factory=lambda: Histogram(SECONDS))
    faults: Counter[str] = field(default_factory=Counter)
    received_bytes: int = 0
    sent_bytes: int = 0
    waiting: int = 0

    def merge(self, other: dict[str, Any]) -> None:
        """Add what another process wrote down by ``to_json``."""
        for operation, status, code, number in other["answers"]:
            self.answers[operation, status, code] += number
        for operation, counts, total in other["seconds"]:
            self.seconds.setdefault(operation, Histogram(SECONDS)).merge(counts, total)
        self.groups.merge(*other["groups"])
        self.commits.merge(*other["commits"])
        self.faults.update(other["faults"])
        self.received_bytes += other["received_bytes"]
        self.sent_bytes += other["sent_bytes"]
        self.waiting += other["waiting"]

    def to_json(self) -> dict[str, Any]:
        """Give the numbers as JSON can carry them."""
        return {
            "answers": [[*labels, number] for labels, number in self.answers.items()],
            "seconds": [[operation, found.counts, found.total] for operation, found in self.seconds.items()],
            "groups": [self.groups.counts, self.groups.total],
            "commits": [self.commits.counts, self.commits.total],
            "faults": dict(self.faults),
            "received_bytes": self.received_bytes,
            "sent_bytes": self.sent_bytes,
            "waiting": self.waiting,
        }


class Meters:
    """The counters of this process, and, where it shares a folder with others, the way to theirs."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._folder: Path | None = None

    def answered(self, operation: str, status: str | None, code: str | None, seconds: float) -> None:
        """Count one request of an operation; ``status`` is ``None`` for one that was disturbed."""
        counts = self.counts
        counts.answers[operation, status or "none", code or ""] += 1
        found = counts.seconds.get(operation)
        if found is None:
            found = counts.seconds[operation] = Histogram(SECONDS)
        found.add(seconds)

    def committed(self, works: int, seconds: float) -> None:
        """Count a transaction: of how many pieces of work, and how long it took until it was durable."""
        self.counts.groups.add(works)
        self.counts.commits.add(seconds)

    def fired(self, names: tuple[str, ...]) -> None:
        """Count faults that struck a request."""
        self.counts.faults.update(names)

    def share(self, folder: Path) -> None:
        """Use ``folder`` together with other workers; what a worker that ended wrote there goes on counting."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.publish()

    def publish(self) -> None:
        """Write the numbers down for the other workers; a disk that is full only makes them older."""
        if self._folder is None:
            return
        target = self._folder / f"{os.getpid()}{_ENDING}"
        partial = target.with_suffix(".partial")
        with contextlib.suppress(OSError):
            partial.write_text(json.dumps(self.counts.to_json()), encoding="utf-8")
            partial.replace(target)

    def together(self) -> Counts:
        """Give the numbers of all workers that share the folder; of this process alone where none is shared."""
        whole = Counts()
        whole.merge(self.counts.to_json())
        for other in self._others():
            whole.merge(other)
        return whole

    def _others(self) -> Iterator[dict[str, Any]]:
        if self._folder is None:
            return
        for file in sorted(self._folder.glob(f"*{_ENDING}")):
            if file.stem != str(os.getpid()):
                with contextlib.suppress(OSError, ValueError):
                    yield json.loads(file.read_text(encoding="utf-8"))
