"""Exact percentiles of raw values: nothing is binned, averaged or merged from percentiles."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

QUANTILES = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9}


@dataclass(frozen=True, slots=True)
class Distribution:
    """Raw values in ascending order, all in one unit."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Distribution:
        """Take values in any order."""
        return cls(tuple(sorted(values)))

    @property
    def count(self) -> int:
        """How many values there are."""
        return len(self.values)

    def percentile(self, percent: float) -> float | None:
        """Give the nearest-rank percentile: the smallest value that at least ``percent`` % of all do not exceed."""
        if not self.values:
            return None
        # Rounding first keeps 99.9 % of 1000 at rank 999, which binary fractions would make 1000.
        rank = math.ceil(round(percent * len(self.values) / 100, 9))
        return self.values[max(rank, 1) - 1]

    def to_json(self) -> dict[str, float | int | None]:
        """Give the distribution for a report: n, the percentiles and the maximum, to three significant digits."""
        shown: dict[str, float | int | None] = {"n": self.count}
        for name, percent in QUANTILES.items():
            shown[name] = three_digits(self.percentile(percent))
        shown["max"] = three_digits(self.values[-1] if self.values else None)
        return shown


def three_digits(value: float | None) -> float | None:
    """Round to three significant digits, as histograms of this trade are kept."""
    return None if value is None else float(f"{value:.3g}")
