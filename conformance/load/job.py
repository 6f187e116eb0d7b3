"""What the command and its generator processes tell each other, through files and lines only.

A job file (JSON) names the pool and where the results go. A generator prints ``ready`` when it can begin, then reads
one line with the wall-clock time of the start (seconds since the epoch), and writes one JSON line for each of its
arrivals and a last one about itself. This module is shared by both sides and imports nothing but the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

READY = "ready"


@dataclass(frozen=True, slots=True)
class Job:
    """The work of one generator process; paths are absolute, times in seconds."""

    url: str
    index: str
    bodies: str
    results: str
    share: int
    shares: int
    max_in_flight: int
    answer_limit_s: float
    ca: str | None = None
    client_cert: str | None = None
    client_key: str | None = None

    def write(self, path: Path) -> None:
        """Write the job as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """Read a job that ``write`` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Planned:
    """One signed request of the pool: when it is to leave, its headers and where its body stands in the bodies file."""

    index: int
    at: float
    document_id: str
    headers: list[tuple[str, str]]
    offset: int
    length: int


def read_pool(index: Path) -> Iterator[Planned]:
    """Read the pool's index, one JSON line for each request."""
    with index.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            entry["headers"] = [(name, value) for name, value in entry["headers"]]
            yield Planned(**entry)


def write_planned(planned: Planned) -> str:
    """Give the index line of one request."""
    return json.dumps(asdict(planned), ensure_ascii=False)
