"""The half of a case that looks: what the system under test shows, and what crossed the axis."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any, Literal

from conformance import crossing as crossed
from conformance import letters
from conformance.crossing import Crossing, StatusCrossing
from conformance.dms import DmsView, RefLike, document_id_of, ref_of
from conformance.observer import Exchange
from conformance.stage import Stage
from conformance.system import Peer, System
from conformance.told import told
from conformance.violation import Violation
from schemas.registry import CheckEntry

FIRST_PAUSE_S, PAUSE_GROWTH, LONGEST_PAUSE_S, MOST_PATIENCE_S = 0.2, 1.3, 1.0, 5.0
LAST_ASK_S = 0.4


class Sight:
    """Waits for what is to be seen, until the deadline of the phase (a time of the event loop's clock)."""

    def __init__(self, stage: Stage, entry: CheckEntry, deadline: float) -> None:
        self.stage = stage
        self.entry = entry
        self.deadline = deadline
        # The seed decides shapes and texts. What names a thing is new in each run: a system that keeps its registers
        # between two runs would rightly call the second the first's duplicate.
        self.random = random.Random(f"{stage.seed}/{entry.id}")  # noqa: S311 - repeatable content, not a secret
        self.identities = random.Random(f"{stage.run_id}/{entry.id}")  # noqa: S311 - names, not secrets
        self.dms = DmsView(stage.driver, stage.sut, deadline, stage.look)
        self.witnesses: dict[int, Exchange] = {}
        self.documents = self.dms.documents
        self.notes: list[str] = []
        self.warning: Violation | None = None

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
        last: Mapping[str, Any] | None = None
        asked = 0
        while asked == 0 or await self.again(asked):
            asked += 1
            for entry in await self.dms.register(where, ref):
                last = entry
                if until(entry):
                    return entry
        got: str
        if last is None:
            got = told("{where} shows no entry for {document_id}", where=where, document_id=ref_of(ref).document_id)
        else:
            got = letters.shown_as_text(last)
        raise Violation(reason, expected=expected, got=got, silent=True)

    # What crossed the axis

    async def exchange(self, predicate: Callable[[Exchange], bool], *, reason: str, expected: str) -> Exchange:
        """Wait for the first exchange of the system (also a past one) that a predicate likes."""
        mine = self.sut.id
        found = await self.stage.observer.wait(lambda seen: seen.system == mine and predicate(seen), self.deadline)
        if found is None:
            raise Violation(reason, expected=expected, got=told("nothing of the kind reached the axis"), silent=True)
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
        expected: str | None = None,
        where: Callable[[Crossing], bool] = lambda _crossing: True,
    ) -> Crossing:
        """Wait for the first crossing of a document; ``where`` narrows it, such as to a recall package."""
        document_id = document_id_of(subject)

        def right(seen: Exchange) -> bool:
            read = crossed.as_crossing(seen)
            return read is not None and read.package.header.document_id == document_id and where(read)

        expected = expected or told("the document reaches the axis and is accepted")
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
        """Let ``count`` polling intervals pass, and as many polls of the system: a slow one is not wronged.

        Raises ``Violation`` where the polls do not come before the end of the phase.
        """
        if (missed := await self.missed(count)) is not None:
            raise missed

    async def missed(self, count: float, *, blind: bool = False) -> Violation | None:
        """Wait as ``intervals`` does, and give what is to be said where the polls do not come, ``None`` where they do.

        For stories that have more to judge by then: what they saw already stands, whatever became of the polls.
        ``blind``: that they do not come is held against nobody, but what they would have shown is not known.
        """
        observer, rounds = self.stage.observer, max(1, round(count))
        before = observer.polls
        await asyncio.sleep(min(count * self.interval, max(0.0, self._left())))
        if await observer.until(lambda: observer.polls >= before + rounds, self.deadline):
            return None
        return Violation(
            "judge-blind" if blind else "stopped-polling",
            expected=told("{count} more polls within the time of the phase", count=rounds),
            got=told("{count} polls", count=observer.polls - before),
            verdict="inconclusive" if blind else "fail",
            silent=True,
        )

    # What the verdict rests on

    def note(self, text: str) -> None:
        """Keep a remark in the evidence."""
        self.notes.append(text)

    def witness(self, exchange: Exchange) -> Exchange:
        """Remember an exchange as one that the verdict rests on."""
        self.witnesses.setdefault(exchange.seq, exchange)
        return exchange

    async def again(self, asked: int) -> bool:
        """Pause before asking the system once more: until it has been at the axis again, or for half an interval.

        Gives ``False`` where the deadline is so near that nothing new is to be learnt.
        """
        left = self._left()
        if left <= LAST_ASK_S:
            return False
        observer, now = self.stage.observer, asyncio.get_running_loop().time()
        last = observer.last_seen
        await asyncio.sleep(min(FIRST_PAUSE_S * PAUSE_GROWTH**asked, LONGEST_PAUSE_S, left - LAST_ASK_S / 2))
        latest = now + min(max(self.interval / 2, FIRST_PAUSE_S), MOST_PATIENCE_S)
        await observer.until(lambda: observer.last_seen != last, min(latest, self.deadline - LAST_ASK_S / 2))
        return True

    def _left(self) -> float:
        return self.deadline - asyncio.get_running_loop().time()
