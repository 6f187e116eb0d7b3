"""The moved clock itself: it moves the real time everywhere, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.clock import shim

pytestmark = [
    pytest.mark.skipif(shim.moved(), reason="the clock of this very run is moved: that says more"),
    pytest.mark.skipif(shim.obstacle() is not None, reason=str(shim.obstacle())),
]
ASK = """
import json, multiprocessing, os, sqlite3, subprocess, sys, threading, time
from datetime import UTC, datetime

CLOCK_REALTIME_COARSE = 5

def waited(semaphore):
    begun = time.monotonic()
    assert not semaphore.acquire(timeout=0.2)
    return time.monotonic() - begun

child = [sys.executable, "-c", "import time; print(time.time())"]
def time_of_a_child(environ):
    return float(subprocess.run(child, env=environ, capture_output=True, text=True, check=True).stdout)

print(json.dumps({
    "real": {
        "clock_gettime": time.clock_gettime(time.CLOCK_REALTIME),
        "coarse": time.clock_gettime(CLOCK_REALTIME_COARSE),
        "time": time.time(),
        "date": datetime.now(UTC).timestamp(),
        "sqlite": float(sqlite3.connect(":memory:").execute("SELECT strftime('%s', 'now')").fetchone()[0]),
        "child": time_of_a_child(None),
        "child with an environment of its own": time_of_a_child({"PATH": "/usr/bin:/bin"}),
    },
    "child in the real time": time_of_a_child({"LD_PRELOAD": ""}),
    "monotonic": time.monotonic(),
    "waited": [waited(threading.Semaphore(0)), waited(multiprocessing.Semaphore(0))],
}))
"""


@pytest.fixture(scope="module", params=shim.SHIFTS)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    years: int = request.param
    return years, shim.build(tmp_path_factory.mktemp("clock"), years)


def asked(library: Path) -> dict[str, Any]:
    environ = shim.environment(library)
    answer = subprocess.run([sys.executable, "-c", ASK], env=environ, stdout=subprocess.PIPE, text=True, check=True)
    seen: dict[str, Any] = json.loads(answer.stdout)
    return seen


def test_the_real_time_moves_for_every_reader_and_child_and_nothing_else_does(library: tuple[int, Path]) -> None:
    years, built = library
    before, monotonic = time.time(), time.monotonic()
    seen = asked(built)
    passed = time.time() - before
    for reader, told in seen["real"].items():
        assert -2 < told - before - shim.seconds(years) < passed + 2, reader
    assert 0 <= seen["child in the real time"] - before <= passed
    assert 0 < seen["monotonic"] - monotonic < passed


def test_waiting_until_an_instant_takes_as_long_as_ever(library: tuple[int, Path]) -> None:
    for waited in asked(library[1])["waited"]:
        assert 0.15 < waited < 20


@pytest.mark.skipif(shutil.which("date") is None, reason="there is no date command here")
def test_the_command_runs_another_with_the_clock_moved_and_gives_its_exit_code() -> None:
    here = Path(__file__).resolve().parents[2]
    moving = [sys.executable, "-m", "tests.clock", "+10"]
    date = subprocess.run([*moving, "date", "+%s"], cwd=here, capture_output=True, text=True, check=True)
    assert abs(int(date.stdout) - time.time() - shim.seconds(10)) < 60
    assert subprocess.run([*moving, "sh", "-c", "exit 7"], cwd=here, check=False).returncode == 7


def test_the_command_says_so_and_fails_where_the_clock_cannot_be_moved(tmp_path: Path) -> None:
    here = Path(__file__).resolve().parents[2]
    moving = [sys.executable, "-m", "tests.clock", "-5", "true"]
    done = subprocess.run(moving, cwd=here, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("nothing was run, the clock cannot be moved by -5 years: ")
