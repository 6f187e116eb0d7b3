"""The peer system whose agency sends the examples, and the identity that each rendering gets."""

from __future__ import annotations

import itertools
import random
import secrets

from conformance.axis import AxisControl
from conformance.fuzz.recipe import Party, Stamp
from conformance.system import Agency
from conformance.violation import JudgeBlind
from fixtures.agencies import new_agency


class Senders:
    """Registers peer systems on an axis, one sending at a time, and removes them with all that they left.

    ``recipients`` are the parties that every rendering is addressed to.
    """

    def __init__(self, axis: AxisControl, source: random.Random, recipients: tuple[Party, ...] = ()) -> None:
        self._axis = axis
        self._source = source
        self._registered: list[str] = []
        # A number is used once with one axis, also by the next run: the same number again would be a duplicate.
        self._numbers = itertools.count(1000 * source.randrange(10_000, 9_000_000))
        self._sender: Party | None = None
        self.recipients = recipients

    async def register(self, agencies: int = 1) -> tuple[str, str, tuple[Agency, ...]]:
        """Register a new system; give its id, its secret and its agencies."""
        taken = await self._axis.agency_codes()
        drawn: list[Agency] = []
        for _ in range(agencies):
            agency = new_agency(self._source, taken=taken)
            taken |= {agency.code, agency.old_code}
            drawn.append(Agency(agency.code, agency.name, agency.old_code))
        system_id, secret = f"FUZZ.{secrets.token_hex(4)}", secrets.token_urlsafe(24)
        self._registered.append(system_id)
        await self._axis.register(system_id, secret, [agency.to_json() for agency in drawn])
        return system_id, secret, tuple(drawn)

    async def renew(self) -> None:
        """Send from a new agency; everything that the old ones left in anyone's queue goes away with them."""
        await self.remove()
        _, _, (agency,) = await self.register()
        self.send_from(agency)

    def send_from(self, agency: Agency) -> None:
        """Let this agency send from now on."""
        self._sender = Party(agency.code, agency.name)

    def stamp(self) -> Stamp:
        """Give the next identity."""
        if self._sender is None:
            raise JudgeBlind("no agency sends yet")
        return Stamp(str(next(self._numbers)), self._sender, self.recipients)

    async def remove(self) -> None:
        """Remove every system that was registered; raises ``JudgeBlind`` when the axis does not do it."""
        while self._registered:
            await self._axis.unregister(self._registered[-1])
            self._registered.pop()
