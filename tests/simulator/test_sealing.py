"""Secrets at rest: sealed in the store, written nowhere else, lost with another key and with nothing less."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from protocol.wire.operations import Operation
from protocol.wire.signing import sign
from simulator.sealing import NotOurs, Seal, seal_from
from tests.axis_process import RunningAxis, start_axis

SYSTEM, FIRST, SECOND = "TEST.SEAL.01", "first-secret-of-the-test", "second-secret-of-the-test"
AGENCIES = [{"code": "H99.88", "name": "Sở Thử nghiệm"}]


@contextlib.contextmanager
def _axis(folder: Path, *extra: str) -> Iterator[RunningAxis]:
    axis = start_axis(folder, *extra)
    try:
        yield axis
        assert "Traceback" not in axis.errors()
    finally:
        axis.stop()


def _count(axis: RunningAxis, secret: str) -> str:
    return asyncio.run(_answer(axis, secret, Operation.COUNT_RECEIVED, {}))


async def _answer(axis: RunningAxis, secret: str, operation: Operation, parameters: dict[str, str]) -> str:
    """Call an operation and give its answer as it came."""
    stamp = "21112019T213551+0883"
    values = {"systemid": SYSTEM, "timestamp": stamp, "Content-Type": "application/json", **parameters}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.post(f"{axis.url}/{operation}", headers=sign(values, secret), content=b"{}")
    return answer.text


def _refused_start(folder: Path, *extra: str) -> str:
    environment = {**os.environ, "LC_ALL": "en_GB.UTF-8", "AXIS28_CONTROL_TOKEN": "a-token"}
    done = subprocess.run(
        [sys.executable, "-m", "axis28", "simulate", "--port", "0", "--data", str(folder / "axis"), *extra],
        capture_output=True, text=True, env=environment, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def _places(folder: Path, *wanted: str) -> list[str]:
    """Name every file below a folder that holds one of some texts."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [f"{path.name}: {text}" for text in wanted if text.encode() in content]
    return found


def test_a_secret_stands_in_no_file_and_on_no_command_line(tmp_path: Path) -> None:
    systems = tmp_path / "given.toml"
    systems.write_text(
        f'[[system]]\nid = "OTHER"\nsecret = "{SECOND}"\nagencies = [{{ code = "H99.89", name = "Sở" }}]\n', "utf-8"
    )
    with _axis(tmp_path, "--systems", str(systems)) as axis:
        systems.unlink()
        axis.register(SYSTEM, FIRST, AGENCIES)
        assert "OK" in _count(axis, FIRST)
        told = {"docid": "0a1b2c3d-0000-0000-0000-000000000000", "status": "done", "description": f"secret {FIRST}"}
        asyncio.run(_answer(axis, FIRST, Operation.UPDATE_STATUS, told))
        assert axis.last_exchange("updateStatus")
        assert _places(tmp_path, FIRST, SECOND, axis.token) == []
        command = Path(f"/proc/{axis.pid}/cmdline").read_bytes()
        assert FIRST.encode() not in command
        assert axis.token.encode() not in command
    assert _places(tmp_path, FIRST, SECOND, axis.token) == []
    key = tmp_path / "axis" / "secrets.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with _axis(tmp_path) as again:
        assert "OK" in _count(again, FIRST)


def test_a_store_is_opened_with_its_own_key_alone(tmp_path: Path) -> None:
    with _axis(tmp_path) as axis:
        axis.register(SYSTEM, FIRST, AGENCIES)
    other = tmp_path / "other.key"
    other.write_text("ab" * 32)
    other.chmod(0o640)
    assert "chmod 600" in _refused_start(tmp_path, "--secrets-key-file", str(other))
    other.chmod(0o600)
    assert "another key" in _refused_start(tmp_path, "--secrets-key-file", str(other))
    other.write_text("no key")
    assert "64 hexadecimal digits" in _refused_start(tmp_path, "--secrets-key-file", str(other))
    (tmp_path / "axis" / "secrets.key").rename(tmp_path / "kept.key")
    assert "cannot be read" in _refused_start(tmp_path, "--secrets-key-file", str(tmp_path / "nothing.key"))
    with _axis(tmp_path, "--secrets-key-file", str(tmp_path / "kept.key")) as axis:
        assert "OK" in _count(axis, FIRST)


def test_a_backup_gives_no_secret_away_and_needs_the_key_to_be_used(tmp_path: Path) -> None:
    with _axis(tmp_path) as axis:
        axis.register(SYSTEM, FIRST, AGENCIES)
        _store("backup", str(tmp_path / "backup"), "--data", str(tmp_path / "axis"))
    assert _places(tmp_path / "backup", FIRST) == []
    key = tmp_path / "axis" / "secrets.key"
    assert _places(tmp_path / "backup", key.read_text().strip()) == []
    kept = tmp_path / "kept.key"
    key.rename(kept)
    (tmp_path / "axis").rename(tmp_path / "lost")
    _store("restore", str(tmp_path / "backup"), "--data", str(tmp_path / "axis"))
    assert "--secrets-key-file" in _refused_start(tmp_path)
    assert not key.exists()  # a key that opens nothing is not left in the place of the right one
    kept.rename(key)
    with _axis(tmp_path) as axis:
        assert "OK" in _count(axis, FIRST)


def _store(*words: str) -> None:
    command = [sys.executable, "-m", "axis28", "store", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_secrets_that_an_earlier_version_left_in_clear_are_sealed_at_the_next_start(tmp_path: Path) -> None:
    with _axis(tmp_path) as axis:
        axis.register(SYSTEM, FIRST, AGENCIES)
    with contextlib.closing(sqlite3.connect(tmp_path / "axis" / "axis.sqlite3")) as store, store:
        store.execute("UPDATE systems SET secret = ?", (SECOND,))
        store.execute("DELETE FROM facts WHERE name = 'secrets-key'")
    assert _places(tmp_path, SECOND)  # what is sought can be found
    with _axis(tmp_path) as axis:
        assert "OK" in _count(axis, SECOND)
    assert _places(tmp_path, SECOND) == []


def test_a_secret_is_changed_while_requests_run(tmp_path: Path) -> None:
    with _axis(tmp_path) as axis:
        axis.register(SYSTEM, FIRST, AGENCIES)
        answers: list[str] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                answers.append(_count(axis, FIRST))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            while len(answers) < 5:
                stop.wait(0.05)
            axis.register(SYSTEM, SECOND, AGENCIES)
            changed = len(answers) + 1  # the one under way may still be of either kind
            while len(answers) < changed + 3:
                stop.wait(0.05)
        finally:
            stop.set()
            asking.join()
        assert all("OK" in answer for answer in answers[:5])
        assert all("15" in answer and "OK" not in answer for answer in answers[changed:])
        assert "OK" in _count(axis, SECOND)


def test_a_sealed_secret_belongs_to_its_system_and_its_key() -> None:
    seal = Seal(bytes(32))
    sealed = seal.seal("A", FIRST)
    assert seal.open("A", sealed) == FIRST
    assert seal.seal("A", FIRST) != sealed
    for reader, system in ((seal, "B"), (Seal(b"\1" * 32), "A")):
        with pytest.raises(NotOurs):
            reader.open(system, sealed)


def test_processes_that_start_together_agree_on_one_new_key(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(seal_from(None, tmp_path).fingerprint)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.key"]
