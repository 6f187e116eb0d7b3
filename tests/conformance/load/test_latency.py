"""Percentiles are exact, by nearest rank over all raw values."""

from __future__ import annotations

import random

import pytest

from conformance.load.latency import Distribution, three_digits


@pytest.mark.parametrize(
    ("count", "percent", "value"),
    [
        (1, 50, 1),
        (1, 99.9, 1),
        (2, 50, 1),
        (100, 95, 95),
        (100, 99, 99),
        (100, 99.9, 100),
        (1000, 99.9, 999),
        (20, 95, 19),
    ],
)
def test_nearest_rank(count: int, percent: float, value: float) -> None:
    assert Distribution.of(range(1, count + 1)).percentile(percent) == value


def test_a_percentile_is_the_least_value_that_enough_values_do_not_exceed() -> None:
    source = random.Random(28)
    for _ in range(50):
        values = [source.random() for _ in range(source.randint(1, 400))]
        distribution = Distribution.of(values)
        for percent in (50, 90, 95, 99, 99.9):
            found = distribution.percentile(percent)
            assert found in values
            share = 100 / len(values)
            assert share * sum(value <= found for value in values) >= percent - 1e-9
            assert share * sum(value < found for value in values) < percent


def test_nothing_measured_has_no_percentile() -> None:
    assert Distribution.of([]).to_json() == {
        "n": 0, "p50": None, "p90": None, "p95": None, "p99": None, "p99.9": None, "max": None,
    }  # fmt: skip


@pytest.mark.parametrize(("value", "shown"), [(1234.5, 1230.0), (0.0123456, 0.0123), (99.95, 100.0), (0.0, 0.0)])
def test_three_significant_digits(value: float, shown: float) -> None:
    assert three_digits(value) == shown
