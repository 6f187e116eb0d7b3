from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from conformance.drivers import DriverFault, DriverUnusable, driver_for, open_driver

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0
Answering = Callable[[dict[str, Any]], bytes]


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@contextlib.asynccontextmanager
async def serving(reply: Answering) -> AsyncIterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """A real HTTP server that answers each request with what `reply` gives; `b""` never answers."""
    seen: list[tuple[str, dict[str, Any]]] = []
    stop = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        asked = json.loads(await reader.readexactly(length))
        seen.append((head.split()[1], asked))
        raw = reply(asked)
        if raw:
            writer.write(raw)
            await writer.drain()
        else:
            await stop.wait()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/a/b?c=d", seen
    finally:
        stop.set()
        server.close()
        await server.wait_closed()


def ok(asked: dict[str, Any]) -> bytes:
    return answer(json.dumps({"id": asked["id"], "ok": {}}).encode())


async def test_requests_are_posted_to_the_url_as_it_is() -> None:
    async with serving(ok) as (url, seen), open_driver(f"http:{url}", "r-1") as driver:
        assert (await driver.call("poll", {"x": "Sở"}, timeout=PATIENCE_S)).kind == "ok"
    assert seen == [("/a/b?c=d", {"id": "1", "op": "poll", "run": "r-1", "args": {"x": "Sở"}})]


@pytest.mark.parametrize(
    ("reply", "reason", "named"),
    [
        (lambda _: answer(b"oops", "500 Internal Server Error"), "driver-nonsense", "HTTP 500"),
        (lambda _: answer(b"", "302 Found"), "driver-nonsense", "HTTP 302"),
        (lambda _: answer(b"<html>"), "driver-nonsense", "no JSON"),
        (lambda _: answer(b""), "driver-nonsense", "no JSON"),
        (lambda asked: answer(json.dumps(asked).encode()), "driver-nonsense", "exactly one"),
        (lambda _: answer(b'{"ok": {}}'), "driver-nonsense", "id"),
        (lambda _: answer(b"[" * 100_000), "driver-nonsense", "no JSON"),
        (lambda _: answer(b'{"id": "1", "ok": ' + b"[" * 800 + b"]" * 800 + b"}"), "driver-nonsense", "deeper"),
        (lambda _: b"not http at all\r\n\r\n", "driver-unreachable", "cannot be reached"),
    ],
    ids=["500", "redirect", "html", "empty", "echo", "no-id", "bottomless", "deep", "no-http"],
)
async def test_everything_but_a_proper_answer_is_a_fault(reply: Answering, reason: str, named: str) -> None:
    async with serving(reply) as (url, _), open_driver(f"http:{url}") as driver:
        with pytest.raises(DriverFault, match=named) as fault:
            await driver.call("poll", timeout=PATIENCE_S)
    assert fault.value.reason == reason


async def test_a_driver_that_hangs_is_given_up() -> None:
    async with serving(lambda _: b"") as (url, _), open_driver(f"http:{url}") as driver:
        with pytest.raises(DriverFault) as fault:
            await driver.call("poll", timeout=0.3)
    assert fault.value.reason == "driver-timeout"


async def test_an_address_where_nothing_listens_is_named_without_its_password() -> None:
    async with open_driver("http:http://user:hush@127.0.0.1:9/driver?key=hush") as driver:
        with pytest.raises(DriverFault, match=r"127\.0\.0\.1:9") as fault:
            await driver.call("poll", timeout=PATIENCE_S)
    assert "hush" not in fault.value.text


@pytest.mark.parametrize("wrong", ["http:host:80", "http:", "ftp://x", "carrier-pigeon:coop", "", "http:ftp://x/y"])
def test_a_spec_that_names_no_driver_says_what_would(wrong: str) -> None:
    with pytest.raises(DriverUnusable, match=r"http:"):
        driver_for(wrong)


@pytest.mark.parametrize("later", ["manual", "observe"])
def test_drivers_that_are_not_built_say_so(later: str) -> None:
    with pytest.raises(DriverUnusable, match="not built in this version"):
        driver_for(later)
