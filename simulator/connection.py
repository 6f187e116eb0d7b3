"""What an application may do to the connection that carries a request, beyond answering it."""

from __future__ import annotations

import socket
import struct
from typing import Any, Protocol

from starlette.types import Receive, Scope, Send

SCOPE_KEY = "axis28.connection"


class Connection(Protocol):
    """The connection of one request."""

    def reset(self) -> None:
        """Close it at once, without an answer."""

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


class ResetAnswer:
    """In the place of an answer: the connection is reset."""

    async def __call__(self, scope: Scope, receive: Receive, _: Send) -> None:
        """Reset the connection and wait until the server has noticed, so that it does not miss an answer."""
        connection = of(scope)
        assert connection is not None
        connection.reset()
        while (await receive())["type"] != "http.disconnect":
            pass
