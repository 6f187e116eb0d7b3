"""Serves one reference DMS over HTTP: ``POST /driver``, one JSON object in, one out (``axis28/driver/1``)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conformance.reference_dms.dms import Dms

PATH = "/driver"

Ready = Callable[[dict[str, object]], None]


def application(dms: Dms) -> Starlette:
    """Give the ASGI application of a DMS that is running already."""

    async def driver(request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
        except (ValueError, RecursionError) as error:
            return _json({"id": None, "error": f"the request is no JSON: {error}"}, 400)
        return _json(await dms.handle(asked), 200)

    return Starlette(routes=[Route(PATH, driver, methods=["POST"])])


def _json(answer: dict[str, Any], status_code: int) -> Response:
    # In ASCII: a request may hold half a surrogate pair, which UTF-8 could not carry back.
    return Response(json.dumps(answer), status_code, media_type="application/json")


async def serve(dms: Dms, listener: socket.socket, ready: Ready) -> None:
    """Run a DMS and answer driver requests on an open socket until SIGTERM or SIGINT.

    ``ready`` is called once, with the ready line, when requests are accepted.
    """
    async with dms:
        await serve_application(application(dms), listener, ready)


async def serve_application(served: Starlette, listener: socket.socket, ready: Ready, *, grace_s: int = 5) -> None:
    """Serve any driver application as ``serve`` does; ``grace_s`` after the signal open requests are cut off."""
    config = uvicorn.Config(
        served, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=grace_s
    )
    server = _Server(config, lambda: ready(_ready_line(listener)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, telling when it accepts requests and leaving the signals to us.

    Its own handling raises the signal again once it has stopped, and the process would end with the registers open.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


def _ready_line(listener: socket.socket) -> dict[str, object]:
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{PATH}"
    return {"event": "ready", "url": url, "control": url, "pid": os.getpid()}
