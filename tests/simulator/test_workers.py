"""Several processes that serve one axis: who watches whom, and what is left when one of them ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from tests.axis_process import RunningAxis, start_axis
from tests.postgres import Cluster
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox

PATIENCE = 120.0
SYSTEMS = """
[[system]]
id = "TEST.SYS.A"
secret = "not-a-real-secret-a"
agencies = [{ code = "H99.W1", name = "Sở Thử nghiệm 1" }]

[[system]]
id = "TEST.SYS.B"
secret = "not-a-real-secret-b"
agencies = [{ code = "H99.W2", name = "Sở Thử nghiệm 2" }]
"""


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[RunningAxis]:
    axis = _start(tmp_path)
    yield axis
    axis.stop()
    assert "Traceback" not in axis_log(tmp_path)


def _start(tmp_path: Path, *extra: str) -> RunningAxis:
    systems = tmp_path / "systems.toml"
    systems.write_text(SYSTEMS, encoding="utf-8")
    return start_axis(tmp_path, "--workers", "2", "--systems", str(systems), *extra)


def axis_log(tmp_path: Path) -> str:
    return "".join(log.read_text(encoding="utf-8") for log in tmp_path.glob("*.log"))


def _workers(pid: int) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # one that has just ended
            if "axis28.simulating.worker" in child.cmdline():
                found.append(child)
    return found


def _until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def _gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def _two(axis: RunningAxis) -> tuple[Participant, Participant]:
    return (
        Participant(axis, "TEST.SYS.A", "not-a-real-secret-a", "H99.W1", ""),
        Participant(axis, "TEST.SYS.B", "not-a-real-secret-b", "H99.W2", ""),
    )


def test_connections_are_dealt_out_among_the_workers(crew: RunningAxis) -> None:
    clients = [httpx.Client(trust_env=False) for _ in range(40)]
    try:
        for client in clients:
            assert client.get(crew.control + "/healthz").status_code == 200
        held = [
            len([c for c in worker.net_connections() if c.status == "ESTABLISHED"]) for worker in _workers(crew.pid)
        ]
        assert sum(held) >= 40
        assert min(held) >= 6  # of 40 tossed coins fewer than 6 on one side come once in a million times
    finally:
        for client in clients:
            client.close()


def test_under_load_a_killed_worker_is_replaced_and_nothing_acknowledged_is_lost(
    crew: RunningAxis, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    sender, receiver = _two(crew)
    ended = threading.Event()
    office = Office(crew)

    async def keep_sending() -> None:
        while not ended.is_set():
            try:
                async with AxisClient(crew.url, sender.system, sender.secret, timeout=30) as client:
                    while not ended.is_set():
                        letter = office.letter(sender, receiver, files=0)
                        answer = await client.send(letter, sender=sender.code, message_type="edoc")
                        acknowledged.append(answer.doc_id)
            except AxisError:
                continue  # its worker was killed; the next connection finds another

    async def all_of_them() -> None:
        await asyncio.gather(*(keep_sending() for _ in range(6)))

    load = threading.Thread(target=lambda: asyncio.run(all_of_them()))
    load.start()
    try:
        _until(lambda: len(acknowledged) >= 20, "nothing is acknowledged")
        victim = _workers(crew.pid)[0]
        victim.kill()
        before = len(acknowledged)
        _until(lambda: len(acknowledged) >= before + 40, "the service did not go on")
        _until(lambda: len([w for w in _workers(crew.pid) if w.pid != victim.pid]) == 2, "nobody replaced it")
        _until(lambda: "started again" in axis_log(tmp_path), "nobody was told")
    finally:
        ended.set()
        load.join(PATIENCE)
    documents = crew.call("GET", "/documents", params={"system": sender.system}).json()["documents"]
    kept = [document["id"] for document in documents]
    assert len(set(kept)) == len(kept)
    assert set(acknowledged) <= set(kept)


def test_a_worker_that_hangs_is_noticed_and_replaced(crew: RunningAxis, tmp_path: Path) -> None:
    hung = _workers(crew.pid)[1]
    hung.suspend()
    _until(lambda: _gone([hung]), "nobody noticed it")
    assert f"(pid {hung.pid}) gave no sign of life" in axis_log(tmp_path)
    _until(lambda: len(_workers(crew.pid)) == 2, "nobody replaced it")


def test_sigterm_ends_all_in_order(tmp_path: Path) -> None:
    axis = _start(tmp_path)
    workers = _workers(axis.pid)
    assert len(workers) == 2
    assert axis.stop() == 0
    assert _gone(workers)
    assert axis_log(tmp_path) == ""


def test_ctrl_c_reaches_the_whole_group_and_ends_all_in_order(tmp_path: Path) -> None:
    axis = _start(tmp_path)
    workers = _workers(axis.pid)
    for process in (*workers, psutil.Process(axis.pid)):
        process.send_signal(signal.SIGINT)
    assert axis._gone() == 0
    assert _gone(workers)
    assert axis_log(tmp_path) == ""


def test_killing_the_parent_leaves_no_worker_and_frees_the_folder_only_then(tmp_path: Path) -> None:
    axis = _start(tmp_path)
    workers = _workers(axis.pid)
    for worker in workers:
        worker.suspend()
    axis.kill()
    assert len(workers) == 2
    with pytest.raises(AssertionError, match="another axis uses the data folder"):
        _start(tmp_path)
    for worker in workers:
        worker.resume()
    _until(lambda: _gone(workers), "a worker outlived its parent")
    _start(tmp_path).stop()


def test_closing_standard_input_ends_all(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "axis28", "simulate", "--port", "0", "--workers", "2", "--stop-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    assert b'"ready"' in process.stdout.readline()
    workers = _workers(process.pid)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert len(workers) == 2
    assert _gone(workers)
    assert not list(tmp_path.iterdir())


def test_two_crews_do_not_share_a_port_by_mistake(crew: RunningAxis, tmp_path: Path) -> None:
    other = subprocess.run(
        [sys.executable, "-m", "axis28", "simulate", "--port", str(crew.port), "--workers", "2"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=False,
    )
    assert other.returncode == 2
    assert f"cannot listen on 127.0.0.1:{crew.port}" in other.stderr


@pytest.mark.parametrize("number", ["0", "65", "-1", "two", "1.5", ""])
def test_a_number_of_workers_that_is_none_is_refused(number: str) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "axis28", "simulate", f"--workers={number}"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=False,
    )
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "1 to 64" in refused.stderr


def test_any_worker_answers_with_the_counts_of_all(crew: RunningAxis) -> None:
    sender, _ = _two(crew)

    def counted() -> int:
        lines = crew.call("GET", "/metrics").text.splitlines()
        return sum(int(float(line.rpartition(" ")[2])) for line in lines if line.startswith("axis28_requests_total{"))

    for _ in range(20):
        sender.official().count_received()  # by a new connection each time, so to any worker
    _until(lambda: counted() == 20, "some counts are missing")


def test_what_one_worker_learns_all_go_by_from_the_next_request_on(crew: RunningAxis) -> None:
    office = Office(crew)
    sender, receiver = office.participant(), office.participant()
    for _ in range(12):  # by a new connection each time, so to any worker
        ok(sender.official().count_received().result)
    match: dict[str, object] = {"system": sender.system, "operation": "countReceiveEdoc"}
    crew.call("PUT", "/faults/three", json={"fault": "html-502", "match": match, "times": 3})
    answers = [sender.official().count_received().result for _ in range(12)]
    assert len([answer for answer in answers if answer is None or answer.status != "OK"]) == 3
    crew.call("DELETE", "/faults/three")
    counted = len(sender.exchanges("countReceiveEdoc"))
    crew.call("PUT", "/faults/one", json={"fault": "html-502", "match": {**match, "nth": counted + 7}})
    answers = [sender.official().count_received().result for _ in range(12)]
    assert [answer is None or answer.status != "OK" for answer in answers].index(True) == 6
    crew.call("DELETE", f"/systems/{receiver.system}")
    refused = [receiver.official().count_received().result for _ in range(12)]
    assert all(answer is None or answer.status == "FAIL" for answer in refused)


def test_the_clock_outlives_a_worker_and_a_restart(tmp_path: Path) -> None:
    def shown() -> set[str]:
        return {str(axis.call("GET", "/clock").json()["now"]) for _ in range(8)}

    axis = _start(tmp_path)
    try:
        axis.call("PUT", "/clock", json={"now": "2030-01-02T03:04:05+07:00", "frozen": True})
        assert shown() == {"2030-01-02T03:04:05.000+07:00"}
        victim = _workers(axis.pid)[0]
        victim.kill()
        _until(lambda: len([w for w in _workers(axis.pid) if w.pid != victim.pid]) == 2, "nobody replaced it")
        assert shown() == {"2030-01-02T03:04:05.000+07:00"}
    finally:
        axis.stop()
    axis = _start(tmp_path)
    try:
        assert shown() == {"2030-01-02T03:04:05.000+07:00"}
    finally:
        axis.stop()


def test_two_machines_share_one_postgresql_and_one_folder_of_bodies(tmp_path: Path, postgres: Cluster) -> None:
    together = ["--store", postgres.database(), "--blobs", f"file://{tmp_path}/shared", "--reserialise", "off"]
    first = start_axis(tmp_path, *together, data="one")
    try:
        (tmp_path / "two").mkdir(mode=0o700)
        shutil.copy(tmp_path / "one" / "secrets.key", tmp_path / "two" / "secrets.key")
        second = start_axis(tmp_path, *together, data="two")
        try:
            office = Office(first)
            sender, receiver = office.participant(), office.participant()
            there = Participant(second, receiver.system, receiver.secret, receiver.code, receiver.old_code)
            letter = office.letter(sender, receiver) + b" " * 200_000
            ok(sender.official().send(letter, sender=sender.code).result)
            [item] = inbox(there)
            assert ok(there.official().fetch(item["docId"]).result).text == letter
            ok(there.official().update_status(item["docId"]).result)
            assert inbox(receiver) == []
            assert [entry["operation"] for entry in receiver.exchanges("getEdoc")] == ["getEdoc"]
        finally:
            second.stop()
    finally:
        first.stop()
    assert not [file for name in ("one", "two") for file in (tmp_path / name / "bodies").rglob("*") if file.is_file()]
