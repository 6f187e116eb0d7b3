"""No acknowledgement leaves before the disk has the log, every large body and the folders that name it.

Seen in the system calls of a running axis, by ``strace``. The same judge finds an axis guilty that is started with its
synchronisations taken out, so it is not blind. That a disk keeps what it said it has is beyond what this can show.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from fixtures.documents import new_document
from protocol.package.writer import write_package
from protocol.wire.client import AxisClient
from tests.acceptance.tracing import CALLS, Verdict, judge

_SENDS = 6
_LARGE = 100 * 1024
_TOKEN = "not-a-real-token"
_SECRET = "not-a-real-secret"
_AS_IT_IS = ""
_LOG_UNSYNCED = (
    "import simulator.store.sqlite as s; s._PRAGMAS = tuple(p.replace('synchronous=FULL', 'synchronous=OFF')"
    " for p in s._PRAGMAS); assert 'synchronous=OFF' in s._PRAGMAS; "
)
_BODIES_UNSYNCED = "import os; os.fsync = lambda handle: None; "


def _traced(folder: Path, weakened: str) -> Verdict:
    """Send small and large packages, one after the other, to an axis whose system calls are written down."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace: install the package strace")
    probe = subprocess.run([strace, "-f", "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"strace may not look at processes here: {probe.stderr.strip().splitlines()[-1]}")
    trace, data = folder / "trace", folder / "axis"
    program = f"import sys; {weakened}from axis28.__main__ import main; sys.exit(main())"
    environment = {**os.environ, "AXIS28_CONTROL_TOKEN": _TOKEN, "PYTHONPATH": os.pathsep.join(sys.path)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                *(strace, "-f", "-y", "-s", "512", "-e", f"trace={CALLS}", "-o", str(trace)),
                *(sys.executable, "-c", program, "simulate", "--port", "0", "--data", str(data)),
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline() or "{}")
            assert ready, (folder / "log").read_text()
            _register(ready["control"])
            asyncio.run(_send(ready["url"]))
            os.kill(ready["pid"], signal.SIGTERM)
            process.wait(60)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
    with trace.open(encoding="utf-8", errors="replace") as lines:
        return judge(lines, str(data))


def _register(control: str) -> None:
    agencies = [{"code": "H99.01", "name": "Sở Thử nghiệm"}, {"code": "H99.02", "name": "Sở Thử nghiệm Hai"}]
    entry = {"secret": _SECRET, "agencies": agencies}
    headers = {"Authorization": f"Bearer {_TOKEN}"}
    answer = httpx.put(f"{control}/systems/TEST.SYS.1", json=entry, headers=headers, timeout=60, trust_env=False)
    assert answer.status_code == 201


async def _send(url: str) -> None:
    chance = random.Random(28)
    async with AxisClient(url, "TEST.SYS.1", _SECRET, timeout=60) as client:
        for number in range(_SENDS):
            package = write_package(new_document(chance, "H99.01", ["H99.02"], now=datetime.now(UTC), files=0))
            await client.send(package + b" " * _LARGE * (number % 2), sender="H99.01", message_type="edoc")


def test_no_acknowledgement_leaves_before_everything_is_on_the_disk(tmp_path: Path) -> None:
    verdict = _traced(tmp_path, _AS_IT_IS)
    assert verdict.answers == _SENDS
    assert verdict.logged >= _SENDS
    assert verdict.bodies >= _SENDS // 2
    assert verdict.early == []


def test_an_axis_that_does_not_synchronise_its_log_is_found_out(tmp_path: Path) -> None:
    verdict = _traced(tmp_path, _LOG_UNSYNCED)
    assert verdict.answers == _SENDS
    assert len([early for early in verdict.early if early.endswith("-wal")]) == _SENDS


def test_an_axis_that_does_not_synchronise_its_bodies_is_found_out(tmp_path: Path) -> None:
    verdict = _traced(tmp_path, _BODIES_UNSYNCED)
    assert verdict.answers == _SENDS
    assert {early.partition(":")[0] for early in verdict.early} >= {"answer 2", "answer 4", "answer 6"}
    assert any("/bodies/" in early for early in verdict.early)
    assert not [early for early in verdict.early if early.endswith("-wal")]
