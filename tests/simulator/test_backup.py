"""Backing up an axis at work and restoring it, into the same kind of store or the other; and every kind of damage."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import insert

from simulator.backup import make
from simulator.blobs import INLINE
from simulator.portable import BackupError, Listing, listing
from simulator.restoring import damage, restore
from simulator.shelves import FolderShelf
from simulator.store import tables
from simulator.store.store import Store
from tests.axis_process import RunningAxis, start_axis
from tests.postgres import Cluster
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox

BODIES = 1100  # more than a database takes as parameters of one statement on some versions


def _command(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "axis28", "store", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        check=False,
    )


def _told(axis: RunningAxis) -> dict[str, Any]:
    """Give what an axis shows of everything that it keeps."""
    documents = axis.call("GET", "/documents").json()["documents"]
    return {
        "documents": [axis.call("GET", f"/documents/{document['id']}").json() for document in documents],
        "systems": axis.call("GET", "/systems").json(),
        "exchanges": axis.exchanges("sendEdoc"),
    }


@pytest.mark.parametrize(("kind", "into"), [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("sqlite", "sqlite")])
def test_an_axis_at_work_is_backed_up_and_lives_on_elsewhere(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str, into: str
) -> None:
    def place(name: str, which: str) -> list[str]:
        cluster: Cluster | None = request.getfixturevalue("postgres") if which == "postgresql" else None
        return [] if cluster is None else ["--store", cluster.database()]

    stores = place("from", kind), place("to", into)
    axis = start_axis(tmp_path, *stores[0])
    try:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        for padding in (0, 2 * INLINE):
            letter = office.letter(sender, receiver) + b" " * padding
            ok(sender.official().send(letter, sender=sender.code).result)
        first = inbox(receiver)[0]["docId"]
        ok(receiver.official().fetch(first).result)
        made = _command("backup", tmp_path / "backup", "--data", tmp_path / "axis", *stores[0])
        assert made.returncode == 0, made.stderr
        assert "2 packages" in made.stdout
        expected = _told(axis)
        secret = sender.secret.encode()
        assert not [file for file in (tmp_path / "backup").rglob("*") if file.is_file() and secret in file.read_bytes()]
        last = axis.exchanges()[-1]["seq"]
    finally:
        axis.stop()
    assert _command("inspect", tmp_path / "backup").returncode == 0
    restored = _command("restore", tmp_path / "backup", "--data", tmp_path / "other", *stores[1])
    assert restored.returncode == 0, restored.stderr
    assert "secrets.key" in restored.stderr
    shutil.copy(tmp_path / "axis" / "secrets.key", tmp_path / "other" / "secrets.key")
    again = start_axis(tmp_path, *stores[1], data="other")
    try:
        assert _told(again) == expected
        receiver = Participant(again, receiver.system, receiver.secret, receiver.code, receiver.old_code)
        assert len(inbox(receiver)) == 2
        for item in inbox(receiver):
            ok(receiver.official().fetch(item["docId"]).result)
        assert again.last_exchange("getEdoc")["seq"] > last - 10
        numbers = [entry["seq"] for entry in again.exchanges()]
        assert len(numbers) == len(set(numbers))
    finally:
        again.stop()
    refused = _command("restore", tmp_path / "backup", "--data", tmp_path / "other", *stores[1])
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr


class Place:
    """A store and a shelf with bodies, without an axis."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.store = Store(folder)
        self.shelf = FolderShelf(folder / "bodies", "")
        self.room = folder / "bodies" / "incoming"

    def fill(self, number: int) -> list[str]:
        rows: list[dict[str, Any]] = []
        self.room.mkdir(parents=True)
        for each in range(number):
            body = f"body {each}".encode()
            name = hashlib.sha256(body).hexdigest()
            file = self.room / name
            file.write_bytes(body)
            file.parent.parent.joinpath(name[:2]).mkdir(exist_ok=True)
            file.rename(file.parent.parent / name[:2] / name)
            rows.append({"sha256": name, "size": len(body), "body": None})
        with self.store.opening() as connection:
            connection.execute(insert(tables.contents), rows)
        return [row["sha256"] for row in rows]


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "source")
    yield place
    place.store.close()


def _silent(_: str) -> None:
    """Tell nobody."""


def _made(source: Place, target: Path) -> Listing:
    return make(source.store, source.shelf, target, _silent)


def test_more_than_a_thousand_bodies_come_back(source: Place, tmp_path: Path) -> None:
    names = source.fill(BODIES)
    found = _made(source, tmp_path / "backup")
    assert found.bodies == BODIES
    other = Place(tmp_path / "other")
    try:
        restore(tmp_path / "backup", found, other.store, other.shelf, room=other.room, say=_silent)
        assert {name for name, _ in other.shelf.names()} == set(names)
        assert list(other.room.iterdir()) == []
    finally:
        other.store.close()
    assert list(damage(tmp_path / "backup", found)) == []  # restoring took nothing out of it


