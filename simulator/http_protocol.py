"""How the axis speaks HTTP/1.1: what the official clients send must come in, and nothing without limits.

uvicorn's httptools protocol has no header limits of its own and refuses the low bytes that the official client writes
for letters beyond Latin-1 (H-T16: ``Đ`` arrives as the byte 0x10). So the parser is told to be lenient and the limits
and the refusals of NUL and of folded lines stand here.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from protocol.wire.operations import Operation
from simulator import connection
from simulator.answers import BAD_PARAMETER, JSON

MAX_HEADER = 128 * 1024
MAX_HEADERS = 256 * 1024
MAX_HEADER_COUNT = 512
MAX_TARGET = 8 * 1024
_LINGER_BYTES = 4 * 1024 * 1024
_LINGER_SECONDS = 3.0
_FOLD = re.compile(rb"\n[ \t]")
_END_OF_HEADERS = re.compile(rb"\n\r?\n")
_REQUEST_LINE = re.compile(rb"\s*(\S{1,16}) +(\S{1,2000})")


class _RequestRefused(Exception):  # noqa: N818 - the axis refuses, nothing went wrong inside
    """The request is no HTTP that the axis takes; raised inside the parser, which wraps it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """A request that was refused before it was one, and what was answered."""

    status: int
    text: str
    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]]
    answer_headers: Sequence[tuple[str, str]]
    answer_body: bytes


