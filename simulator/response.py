"""An answer on the wire: its head, known before it leaves so that the journal has it too, and its body.

A package in a file of its own leaves piece by piece and never stands in memory whole.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from protocol.wire.operations import Operation
from simulator import answers, connection
from simulator.answers import Answer
from simulator.blobs import Content
from simulator.call import Call
from simulator.outcome import Rest

_CHUNK = 48 * 1024  # divisible by 3: base64 of each chunk continues that of the one before
NO_CONTENT = 204
_PACKED = {"content-encoding": "gzip", "vary": "Accept-Encoding"}


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that may leave; ``body`` is ``None`` where it is streamed.

    Then it is the package ``content``, or the answer's own body and the ``rest`` after it.
    """

    answer: Answer
    content: Content | None
    headers: dict[str, str]
    body: bytes | None
    rest: Rest | None = None


def ready(call: Call, answer: Answer, content: Content | None, date: bytes, rest: Rest | None = None) -> Ready:
    """Fix head and body of an answer, or of the package ``content`` that it carries; ``rest`` follows the body."""
    accepted = call.request.headers.get("accept-encoding", "").encode("latin-1")
    headers = {"content-type": answer.media_type}
    if answer.http_status == NO_CONTENT:  # neither a type nor a length of what is not there (RFC 9110, section 8.6)
        return Ready(answer, None, {"date": date.decode("ascii")}, b"")
    body = None
    if rest is not None:
        headers |= {**(_PACKED if answers.accepts_gzip(accepted) else {}), "transfer-encoding": "chunked"}
    elif content is not None and content.body is None:
        headers |= _length(call, content, accepted)
    else:
        body = answer.body if content is None else _whole(call, answer, content.body or b"")
        packed = answers.compressed(body, call.operation, accepted)
        if packed is not None:
            headers |= _PACKED
            body = packed
        headers["content-length"] = str(len(body))
    headers["date"] = date.decode("ascii")
    if answer.retry_after is not None:
        headers["retry-after"] = str(answer.retry_after)
    if call.request_id:
        headers["x-request-id"] = call.request_id
    held = connection.of(call.request.scope)
    if held is not None and held.ends():
        headers["connection"] = "close"
    return Ready(answer, content, headers, body, rest)


@dataclass(frozen=True, slots=True)
class _Plain:
    """An answer that stands in memory whole; its head needs nothing added."""

    status: int
    headers: dict[str, str]
    body: bytes

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        head = [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": self.body})


def response(call: Call, ready: Ready) -> ASGIApp:
    """Make what sends an answer; the body that was opened for it is closed when it was sent."""
    if ready.body is not None:
        return _Plain(ready.answer.http_status, ready.headers, ready.body)
    opened, call.opened = call.opened, None
    if ready.rest is not None:
        pieces: Iterator[bytes] = itertools.chain((ready.answer.body,), ready.rest())
    else:
        assert opened is not None
        pieces = _pieces(call, ready.answer, opened)
    if "content-encoding" in ready.headers:
        pieces = answers.packed(pieces)
    stream: AsyncIterator[bytes] = iterate_in_threadpool(pieces)
    answer = StreamingResponse(stream, headers=ready.headers)

    async def send_and_close(scope: Scope, receive: Receive, send: Send) -> None:
        with opened or contextlib.nullcontext():
            await answer(scope, receive, send)

    return send_and_close


def _length(call: Call, content: Content, accepted: bytes) -> dict[str, str]:
    if answers.accepts_gzip(accepted):
        return {**_PACKED, "transfer-encoding": "chunked"}
    if call.operation == Operation.FETCH:
        return {"content-length": str(len(answers.fetched_prefix()) + (content.size + 2) // 3 * 4 + 2)}
    return {"content-length": str(content.size)}


def _whole(call: Call, answer: Answer, body: bytes) -> bytes:
    return answer.body + base64.b64encode(body) + b'"}' if call.operation == Operation.FETCH else body


def _pieces(call: Call, answer: Answer, opened: BinaryIO) -> Iterator[bytes]:
    """Read a large package piece by piece, for ``getEdoc`` inside its envelope."""
    fetch = call.operation == Operation.FETCH
    if fetch:
        yield answer.body
    while chunk := opened.read(_CHUNK):
        yield base64.b64encode(chunk) if fetch else chunk
    if fetch:
        yield b'"}'
