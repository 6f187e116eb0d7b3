"""How the axis speaks HTTP/1.1: what the official clients send must come in, and nothing without limits.

uvicorn's httptools protocol has no header limits of its own and refuses the low bytes that the official client writes
for letters beyond Latin-1 (H-T16: ``Đ`` arrives as the byte 0x10). So the parser is told to be lenient and the limits
and the refusals of NUL and of folded lines stand here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from simulator import connection
from simulator.http_refusal import OVERLOADED, HttpRefusal, RequestRefused, raised, spoken
from simulator.patience import HEAD_SECONDS, Patience

MAX_HEADER = 128 * 1024
MAX_HEADERS = 256 * 1024
MAX_HEADER_COUNT = 512
MAX_CONNECTIONS = 4096
MAX_TARGET = 8 * 1024
_LINGER_BYTES = 4 * 1024 * 1024
_LINGER_SECONDS = 3.0
_FOLD = re.compile(rb"\n[ \t]")
_END_OF_HEADERS = re.compile(rb"\n\r?\n")
_REQUEST_LINE = re.compile(rb"\s*(\S{1,16}) +(\S{1,2000})")


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
    http_date: Callable[[], bytes],
    refused: Callable[[HttpRefusal], None] = lambda _: None,
    most: int = MAX_CONNECTIONS,
) -> type[HttpToolsProtocol]:
    """Make the protocol class of an axis whose answers are dated by ``http_date``.

    ``refused`` is told of refusals; ``most`` is how many connections one process holds open.
    """
    limit = most

    class Dated(_AxisHttpProtocol):
        most = limit

        def http_date(self) -> bytes:
            return http_date()

        def refused(self, refusal: HttpRefusal) -> None:
            refused(refusal)

    return Dated


class _AxisHttpProtocol(HttpToolsProtocol):
    """The protocol of one connection; made by ``protocol_class``, which knows the axis."""

    most = 0

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
        self._refusal: RequestRefused | None = None
        self._refused = False  # said
        self._lingering = False
        self._discarded = 0
        self._patience = Patience(self.loop.time())

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(RequestRefused(OVERLOADED, f"Qua nhieu ket noi: toi da {self.most}; thu lai sau"))

    def look(self) -> None:
        """Ask whether the client still does its part; to be called about once a second."""
        now = self.loop.time()
        if self._refusal is not None or self._lingering or self.transport.is_closing():
            return
        if self._patience.head_is_late(now):
            self._refuse(RequestRefused(408, f"Yeu cau den qua cham: toi da {HEAD_SECONDS:.0f} giay cho phan header"))
            return
        cycle: RequestResponseCycle | None = self.cycle
        unasked = cycle is None or cycle.response_complete or cycle.waiting_for_100_continue
        if self._patience.body_is_slow(now, ours=unasked or self.flow.read_paused):
            self.transport.close()

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
                if not self._in_headers:
                    self._patience.body(size)
                    if self._left is not None:
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

    def _look_at_head(self, data: bytes) -> RequestRefused | None:
        """Count and scan what belongs to the head of a request, before the parser joins what was folded."""
        window = self._tail + data
        if not self._head:
            self._patience.head(self.loop.time())
        self._head += len(data)
        if len(self._opening) < MAX_TARGET:
            self._opening += data[: MAX_TARGET + 256]
        self._tail = b"" if _END_OF_HEADERS.search(window) else window[-3:]
        if self._head > MAX_HEADERS + MAX_TARGET:
            return RequestRefused(431, f"Header qua lon: tong toi da {MAX_HEADERS} byte")
        if _FOLD.search(window):
            return RequestRefused(400, "Header xuong dong (folded) khong duoc chap nhan")
        return None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True
        self._size = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_TARGET:
            raise RequestRefused(414, f"Duong dan qua dai: toi da {MAX_TARGET} byte")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._size += len(name) + len(value)
        if max(len(name), len(value)) > MAX_HEADER:
            raise RequestRefused(431, f"Header {name[:60].decode('latin-1')} qua lon: toi da {MAX_HEADER} byte")
        if self._size > MAX_HEADERS or len(self.headers) >= MAX_HEADER_COUNT:
            text = f"Header qua lon: tong toi da {MAX_HEADERS} byte va {MAX_HEADER_COUNT} dong"
            raise RequestRefused(431, text)
        if b"\0" in value or b"\0" in name:
            raise RequestRefused(400, f"Header {name[:60].decode('latin-1')} chua byte NUL")
        if self._in_headers:  # what follows a chunked body must not pass for a header: the request is at work already
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._patience.body_begins(self.loop.time())
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
        self._patience.over()
        self._tail = b""
        super().on_message_complete()
        self.headers = []

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal is not None and self._idle():
            self._say()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn says the same of every error
        """Answer a request that the parser refused; what we raised inside it is its context."""
        cause = raised()
        self._refuse(cause or RequestRefused(400, "Yeu cau HTTP khong hop le"))

    def eof_received(self) -> None:
        if self._lingering:
            self.transport.close()
        super().eof_received()

    def _idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return not self.pipeline and (cycle is None or cycle.response_complete)

    def _refuse(self, refusal: RequestRefused) -> None:
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
        headers, body = spoken(refusal, path, self.http_date())
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[refusal.status] + lines.encode("ascii") + b"\r\n" + body)
        self._linger()
        if refusal.status == OVERLOADED:
            return  # there was no request yet, and who floods the axis must not flood its journal
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