class _Closing(asyncio.Transport):
    """The transport as the cycle of one request sees it: a close in the middle of a body does not lose the answer."""

    def __init__(self, transport: asyncio.Transport, cycle: RequestResponseCycle, linger: Callable[[], None]) -> None:
        super().__init__()
        self._transport = transport
        self._cycle = cycle
        self._linger = linger

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._transport.write(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        if self._cycle.more_body and self._cycle.response_complete:
            self._linger()
        else:
            self._transport.close()


def protocol_class(
    http_date: Callable[[], bytes], refused: Callable[[HttpRefusal], None] = lambda _: None
) -> type[HttpToolsProtocol]:
    """Make the protocol class of an axis whose answers are dated by ``http_date``; ``refused`` is told of refusals."""

    class AxisHttpProtocol(_AxisHttpProtocol):
        def http_date(self) -> bytes:
            return http_date()

        def refused(self, refusal: HttpRefusal) -> None:
            refused(refusal)

    return AxisHttpProtocol


class _AxisHttpProtocol(HttpToolsProtocol):
    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.parser.set_dangerous_leniencies(lenient_headers=True, lenient_data_after_close=True)
        self._in_headers = True
        self._head = 0  # bytes of the current request's head seen so far
        self._opening = b""  # its first bytes
        self._tail = b""  # the last bytes of what ends with an empty line, for what is split between two packets
        self._left: int | None = None  # bytes of the body that are still to come; None: it is chunked
        self._refusal: _RequestRefused | None = None
        self._refused = False  # said
        self._lingering = False
        self._discarded = 0

    def http_date(self) -> bytes:
        raise NotImplementedError

    def refused(self, refusal: HttpRefusal) -> None:
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Feed the parser so that no piece reaches into the next request: each head is looked at before it is read."""
        while data:
            if self._refusal is not None or self._lingering:
                self._discard(data)
                return
            size = self._piece(data)
            piece, data = data[:size], data[size:]
            if self._in_headers and (refusal := self._look_at_head(piece)) is not None:
                self.headers = []
                self._refuse(refusal)
            else:
                if not self._in_headers and self._left is not None:
                    self._left -= size
                super().data_received(piece)

    def _piece(self, data: bytes) -> int:
        """Tell how many bytes belong together: up to the end of a head or of a body; a chunked one ends like a head."""
        if not self._in_headers and self._left is not None:
            return min(self._left, len(data)) or len(data)
        end = _END_OF_HEADERS.search(self._tail + data)
        size = len(data) if end is None else end.end() - len(self._tail)
        if not self._in_headers:
            self._tail = b"" if end else (self._tail + data)[-3:]
        return size

    def _look_at_head(self, data: bytes) -> _RequestRefused | None:
        """Count and scan what belongs to the head of a request, before the parser joins what was folded."""
        window = self._tail + data
        self._head += len(data)
        if len(self._opening) < MAX_TARGET:
            self._opening += data[: MAX_TARGET + 256]
        self._tail = b"" if _END_OF_HEADERS.search(window) else window[-3:]
        if self._head > MAX_HEADERS + MAX_TARGET:
            return _RequestRefused(431, f"Header qua lon: tong toi da {MAX_HEADERS} byte")
        if _FOLD.search(window):
            return _RequestRefused(400, "Header xuong dong (folded) khong duoc chap nhan")
        return None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True
        self._size = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_TARGET:
            raise _RequestRefused(414, f"Duong dan qua dai: toi da {MAX_TARGET} byte")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._size += len(name) + len(value)
        if max(len(name), len(value)) > MAX_HEADER:
            raise _RequestRefused(431, f"Header {name[:60].decode('latin-1')} qua lon: toi da {MAX_HEADER} byte")
        if self._size > MAX_HEADERS or len(self.headers) >= MAX_HEADER_COUNT:
            text = f"Header qua lon: tong toi da {MAX_HEADERS} byte va {MAX_HEADER_COUNT} dong"
            raise _RequestRefused(431, text)
        if b"\0" in value or b"\0" in name:
            raise _RequestRefused(400, f"Header {name[:60].decode('latin-1')} chua byte NUL")
        if self._in_headers:  # what follows a chunked body must not pass for a header: the request is at work already
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._head, self._tail, self._opening = 0, b"", b""
        lengths = [value for name, value in self.headers if name == b"content-length"]
        chunked = any(name == b"transfer-encoding" for name, _ in self.headers)
        self._left = None if chunked else int(lengths[0]) if lengths else 0
        super().on_headers_complete()
        scope = cast("dict[str, Any]", self.scope)
        scope[connection.SCOPE_KEY] = connection.Held(self.transport, self.cycle)
        if self.expect_100_continue or not self.cycle.keep_alive:
            self.cycle.transport = _Closing(self.transport, self.cycle, self._linger)

    def on_message_complete(self) -> None:
        self._in_headers = True
        self._tail = b""
        super().on_message_complete()
        self.headers = []

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal is not None and self._idle():
            self._say()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn says the same of every error
        """Answer a request that the parser refused; what we raised inside it is its context."""
        cause = _raised()
        self._refuse(cause or _RequestRefused(400, "Yeu cau HTTP khong hop le"))

    def eof_received(self) -> None:
        if self._lingering:
            self.transport.close()
        super().eof_received()

    def _idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return not self.pipeline and (cycle is None or cycle.response_complete)

    def _refuse(self, refusal: _RequestRefused) -> None:
        """Refuse what came, after the answers to what came before; in the middle of a body nothing can be said."""
        self._refusal = refusal
        if self._idle():
            self._say()
        elif not self._in_headers:
            self.transport.close()

    def _say(self) -> None:
        """Answer and end."""
        refusal = self._refusal
        if refusal is None or self._refused or self.transport.is_closing():
            return
        self._refused = True
        line = _REQUEST_LINE.match(self._opening)
        method, target = (part.decode("latin-1") for part in line.groups()) if line else ("-", "-")
        path = target.partition("?")[0]
        envelope = {"status": "FAIL", "ErrorCode": BAD_PARAMETER, "ErrorDesc": refusal.text, "DocId": "", "data": ""}
        # The official client takes any body of downloadEdoc for the file.
        download = path.rstrip("/").endswith("/" + Operation.DOWNLOAD)
        body = b"" if download else json.dumps(envelope).encode("ascii")
        headers = [
            ("content-type", JSON),
            ("content-length", str(len(body))),
            ("date", self.http_date().decode("ascii")),
            ("connection", "close"),
        ]
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[refusal.status] + lines.encode("ascii") + b"\r\n" + body)
        self._linger()
        self.refused(HttpRefusal(refusal.status, refusal.text, method, path, self.headers or (), headers, body))

    def _linger(self) -> None:
        """End, but read on for a while: closing with unread data would reset the connection and lose the answer."""
        self._lingering = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self.transport.close)

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded > _LINGER_BYTES:
            self.transport.close()


def _raised() -> _RequestRefused | None:
    """Find the refusal behind the parser error that is being handled."""
    error: BaseException | None = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, _RequestRefused):
            return error
        error = error.__context__
    return None
