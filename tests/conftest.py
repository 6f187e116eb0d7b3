"""What all tests share: a neutral environment, and the sizes of the seeded samples at the end of a run."""

from __future__ import annotations

import os

import pytest

# The machine's language and tokens must not decide what a test sees; a test that wants others sets them itself.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("AXIS28_CONTROL_TOKEN", None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each sampling test has put down with ``record_property("sample", "3 of 60 mutants, seed 17")``."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    samples = sorted(
        {
            str(value)
            for report in reports
            if isinstance(report, pytest.TestReport)
            for name, value in report.user_properties
            if name == "sample"
        }
    )
    if samples:
        terminalreporter.section("seeded samples of the long proofs (all of each: make proof)")
        for sample in samples:
            terminalreporter.write_line(sample)
