"""What a scenario is given: peers to play, letters to deliver, the system to ask, and two places to look.

A scenario is one story: a good state, one lie, one consequence, seen by two witnesses. Everything here waits until the
deadline of the phase and no longer; whatever the system under test fails to do by then raises ``Violation``, whatever
the suite itself cannot do raises ``JudgeBlind``.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NoReturn

from protocol.package.writer import write_package

from conformance import crossing as crossed
from conformance import letters
from conformance.axis import ControlRefused
from conformance.crossing import Crossing, StatusCrossing
from conformance.dms import DmsView, Ref, RefLike, Refusal, document_id_of, ref_of
from conformance.faults import Disturbance
from conformance.observer import Exchange
from conformance.refusal import await_refusal
from conformance.stage import Stage
from conformance.system import Peer, System
from conformance.violation import JudgeBlind, Violation
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage
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


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of an injected package: to whom, and the receiver id under which it stands in the queue."""

    to: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the axis did with an injected package; ``document_id`` is the wire's, ``None`` where it is unreadable."""

    document_id: str | None
    deliveries: tuple[Delivery, ...]
    exchange: int | None = None

    @property
    def receiver_ids(self) -> frozenset[str]:
        """The receiver ids of all deliveries."""
        return frozenset(delivery.receiver_id for delivery in self.deliveries)


