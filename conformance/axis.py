"""The control side of an axis, over HTTP: systems, injected packages, faults, the clock and the journal."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from conformance.violation import JudgeBlind

CALL_TIMEOUT_S = 30.0
KEEP_ALIVE_S = 1.5
PREFIX = "/_axis/v1"


class ControlRefused(JudgeBlind):
    """The axis did not do what the suite asked; ``status`` is the HTTP status, ``problem`` its RFC 9457 object."""

    def __init__(self, status: int, problem: Mapping[str, Any], what: str) -> None:
        detail = problem.get("detail") or problem.get("title") or "no reason given"
        super().__init__(f"the axis refused {what}: HTTP {status}: {detail}")
        self.status = status
        self.problem = problem


class AxisLost(JudgeBlind):
    """The axis cannot be reached, or what answers is no axis."""


class AxisControl:
    """A client of the control API. ``url`` is the address that a DMS would use; ``token`` opens the control API."""

    def __init__(self, url: str, token: str, *, ca: str | None = None) -> None:
        self.url = url.rstrip("/")
        verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=ca) if ca else True
        self._client = httpx.AsyncClient(
            base_url=self.url + PREFIX,
            headers={"Authorization": f"Bearer {token}"},
            timeout=CALL_TIMEOUT_S,
            trust_env=False,
            # Idle connections go before the axis (5 s) or a proxy would close them; connecting is tried three times.
            transport=httpx.AsyncHTTPTransport(
                verify=verify,
                trust_env=False,
                limits=httpx.Limits(max_connections=32, keepalive_expiry=KEEP_ALIVE_S),
                retries=2,
            ),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def now(self) -> datetime:
        """Give the time of the axis clock, which needs no token."""
        answer = await self._call("GET", "/clock", "its clock")
        try:
            return datetime.fromisoformat(str(answer["now"]))
        except (KeyError, ValueError) as error:
            raise AxisLost(f"{self.url} has no axis clock: {answer!r:.200}") from error

    async def system(self, system_id: str) -> Mapping[str, Any]:
        """Give a registered system with its agencies; ``ControlRefused`` with status 404 where there is none."""
        return await self._call("GET", f"/systems/{quote(system_id, safe='')}", f"the system {system_id}")

    async def register(self, system_id: str, secret: str, agencies: Sequence[Mapping[str, Any]]) -> None:
        """Register a system with its agencies."""
        body = {"secret": secret, "agencies": list(agencies)}
        await self._call("PUT", f"/systems/{quote(system_id, safe='')}", f"to register {system_id}", json=body)

    async def unregister(self, system_id: str) -> None:
        """Remove a system with its codes, queue entries and documents; one that is gone already is fine."""
        try:
            await self._call("DELETE", f"/systems/{quote(system_id, safe='')}", f"to remove {system_id}")
        except ControlRefused as error:
            if error.status != 404:
                raise

    async def agency_codes(self) -> frozenset[str]:
        """Give every agency code of the directory, old codes too."""
        answer = await self._call("GET", "/agencies", "its directory")
        rows = answer.get("agencies", [])
        return frozenset(code for row in rows for code in (row.get("code"), row.get("old_code")) if code)

    async def inject(
        self, body: bytes, *, sender: str, to: Sequence[str] | None, message_type: str, as_is: bool
    ) -> Mapping[str, Any]:
        """Put a package into the axis as if ``sender`` had sent it; see the control API for the answer."""
        query: list[tuple[str, str]] = [("from", sender), ("messagetype", message_type)]
        query += [("to", code) for code in to or ()]
        if as_is:
            query.append(("as_is", "true"))
        return await self._call(
            "POST",
            "/packages",
            "an injected package",
            params=query,
            content=body,
            headers={"Content-Type": "application/octet-stream"},
        )

    async def put_fault(self, rule: Mapping[str, Any]) -> None:
        """Set one fault rule; a rule with the same id is replaced."""
        await self._call("PUT", "/faults", f"the fault {rule.get('fault')}", json={"rules": [dict(rule)]})

    async def lift_fault(self, rule_id: str) -> None:
        """Remove one fault rule; one that is gone already is fine."""
        try:
            await self._call("DELETE", "/faults", "to lift a fault", params={"id": rule_id})
        except ControlRefused as error:
            if error.status != 404:
                raise

    async def exchanges(self, after: int, *, limit: int, wait: float) -> tuple[list[Mapping[str, Any]], int]:
        """Give the exchanges after a sequence number, waiting up to ``wait`` seconds, and the next one."""
        answer = await self._call(
            "GET",
            "/exchanges",
            "its journal",
            params={"after": after, "limit": limit, "wait": wait},
            timeout=CALL_TIMEOUT_S + wait,
        )
        return list(answer["exchanges"]), int(answer["next"])

    async def exchange(self, seq: int) -> Mapping[str, Any]:
        """Give one exchange in full."""
        return await self._call("GET", f"/exchanges/{seq}", f"exchange {seq}")

    async def _call(self, method: str, path: str, what: str, **options: Any) -> Mapping[str, Any]:
        try:
            answer = await self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            text = f"the axis at {self.url} cannot be reached: {type(error).__name__} {error}".rstrip()
            raise AxisLost(text) from error
        try:
            value = answer.json() if answer.content else {}
        except ValueError as error:
            raise AxisLost(f"{self.url} answers no JSON (HTTP {answer.status_code}): is this an axis?") from error
        if not isinstance(value, dict):
            value = {"items": value}
        if not answer.is_success:
            raise ControlRefused(answer.status_code, value, what)
        return value
