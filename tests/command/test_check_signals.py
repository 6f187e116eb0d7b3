"""`axis28 check` interrupted: it ends in order, writes no half report and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests import interrupts
from tests.command.packages import AXIS28, ENGLISH, clean_letter


def at_work(folder: Path, jobs: str) -> subprocess.Popen[bytes]:
    """Start a check that takes longer than any test waits, and give it when it has begun."""
    (folder / "in").mkdir()
    letter = clean_letter()
    for number in range(4000):
        (folder / "in" / f"{number:04d}.edxml").write_bytes(letter)
    process = subprocess.Popen(
        [
            *interrupts.IN_FORCE,
            *AXIS28[1:],
            "check",
            "-q",
            "--jobs",
            jobs,
            "-o",
            str(folder / "report.txt"),
            str(folder / "in"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | ENGLISH,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while not (begun(folder, process.pid, int(jobs)) or time.monotonic() > end):
        time.sleep(0.05)
    return process


def begun(folder: Path, pid: int, jobs: int) -> bool:
    """Whether the report is open and the workers are there (alone, the command reads attached files in a child)."""
    return len(list(folder.iterdir())) > 1 and len(family(pid)) > jobs


def family(pid: int) -> list[int]:
    """Give a process and its children, as long as they are there."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *map(int, children)]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order_and_leaves_no_report(tmp_path: Path, jobs: str, number: signal.Signals) -> None:
    with at_work(tmp_path, jobs) as process:
        if number is signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (128 + number, b"", b"")
    assert [entry.name for entry in tmp_path.iterdir()] == ["in"]


def test_no_worker_outlives_a_command_that_was_killed(tmp_path: Path) -> None:
    with at_work(tmp_path, "2") as process:
        members = family(process.pid)
        assert len(members) >= 3
        process.kill()
        process.communicate(timeout=60)
    end = time.monotonic() + 20
    while not all(gone(pid) for pid in members) and time.monotonic() < end:
        time.sleep(0.05)
    assert [pid for pid in members if not gone(pid)] == []
