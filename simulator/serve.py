"""Running an axis as a process: listen, say that it is ready, stop cleanly."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn

from simulator import arenas, logs
from simulator.app import application
from simulator.axis import Axis
from simulator.http_protocol import protocol_class
from simulator.patience import Watched
from simulator.refusals import recorder

_BACKLOG = 2048
_KEEP_ALIVE = 75
_GRACE = 10
_TICKS = 10  # of the server's own, one every tenth of a second


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Open a listening socket; with ``shared`` one beside which others may listen on the same port.

    Raises ``OSError``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def listen_together(host: str, port: int, number: int) -> list[socket.socket]:
    """Open a listening socket for each of ``number`` workers, all on one port. Raises ``OSError``.

    The kernel deals connections out among them evenly; on one socket whoever wakes first would take nearly all.
    """
    # Sockets that share a port do not mind those of another axis there; this one does.
    listen(host, port).close()
    sockets: list[socket.socket] = []
    try:
        for _ in range(number):
            sockets.append(listen(host, port, shared=True))
            port = sockets[0].getsockname()[1]
    except BaseException:
        for opened in sockets:
            opened.close()
        raise
    return sockets


def serve(
    axis: Axis,
    listening: socket.socket,
    ready: Callable[[], None],
    beat: Callable[[], None] | None = None,
    *,
    interruptible: bool = True,
) -> None:
    """Serve until SIGTERM or SIGINT (only where ``interruptible``); ``ready`` is called when requests are accepted.

    ``beat`` is called about once a second by the event loop, so that somebody else can see that it turns.
    """
    arenas.limit()
    logs.configure(
        axis.settings.log_format, axis.settings.log_level, lambda event: axis.redaction.of_all().shown(event)
    )
    config = uvicorn.Config(
        application(axis),
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=protocol_class(axis.clock.http_date, recorder(axis), axis.settings.connections),
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
    config.load()
    if axis.settings.tls is not None:
        config.ssl = axis.settings.tls.context()
    _Server(config, axis, ready, beat, interruptible=interruptible).run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        axis: Axis,
        ready: Callable[[], None],
        beat: Callable[[], None] | None,
        *,
        interruptible: bool,
    ) -> None:
        super().__init__(config)
        self._axis = axis
        self._ready = ready
        self._beat = beat
        self._interruptible = interruptible

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS == 0:
            if self._beat is not None:
                self._beat()
            for held in [*self.server_state.connections]:
                if isinstance(held, Watched):
                    held.look()
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGINT and not self._interruptible:
            return
        self._axis.stop()
        super().handle_exit(sig, frame)


def addresses(listening: socket.socket, *, tls: bool = False) -> tuple[str, str]:
    """Give the addresses of the operations and of the control API; ``https`` ones over TLS."""
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"{'https' if tls else 'http'}://{shown}:{port}"
    return url, f"{url}/_axis/v1"
