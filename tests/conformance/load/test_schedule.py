"""Arrivals are open: fixed beforehand by profile and seed."""

from __future__ import annotations

import itertools
import statistics

from conformance.load.profile import Arrivals
from conformance.load.schedule import instants, share


def arrivals(process: str, rate: float = 50.0, duration: float = 100.0) -> Arrivals:
    return Arrivals(process, rate, duration, 0.0, 1.0)  # type: ignore[arg-type] # the two names of the schema


def test_constant_arrivals_are_evenly_spaced() -> None:
    found = instants(arrivals("constant", 4.0, 2.0), 1)
    assert found == [0.125, 0.375, 0.625, 0.875, 1.125, 1.375, 1.625, 1.875]


def test_poisson_arrivals_have_the_rate_and_the_spread_of_independent_senders() -> None:
    found = instants(arrivals("poisson"), 28)
    gaps = [after - before for before, after in itertools.pairwise(found)]
    assert found == sorted(set(found))
    assert 4700 < len(found) < 5300
    assert 0.9 < statistics.stdev(gaps) / statistics.mean(gaps) < 1.1
    assert 0 < found[0] < found[-1] < 100


def test_the_same_seed_gives_the_same_instants_and_another_one_others() -> None:
    first, again, other = (instants(arrivals("poisson"), seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_shares_cover_every_arrival_once() -> None:
    shares = [share(11, index, 3) for index in range(3)]
    assert sorted(itertools.chain(*shares)) == list(range(11))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
