"""What one load run measured, as data: the verdict reads this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.load.latency import Distribution


@dataclass(frozen=True, slots=True)
class Sent:
    """One arrival, times in seconds after the start of the run.

    ``started`` and ``ended`` are ``None`` where the request was never sent or never answered. ``accepted`` says that
    the answer was a success in full; ``error`` is what was wrong otherwise.
    """

    index: int
    intended: float
    started: float | None
    ended: float | None
    accepted: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class GeneratorUse:
    """One generator process: processor time over wall time, and whether it told its end at all."""

    cpu: float
    finished: bool


@dataclass(frozen=True, slots=True)
class Measurement:
    """One run. Distributions hold only arrivals after the warm-up; documents count whether measured or not.

    ``send_ms`` counts from the intended instant to the end of the answer. ``acknowledged_s`` and ``status_01_s`` count
    from the moment the axis took the document; ``None`` where nobody was there to do it. ``errors`` are kinds of failed
    sends with their numbers.
    """

    offered: int
    accepted: int
    send_ms: Distribution
    acknowledged_s: Distribution
    status_01_s: Distribution | None
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    errors: dict[str, int]
    lateness_ms: Distribution
    missing: int
    generators: tuple[GeneratorUse, ...]
    poll_interval_s: float
    documents: int

    @property
    def achieved_ratio(self) -> float:
        """Useful answers over offered arrivals, 0 to 1."""
        return self.accepted / self.offered if self.offered else 0.0
