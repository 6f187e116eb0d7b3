"""What a scenario is given: peers to play, letters to deliver, the system to ask, and two places to look.

A scenario is one story: a good state, one lie, one consequence, seen by two witnesses. Everything here waits until the
deadline of the phase and no longer; whatever the system under test fails to do by then raises ``Violation``, whatever
the suite itself cannot do raises ``JudgeBlind``.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NoReturn

from conformance import letters
from conformance.crossing import Crossing, StatusCrossing
from conformance.delivery import Delivered, Delivery
from conformance.dms import Ref, RefLike, Refusal, document_id_of
from conformance.faults import Disturbance
from conformance.observer import Exchange
from conformance.refusal import await_refusal
from conformance.sight import Sight
from conformance.stage import Stage
from conformance.system import Peer, System
from conformance.told import told
from conformance.violation import JudgeBlind, Violation
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage
from protocol.package.writer import write_package
from schemas.registry import CheckEntry

__all__ = [
    "Case",
    "Crossing",
    "Delivered",
    "Delivery",
    "Exchange",
    "Peer",
    "Ref",
    "Refusal",
    "StatusCrossing",
    "System",
]

LIFT_S = 5.0


class Case(Sight):
    """One scenario's world. ``deadline`` is a time of the event loop's clock."""

    def __init__(self, stage: Stage, entry: CheckEntry, deadline: float) -> None:
        super().__init__(stage, entry, deadline)
        self._disturbances: list[Disturbance] = []

    # Who takes part, and when

    def now(self) -> datetime:
        """Give the axis time, in Vietnamese time."""
        return self.stage.clock.now()

    async def peer(self, *, agencies: int = 1) -> Peer:
        """Register a fresh fictitious system; it leaves with everything of it when the run ends."""
        return await self.stage.peers.register(self.identities, agencies)

    async def unknown_code(self) -> str:
        """Give a well-formed code that is not in the directory."""
        return self.stage.peers.unknown_code(self.identities)

    # What is sent to the system under test

    def letter(
        self, *, sender: Peer, to: Sequence[Peer | System | str], files: int = 1, **overrides: Any
    ) -> DocumentPackage:
        """Make a package with random content and a new number; ``overrides`` are those of ``fixtures.documents``."""
        return letters.letter(
            self.random, sender, to, files=files, now=self.now(), numbers=self.identities, **overrides
        )

    def draft(
        self, *, to: Sequence[Peer | System | str], state: str = "signed", files: int = 1, **overrides: Any
    ) -> dict[str, Any]:
        """Make the arguments of the driver's ``send`` with random content and a new number, from its first agency."""
        return letters.draft(
            self.random, self.sut, to, state=state, files=files, now=self.now(), numbers=self.identities, **overrides
        )

    async def deliver(
        self,
        package: DocumentPackage | StatusPackage | bytes,
        *,
        sender: Peer,
        to: Sequence[str] | None = None,
        message_type: Literal["edoc", "status"] = "edoc",
        as_is: bool = False,
    ) -> Delivered:
        """Inject a package as if ``sender`` had sent it; ``to`` overrides the routing by the package's own ``To``."""
        body = package if isinstance(package, bytes) else write_package(package)
        answer = await self.stage.axis.inject(body, sender=sender.code, to=to, message_type=message_type, as_is=as_is)
        if answer.get("document_id"):
            self.documents.add(answer["document_id"])
        deliveries = tuple(Delivery(row["to"], row["receiver_id"]) for row in answer["deliveries"])
        if not deliveries:
            raise JudgeBlind(told("the axis delivered an injected package to nobody: {answer!r:.300}", answer=answer))
        return Delivered(answer.get("document_id"), deliveries, answer.get("exchange"))

    async def report_status(
        self,
        peer: Peer,
        original: Crossing | DocumentPackage | ResponseFor,
        code: str,
        *,
        description: str | None = None,
        at: datetime | None = None,
        sender_code: str | None = None,
        **overrides: Any,
    ) -> Delivered:
        """Let a peer (or a stranger: any peer) report a status about a document of the system under test.

        ``sender_code`` puts another of the peer's codes into ``From``; ``addressee`` among the ``overrides`` routes a
        status that does not go to the document's sender, as 13 does not.
        """
        about = original.package if isinstance(original, Crossing) else original
        reported = letters.status(
            about, code, sender_code or peer, at=at or self.now(), description=description, **overrides
        )
        return await self.deliver(reported, sender=peer, message_type="status")

    async def fault(
        self,
        name: str,
        *,
        operation: str,
        document: RefLike | str | None = None,
        times: int | None = None,
        args: Mapping[str, Any] | None = None,
    ) -> Disturbance:
        """Let the axis misbehave towards the system under test, and only towards it, until lifted or the case ends."""
        match: dict[str, Any] = {"system": self.sut.id, "operation": operation}
        if document is not None:
            match["document"] = document_id_of(document)
        rule_id = f"{self.stage.run_id}.{zlib.crc32(self.entry.id.encode()):08x}.{len(self._disturbances) + 1}"
        rule = {"id": rule_id, "fault": name, "match": match, "times": times, "args": dict(args or {})}
        disturbance = Disturbance(self.stage.axis, rule)
        await disturbance.set()
        self._disturbances.append(disturbance)
        return disturbance

    async def close(self) -> None:
        """Lift every disturbance of this case that still stands; one that cannot be is left to the end of the run."""
        for disturbance in self._disturbances:
            try:
                async with asyncio.timeout(LIFT_S):
                    await disturbance.lift()
            except (JudgeBlind, TimeoutError) as error:
                self.note(f"a fault still stands: {error!r}")

    # The verdict

    def fail(self, reason: str, *, expected: str, got: str, witnesses: Sequence[Exchange] = ()) -> NoReturn:
        """Raise the violation of the check."""
        raise Violation(reason, expected=expected, got=got, witnesses=witnesses)

    def require(
        self, condition: object, reason: str, *, expected: str, got: str, witnesses: Sequence[Exchange] = ()
    ) -> None:
        """Raise the violation unless the condition holds."""
        if not condition:
            raise Violation(reason, expected=expected, got=got, witnesses=witnesses)

    async def require_refusal(
        self,
        subject: Ref | DocumentPackage | Delivered | Refusal,
        *,
        delivered: Delivered | None = None,
        reason: str,
        expected: str,
    ) -> Refusal:
        """Wait for a refusal in any legal form, and bind its category, where it names one, to what the check accepts.

        ``subject`` is the document; a ``Delivered`` stands for a package that names none (poison); a ``Refusal`` is one
        that the driver answered already.
        """
        refusal = (
            subject if isinstance(subject, Refusal) else await await_refusal(self, subject, delivered, reason, expected)
        )
        accepts = self.entry.accepts
        if refusal.category is not None and accepts and refusal.category not in accepts:
            raise Violation(
                "refused-for-another-reason",
                expected=told("a refusal of category {categories}", categories=" / ".join(accepts)),
                got=told("category {category}: {reason}", category=refusal.category, reason=refusal.reason),
                verdict="wrong-reason",
            )
        return refusal

    def warn(self, reason: str, *, expected: str, got: str) -> None:
        """Let the check end as ``warn`` where it would have passed: a rule that is a *should*."""
        self.warning = self.warning or Violation(reason, expected=expected, got=got, verdict="warn")
