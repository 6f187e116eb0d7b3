"""What was acknowledged stays, whatever ends the process; what was not leaves nothing half-done."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from fixtures.rawhttp import RawConnection
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from simulator.blobs import INLINE, Blobs
from simulator.store.failure import UnusableStore
from simulator.store.store import Store
from simulator.store.tables import facts
from tests.axis_process import RunningAxis, start_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox


def _moved(who: Participant, axis: RunningAxis) -> Participant:
    return Participant(axis, who.system, who.secret, who.code, who.old_code)


def test_everything_acknowledged_is_there_after_kill_9(tmp_path: Path) -> None:
    """Documents small and large, a status, acknowledgements, a registration, the journal."""
    axis = start_axis(tmp_path)
    try:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        document = office.document(sender, receiver)
        letters = [office.letter(sender, receiver, files=0), office.letter(sender, receiver) + b" " * 2 * INLINE]
        ids = [ok(sender.official().send(letter, sender=sender.code).result).doc_id for letter in letters]
        report = office.status(document, "01", receiver)
        ok(receiver.official().send(report, sender=receiver.code, message_type="status").result)
        entries = [item["docId"] for item in inbox(receiver)]
        ok(receiver.official().fetch(entries[0]).result)
        ok(receiver.official().update_status(entries[0]).result)
        code = f"{sender.code}.1"
        ok(sender.official().register_agency(f'{{"code":"{code}","name":"Phòng"}}'.encode()).result)
    finally:
        axis.kill()
    again = start_axis(tmp_path)
    try:
        sender, receiver = _moved(sender, again), _moved(receiver, again)
        assert [item["docId"] for item in inbox(receiver)] == entries[1:]
        assert len(inbox(sender, "status")) == 1
        for doc_id, letter in zip(ids, letters, strict=True):
            shown = again.call("GET", f"/documents/{doc_id}").json()
            assert base64.b64decode(shown["package"]) == letter
        assert again.call("GET", f"/agencies/{code}").status_code == 200
        operations = [entry["operation"] for entry in sender.exchanges() + receiver.exchanges()]
        assert operations.count("sendEdoc") == 3
        assert operations.count("updateStatus") == 1
    finally:
        again.stop()


def test_under_load_every_acknowledged_package_survives_kill_9_once(tmp_path: Path) -> None:
    """Killed in the middle of concurrent sends: what a client was told is there, and nothing is there twice or half."""
    axis = start_axis(tmp_path)
    acknowledged: list[str] = []
    enough = threading.Event()

    async def keep_sending(office: Office, sender: Participant, receiver: Participant) -> None:
        async with AxisClient(axis.url, sender.system, sender.secret, timeout=10) as client:
            while True:
                try:
                    answer = await client.send(
                        office.letter(sender, receiver, files=0), sender=sender.code, message_type="edoc"
                    )
                except AxisError:
                    return
                acknowledged.append(answer.doc_id)
                if len(acknowledged) >= 60:
                    enough.set()

    async def all_of_them() -> None:
        await asyncio.gather(*(keep_sending(Office(axis), sender, receiver) for _ in range(8)))

    office = Office(axis)
    sender, receiver = office.participant(), office.participant()
    load = threading.Thread(target=lambda: asyncio.run(all_of_them()))
    load.start()
    try:
        assert enough.wait(60)
    finally:
        axis.kill()
        load.join(60)
    again = start_axis(tmp_path)
    try:
        sender, receiver = _moved(sender, again), _moved(receiver, again)
        documents = again.call("GET", "/documents", params={"system": sender.system}).json()["documents"]
        kept = [document["id"] for document in documents]
        assert set(acknowledged) <= set(kept)
        assert len(kept) - len(acknowledged) <= 8
        assert len(inbox(receiver)) == len(kept)
        assert {len(document["recipients"]) for document in documents} == {1}
        sends = [entry for entry in sender.exchanges("sendEdoc") if entry["status"] == "OK"]
        assert len(sends) == len(kept)
    finally:
        again.stop()


def test_sigterm_ends_it_cleanly_and_loses_no_journal(tmp_path: Path) -> None:
    axis = start_axis(tmp_path)
    office = Office(axis)
    sender = office.participant()
    for _ in range(20):
        inbox(sender)
    with RawConnection(axis.url) as waiting:
        head = "GET /_axis/v1/exchanges?after=1000000&wait=30 HTTP/1.1\r\nHost: axis\r\n"
        waiting.send(f"{head}Authorization: Bearer {axis.token}\r\n\r\n".encode())
        inbox(sender)
        assert axis.stop() == 0
        assert json.loads(waiting.read_answer().body)["exchanges"] == []
    again = start_axis(tmp_path)
    try:
        assert len(_moved(sender, again).exchanges("getReceivedEdocList")) == 21
    finally:
        assert again.stop() == 0
    assert not list((tmp_path / "axis").glob("*-wal"))


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def _put(name: str, value: str) -> Any:
    def action(connection: Connection) -> str:
        connection.execute(insert(facts).values(name=name, value=value))
        return name

    return action


def _names(store: Store) -> set[str]:
    return set(store.read(lambda connection: connection.execute(select(facts.c.name)).scalars().all())) - {
        "version",
        "generation",
    }


def test_one_failing_piece_of_work_undoes_only_itself(store: Store) -> None:
    async def run() -> list[Any]:
        store.start(asyncio.get_running_loop())

        def half(connection: Connection) -> None:
            _put("half", "1")(connection)
            raise ValueError("no more")

        works = [store.write(_put("a", "1")), store.write(half), store.write(_put("b", "1"))]
        return list(await asyncio.gather(*works, return_exceptions=True))

    first, second, third = asyncio.run(run())
    assert (first, third) == ("a", "b")
    assert isinstance(second, ValueError)
    assert _names(store) == {"a", "b"}


def test_waiting_work_shares_a_transaction(store: Store) -> None:
    async def run() -> None:
        store.start(asyncio.get_running_loop())
        await asyncio.gather(*(store.write(_put(str(number), "1")) for number in range(200)))

    asyncio.run(run())
    transactions, works = store.counts()
    assert works == 200
    assert transactions < 100


def test_a_large_body_is_on_the_disk_before_anything_refers_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def note(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    blobs = Blobs(tmp_path / "bodies")
    spool = blobs.spool()
    spool.write(b"x" * (INLINE + 1))
    content = blobs.keep(spool)
    assert content.body is None
    folder = str(tmp_path / "bodies")
    assert synced[0].startswith(f"{folder}/incoming/")
    assert synced[1:] == [f"{folder}/{content.sha256[:2]}", folder]
    with blobs.open(content) as stream:
        assert stream.read() == b"x" * (INLINE + 1)
    blobs.forget(content.sha256)
    with blobs.open(content):  # held: its row may be on its way
        pass
    blobs.release([content])
    blobs.forget(content.sha256)
    with pytest.raises(FileNotFoundError):
        blobs.open(content)


def test_what_a_killed_process_was_receiving_is_swept_away(tmp_path: Path) -> None:
    spool = Blobs(tmp_path).spool()
    spool.write(b"x" * (INLINE + 1))
    assert list((tmp_path / "incoming").iterdir())
    Blobs(tmp_path)
    assert list((tmp_path / "incoming").iterdir()) == []
    spool.close()


def test_a_file_that_is_no_store_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "axis.sqlite3").write_bytes(b"something else entirely" * 100)
    with pytest.raises(UnusableStore, match=r"axis\.sqlite3"):
        Store(tmp_path)


def test_a_start_after_a_kill_says_once_what_it_found(tmp_path: Path) -> None:
    axis = start_axis(tmp_path)
    office = Office(axis)
    sender, receiver = office.participant(), office.participant()
    letter = office.letter(sender, receiver, files=0) + b" " * 2 * INLINE
    ok(sender.official().send(letter, sender=sender.code).result)
    bodies = tmp_path / "axis" / "bodies"
    axis.kill()
    (bodies / "incoming" / "half").write_bytes(b"x")
    [kept, *_] = [file for file in bodies.glob("??/*") if len(file.name) == 64]
    kept.rename(kept.with_name("0" * 64))
    kept.with_name("0" * 64).rename(_folder(bodies / "00") / ("0" * 64))
    again = start_axis(tmp_path)
    said = again.errors()
    again.stop()
    assert "removed: 1 bodies that were still arriving" in said
    assert "1 bodies belong to sends that were never acknowledged" in said
    assert "1 large bodies are missing" in said
    assert "taken over: 0 pages" not in said
    third = start_axis(tmp_path)
    assert "pages of the log" not in third.errors() or "taken over: 0 pages" in third.errors()
    third.stop()


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    return path
