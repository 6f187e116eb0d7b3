"""The numbers of an axis in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from simulator.meters import Counts, Histogram

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Gauges = Mapping[str, tuple[str, float]]


def exposition(counts: Counts, gauges: Gauges) -> bytes:
    """Write counters and gauges (name → help, value), through a registry of this one text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(counts, gauges))
    return generate_latest(registry)


class _Numbers(Collector):
    def __init__(self, counts: Counts, gauges: Gauges) -> None:
        self._counts = counts
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        counts = self._counts
        yield from self._requests()
        yield _counter("axis28_received_bytes", "Bytes of the bodies of requests.", counts.received_bytes)
        yield _counter("axis28_sent_bytes", "Bytes of the bodies of answers.", counts.sent_bytes)
        yield from self._store()
        fired = CounterMetricFamily("axis28_faults", "Faults that struck a request, by name.", labels=["fault"])
        for name, number in sorted(counts.faults.items()):
            fired.add_metric([name], number)
        yield fired
        for name, (explanation, value) in sorted(self._gauges.items()):
            yield GaugeMetricFamily(name, explanation, value=value)

    def _requests(self) -> Iterator[Metric]:
        answers = CounterMetricFamily(
            "axis28_requests",
            "Requests to the operations of the axis by what was answered.",
            labels=["operation", "status", "error_code"],
        )
        for labels, number in sorted(self._counts.answers.items()):
            answers.add_metric(list(labels), number)
        yield answers
        seconds = HistogramMetricFamily(
            "axis28_request_seconds", "Time from the head of a request to its answer.", labels=["operation"]
        )
        for operation, found in sorted(self._counts.seconds.items()):
            seconds.add_metric([operation], _buckets(found), found.total)
        yield seconds

    def _store(self) -> Iterator[Metric]:
        counts = self._counts
        transactions, works = sum(counts.groups.counts), counts.groups.total
        yield _counter("axis28_store_transactions", "Transactions that the store made durable.", transactions)
        yield _counter("axis28_store_works", "Pieces of work in these transactions.", works)
        sizes = HistogramMetricFamily("axis28_store_group_size", "Pieces of work in one transaction.")
        sizes.add_metric([], _buckets(counts.groups), counts.groups.total)
        yield sizes
        commits = HistogramMetricFamily("axis28_store_commit_seconds", "Time of a transaction until it is durable.")
        commits.add_metric([], _buckets(counts.commits), counts.commits.total)
        yield commits
        yield GaugeMetricFamily("axis28_store_waiting", "Pieces of work that wait for the store.", value=counts.waiting)


def _counter(name: str, explanation: str, value: float) -> CounterMetricFamily:
    return CounterMetricFamily(name, explanation, value=value)


def _buckets(found: Histogram) -> list[tuple[str, float]]:
    bounds = [*(f"{bound:g}" for bound in found.bounds), "+Inf"]
    return list(zip(bounds, accumulate(found.counts), strict=True))
