"""An answer on the wire: its head, known before it leaves so that the journal has it too, and its body.

A package in a file of its own leaves piece by piece and never stands in memory whole.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp

from protocol.wire.operations import Operation
from simulator import answers, connection
from simulator.answers import Answer
from simulator.blobs import Blobs, Content
from simulator.call import Call

_CHUNK = 48 * 1024  # divisible by 3: base64 of each chunk continues that of the one before
NO_CONTENT = 204
_PACKED = {"content-encoding": "gzip", "vary": "Accept-Encoding"}


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that may leave; ``body`` is ``None`` where it is streamed from ``content``."""

    answer: Answer
    content: Content | None
    headers: dict[str, str]
    body: bytes | None


def ready(call: Call, answer: Answer, content: Content | None, date: bytes) -> Ready:
    """Fix head and body of an answer, or of the package ``content`` that it carries."""
    accepted = call.request.headers.get("accept-encoding", "").encode("latin-1")
    headers = {"content-type": answer.media_type}
    if answer.http_status == NO_CONTENT:  # neither a type nor a length of what is not there (RFC 9110, section 8.6)
        return Ready(answer, None, {"date": date.decode("ascii")}, b"")
    body = None
    if content is not None and content.body is None:
        headers |= _length(call, content, accepted)
    else:
        body = answer.body if content is None else _whole(call, answer, content.body or b"")
        packed = answers.compressed(body, call.operation, accepted)
        if packed is not None:
            headers |= _PACKED
            body = packed
        headers["content-length"] = str(len(body))
    headers["date"] = date.decode("ascii")
    if call.request_id:
        headers["x-request-id"] = call.request_id
    held = connection.of(call.request.scope)
    if held is not None and held.ends():
        headers["connection"] = "close"
    return Ready(answer, content, headers, body)


def response(call: Call, ready: Ready, blobs: Blobs) -> ASGIApp:
    """Make what sends an answer."""
    if ready.body is not None:
        return Response(ready.body, ready.answer.http_status, ready.headers)
    assert ready.content is not None
    pieces = _pieces(call, ready.answer, ready.content, blobs)
    if "content-encoding" in ready.headers:
        pieces = answers.packed(pieces)
    stream: AsyncIterator[bytes] = iterate_in_threadpool(pieces)
    return StreamingResponse(stream, headers=ready.headers)


def _length(call: Call, content: Content, accepted: bytes) -> dict[str, str]:
    if answers.accepts_gzip(accepted):
        return {**_PACKED, "transfer-encoding": "chunked"}
    if call.operation == Operation.FETCH:
        return {"content-length": str(len(answers.fetched_prefix()) + (content.size + 2) // 3 * 4 + 2)}
    return {"content-length": str(content.size)}


def _whole(call: Call, answer: Answer, body: bytes) -> bytes:
    return answer.body + base64.b64encode(body) + b'"}' if call.operation == Operation.FETCH else body


def _pieces(call: Call, answer: Answer, content: Content, blobs: Blobs) -> Iterator[bytes]:
    """Read a large package piece by piece, for ``getEdoc`` inside its envelope."""
    fetch = call.operation == Operation.FETCH
    if fetch:
        yield answer.body
    with blobs.open(content) as stream:
        while chunk := stream.read(_CHUNK):
            yield base64.b64encode(chunk) if fetch else chunk
    if fetch:
        yield b'"}'
