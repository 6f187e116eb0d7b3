"""The control side of an axis, over HTTP: systems, injected packages, faults, the clock and the journal."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from conformance import address
from conformance.told import told
from conformance.violation import JudgeBlind
from protocol.wire.tls import ClientCertificate, client_context

CALL_TIMEOUT_S = 30.0
PULSE_S = 5.0
KEEP_ALIVE_S = 1.5
PREFIX = "/_axis/v1"


class ControlRefused(JudgeBlind):
    """The axis did not do what the suite asked; ``status`` is the HTTP status, ``problem`` its RFC 9457 object."""

    def __init__(self, status: int, problem: Mapping[str, Any], what: str) -> None:
        detail = problem.get("detail") or problem.get("title") or told("no reason given")
        super().__init__(
            told("the axis refused {what}: HTTP {status}: {detail}", what=what, status=status, detail=detail)
        )
        self.status = status
        self.problem = problem


class AxisLost(JudgeBlind):
    """The axis cannot be reached, or what answers is no axis."""


class AxisControl:
    """A client of the control API. ``url`` is the address that a DMS would use; ``token`` opens the control API."""

    def __init__(self, url: str, token: str, *, ca: str | None = None, shown: ClientCertificate | None = None) -> None:
        self.url = url.rstrip("/")
        self.shown = address.shown(self.url)
        verify: ssl.SSLContext | bool = client_context(ca, shown) if ca or shown else True
        self._client, self._pulse = (
            httpx.AsyncClient(
                base_url=self.shown + PREFIX,
                headers={"Authorization": f"Bearer {token}"},
                timeout=CALL_TIMEOUT_S,
                trust_env=False,
                # Idle connections go before the axis (5 s) or a proxy would close them; connecting has three tries.
                transport=httpx.AsyncHTTPTransport(
                    verify=verify,
                    trust_env=False,
                    limits=httpx.Limits(max_connections=connections, keepalive_expiry=KEEP_ALIVE_S),
                    retries=2,
                ),
            )
            # What tells whether the axis is alive must not queue behind what it is slow with.
            for connections in (32, None)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._pulse.aclose()

    async def now(self) -> datetime:
        """Give the time of the axis clock, which needs no token; ``AxisLost`` where it does not come in 5 s."""
        answer = await self._call("GET", "/clock", told("its clock"), client=self._pulse, timeout=PULSE_S)
        try:
            return datetime.fromisoformat(str(answer["now"]))
        except (KeyError, ValueError) as error:
            raise AxisLost(told("{url} has no axis clock: {answer!r:.200}", url=self.shown, answer=answer)) from error

    async def system(self, system_id: str) -> Mapping[str, Any]:
        """Give a registered system with its agencies; ``ControlRefused`` with status 404 where there is none."""
        return await self._call(
            "GET", f"/systems/{quote(system_id, safe='')}", told("the system {system}", system=system_id)
        )

    async def register(self, system_id: str, secret: str, agencies: Sequence[Mapping[str, Any]]) -> None:
        """Register a system with its agencies."""
        body = {"secret": secret, "agencies": list(agencies)}
        await self._call(
            "PUT", f"/systems/{quote(system_id, safe='')}", told("to register {system}", system=system_id), json=body
        )

    async def unregister(self, system_id: str) -> None:
        """Remove a system with its codes, queue entries and documents; one that is gone already is fine."""
        try:
            await self._call(
                "DELETE", f"/systems/{quote(system_id, safe='')}", told("to remove {system}", system=system_id)
            )
        except ControlRefused as error:
            if error.status != 404:
                raise

    async def agency_codes(self) -> frozenset[str]:
        """Give every agency code of the directory, old codes too."""
        answer = await self._call("GET", "/agencies", told("its directory"))
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
            told("an injected package"),
            params=query,
            content=body,
            headers={"Content-Type": "application/octet-stream"},
        )

    async def put_fault(self, rule: Mapping[str, Any]) -> None:
        """Set one fault rule; a rule with the same id is replaced."""
        await self._call(
            "PUT",
            f"/faults/{quote(str(rule['id']), safe='')}",
            told("the fault {fault}", fault=rule.get("fault")),
            json=dict(rule),
        )

    async def faults(self) -> list[str]:
        """Give the ids of the fault rules in force, whoever set them."""
        answer = await self._call("GET", "/faults", told("its faults"))
        return [str(rule["id"]) for rule in answer["rules"]]

    async def lift_fault(self, rule_id: str) -> None:
        """Remove one fault rule; one that is gone already is fine."""
        try:
            await self._call("DELETE", f"/faults/{quote(rule_id, safe='')}", told("to lift a fault"))
        except ControlRefused as error:
            if error.status != 404:
                raise

    async def exchanges(self, after: int, *, limit: int, wait: float) -> tuple[list[Mapping[str, Any]], int]:
        """Give the exchanges after a sequence number, waiting up to ``wait`` seconds, and the next one."""
        answer = await self._call(
            "GET",
            "/exchanges",
            told("its journal"),
            params={"after": after, "limit": limit, "wait": wait},
            client=self._pulse,
            timeout=PULSE_S + wait,
        )
        return list(answer["exchanges"]), int(answer["next"])

    async def exchange(self, seq: int) -> Mapping[str, Any]:
        """Give one exchange in full."""
        return await self._call("GET", f"/exchanges/{seq}", told("exchange {seq}", seq=seq))

    async def _call(
        self, method: str, path: str, what: str, *, client: httpx.AsyncClient | None = None, **options: Any
    ) -> Mapping[str, Any]:
        try:
            answer = await (client or self._client).request(method, path, **options)
        except httpx.HTTPError as error:
            text = told(
                "the axis at {url} cannot be reached: {problem}",
                url=self.shown,
                problem=f"{type(error).__name__} {error}".rstrip(),
            )
            raise AxisLost(text) from error
        try:
            value = answer.json() if answer.content else {}
        except ValueError as error:
            raise AxisLost(
                told(
                    "{url} answers no JSON (HTTP {status}): is this an axis?", url=self.shown, status=answer.status_code
                )
            ) from error
        if not isinstance(value, dict):
            value = {"items": value}
        if not answer.is_success:
            raise ControlRefused(answer.status_code, value, what)
        return value
