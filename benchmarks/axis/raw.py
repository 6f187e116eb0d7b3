"""R, the limit: a bare ASGI application that takes a body in, hashes it, checks the MAC, and answers. It keeps nothing.

``python -m benchmarks.axis.raw SECRET`` serves it by uvicorn with uvloop and httptools.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

_ANSWER = b'{"status":"OK","ErrorCode":"0","ErrorDesc":"Thanh cong","DocId":"0123456789abcdef01234567"}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_ANSWER)).encode())]

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Raw:
    """The application."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        digest = hashlib.sha256()
        more = True
        while more:
            message = await receive()
            digest.update(message.get("body", b""))
            more = message.get("more_body", False)
        mac = hmac.new(self._secret, headers[b"xroadvnpt-sign-header"], hashlib.sha256).hexdigest().encode()
        good = hmac.compare_digest(mac, headers[b"xroadvnpt-hash-header"])
        wanted = headers.get(b"xroadvnpt-hash-file")
        good = good and (wanted is None or hmac.compare_digest(digest.hexdigest().encode(), wanted))
        await send({"type": "http.response.start", "status": 200 if good else 403, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _ANSWER})


def main() -> None:
    """Serve until SIGTERM; the port is told on stdout."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
    app: Any = Raw(sys.argv[1].encode("utf-8"))
    config = uvicorn.Config(
        app, loop="uvloop", http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
