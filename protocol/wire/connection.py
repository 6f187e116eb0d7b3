"""The HTTP connection below the client: one pool, bounded answers, and errors that say what may have happened."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx

from protocol.wire.errors import AnswerUnusable, AxisUnreachable
from protocol.wire.operations import Operation
from protocol.wire.tls import ClientCertificate, client_context

Headers = Sequence[tuple[str, str]]


class Connection:
    """Calls operations below one base URL; redirects are not followed and the environment's proxies not used."""

    def __init__(
        self,
        endpoint: str,
        *,
        ca: str | None,
        shown: ClientCertificate | None,
        timeout: float,
        deadline: float,
        answer_limit: int,
        max_connections: int,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        url = _base(endpoint)
        self._base = str(url).rstrip("/")
        self._deadline = deadline
        self._answer_limit = answer_limit
        self.http = httpx.AsyncClient(
            verify=_trust(url, ca, shown),
            timeout=timeout,
            # A server closes idle connections after some seconds; ours go first: no request is lost in that race.
            limits=httpx.Limits(max_connections=max_connections, keepalive_expiry=2.0),
            transport=transport,
            follow_redirects=False,
            trust_env=False,
        )

    async def answer(
        self, operation: Operation, headers: Headers, body: bytes | AsyncIterator[bytes]
    ) -> tuple[bytes, int]:
        """Call an operation; give the whole body of the answer, content coding undone, and the HTTP status."""
        async with self.exchange(operation, headers, body) as answer:
            content = b"".join([chunk async for chunk in self.bounded(operation, answer)])
            return content, answer.status_code

    @asynccontextmanager
    async def exchange(
        self, operation: Operation, headers: Headers, body: bytes | AsyncIterator[bytes]
    ) -> AsyncIterator[httpx.Response]:
        """Call an operation and give the answer when its head has come, its body to be read within the context.

        Raises ``AxisUnreachable`` and ``AnswerUnusable`` for everything that goes wrong on the way.
        """
        raw_headers = [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers]
        url = f"{self._base}/{operation.value}"
        try:
            async with (
                asyncio.timeout(self._deadline),
                self.http.stream(operation.method, url, headers=raw_headers, content=body) as answer,
            ):
                yield answer
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            reason = "axis-not-trusted" if _is_tls(error) else "axis-not-reached"
            raise AxisUnreachable(reason, operation, str(error), maybe_done=False) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise AxisUnreachable("axis-too-slow", operation, str(error), maybe_done=True) from error
        except httpx.DecodingError as error:
            raise AnswerUnusable("answer-not-decodable", operation, str(error)) from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise AxisUnreachable("answer-lost", operation, str(error), maybe_done=True) from error

    async def bounded(self, operation: Operation, answer: httpx.Response) -> AsyncIterator[bytes]:
        """Yield the decoded body piece by piece; ``AnswerUnusable`` as soon as it is longer than allowed."""
        size = 0
        async for chunk in answer.aiter_bytes():
            size += len(chunk)
            if size > self._answer_limit:
                detail = f"more than {self._answer_limit} bytes"
                raise AnswerUnusable("answer-too-large", operation, detail, http_status=answer.status_code)
            yield chunk


def _base(endpoint: str) -> httpx.URL:
    advice = f"endpoint {endpoint!r}: give http(s)://host[:port][/prefix] without user, query or fragment"
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL as error:
        raise ValueError(advice) from error
    if url.scheme not in {"http", "https"} or not url.host or url.query or url.fragment or url.userinfo:
        raise ValueError(advice)
    return url


def _trust(url: httpx.URL, ca: str | None, shown: ClientCertificate | None) -> ssl.SSLContext | bool:
    if url.scheme == "https":
        return client_context(ca, shown)
    if ca is not None or shown is not None:
        name = "ca" if ca is not None else "client-cert"
        raise ValueError(f"{name}: it is of use with an https endpoint only")
    return False  # plain http has nothing to verify, and loading the authorities takes time


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
