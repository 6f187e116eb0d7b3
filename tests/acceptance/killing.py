"""Kills an axis under load, starts it again, and compares what it holds with what it had acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from fixtures.documents import new_document
from protocol.package.writer import write_package
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from simulator.examination import examine
from tests.axis_process import RunningAxis, start_axis

SENDERS = 6
_LARGE = 100 * 1024  # bytes of blanks that make a package large enough for a file of its own
_PATIENCE = 120.0


@dataclass
class Round:
    """What one load between two starts was told: packages by the id that their sender got, and acknowledgements."""

    number: int
    sender: str
    receiver: str
    sent: dict[str, bytes] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    settling: set[str] = field(default_factory=set)
    first: threading.Event = field(default_factory=threading.Event)

    def system(self, code: str) -> tuple[str, str]:
        """Give id and secret of the system of an agency."""
        return f"TEST.SYS.{code}", f"not-a-real-secret-{code}"


@dataclass
class Tally:
    """What a campaign saw."""

    kills: int = 0
    acknowledged: int = 0
    settled: int = 0
    unacknowledged: int = 0


def campaign(folder: Path, *extra: str, kills: int, seed: str) -> Tally:
    """Kill an axis ``kills`` times at random instants under load; every start judges the round before it."""
    chance = random.Random(seed)
    tally = Tally()
    past: Round | None = None
    reserialise = True
    for number in range(kills + 1):
        axis = start_axis(folder, *extra, "--reserialise", "on" if reserialise else "off")
        try:
            if past is not None:
                judge(axis, past, tally, reserialised=reserialise)
            if number == kills:
                assert axis.stop() == 0
                return tally
            past = Round(number, f"H99.{number}.1", f"H99.{number}.2")
            for code in (past.sender, past.receiver):
                system, secret = past.system(code)
                axis.register(system, secret, [{"code": code, "name": "Sở Thử nghiệm"}])
            _loaded_and_killed(axis, past, chance)
            tally.kills += 1
        finally:
            kill(axis, chance)
    raise AssertionError("not reached")


def kill(axis: RunningAxis, chance: random.Random) -> None:
    """End every process of an axis by SIGKILL, in any order."""
    processes = [axis.process.pid]
    with contextlib.suppress(psutil.NoSuchProcess):
        processes += [child.pid for child in psutil.Process(axis.process.pid).children(recursive=True)]
    chance.shuffle(processes)
    found = []
    for pid in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.kill()
            found.append(process)
    if not axis.log.closed:
        axis.kill()
    psutil.wait_procs(found, timeout=30)


def _loaded_and_killed(axis: RunningAxis, current: Round, chance: random.Random) -> None:
    seeds = [chance.random() for _ in range(SENDERS)]
    instant = chance.uniform(0.0, 0.4)
    load = threading.Thread(target=lambda: asyncio.run(_load(axis, current, seeds)))
    load.start()
    try:
        assert current.first.wait(_PATIENCE), axis.errors()
        time.sleep(instant)
    finally:
        kill(axis, chance)
        load.join(_PATIENCE)
    assert not load.is_alive()


async def _load(axis: RunningAxis, current: Round, seeds: list[float]) -> None:
    await asyncio.gather(*(_send(axis, current, random.Random(seed)) for seed in seeds), _settle(axis, current))


async def _send(axis: RunningAxis, current: Round, chance: random.Random) -> None:
    system, secret = current.system(current.sender)
    async with AxisClient(axis.url, system, secret, timeout=30) as client:
        while True:
            letter = new_document(chance, current.sender, [current.receiver], now=datetime.now(UTC), files=0)
            package = write_package(letter) + (b" " * _LARGE if chance.random() < 0.2 else b"")
            try:
                answer = await client.send(package, sender=current.sender, message_type="edoc")
            except (AxisError, OSError):
                return
            current.sent[answer.doc_id] = package
            current.first.set()


async def _settle(axis: RunningAxis, current: Round) -> None:
    """Fetch and acknowledge what waits, as the receiver does meanwhile."""
    system, secret = current.system(current.receiver)
    async with AxisClient(axis.url, system, secret, timeout=30) as client:
        while True:
            try:
                waiting = await client.received("edoc")
                for item in waiting.items[:2]:
                    await client.fetch(item.doc_id)
                    current.settling.add(item.doc_id)
                    await client.update_status(item.doc_id, "done")
                    current.settled.add(item.doc_id)
            except (AxisError, OSError):
                return
            await asyncio.sleep(0.05)


def judge(axis: RunningAxis, past: Round, tally: Tally, *, reserialised: bool) -> None:
    """Compare what an axis holds after a start with what it had acknowledged before it was killed."""
    system, _ = past.system(past.sender)
    documents = axis.call("GET", "/documents", params={"system": system}).json()["documents"]
    kept = {document["id"]: document for document in documents}
    assert len(kept) == len(documents), "a package is there twice"
    assert set(past.sent) <= set(kept), f"lost: {set(past.sent) - set(kept)}"
    assert len(kept) - len(past.sent) <= SENDERS, "more packages than requests under way"
    copies = {document["recipients"][0]["receiver_id"]: document for document in documents}
    assert all(len(document["recipients"]) == 1 for document in documents), "half delivered"
    waiting, fetched = asyncio.run(_listed(axis, past))
    assert len(set(waiting)) == len(waiting), "listed twice"
    settled = {copy for copy, document in copies.items() if document["recipients"][0]["state"] == "done"}
    assert past.settled <= settled <= past.settling, "an acknowledgement was lost or made up"
    assert set(waiting) | settled == set(copies)
    assert not set(waiting) & settled
    for copy, package in fetched.items():
        letter = past.sent.get(copies[copy]["id"])
        if letter is not None:
            assert package == (_rewritten(letter, copies[copy]["at"]) if reserialised else letter), "bytes differ"
    journal = [entry for entry in axis.exchanges("sendEdoc") if entry["system"] == system and entry["status"] == "OK"]
    assert len(journal) == len(kept), "the journal disagrees with the ledger"
    tally.acknowledged += len(past.sent)
    tally.settled += len(past.settled)
    tally.unacknowledged += len(kept) - len(past.sent)


async def _listed(axis: RunningAxis, past: Round) -> tuple[list[str], dict[str, bytes]]:
    system, secret = past.system(past.receiver)
    async with AxisClient(axis.url, system, secret, timeout=60) as client:
        waiting = [item.doc_id for item in (await client.received("edoc")).items]
        return waiting, {doc_id: await client.fetch(doc_id) for doc_id in waiting}


def _rewritten(package: bytes, at: str) -> bytes:
    """Give the axis's own form of a package that it accepted at that instant."""
    moment = datetime.fromisoformat(at)
    sink = io.BytesIO()
    milliseconds = round(moment.timestamp() * 1000)
    examined = examine(package, "axis", moment, message_type="edoc", sink=sink, hop_at=milliseconds)
    assert examined.rewritten
    return sink.getvalue()
