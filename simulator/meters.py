"""Counters of the running process, as Prometheus reads them. No label names a system or an agency."""

from __future__ import annotations

from collections import Counter, defaultdict


class Meters:
    """What was answered since the start."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def answered(self, operation: str, status: str | None, seconds: float) -> None:
        """Count one request of an operation; ``status`` is ``None`` for one that was disturbed."""
        self._answers[operation, status or "none"] += 1
        self._seconds[operation] += seconds

    def exposition(self, gauges: dict[str, tuple[str, float]]) -> str:
        """Write the counters, and the gauges (name → help, value), in the Prometheus text format."""
        lines = [
            "# HELP axis28_requests_total Requests to the operations of the axis by what was answered.",
            "# TYPE axis28_requests_total counter",
        ]
        for (operation, status), number in sorted(self._answers.items()):
            lines.append(f'axis28_requests_total{{operation="{operation}",status="{status}"}} {number}')
        lines += [
            "# HELP axis28_request_seconds_total Time from a request's head to its answer.",
            "# TYPE axis28_request_seconds_total counter",
        ]
        for operation, seconds in sorted(self._seconds.items()):
            lines.append(f'axis28_request_seconds_total{{operation="{operation}"}} {seconds:.6f}')
        for name, (explanation, value) in sorted(gauges.items()):
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# HELP {name} {explanation}", f"# TYPE {name} {kind}", f"{name} {value:g}"]
        return "\n".join(lines) + "\n"
