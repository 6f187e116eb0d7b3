"""What became of each document, read from the axis journal: taken, acknowledged, reported as arrived (01).

The journal is read while the documents drain and after, never while requests are timed, and every instant in it is the
axis' own, so no clock but one is involved.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conformance.axis import AxisControl
from protocol.package.model import StatusPackage
from protocol.package.reader import read_package

PAGE = 1000
AT_ONCE = 8
ARRIVED = "01"


@dataclass(slots=True)
class Fate:
    """What the journal says of one document; instants are axis time, ``None`` where it did not happen.

    ``available`` lists every time that the axis took it from the sender: more than once is a duplicate.
    """

    available: list[datetime] = field(default_factory=list)
    acknowledged: datetime | None = None
    arrived: list[datetime] = field(default_factory=list)

    @property
    def acknowledged_after_s(self) -> float | None:
        """Seconds from available to acknowledged as ``done``."""
        if not self.available or self.acknowledged is None:
            return None
        return (self.acknowledged - self.available[0]).total_seconds()

    @property
    def arrived_after_s(self) -> float | None:
        """Seconds from available to the first 01."""
        return (self.arrived[0] - self.available[0]).total_seconds() if self.available and self.arrived else None


class Trail:
    """Follows the documents of one sending system to one receiving system, from now on."""

    def __init__(self, axis: AxisControl, sender: str, receiver: str, documents: Iterable[str]) -> None:
        self._axis = axis
        self._sender = sender
        self._receiver = receiver
        self._next = 0
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.fates: dict[str, Fate] = {document: Fate() for document in documents}

    async def begin(self) -> None:
        """Skip what the journal holds already."""
        while True:
            page, self._next = await self._axis.exchanges(self._next, limit=PAGE, wait=0)
            if len(page) < PAGE:
                return

    async def read(self) -> None:
        """Read the news of the journal."""
        while True:
            page, self._next = await self._axis.exchanges(self._next, limit=PAGE, wait=0)
            ours = [one for one in page if one.get("document_id") in self.fates and one.get("status") == "OK"]
            for one in ours:
                if one["operation"] == "sendEdoc" and one["system"] == self._sender:
                    self.fates[one["document_id"]].available.append(datetime.fromisoformat(one["at"]))
            told = [one for one in ours if one["system"] == self._receiver]
            await asyncio.gather(*(self._told(one) for one in told))
            if len(page) < PAGE:
                return

    async def _told(self, one: Mapping[str, Any]) -> None:
        fate, at = self.fates[one["document_id"]], datetime.fromisoformat(one["at"])
        if one["operation"] == "updateStatus" and fate.acknowledged is None:
            if _parameter(await self._detail(one), "status") == "done":
                fate.acknowledged = at
        elif one["operation"] == "sendEdoc" and _status_code(await self._detail(one)) == ARRIVED:
            fate.arrived = sorted([*fate.arrived, at])

    async def _detail(self, one: Mapping[str, Any]) -> Mapping[str, Any]:
        async with self._slots:
            return await self._axis.exchange(int(one["seq"]))


def _parameter(detail: Mapping[str, Any], name: str) -> str | None:
    wanted = f"xroadvnpt-{name}"
    return next((value for key, value in detail["request"]["headers"] if key.lower() == wanted), None)


def _status_code(detail: Mapping[str, Any]) -> str | None:
    try:
        body = base64.b64decode(detail["request"]["body"] or "")
    except (binascii.Error, KeyError):
        return None
    with read_package(body) as reading:
        return reading.package.header.status_code if isinstance(reading.package, StatusPackage) else None
