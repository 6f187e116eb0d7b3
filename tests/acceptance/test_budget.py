"""A slow DMS gets its verdict within the budget that the suite printed before it began."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from schemas import registry
from tests.proof import write_proof

from .commands import report, run, serving, write_systems

SYSTEM = ("TEST.SYS.B1", "not-a-real-secret-b1")
AGENCIES = (("H99.92", "Sở Thử nghiệm Ba"),)
TOGETHER_INTERVALS = 6
DISTURBANCE_INTERVALS = 3


def _certify_at(poll_s: float, folder: Path) -> tuple[float, float, dict[str, object]]:
    """Certify a reference DMS that polls every ``poll_s`` seconds: seconds budgeted, seconds taken, the report."""
    systems = write_systems(folder / "systems.toml", *SYSTEM, *AGENCIES)
    with (
        serving("simulate", "--port", "0", "--systems", str(systems), "--data", str(folder / "axis")) as axis,
        serving(
            "reference-dms", "--axis", axis.url, "--systems", str(systems), "--poll", str(poll_s), "--data",
            str(folder / "dms"),
        ) as dms,
    ):  # fmt: skip
        begun = time.monotonic()
        done = run(
            "certify", "--driver", f"http:{dms.url}", "--axis", axis.url, "--out", str(folder / "out"),
            token=axis.token, timeout=900,
        )  # fmt: skip
        took = time.monotonic() - begun
    assert done.returncode == 0, done.stdout + done.stderr
    printed = re.search(r"budget: (\d+(?:\.\d+)?) s", done.stderr)
    assert printed, done.stderr
    return float(printed.group(1)), took, report(folder / "out")


def test_a_dms_that_polls_every_two_seconds_keeps_to_the_printed_budget(tmp_path: Path) -> None:
    budget, took, raw = _certify_at(2, tmp_path)
    assert raw["verdict"] == "certified"
    assert took <= budget


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_a_dms_that_polls_every_ten_seconds_keeps_to_the_printed_budget(tmp_path: Path) -> None:
    budget, took, raw = _certify_at(10, tmp_path)
    assert raw["verdict"] == "certified"
    checks = raw["checks"]
    assert isinstance(checks, list)
    phases = {registry.check(check["id"]).phase for check in checks}
    intervals = TOGETHER_INTERVALS + DISTURBANCE_INTERVALS * (len(phases) - 1)
    assert budget <= intervals * 10 + 60
    assert took <= budget
    write_proof("budget", {"poll_s": 10, "budget_s": budget, "took_s": round(took, 1), "checks": len(checks)})
