"""Seven systems that do nothing, to prove that a check cannot be passed by doing nothing.

``python -m conformance.vacuous KIND --system ID --code CODE [--host H] [--port P] [--poll S]`` serves one of them as an
``http:`` driver and prints a ready line as ``axis28 reference-dms`` does. Each answers ``describe`` (and ``configure``,
so that a run can begin) properly and nothing else right; none of them ever calls the axis.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from conformance.reference_dms import operations
from conformance.reference_dms.server import PATH, serve_application

Answering = Callable[[Any], Awaitable[Response]]


@dataclass(slots=True)
class Face:
    """What a vacuous system says of itself."""

    system: str
    organisations: list[dict[str, Any]]
    poll_interval_s: float
    name: str

    def describe(self) -> dict[str, Any]:
        """Give the value of a well-formed ``describe`` that claims every operation."""
        return {
            "protocol": operations.PROTOCOL,
            "name": self.name,
            "version": "0",
            "build": None,
            "system": self.system,
            "organisations": self.organisations,
            "capabilities": list(operations.NAMES),
            "poll_interval_s": self.poll_interval_s,
            "concurrency": 8,
        }


async def _always_ok(asked: Any) -> Response:
    return JSONResponse({"id": asked.get("id"), "ok": {}})


async def _always_4xx(asked: Any) -> Response:
    del asked
    return JSONResponse({"detail": "Bad Request"}, status_code=400)


async def _always_500(asked: Any) -> Response:
    del asked
    return Response("<html><body>Internal Server Error</body></html>", status_code=500, media_type="text/html")


async def _hang(asked: Any) -> Response:
    await asyncio.Event().wait()
    return await _always_ok(asked)


async def _echo(asked: Any) -> Response:
    return JSONResponse(asked)


async def _empty(asked: Any) -> Response:
    del asked
    return Response(b"")


async def _unsupported(asked: Any) -> Response:
    return JSONResponse({"id": asked.get("id"), "unsupported": True})


KINDS: dict[str, Answering] = {
    "always-ok": _always_ok,
    "always-4xx": _always_4xx,
    "always-500": _always_500,
    "hang": _hang,
    "echo": _echo,
    "empty": _empty,
    "unsupported": _unsupported,
}


def application(kind: str, face: Face) -> Starlette:
    """Give the ASGI application of one vacuous system."""

    async def driver(request: Request) -> Response:
        asked = json.loads(await request.body())
        if asked["op"] == "configure":
            face.system, face.organisations = asked["args"]["system_id"], asked["args"]["agencies"]
            return JSONResponse({"id": asked["id"], "ok": {}})
        if asked["op"] == "describe":
            return JSONResponse({"id": asked["id"], "ok": face.describe()})
        return await KINDS[kind](asked)

    return Starlette(routes=[Route(PATH, driver, methods=["POST"])])


def main(argv: Sequence[str]) -> int:
    """Serve one vacuous system until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m conformance.vacuous", allow_abbrev=False)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--system", default="VACUOUS.SYS")
    parser.add_argument("--code", default="H99.99")
    parser.add_argument("--name", default="Sở Thử nghiệm")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--poll", type=float, default=0.2)
    args = parser.parse_args(argv)
    face = Face(args.system, [{"code": args.code, "name": args.name}], args.poll, f"vacuous-{args.kind}")
    with contextlib.closing(socket.create_server((args.host, args.port))) as listener:
        serving = serve_application(
            application(args.kind, face), listener, lambda line: print(json.dumps(line), flush=True), grace_s=1
        )
        asyncio.run(serving)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
