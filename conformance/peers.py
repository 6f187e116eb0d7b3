"""The systems that the suite plays on the axis: registered for a run, and removed with all that they left."""

from __future__ import annotations

import asyncio
import random
import secrets

from conformance.axis import AxisControl, AxisLost
from conformance.evidence import Evidence
from conformance.system import Agency, Peer
from conformance.told import joined, told
from conformance.violation import JudgeBlind
from fixtures.agencies import new_agency

DRAWS = 50
REMOVALS = 8
NAMED = 5


class Peers:
    """Registers fictitious agencies through the control API and knows every code that is taken."""

    def __init__(self, axis: AxisControl, run_id: str, evidence: Evidence) -> None:
        self._axis = axis
        self._run_id = run_id
        self._evidence = evidence
        self._taken: set[str] = set()
        self._registered: list[str] = []
        self._drawn = 0

    async def start(self) -> None:
        """Learn which codes the directory of the axis has already."""
        self._taken.update(await self._axis.agency_codes())

    async def register(self, source: random.Random, agencies: int = 1) -> Peer:
        """Register a system with so many agencies, whose codes and names come from ``source``."""
        drawn = tuple(self._draw(source) for _ in range(agencies))
        self._drawn += 1
        peer = Peer(f"PEER.{self._run_id}.{self._drawn}", drawn)
        secret = secrets.token_urlsafe(24)
        self._evidence.hide(secret)
        self._registered.append(peer.system_id)
        await self._axis.register(peer.system_id, secret, [agency.to_json() for agency in drawn])
        return peer

    def unknown_code(self, source: random.Random) -> str:
        """Draw a well-formed code that nobody has, and that nobody will get in this run."""
        return self._draw(source).code

    async def remove_all(self, lost: str | None = None) -> list[str]:
        """Remove every peer; what could not be removed is named in the list that comes back.

        An axis that is ``lost``, or gets lost on the way, is not asked again.
        """
        refused: dict[str, str] = {}
        turns = asyncio.Semaphore(REMOVALS)

        async def remove(system_id: str) -> None:
            nonlocal lost
            async with turns:
                if lost is not None:
                    return
                try:
                    await self._axis.unregister(system_id)
                except AxisLost as error:
                    lost = error.text
                except JudgeBlind as error:
                    refused[system_id] = error.text
                else:
                    self._registered.remove(system_id)

        await asyncio.gather(*(remove(system_id) for system_id in list(self._registered)))
        if lost is not None:
            left = self.left()
            return [] if left is None else [joined(": ", (left, lost))]
        return [joined(": ", row) for row in refused.items()]

    def left(self) -> str | None:
        """Name the peers that stay on the axis, ``None`` where there are none."""
        if not self._registered:
            return None
        names = ", ".join(self._registered[:NAMED]) + (", …" if len(self._registered) > NAMED else "")
        return told("{count} systems of the suite stay on the axis ({names})", count=len(self._registered), names=names)

    def _draw(self, source: random.Random) -> Agency:
        for _ in range(DRAWS):
            agency = new_agency(source)
            codes = {code for code in (agency.code, agency.old_code) if code}
            if not codes & self._taken:
                self._taken |= codes
                return Agency(agency.code, agency.name, agency.old_code)
        raise JudgeBlind(told("no free agency code was drawn: the directory of the axis is too full"))
