"""The web application of an axis: the thirteen operations at the root, the control API under ``/_axis/v1``."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.wire.operations import Operation
from simulator import answers, connection, control, requestid
from simulator.axis import Axis
from simulator.inspector import Inspector
from simulator.vxp import Vxp

PREFIX = "/_axis/"
_PUBLISHED_EVERY = 1.0
_SWEPT_FIRST, _SWEPT_EVERY = 5.0, 600.0
_SLASHES = re.compile(r"/{2,}")

logger = logging.getLogger("simulator")


def application(axis: Axis) -> ASGIApp:
    """Build the application."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        axis.store.start(asyncio.get_running_loop())
        beside = [
            asyncio.create_task(_publish(axis)),
            asyncio.create_task(_sweep(axis)),
            asyncio.create_task(_inspect(axis)),
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            axis.close()

    app = FastAPI(
        title="Axis28 control API",
        version="1",
        lifespan=lifespan,
        openapi_url=f"{PREFIX}v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    vxp = Vxp(axis)
    endpoints = {operation.value: _Endpoint(vxp, operation) for operation in Operation}
    app.router.routes += [Route(f"/{name}", endpoint) for name, endpoint in endpoints.items()]
    control.install(app, axis)
    app.add_exception_handler(404, _unknown_path)
    app.add_exception_handler(405, _unknown_path)
    app.add_exception_handler(Exception, _broken)
    return Door(control.gate(app, axis), axis, endpoints)


async def _inspect(axis: Axis) -> None:
    """Look after the answer at what profile ``strict`` looks at before it; one worker does so for all."""
    if axis.instruments is None and axis.settings.worker <= 1:
        await Inspector(axis.store, axis.blobs, axis.settings.trust).run()


async def _publish(axis: Axis) -> None:
    """Tell the other workers, where there are any, what this one counted."""
    while True:
        axis.meters.counts.waiting = axis.store.waiting()
        axis.meters.publish()
        await asyncio.sleep(_PUBLISHED_EVERY)


async def _sweep(axis: Axis) -> None:
    """Remove what was discarded, from time to time: by this process, or by one that is gone."""
    await asyncio.sleep(_SWEPT_FIRST)
    while True:
        await axis.sweep()
        await asyncio.sleep(_SWEPT_EVERY)


class _Endpoint:
    """A plain route: no parsing of the request beyond its head, any method (which one is wrong, the operation says)."""

    def __init__(self, vxp: Vxp, operation: Operation) -> None:
        self._vxp = vxp
        self._operation = operation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._vxp.answer(Request(scope, receive, send), self._operation)
        await answer(scope, receive, send)


class Door:
    """Before everything else: operations below any path and behind doubled slashes, and the axis's date on answers.

    A request to an operation goes straight to the endpoint of its route: the way through the framework, which has
    nothing to add to it, would cost a third of an empty poll.
    """

    def __init__(self, app: ASGIApp, axis: Axis, endpoints: Mapping[str, ASGIApp]) -> None:
        self._app = app
        self._axis = axis
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its path made plain, and date the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        scope["axis28.path"] = path
        plain = _SLASHES.sub("/", path)
        # A slash at the end is tolerated like those in front: a redirect would lose a signed POST, a 404 explains less.
        operation = plain.removesuffix("/").rpartition("/")[2]
        endpoint = None if plain.startswith(PREFIX) else self._endpoints.get(operation)
        if endpoint is not None:
            plain = f"/{operation}"
        await self._axis.refresh()
        scope["path"], scope["raw_path"] = plain, plain.encode("utf-8", "surrogateescape")

        request_id = scope[requestid.SCOPE_KEY] = requestid.given_or_minted(scope["headers"])
        requestid.current.set(request_id)
        counts = self._axis.meters.counts
        started = False

        async def counted() -> Message:
            message = await receive()
            counts.received_bytes += len(message.get("body", b""))
            return message

        async def dated(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = self._completed(scope, [*message.get("headers", ())])
            else:
                counts.sent_bytes += len(message.get("body", b""))
            await send(message)

        if endpoint is None:
            await self._app(scope, counted, dated)
            return
        try:
            await endpoint(scope, counted, dated)
        except Exception as error:
            if started:
                raise  # the answer cannot be taken back; the server ends the connection
            failed = await _broken(Request(scope), error)
            await failed(scope, counted, dated)

    def _completed(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in headers}
        if b"date" not in names:
            headers.append((b"date", self._axis.clock.http_date()))
        held = connection.of(scope)
        if b"connection" not in names and held is not None and held.ends():
            headers.append((b"connection", b"close"))
        if requestid.HEADER not in names:
            headers.append((requestid.HEADER, scope[requestid.SCOPE_KEY].encode("ascii")))
        return headers


async def _unknown_path(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(PREFIX):
        return await control.http_problem(request, error)
    content = {
        "status": "FAIL",
        "ErrorCode": answers.BAD_PARAMETER,
        "ErrorDesc": "Khong co thao tac nay",
        "DocId": "",
        "data": "",
    }
    return JSONResponse(content, 404)


async def _broken(request: Request, error: Exception) -> Response:
    """Something inside failed: said without a traceback; the log has it."""
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    if request.url.path.startswith(PREFIX):
        return control.problem(500, "internal-error", "The axis failed to do this; its log says why.")
    operation = request.url.path.rpartition("/")[2]
    refusal = answers.Refused(answers.SYSTEM_ERROR, "Loi he thong", ())
    answer = answers.failure(operation, refusal)
    return Response(answer.body, 200, {"Content-Type": answer.media_type})
