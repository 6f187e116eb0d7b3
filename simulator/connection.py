"""What an application may do to the connection that carries a request, beyond answering it."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

SCOPE_KEY = "axis28.connection"


class Connection(Protocol):
    """The connection of one request."""

    def reset(self) -> None:
        """Close it at once, without an answer."""

    def end(self) -> None:
        """Close it when what was written has left, however much of the answer that is."""

    def gone(self) -> bool:
        """Tell whether the other side has left."""

    def stay_silent(self) -> None:
        """Send no ``100 Continue`` for this request."""

    def ends(self) -> bool:
        """Tell whether the connection ends with the answer, if that starts now.

        So it does when the client did not want to go on (or speaks HTTP/1.0), and when it still waits to be asked for
        the body: nobody knows whether the body follows, so no other request can (RFC 9110, section 10.1.1).
        """


def of(scope: Scope) -> Connection | None:
    """Find the connection of a request; ``None`` under another server than the axis's own."""
    found: Connection | None = scope.get(SCOPE_KEY)
    return found


def reset_transport(transport: Any) -> None:
    """Abort a connection so that the other side sees a reset and not a proper end."""
    if transport.is_closing():
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class Held:
    """The connection of one request as the axis's own server has it."""

    def __init__(self, transport: asyncio.Transport, cycle: RequestResponseCycle) -> None:
        self._transport = transport
        self._cycle = cycle
        self._silent = False

    def reset(self) -> None:
        """Close it at once, without an answer."""
        self._cycle.keep_alive = False
        reset_transport(self._transport)

    def end(self) -> None:
        """Close it when what was written has left."""
        self._cycle.keep_alive = False
        self._transport.close()

    def gone(self) -> bool:
        """Tell whether the other side has left."""
        return self._cycle.disconnected

    def stay_silent(self) -> None:
        """Send no ``100 Continue`` for this request."""
        self._silent = self._cycle.waiting_for_100_continue
        self._cycle.waiting_for_100_continue = False

    def ends(self) -> bool:
        """Tell whether the connection ends with the answer, if that starts now."""
        cycle = self._cycle
        unasked = cycle.waiting_for_100_continue or self._silent
        return not cycle.keep_alive or (unasked and cycle.more_body and not cycle.body)


class ResetAnswer:
    """In the place of an answer: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, _: Send) -> None:
        """Reset the connection and wait until the server has noticed, so that it does not miss an answer."""
        connection = of(scope)
        assert connection is not None
        connection.reset()
        while (await receive())["type"] != "http.disconnect":
            pass
