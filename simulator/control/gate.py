"""The gate of the control API: who may pass, and how much they may bring, before anything of it is read.

There are the operator's token and those of tenants; who a caller is, the gate notes for the routes behind it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.control.caller import ADMIN, Caller, note
from simulator.control.problems import problem
from simulator.limits import Bucket

BODY_LIMIT = 16 * 1024 * 1024
CALLS = 500.0
"""Calls per second of one caller, on average; twice as many at once."""
STRANGERS = 50.0
"""Calls per second without a good token, of everybody together: whoever guesses tokens hinders nobody who has one."""


class Gate:
    """Lets in whoever carries a token (the operator's compared in constant time), and anybody to ``open_to_all``.

    ``tenant_of`` gives the key of the tenant who has a token, ``None`` where nobody has it.
    ``open_to_all`` holds pairs of method and path; ``unlimited`` are paths whose routes limit their bodies themselves.
    """

    def __init__(
        self,
        app: ASGIApp,
        prefix: str,
        token: str,
        tenant_of: Callable[[str], str | None],
        *,
        open_to_all: Collection[tuple[str, str]],
        unlimited: Collection[str],
    ) -> None:
        self._app = app
        self._prefix = prefix
        self._token = token.encode("utf-8")
        self._tenant_of = tenant_of
        self._open = open_to_all
        self._unlimited = unlimited
        self._calls: dict[Caller | None, Bucket] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with 401, 413 or 429."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefix):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if (scope["method"], scope["path"]) not in self._open:
            caller = self._caller(headers.get("authorization", ""))
            if self._too_often(caller):
                refusal = problem(429, "too-many-calls", "calls: too many per second; wait and try again")
                await refusal(scope, receive, send)
                return
            if caller is None:
                refusal = problem(401, "unauthorized", "Authorization: Bearer <control token> is needed")
                await refusal(scope, receive, send)
                return
            note(scope, caller)
        if scope["path"] not in self._unlimited:
            body = await _body(headers, receive)
            if body is None:
                refusal = problem(413, "body-too-large", f"body: at most {BODY_LIMIT} bytes; send it in parts")
                await refusal(scope, receive, send)
                return
            receive = _Replay(body, receive)
        await self._app(scope, receive, send)

    def _too_often(self, caller: Caller | None) -> bool:
        now = monotonic()
        bucket = self._calls.get(caller)
        if bucket is None:
            rate = STRANGERS if caller is None else CALLS
            bucket = self._calls[caller] = Bucket(rate, 2 * rate, now)
        return bucket.take(now) > 0

    def _caller(self, authorization: str) -> Caller | None:
        scheme, _, given = authorization.partition(" ")
        token = given.strip()
        if scheme.lower() != "bearer":
            return None
        if hmac.compare_digest(token.encode("utf-8"), self._token):
            return ADMIN
        key = self._tenant_of(token)
        return None if key is None else Caller(key)


async def _body(headers: Headers, receive: Receive) -> list[Message] | None:
    """Read the messages of a body, ``None`` where it is larger than the limit."""
    announced = headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > BODY_LIMIT:
        return None
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > BODY_LIMIT:
            return None
        if message["type"] != "http.request" or not message.get("more_body", False):
            return messages


class _Replay:
    """Gives what was read already, then what comes."""

    def __init__(self, messages: list[Message], receive: Receive) -> None:
        self._messages = iter(messages)
        self._receive = receive

    async def __call__(self) -> Message:
        message = next(self._messages, None)
        return await self._receive() if message is None else message
