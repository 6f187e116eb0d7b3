"""The generator process: open arrivals, latency from the intended start, and health that notices its own sickness."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

import pytest

from conformance.load.generator import Generated, Generators
from conformance.load.job import Job, Planned, write_planned
from conformance.violation import JudgeBlind

GOOD = json.dumps({"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong", "DocId": "a" * 24}).encode()
REFUSAL = json.dumps({"status": "FAIL", "ErrorCode": "22", "ErrorDesc": "Sai", "DocId": ""}).encode()
GAP_S = 0.05
COUNT = 40

Answering = Callable[[int], Awaitable[bytes]]


@dataclass
class Server:
    """Answers each POST with what ``answering`` gives for its ordinal, and keeps the bodies that came."""

    answering: Answering
    bodies: list[bytes]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                self.bodies.append(await reader.readexactly(length))
                writer.write(await self.answering(len(self.bodies)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def jobs(folder: Path, url: str, *, shares: int = 1, max_in_flight: int = 100) -> list[Job]:
    """A pool of small requests, one every ``GAP_S`` seconds."""
    with (folder / "pool.jsonl").open("w", encoding="utf-8") as index, (folder / "pool.bin").open("wb") as bodies:
        for number in range(COUNT):
            body = f"body {number:02d}\r\n".encode()
            headers = [("Content-Type", "application/octet-stream"), ("XroadVnpt-from", "H99.01")]
            planned = Planned(number, number * GAP_S, f"d{number}", headers, number * len(body), len(body))
            index.write(write_planned(planned) + "\n")
            bodies.write(body)
    return [
        Job(
            url, str(folder / "pool.jsonl"), str(folder / "pool.bin"), str(folder / f"results-{share}.jsonl"),
            share, shares, max_in_flight, 5.0,
        )
        for share in range(shares)
    ]  # fmt: skip


async def generate(
    folder: Path,
    answering: Answering,
    *,
    shares: int = 1,
    max_in_flight: int = 100,
    disturb: Callable[[tuple[int, ...]], Coroutine[None, None, None]] | None = None,
) -> tuple[Generated, list[bytes]]:
    server = Server(answering, [])
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    wanted = jobs(folder, f"http://127.0.0.1:{port}/sendEdoc", shares=shares, max_in_flight=max_in_flight)
    async with listening, Generators(wanted, folder) as generators:
        disturbance = asyncio.create_task(disturb(generators.pids)) if disturb else None
        generated = await generators.run(60)
        if disturbance is not None:
            await disturbance
    return generated, server.bodies


async def at_once(_: int) -> bytes:
    return answer(GOOD)


def test_every_arrival_is_sent_once_at_its_instant_by_several_processes(tmp_path: Path) -> None:
    generated, bodies = asyncio.run(generate(tmp_path, at_once, shares=2))
    assert sorted(bodies) == [f"body {number:02d}\r\n".encode() for number in range(COUNT)]
    assert sorted(generated.sent) == list(range(COUNT))
    assert all(sent.accepted and not sent.error for sent in generated.sent.values())
    assert [use.finished for use in generated.uses] == [True, True]
    assert all(0 < use.cpu < 1 for use in generated.uses)
    for index, sent in generated.sent.items():
        assert sent.intended == pytest.approx(index * GAP_S)
        assert sent.started is not None
        assert sent.started >= sent.intended


def test_a_server_that_stands_still_cannot_slow_the_arrivals_down(tmp_path: Path) -> None:
    pause: list[asyncio.Task[None]] = []

    async def standing_still(ordinal: int) -> bytes:
        if ordinal == 10:
            pause.append(asyncio.create_task(asyncio.sleep(1.0)))
        if pause:
            await asyncio.shield(pause[0])
        return answer(GOOD)

    generated, _ = asyncio.run(generate(tmp_path, standing_still))
    waits = [sent.ended - sent.intended for sent in generated.sent.values() if sent.ended is not None]
    # A generator that waits for answers would show one slow request; open arrivals show all that came meanwhile.
    assert sum(wait > 0.3 for wait in waits) >= 10
    assert max(waits) == pytest.approx(1.0, abs=0.4)


@pytest.mark.parametrize(
    ("answered", "error"),
    [
        (answer(REFUSAL), "refused-22"),
        (answer(GOOD, "500 Internal Server Error"), "http-500"),
        (answer(b"<html></html>"), "not-json"),
        (answer(b"", "302 Found\r\nLocation: /login"), "http-302"),
        (b"", "no-answer"),
    ],
)
def test_only_a_useful_answer_counts(answered: bytes, error: str, tmp_path: Path) -> None:
    async def answering(_: int) -> bytes:
        if not answered:
            raise ConnectionResetError
        return answered

    generated, _ = asyncio.run(generate(tmp_path, answering))
    assert {sent.error for sent in generated.sent.values()} == {error}
    assert not any(sent.accepted for sent in generated.sent.values())


def test_arrivals_that_find_no_free_slot_are_recorded_as_never_sent(tmp_path: Path) -> None:
    async def slowly(_: int) -> bytes:
        await asyncio.sleep(0.5)
        return answer(GOOD)

    generated, bodies = asyncio.run(generate(tmp_path, slowly, max_in_flight=2))
    unsent = [sent for sent in generated.sent.values() if sent.started is None]
    assert unsent
    assert {sent.error for sent in unsent} == {"not-sent"}
    assert len(unsent) + len(bodies) == COUNT


def test_a_starved_generator_shows_that_it_was_late(tmp_path: Path) -> None:
    async def starve(pids: tuple[int, ...]) -> None:
        await asyncio.sleep(1.0)
        os.kill(pids[0], signal.SIGSTOP)
        await asyncio.sleep(1.0)
        os.kill(pids[0], signal.SIGCONT)

    generated, _ = asyncio.run(generate(tmp_path, at_once, disturb=starve))
    lateness = [sent.started - sent.intended for sent in generated.sent.values() if sent.started is not None]
    assert max(lateness) > 0.5


def test_a_generator_that_is_killed_did_not_finish(tmp_path: Path) -> None:
    async def kill(pids: tuple[int, ...]) -> None:
        await asyncio.sleep(0.8)
        os.kill(pids[0], signal.SIGKILL)

    generated, _ = asyncio.run(generate(tmp_path, at_once, disturb=kill))
    assert [use.finished for use in generated.uses] == [False]
    assert generated.sent == {}


def test_a_generator_that_cannot_start_is_told_in_one_line(tmp_path: Path) -> None:
    broken = [Job("http://127.0.0.1:1", str(tmp_path / "absent"), "", "", 0, 1, 1, 1.0)]

    async def start() -> None:
        async with Generators(broken, tmp_path):
            pass

    with pytest.raises(JudgeBlind, match=r"did not start.*absent"):
        asyncio.run(start())


def test_nothing_but_the_generator_process_imports_locust() -> None:
    program = (
        "import sys, axis28.load, conformance.load.session, conformance.load.connection, conformance.load.report\n"
        "sys.exit(any(name.partition('.')[0] in ('locust', 'gevent') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
