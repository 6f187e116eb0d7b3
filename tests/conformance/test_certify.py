"""`axis28 certify` as a process: exit codes, one line for each mistake, what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from axis28.certify import DEFAULT_PLAN
from conformance.plan import DEFAULT
from tests import interrupts

REFERENCE = "python:conformance.reference_dms.local:make"
SUITE = [sys.executable, "-P", "-m", "axis28", "certify"]


def certify(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SUITE, *arguments], cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True, timeout=200,
        check=False,
    )  # fmt: skip


def test_the_command_names_the_default_plan_of_the_suite() -> None:
    assert DEFAULT_PLAN == DEFAULT


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("--driver", "carrier-pigeon:coop"), 2, "carrier-pigeon"),
        (("--driver", "exec:/nonexistent/driver"), 2, "/nonexistent/driver"),
        (("--driver", "exec:true"), 2, "exit code 0"),
        (("--driver", "exec:cat"), 2, "describe"),
        (("--driver", "python:no_such_module:make"), 2, "no_such_module"),
        (("--driver", "http:http://127.0.0.1:9/driver"), 2, "127.0.0.1:9"),
        (("--driver", "manual"), 2, "manual"),
        (("--driver", REFERENCE, "--axis", "http://127.0.0.1:9", "--system", "X"), 3, "127.0.0.1:9"),
        (("--driver", REFERENCE, "--out", "/proc/nowhere"), 2, "/proc/nowhere"),
        (("--driver", REFERENCE, "--plan", "moon"), 2, "moon"),
        (("--driver", REFERENCE, "--level", "moon"), 2, "moon"),
        (("--driver", REFERENCE, "--select", "no-such-check"), 2, "no check is selected"),
        (("--driver", REFERENCE, "--select", "(("), 2, "(("),
        (("--driver", REFERENCE, "--listen", "everywhere"), 2, "--listen"),
        (("--driver", REFERENCE, "--baseline", "no-such-report.json"), 2, "no-such-report.json"),
        (("--driver", REFERENCE, "--waivers", "w.toml"), 2, "--waivers"),
        (("--driver", REFERENCE, "--role", "axis"), 2, "--role"),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, tuple) else None,
)
def test_each_mistake_is_one_clear_line(arguments: tuple[str, ...], code: int, named: str, tmp_path: Path) -> None:
    done = certify(tmp_path, *arguments, AXIS28_CONTROL_TOKEN="some-token")
    assert done.returncode == code, done.stderr
    assert named in done.stderr.strip().splitlines()[-1], done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""


def test_a_dry_run_lists_checks_phases_and_time_and_runs_nothing(tmp_path: Path) -> None:
    done = certify(tmp_path, "--driver", REFERENCE, "--dry-run")
    assert done.returncode == 0, done.stderr
    for part in ("2026.0-draft DRAFT", "together:", "poison:", "RCV-10/same-package-twice", "at most"):
        assert part in done.stdout
    assert not (tmp_path / "out").exists()


def test_settings_and_plugins_of_the_folder_do_not_reach_the_run(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError('the folder was read')\n")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "__init__.py").write_text("raise RuntimeError('the folder was imported')\n")
    done = certify(tmp_path, "--driver", REFERENCE, "--dry-run", PYTEST_ADDOPTS="--no-such-option")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def selected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    """One run of a few checks on the suite's own axis, with a canary as its control token."""
    folder = tmp_path_factory.mktemp("selected")
    yield folder, certify(folder, "--driver", REFERENCE, "--select", "SND-02 or STS-05 or RCV-10", "--seed", "5")
    shutil.rmtree(folder)


def test_a_selection_that_passes_is_partial_and_good(
    selected: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = selected
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    assert (report["verdict"], report["seed"]) == ("partial", 5)
    assert report["plan"]["selection"] == "SND-02 or STS-05 or RCV-10"
    assert {check["verdict"] for check in report["checks"]} == {"pass"}
    assert "budget:" in done.stderr
    assert "DRAFT" in done.stdout
    for check in report["checks"]:
        assert check["witnesses"], check["id"]
        for witness in check["witnesses"]:
            assert (folder / "out" / witness["file"]).is_file()


def test_no_secret_stands_in_any_file_that_is_left(
    selected: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = selected
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        text = path.read_bytes().lower()
        assert b"authorization" not in text, path
        assert b'"secret": "' not in text, path


def test_a_baseline_says_what_changed(selected: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    folder, _ = selected
    report = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    report["checks"][0].update(verdict="fail", reason="driver-timeout")
    (tmp_path / "before.json").write_text(json.dumps(report), "utf-8")
    chosen = report["checks"][0]["id"]
    done = certify(tmp_path, "--driver", REFERENCE, "--select", chosen, "--baseline", "before.json")
    assert f"since the baseline: {chosen}: fail → pass" in done.stdout


@pytest.mark.parametrize(
    ("ending", "started"),
    [
        pytest.param(signal.SIGINT, interrupts.IN_FORCE, id="ctrl-c"),
        pytest.param(signal.SIGTERM, interrupts.IN_FORCE, id="terminated"),
        pytest.param(signal.SIGTERM, interrupts.IGNORED, id="terminated-in-the-background"),
    ],
)
def test_an_interrupted_run_leaves_a_partial_report_and_no_process(
    ending: signal.Signals, started: tuple[str, ...], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [*started, *SUITE[1:], "--driver", REFERENCE],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        children = _children_once_running(process)
        process.send_signal(ending)
        _, errors = process.communicate(timeout=90)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 3, errors
    assert "Traceback" not in errors
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["verdict"] == "partial"
    assert "interrupted" in {check["reason"] for check in report["checks"]}
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def _children_once_running(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Read progress until the first phase has begun, then give the processes that the suite has started."""
    assert process.stderr is not None
    deadline = time.monotonic() + 90
    for line in process.stderr:
        if line.startswith("together:"):
            break
        assert time.monotonic() < deadline
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    return children
