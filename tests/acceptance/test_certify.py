"""The main job, as a vendor meets it: an axis, a DMS and the suite as three processes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import pytest

from .commands import AXIS28, environment, report, run, serving, write_systems
from .tcp_proxy import proxied

SYSTEM = ("TEST.SYS.A1", "not-a-real-secret-a1")
AGENCIES = (("H99.91", "Sở Thử nghiệm Một"), ("H99.91.02", "Chi cục Thử nghiệm Hai"))


def test_the_reference_dms_is_certified_over_http_also_through_a_tcp_proxy(tmp_path: Path) -> None:
    systems = write_systems(tmp_path / "systems.toml", *SYSTEM, *AGENCIES)
    with (
        serving("simulate", "--port", "0", "--systems", str(systems), "--data", str(tmp_path / "axis")) as axis,
        proxied(axis.url) as far_axis,
        serving(
            "reference-dms",
            "--axis",
            far_axis,
            "--systems",
            str(systems),
            "--poll",
            "0.3",
            "--data",
            str(tmp_path / "dms"),
        ) as dms,
        proxied(dms.url) as far_dms,
    ):
        done = run(
            "certify",
            "--driver",
            f"http:{far_dms}",
            "--axis",
            far_axis,
            "--out",
            str(tmp_path / "out"),
            token=axis.token,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    raw = report(tmp_path / "out")
    assert raw["verdict"] == "certified"
    assert raw["exit_code"] == 0
    assert raw["axis"]["started_by_suite"] is False
    assert {check["verdict"] for check in raw["checks"]} == {"pass"}
    assert len(raw["checks"]) >= 30
    assert (tmp_path / "out" / "report.html").stat().st_size > 0
    assert (tmp_path / "out" / "junit.xml").stat().st_size > 0


def test_a_defective_dms_is_not_certified_and_the_report_says_why(tmp_path: Path) -> None:
    systems = write_systems(tmp_path / "systems.toml", *SYSTEM, *AGENCIES)
    with (
        serving("simulate", "--port", "0", "--systems", str(systems), "--data", str(tmp_path / "axis")) as axis,
        serving(
            "reference-dms", "--axis", axis.url, "--systems", str(systems), "--poll", "0.3",
            "--data", str(tmp_path / "dms"), "--defect", "registers-twice",
        ) as dms,
    ):  # fmt: skip
        done = run(
            "certify",
            "--driver",
            f"http:{dms.url}",
            "--axis",
            axis.url,
            "--out",
            str(tmp_path / "out"),
            token=axis.token,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    failed = {check["id"]: check for check in report(tmp_path / "out")["checks"] if check["verdict"] != "pass"}
    assert "RCV-10/same-package-twice" in failed
    found = failed["RCV-10/same-package-twice"]
    for part in ("expected", "got", "law"):
        assert found[part], part
    for part in ("message", "fix"):
        assert found[part]["vi"], part
        assert found[part]["en"], part
    assert {witness["kind"] for witness in found["witnesses"]} >= {"dms"}
    for witness in found["witnesses"]:
        assert (tmp_path / "out" / witness["file"]).exists()


@pytest.mark.parametrize(
    ("arguments", "exit_code", "names"),
    [
        (("certify", "--driver", "carrier-pigeon:coop"), 2, "carrier-pigeon"),
        (("certify", "--driver", "exec:/nonexistent/driver"), 2, "/nonexistent/driver"),
        (("certify", "--driver", "python:no_such_module:make"), 2, "no_such_module"),
        (("certify",), 2, "--driver"),
        (("certify", "--driver", "exec:true", "--no-such-flag"), 2, "--no-such-flag"),
        (("simulate", "--systems", "/nonexistent/systems.toml"), 2, "/nonexistent/systems.toml"),
        (("simulate", "--port", "70000"), 2, "70000"),
        (("reference-dms", "--axis", "http://127.0.0.1:9"), 2, "--systems"),
        (("no-such-command",), 2, "no-such-command"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_bad_input_gets_one_clear_line_and_no_traceback(arguments: tuple[str, ...], exit_code: int, names: str) -> None:
    done = run(*arguments, timeout=120)
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert names in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.strip() and not line.startswith("usage:")]) <= 4


def test_an_axis_that_is_down_is_named_in_one_line(tmp_path: Path) -> None:
    done = run(
        "certify",
        "--driver",
        "python:conformance.reference_dms.local:make",
        "--axis",
        "http://127.0.0.1:9",
        "--out",
        str(tmp_path / "out"),
        token="some-token",
        timeout=120,
    )
    assert done.returncode in (2, 3), done.stderr
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_killed_suite_leaves_no_axis_behind(tmp_path: Path) -> None:
    suite = subprocess.Popen(
        [*AXIS28, "certify", "--driver", "python:conformance.reference_dms.local:make", "--out", str(tmp_path / "out")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=tmp_path,
    )
    try:
        axis = _child_axis(suite.pid)
    finally:
        suite.kill()
        suite.communicate(timeout=30)
    _, alive = psutil.wait_procs([axis], timeout=30)
    assert not alive


def _child_axis(pid: int) -> psutil.Process:
    """Wait for the axis that a suite started."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in psutil.Process(pid).children():
            if "simulate" in child.cmdline() and child.net_connections(kind="tcp"):
                return child
        time.sleep(0.1)
    raise AssertionError("the suite started no axis")
