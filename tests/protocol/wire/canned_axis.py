"""A server that answers every request with canned bytes and keeps what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HTML = b"<html><body>Dang nhap he thong</body></html>"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value.decode() for key, value in self.headers if key.decode().lower() == name.lower()]


@dataclass
class CannedAxis:
    """``answer`` makes the bytes to send from the request; ``b""`` closes the connection without an answer."""

    answer: Callable[[Request], bytes]
    url: str = ""
    requests: list[Request] = field(default_factory=list)


def http(body: bytes = b"", status: int = 200, *headers: str, length: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {status} x", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def canned_axis(answer: bytes | Callable[[Request], bytes]) -> AsyncIterator[CannedAxis]:
    axis = CannedAxis(answer if callable(answer) else lambda _request: answer)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while (request := await _read_request(reader)) is not None:
                axis.requests.append(request)
                content = axis.answer(request)
                if not content:
                    break
                writer.write(content)
                await writer.drain()
                if b"Content-Length" not in content.split(b"\r\n\r\n")[0]:
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**20)
    axis.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield axis
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*list(tasks), return_exceptions=True)
        await server.wait_closed()


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split(b"\r\n")
    method, path, _ = first.decode().split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))
    length = next((int(value) for name, value in headers if name.lower() == b"content-length"), 0)
    return Request(method, path, headers, await reader.readexactly(length))
