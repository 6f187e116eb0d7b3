"""``http:URL`` — every request is POSTed as JSON to the URL as it is."""

from __future__ import annotations

import json
import ssl
from typing import Any

import httpx

from conformance.drivers.driver import Driver
from conformance.drivers.protocol import DriverFault, DriverUnusable, nonsense
from conformance.told import told

MAX_ANSWER = 64 * 1024 * 1024


class HttpDriver(Driver):
    """Speaks to a DMS over HTTP; the time limit of a call is the caller's, so the client itself has none."""

    def __init__(self, url: str, run: str = "", *, ca: str | None = None) -> None:
        super().__init__(run)
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise DriverUnusable(f"http:{url} is no URL: {error}") from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise DriverUnusable(f"http:{url} needs a full URL, such as http:http://127.0.0.1:9000/driver")
        self._url = parsed
        verify: ssl.SSLContext | bool = True
        if ca is not None and parsed.scheme == "https":
            try:
                verify = ssl.create_default_context(cafile=ca)
            except (OSError, ssl.SSLError) as error:
                raise DriverUnusable(f"--ca {ca} cannot be read: {error}") from error
        self._client = httpx.AsyncClient(
            timeout=None,  # noqa: S113 - Driver.call limits the whole call
            verify=verify,
            # A server may close an idle connection just as the next call leaves on it; the fault would be ours.
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
            follow_redirects=False,
        )

    async def exchange(self, asked: dict[str, Any]) -> object:
        """POST one request; anything but HTTP 200 with JSON is a fault of the driver."""
        operation = asked["op"]
        try:
            answer = await self._client.post(self._url, json=asked)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            text = told(
                "{operation}: {url} cannot be reached: {problem}",
                operation=operation,
                url=self._shown,
                problem=f"{type(error).__name__} {error}".rstrip(),
            )
            raise DriverFault("driver-unreachable", text) from error
        if answer.status_code != 200:
            raise nonsense(
                operation, told("HTTP {status} instead of 200", status=answer.status_code), answer.text[:400]
            )
        if len(answer.content) > MAX_ANSWER:
            raise nonsense(
                operation, told("the answer is larger than {limit} bytes", limit=MAX_ANSWER), answer.text[:100]
            )
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise nonsense(operation, told("the answer is no JSON"), answer.text[:400]) from error

    @property
    def _shown(self) -> str:
        return str(self._url.copy_with(userinfo=b"", query=None))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