def test_every_kind_of_damage_is_said(source: Place, tmp_path: Path) -> None:
    names = source.fill(3)
    backup = tmp_path / "backup"
    found = _made(source, backup)
    altered, missing = (backup / "bodies" / name[:2] / name for name in names[:2])
    altered.write_bytes(altered.read_bytes()[::-1])
    missing.unlink()
    told = _command("inspect", backup)
    assert told.returncode == 1
    assert sorted(told.stderr.splitlines()) == sorted(
        [
            f"axis28 store: body {names[0]}: is not what its name says",
            f"axis28 store: body {names[1]}: missing",
        ]
    )
    refused = _command("restore", backup, "--data", tmp_path / "other")
    assert refused.returncode == 1
    assert not (tmp_path / "other").exists()
    text = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps({**text, "rows": {**text["rows"], "contents": 4}}))
    assert "table contents: 3 rows, 4 were written" in _command("inspect", backup).stderr
    with (backup / "axis.sqlite3").open("r+b") as file:
        file.write(b"X")
    [line] = damage(backup, found)
    assert "SHA-256 differs" in line
    (backup / "axis.sqlite3").unlink()
    [line] = damage(backup, found)
    assert "cannot be read" in line
    (backup / "backup.json").write_text("{")
    with pytest.raises(BackupError, match="cannot be read"):
        listing(backup)
    (backup / "backup.json").unlink()
    assert "never finished" in _command("inspect", backup).stderr


@pytest.mark.parametrize("ends", [KeyboardInterrupt(), OSError(28, "No space left on device")], ids=["ctrl-c", "full"])
def test_a_backup_that_ends_early_leaves_nothing(
    source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: BaseException
) -> None:
    names = source.fill(3)
    real, asked = source.shelf.open, []

    def open_two(sha256: str) -> BinaryIO:
        asked.append(sha256)
        if len(asked) > 2:
            raise ends
        return real(sha256)

    monkeypatch.setattr(source.shelf, "open", open_two)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(type(ends)):
        _made(source, tmp_path / "backup")
    assert set(asked) <= set(names)
    assert sorted(tmp_path.iterdir()) == before


def test_a_damaged_or_missing_body_of_the_axis_is_named(source: Place, tmp_path: Path) -> None:
    [name] = source.fill(1)
    file = tmp_path / "source" / "bodies" / name[:2] / name
    file.write_bytes(b"X" * file.stat().st_size)
    with pytest.raises(BackupError, match=f"{name} is not what its name says"):
        _made(source, tmp_path / "backup")
    file.unlink()
    with pytest.raises(BackupError, match=f"{name} is missing"):
        _made(source, tmp_path / "backup")


def test_nothing_is_overwritten(source: Place, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter").write_text("mine")
    with pytest.raises(BackupError, match="not empty"):
        _made(source, tmp_path / "taken")
    nothing = _command("backup", tmp_path / "backup", "--data", tmp_path / "nowhere")
    assert nothing.returncode == 1
    assert "holds no store" in nothing.stderr
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("action", ["backup", "restore"])
def test_an_address_of_bodies_that_holds_a_key_is_refused_without_repeating_it(action: str, tmp_path: Path) -> None:
    said = _command(
        action, tmp_path / "backup", "--data", tmp_path, "--blobs", "s3://key:not-a-real-secret@bucket/prefix"
    )
    assert said.returncode == 2
    assert "no key belongs into the address" in said.stderr
    assert "not-a-real-secret" not in said.stderr + said.stdout
    assert len(said.stderr.splitlines()) == 1


def test_a_data_folder_in_use_is_not_restored_into(tmp_path: Path, source: Place) -> None:
    _made(source, tmp_path / "backup")
    axis = start_axis(tmp_path)
    try:
        refused = _command("restore", tmp_path / "backup", "--data", tmp_path / "axis")
        assert refused.returncode == 2
        assert "another axis uses the data folder" in refused.stderr
    finally:
        axis.stop()


def test_numbers_of_rows_that_are_gone_are_never_given_again(source: Place, tmp_path: Path) -> None:
    with source.store.opening() as connection:
        connection.execute(insert(tables.fault_rules).values(id="a", rule="{}"))
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('exchanges', 4711)")
    found = _made(source, tmp_path / "backup")
    other = Place(tmp_path / "other")
    try:
        restore(tmp_path / "backup", found, other.store, other.shelf, room=other.room, say=_silent)
        query = "SELECT seq FROM sqlite_sequence WHERE name = 'exchanges'"
        assert other.store.read(lambda connection: connection.exec_driver_sql(query).scalar()) == 4711
    finally:
        other.store.close()
