"""Running an axis as a process: listen, say that it is ready, stop cleanly."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from simulator import logs
from simulator.app import application
from simulator.axis import Axis
from simulator.http_protocol import protocol_class
from simulator.refusals import recorder

_BACKLOG = 2048
_KEEP_ALIVE = 75
_GRACE = 10


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def serve(axis: Axis, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` is called when requests are accepted."""
    logs.configure(axis.settings.log_format, axis.settings.log_level, axis.redaction.shown)
    config = uvicorn.Config(
        application(axis),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=protocol_class(axis.clock.http_date, recorder(axis)),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    _Server(config, axis, ready).run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, axis: Axis, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._axis = axis
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._axis.stop()
        super().handle_exit(sig, frame)


def addresses(listening: socket.socket) -> tuple[str, str]:
    """Give the addresses of the operations and of the control API."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}"
    return url, f"{url}/_axis/v1"
