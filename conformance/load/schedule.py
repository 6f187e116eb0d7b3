"""When letters arrive: instants fixed beforehand by the profile and its seed, so that no answer delays the next one."""

from __future__ import annotations

import random

from conformance.load.profile import Arrivals


def instants(arrivals: Arrivals, seed: int) -> list[float]:
    """Give the intended instants in seconds after the start, ascending and all before ``duration_s``.

    ``constant`` spaces them evenly, the first at half a gap; ``poisson`` draws exponential gaps, the arrivals of many
    independent senders. The same profile and seed give the same instants.
    """
    if arrivals.process == "constant":
        count = max(1, round(arrivals.rate_per_s * arrivals.duration_s))
        return [(index + 0.5) / arrivals.rate_per_s for index in range(count)]
    source = random.Random(f"arrivals {seed}")  # noqa: S311 - a schedule, no secret
    found: list[float] = []
    at = source.expovariate(arrivals.rate_per_s)
    while at < arrivals.duration_s:
        found.append(at)
        at += source.expovariate(arrivals.rate_per_s)
    return found or [arrivals.duration_s / 2]


def share(count: int, index: int, shares: int) -> list[int]:
    """Give the arrivals (0-based) that one of ``shares`` generator processes sends: every so-manyth."""
    return list(range(index, count, shares))
