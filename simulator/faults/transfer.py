"""How bytes pass the line: cut off, in drops, or no faster than so many per second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator import connection

_BEATS = 10
"""How often in a second something passes a slow line."""

Pause = Callable[[float], Awaitable[None]]
"""Waits so many seconds, or until the axis ends."""


def taken_slowly(receive: Receive, per_second: int, pause: Pause) -> Receive:
    """Take the body of a request at so many bytes per second: the server stops reading while we wait."""

    async def paced() -> Message:
        message = await receive()
        await pause(len(message.get("body", b"")) / per_second)
        return message

    return paced


class InPieces:
    """An answer whose body leaves in pieces of ``size`` bytes with ``seconds`` between them."""

    def __init__(self, app: ASGIApp, size: int, seconds: float, pause: Pause) -> None:
        self._app = app
        self._size = size
        self._seconds = seconds
        self._pause = pause

    @classmethod
    def at_speed(cls, app: ASGIApp, per_second: int, pause: Pause) -> InPieces:
        """Let a body leave at so many bytes per second."""
        size = max(1, per_second // _BEATS)
        return cls(app, size, size / per_second, pause)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; when the caller has gone, the rest goes nowhere and without waiting."""
        held = connection.of(scope)

        async def dropping(message: Message) -> None:
            body = message.get("body", b"")
            if message["type"] != "http.response.body" or not body:
                await send(message)
                return
            for start in range(0, len(body), self._size):
                last = start + self._size >= len(body)
                more = message.get("more_body", False) or not last
                await send({"type": message["type"], "body": body[start : start + self._size], "more_body": more})
                if more and not (held is not None and held.gone()):
                    await self._pause(self._seconds)

        await self._app(scope, receive, dropping)


class CutOff:
    """An answer that announces its whole length and ends after ``size`` bytes of its body."""

    def __init__(self, app: ASGIApp, size: int) -> None:
        self._app = app
        self._size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the beginning, end the connection, and wait until the server has noticed."""
        left = self._size
        held = connection.of(scope)
        assert held is not None

        async def cutting(message: Message) -> None:
            nonlocal left
            if message["type"] != "http.response.body":
                await send(message)
                return
            body = message.get("body", b"")[:left] if left > 0 else b""
            left -= len(message.get("body", b""))
            if left >= 0 and message.get("more_body", False):
                await send({**message, "body": body})
            elif body:
                await send({"type": message["type"], "body": body, "more_body": True})

        await self._app(scope, receive, cutting)
        held.end()
        while (await receive())["type"] != "http.disconnect":
            pass
