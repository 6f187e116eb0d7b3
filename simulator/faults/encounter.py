"""What happens to one request that meets rules: which fire, in which order, and what they are counted as."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update

from simulator.faults import log
from simulator.faults.kinds import DRIBBLE, MAX_DELAY, SILENT_EXPECT, SLOW_NETWORK, Act, Kind
from simulator.faults.log import Fired
from simulator.faults.rules import Rule
from simulator.faults.schedule import Draw
from simulator.store.store import Store
from simulator.store.tables import fault_rules

_LIES = frozenset({Act.RESET, Act.INSTEAD, Act.ANSWER})
"""Acts of which one request meets one at most: the first that matches."""


@dataclass(frozen=True, slots=True)
class Met:
    """A rule that a request meets by its system, operation and number, with what it drew for it."""

    rule: Rule
    draw: Draw

    @property
    def kind(self) -> Kind:
        """What the rule does."""
        return self.rule.kind


class Encounter:
    """One request and the rules that it meets. ``index`` is its number among those of its system and operation.

    ``fired`` grows as it goes along; the journal entry of the request takes it with it.
    """

    def __init__(
        self, store: Store, rules: Sequence[Rule], *, seed: int, system: str | None, operation: str, index: int
    ) -> None:
        drawn = ((rule, rule.drawn(seed, operation, index)) for rule in rules)
        self._store = store
        self._met = [Met(rule, draw) for rule, draw in drawn if draw is not None]
        self._rules = rules
        self.system = system
        self.operation = operation
        self.index = index
        self.fired: list[Fired] = []
        self.lie: Rule | None = None
        """The one lie about the answer that this request meets; whoever tells it lets it fire."""
        self.pace: int | None = None
        """How many bytes per second pass, ``None`` for as many as do."""
        self.dripping: Rule | None = None
        self.cut = False
        self.misdating: list[Rule] = []
        self.closed: dict[str, frozenset[str]] = {}
        """The codes of the agency that each rule calls closed."""

    async def silent(self) -> bool:
        """Whether the interim answer to ``Expect: 100-continue`` is to be withheld (H-T01)."""
        return await self._first(SILENT_EXPECT) is not None

    async def slowed(self) -> int | None:
        """How many bytes per second may pass, ``None`` for as many as do."""
        rule = await self._first(SLOW_NETWORK)
        return None if rule is None else int(rule.argument("bytes_per_second"))

    @property
    def by_agency(self) -> bool:
        """Whether a rule asks for the agencies that the request is about."""
        return any(rule.match.agency is not None for rule in self._rules)

    def narrow(self, agencies: Collection[str], document: str | None) -> None:
        """Forget the rules that are for other agencies or documents; those of the queue choose among its entries."""
        self._met = [
            met
            for met in self._met
            if met.kind.act is Act.QUEUE
            or (
                (met.rule.match.agency is None or met.rule.match.agency in agencies)
                and (met.rule.match.document is None or met.rule.match.document == document)
            )
        ]

    async def delay(self) -> float:
        """How many seconds the request has to wait: the sum of all latencies."""
        total = 0
        for met in self._of(Act.DELAY):
            spread = met.rule.argument("deviation")
            exact = met.rule.argument("seconds") + spread * met.draw.normal
            milliseconds = round(1000 * min(max(exact, 0.0), MAX_DELAY))
            if await self.fire(met.rule, {"milliseconds": milliseconds} if spread else {}):
                total += milliseconds
        return total / 1000

    async def choose_lie(self, possible: Callable[[Rule], bool]) -> Rule | None:
        """Choose the first lie about the answer that can be told; what stands in its place fires at once."""
        for met in self._of(*_LIES):
            if not possible(met.rule):
                continue
            if self.instead(met.rule) and not await self.fire(met.rule):
                continue
            self.lie = met.rule
            return met.rule
        return None

    @property
    def shift(self) -> float:
        """By how many seconds everything that the answer dates is off."""
        return float(sum(rule.argument("seconds") for rule in self.misdating))

    async def misdate(self) -> None:
        """Let those rules fire by which the answer is dated wrong."""
        self.misdating = [rule for rule in self.of(Act.TIMES) if await self.fire(rule)]

    async def let_drip(self) -> None:
        """Let the rule fire by which the answer leaves in drops."""
        self.dripping = await self._first(DRIBBLE)

    def instead(self, rule: Rule) -> bool:
        """Tell whether a rule replaces the answer of this operation instead of changing it."""
        return rule.kind.act is not Act.ANSWER and self.operation not in rule.kind.altered

    def of(self, kind_or_act: Kind | Act) -> list[Rule]:
        """Give the rules of a kind or an act that this request meets, in their order."""
        return [met.rule for met in self._met if kind_or_act in (met.kind, met.kind.act)]

    @property
    def counts(self) -> bool:
        """Whether making the answer may use up a rule, so that it has to be made where that can be counted."""
        rules = [met.rule for met in self._of(Act.QUEUE)] + ([self.lie] if self.lie is not None else [])
        return any(rule.times is not None for rule in rules)

    def rewind(self, mark: int) -> None:
        """Forget what fired after the first ``mark``, in a transaction that is begun anew."""
        del self.fired[mark:]

    async def fire(self, rule: Rule, drawn: dict[str, int] | None = None) -> bool:
        """Let a rule fire; false when it is used up or gone."""
        if rule.times is not None and not await self._store.write(lambda connection: _use(connection, rule)):
            return False
        self.fired.append(Fired(rule, drawn or {}))
        return True

    def fire_in(self, connection: Connection, rule: Rule) -> bool:
        """Let a rule fire in the caller's transaction; false when it is used up or gone."""
        if rule.times is not None and not _use(connection, rule):
            return False
        self.fired.append(Fired(rule))
        return True

    def record(self, connection: Connection) -> None:
        """Enter what fired into the log of faults."""
        log.record(connection, self.fired, self.system, self.operation, self.index)

    def _of(self, *acts: Act) -> Iterator[Met]:
        return (met for met in self._met if met.kind.act in acts)

    async def _first(self, kind: Kind) -> Rule | None:
        for rule in self.of(kind):
            if await self.fire(rule):
                return rule
        return None


def _use(connection: Connection, rule: Rule) -> bool:
    """Count one use of a rule; false when it is used up or gone."""
    done = connection.execute(
        update(fault_rules)
        .where(fault_rules.c.id == rule.row, fault_rules.c.fired < rule.times)
        .values(fired=fault_rules.c.fired + 1)
    )
    return done.rowcount == 1