class Case:
    """One scenario's world. ``deadline`` is a time of the event loop's clock."""

    def __init__(self, stage: Stage, entry: CheckEntry, deadline: float) -> None:
        self.stage = stage
        self.entry = entry
        self.deadline = deadline
        self.random = random.Random(f"{stage.seed}/{entry.id}")  # noqa: S311 - repeatable content, not a secret
        self.dms = DmsView(stage.driver, stage.sut, deadline)
        self.witnesses: dict[int, Exchange] = {}
        self.documents = self.dms.documents
        self.notes: list[str] = []
        self.warning: Violation | None = None
        self._disturbances: list[Disturbance] = []

    # Who takes part, and when

    @property
    def sut(self) -> System:
        """The system under test."""
        return self.stage.sut

    @property
    def interval(self) -> float:
        """Its polling interval, in seconds."""
        return self.stage.sut.poll_interval_s

    @property
    def lang(self) -> str:
        """The language of the person who runs the suite."""
        return self.stage.lang

    def now(self) -> datetime:
        """Give the axis time, in Vietnamese time."""
        return self.stage.clock.now()

    async def peer(self, *, agencies: int = 1) -> Peer:
        """Register a fresh fictitious system; it leaves with everything of it when the run ends."""
        return await self.stage.peers.register(self.random, agencies)

    async def unknown_code(self) -> str:
        """Give a well-formed code that is not in the directory."""
        return self.stage.peers.unknown_code(self.random)

    # What is sent to the system under test

    def letter(
        self, *, sender: Peer, to: Sequence[Peer | System | str], files: int = 1, **overrides: Any
    ) -> DocumentPackage:
        """Make a document package with random content; ``overrides`` are those of ``fixtures.documents``."""
        return letters.letter(self.random, sender, to, files=files, now=self.now(), **overrides)

    def draft(
        self, *, to: Sequence[Peer | System | str], state: str = "signed", files: int = 1, **overrides: Any
    ) -> dict[str, Any]:
        """Make the arguments of the driver's ``send`` with random content, from the system's first agency."""
        return letters.draft(self.random, self.sut, to, state=state, files=files, now=self.now(), **overrides)

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
            raise JudgeBlind(f"the axis delivered an injected package to nobody: {answer!r:.300}")
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
        told = letters.status(
            about, code, sender_code or peer, at=at or self.now(), description=description, **overrides
        )
        return await self.deliver(told, sender=peer, message_type="status")

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
        rule_id = f"{self.stage.run_id}.{self.entry.id.replace('/', '.')}.{len(self._disturbances) + 1}"
        rule = {"id": rule_id, "fault": name, "match": match, "times": times, "args": dict(args or {})}
        disturbance = Disturbance(self.stage.axis, rule)
        await disturbance.set()
        self._disturbances.append(disturbance)
        return disturbance

    async def close(self) -> None:
        """Lift every disturbance of this case that still stands."""
        for disturbance in self._disturbances:
            await disturbance.lift()

    # What the system under test shows

    async def shown(
        self,
        ref: RefLike,
        where: Literal["received", "sent"] = "received",
        *,
        until: Callable[[Mapping[str, Any]], bool] = lambda _entry: True,
        reason: str,
        expected: str,
    ) -> Mapping[str, Any]:
        """Ask again and again until an entry for the document is as it should be, and give it."""
        pause = min(max(self.interval / 2, 0.2), 5.0)
        last: Mapping[str, Any] | None = None
        while True:
            for entry in await self.dms.register(where, ref):
                last = entry
                if until(entry):
                    return entry
            if self._left() <= pause:
                break
            await asyncio.sleep(pause)
            pause = min(pause * 1.3, max(self.interval, 1.0))
        got = f"{where} shows no entry for {ref_of(ref).document_id}" if last is None else letters.shown_as_text(last)
        raise Violation(reason, expected=expected, got=got, silent=True)

    # What crossed the axis

    async def exchange(self, predicate: Callable[[Exchange], bool], *, reason: str, expected: str) -> Exchange:
        """Wait for the first exchange of the system (also a past one) that a predicate likes."""
        mine = self.sut.id
        found = await self.stage.observer.wait(lambda seen: seen.system == mine and predicate(seen), self.deadline)
        if found is None:
            raise Violation(reason, expected=expected, got="nothing of the kind reached the axis", silent=True)
        return self.witness(found)

    def exchanges(self, predicate: Callable[[Exchange], bool]) -> list[Exchange]:
        """Give the exchanges of the system so far that a predicate likes, oldest first."""
        mine = self.sut.id
        return [self.witness(seen) for seen in self.stage.observer.exchanges if seen.system == mine and predicate(seen)]

    async def crossing(
        self,
        subject: RefLike | str,
        *,
        reason: str = "document-did-not-cross",
        expected: str = "the document reaches the axis and is accepted",
        where: Callable[[Crossing], bool] = lambda _crossing: True,
    ) -> Crossing:
        """Wait for the first crossing of a document; ``where`` narrows it, such as to a recall package."""
        document_id = document_id_of(subject)

        def right(seen: Exchange) -> bool:
            read = crossed.as_crossing(seen)
            return read is not None and read.package.header.document_id == document_id and where(read)

        found = crossed.as_crossing(await self.exchange(right, reason=reason, expected=expected))
        assert found is not None
        return found

    async def crossings(self, subject: RefLike | str) -> list[Crossing]:
        """Give every crossing of a document so far."""
        found = crossed.crossings(self.stage.observer, document_id_of(subject))
        for one in found:
            self.witness(one.exchange)
        return found

    async def status(
        self,
        about: RefLike | str,
        code: str | None = None,
        *,
        to: Peer | None = None,
        reason: str,
        expected: str,
        where: Callable[[StatusCrossing], bool] = lambda _status: True,
    ) -> StatusCrossing:
        """Wait for the first status about a document, with this code and to this peer where they are given."""
        document_id = document_id_of(about)

        def right(seen: Exchange) -> bool:
            read = crossed.as_status(seen)
            if read is None or read.package.header.response_for.document_id != document_id:
                return False
            routed = to is None or read.package.header.response_for.organ_id in {agency.code for agency in to.agencies}
            return routed and (code is None or read.code == code) and where(read)

        found = crossed.as_status(await self.exchange(right, reason=reason, expected=expected))
        assert found is not None
        return found

    def statuses(self, about: RefLike | str) -> list[StatusCrossing]:
        """Give every status about a document so far."""
        found = crossed.statuses(self.stage.observer, document_id_of(about))
        for one in found:
            self.witness(one.exchange)
        return found

    async def intervals(self, count: float) -> None:
        """Let ``count`` polling intervals pass, and as many polls of the system: a slow one is not wronged."""
        observer = self.stage.observer
        wanted = observer.polls + max(1, round(count))
        await asyncio.sleep(min(count * self.interval, max(0.0, self._left())))
        if not await observer.until(lambda: observer.polls >= wanted, self.deadline):
            raise Violation(
                "stopped-polling",
                expected=f"{max(1, round(count))} more polls within the time of the phase",
                got=f"{observer.polls - wanted + max(1, round(count))} polls",
                silent=True,
            )

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
                expected=f"a refusal of category {' or '.join(accepts)}",
                got=f"category {refusal.category}: {refusal.reason}",
                verdict="wrong-reason",
            )
        return refusal

    def warn(self, reason: str, *, expected: str, got: str) -> None:
        """Let the check end as ``warn`` where it would have passed: a rule that is a *should*."""
        self.warning = self.warning or Violation(reason, expected=expected, got=got, verdict="warn")

    def note(self, text: str) -> None:
        """Keep a remark in the evidence."""
        self.notes.append(text)

    def witness(self, exchange: Exchange) -> Exchange:
        """Remember an exchange as one that the verdict rests on."""
        self.witnesses.setdefault(exchange.seq, exchange)
        return exchange

    def _left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()


__all__ += ["ControlRefused", "JudgeBlind", "Violation"]
