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
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from simulator import connection
from simulator.answers import BAD_PARAMETER

MAX_HEADER = 128 * 1024
MAX_HEADERS = 256 * 1024
MAX_HEADER_COUNT = 512
MAX_TARGET = 8 * 1024
_LINGER_BYTES = 4 * 1024 * 1024
_LINGER_SECONDS = 3.0
_FOLD = re.compile(rb"\n[ \t]")
_END_OF_HEADERS = re.compile(rb"\n\r?\n")


class _RequestRefused(Exception):  # noqa: N818 - the axis refuses, nothing went wrong inside
    """The request is no HTTP that the axis takes; raised inside the parser, which wraps it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class _Connection:
    """The connection of one request, for the application."""

    def __init__(self, transport: asyncio.Transport, cycle: RequestResponseCycle) -> None:
        self._transport = transport
        self._cycle = cycle

    def reset(self) -> None:
        self._cycle.keep_alive = False
        connection.reset_transport(self._transport)

    def stay_silent(self) -> None:
        self._cycle.waiting_for_100_continue = False


def protocol_class(http_date: Callable[[], bytes]) -> type[HttpToolsProtocol]:
    """Make the protocol class of an axis whose answers are dated by ``http_date``."""

    class AxisHttpProtocol(_AxisHttpProtocol):
        def http_date(self) -> bytes:
            return http_date()

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
        self._tail = b""  # its last bytes, for what is split between two packets
        self._refusal: _RequestRefused | None = None
        self._discarded = 0

    def http_date(self) -> bytes:
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            self._discard(data)
            return
        if self._in_headers:
            refusal = self._look_at_head(data)
            if refusal is not None:
                self._refuse(refusal)
                return
        super().data_received(data)

    def _look_at_head(self, data: bytes) -> _RequestRefused | None:
        """Count and scan what belongs to the head of a request, before the parser joins what was folded."""
        window = self._tail + data
        end = _END_OF_HEADERS.search(window)
        head = window[: end.end()] if end else window
        self._head += len(head) - len(self._tail)
        self._tail = b"" if end else window[-3:]
        if self._head > MAX_HEADERS + MAX_TARGET:
            return _RequestRefused(431, f"Header qua lon: tong toi da {MAX_HEADERS} byte")
        if _FOLD.search(head):
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
        size = len(name) + len(value)
        self._size += size
        if size > MAX_HEADER:
            raise _RequestRefused(431, f"Header {name[:60].decode('latin-1')} qua lon: toi da {MAX_HEADER} byte")
        if self._size > MAX_HEADERS or len(self.headers) >= MAX_HEADER_COUNT:
            text = f"Header qua lon: tong toi da {MAX_HEADERS} byte va {MAX_HEADER_COUNT} dong"
            raise _RequestRefused(431, text)
        if b"\0" in value or b"\0" in name:
            raise _RequestRefused(400, f"Header {name[:60].decode('latin-1')} chua byte NUL")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._head, self._tail = 0, b""
        super().on_headers_complete()
        scope = cast("dict[str, Any]", self.scope)
        scope[connection.SCOPE_KEY] = _Connection(self.transport, self.cycle)

    def on_message_complete(self) -> None:
        self._in_headers = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn says the same of every error
        """Answer a request that the parser refused; what we raised inside it is its context."""
        cause = _raised()
        self._refuse(cause or _RequestRefused(400, "Yeu cau HTTP khong hop le"))

    def eof_received(self) -> None:
        if self._refusal is not None:
            self.transport.close()
        super().eof_received()

    def _refuse(self, refusal: _RequestRefused) -> None:
        """Answer and end, but read on for a while: closing with unread data would reset the connection and lose it."""
        self._refusal = refusal
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self.transport.close()  # an earlier request is still being answered; its client broke the rules behind it
            return
        body = json.dumps(
            {"status": "FAIL", "ErrorCode": BAD_PARAMETER, "ErrorDesc": refusal.text, "DocId": "", "data": ""}
        ).encode("ascii", "replace")
        head = [
            STATUS_LINE[refusal.status],
            b"content-type: application/json; charset=utf-8\r\n",
            b"content-length: %d\r\n" % len(body),
            b"date: " + self.http_date() + b"\r\n",
            b"connection: close\r\n\r\n",
        ]
        self.transport.write(b"".join(head) + body)
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
