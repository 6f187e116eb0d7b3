"""Conducts a run: stage, phases, verdicts. Knows neither pytest nor any report; tells everything as events."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from conformance import address
from conformance.checks import Scenario
from conformance.decision import decide, missing_capability, now, undecided
from conformance.dms import SILENT
from conformance.events import CheckDecided, Event, Listener, PhaseStarted, RunStarted, RunStopped
from conformance.evidence import Evidence, Unwritable
from conformance.outcome import Outcome
from conformance.plan import Phase, Plan
from conformance.settings import INVALID, Settings, SetupFailure
from conformance.stage import Stage
from conformance.staging import described, staged
from conformance.system import System
from conformance.told import told
from conformance.verdict import INTERRUPTED, Verdict
from conformance.violation import JudgeBlind, Violation

QUIET_S = 2.0
JOURNAL_LAG_S = 1.5
SILENCE_S = 15.0
SILENCE_INTERVALS = 5
CALLS_PER_STORY = 4


def answers_s(system: System, stories: int) -> float:
    """Give the seconds that the driver calls of so many stories take, so many at once as the system declares."""
    return CALLS_PER_STORY * stories * system.answer_s / system.concurrency


@dataclass(frozen=True, slots=True)
class Conducted:
    """A run that has ended: everything that its report says."""

    settings: Settings
    plan: Plan
    level: str
    run_id: str
    system: System
    axis_url: str
    axis_started: bool
    axis_clock: datetime
    started: datetime
    ended: datetime
    outcomes: tuple[Outcome, ...]
    selection: str | None


class Run:
    """One run over the scenarios that were selected. ``selection`` names the selection, ``None`` for the whole plan."""

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        scenarios: Sequence[Scenario],
        evidence: Evidence,
        *,
        selection: str | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self.settings = settings
        self.plan = plan
        self.level = settings.level or plan.default_level
        self.selection = selection
        self.run_id = f"r-{secrets.token_hex(4)}"
        self.phases = [
            (phase, [scenario for scenario in scenarios if scenario.entry.phase == phase.name]) for phase in plan.phases
        ]
        self.phases = [(phase, stories) for phase, stories in self.phases if stories]
        self.evidence = evidence
        for given in (address.url_of(settings.driver), settings.axis):
            for secret in address.secrets(given or ""):
                evidence.hide(secret)
        self._listeners = list(listeners)
        self._outcomes: dict[str, Outcome] = {}
        self._stopped: tuple[str, str] | None = None
        self._tasks: set[asyncio.Task[Outcome]] = set()
        self._main: asyncio.Task[object] | None = None
        self._begun = False
        self._abandoned = False
        self._ended: Conducted | None = None
        self.on_end: Callable[[Conducted], None] = lambda _conducted: None
        """Told what came out as soon as it stands, before the stage is cleared: a report must not wait for that."""

    def listen(self, listener: Listener) -> None:
        """Tell one more listener."""
        self._listeners.append(listener)

    def budget_s(self, system: System) -> float:
        """Give the seconds that this run may take for a system: its polling, and its answers one after the other."""
        answers = sum(answers_s(system, len(stories)) for _, stories in self.phases)
        return answers + self.plan.budget_s(system.poll_interval_s, (phase.name for phase, _ in self.phases))

    async def preview(self) -> RunStarted:
        """Ask the system to describe itself and give what would be run; nothing else is touched."""
        async with described(self.settings, self.run_id) as (_, system):
            return self._announcement(system)

    async def conduct(self) -> Conducted:
        """Run all phases and give what came out; ``SetupFailure`` where the run could not begin.

        Raises ``SetupFailure`` also when the output folder fails under way. Everything that the run put on the axis is
        removed before this returns, also when it was stopped.
        """
        started = now()
        self._main = asyncio.current_task()
        try:
            self.evidence.prepare()
            async with described(self.settings, self.run_id) as (driver, system):
                self._tell(self._announcement(system))
                async with staged(self.settings, driver, system, self.evidence, self._tell) as (stage, own):
                    for phase, stories in self.phases:
                        await self._conduct(stage, phase, stories)
                    self._ended = Conducted(
                        settings=self.settings, plan=self.plan, level=self.level, run_id=self.run_id, system=stage.sut,
                        axis_url=stage.axis.shown, axis_started=own, axis_clock=stage.clock.now(),
                        started=started, ended=now(), outcomes=tuple(self._outcomes.values()), selection=self.selection,
                    )  # fmt: skip
                    self.on_end(self._ended)
                return self._ended
        except Unwritable as error:
            raise SetupFailure(str(error)) from error
        except asyncio.CancelledError:
            if self._ended is not None and self._abandoned:
                return self._ended
            if self._stopped is None:
                raise
            raise SetupFailure("interrupted before the first check began", INVALID) from None

    def stop(self, reason: str = INTERRUPTED, detail: str = "") -> None:
        """End the run early: checks that are not decided become ``inconclusive``. To be called in the run's loop."""
        if self._stopped is not None:
            # A second cancellation would break off what the first one is clearing away.
            return
        self._stopped = (reason, detail)
        self._tell(RunStopped(reason, detail))
        if self._main is not None and not self._begun:
            self._main.cancel()
        for task in self._tasks:
            task.cancel()

    def abandon(self) -> None:
        """Give up clearing the stage after the end of the run. To be called in the run's loop."""
        if self._ended is not None and self._main is not None and not self._abandoned:
            self._abandoned = True
            self._main.cancel()

    async def _conduct(self, stage: Stage, phase: Phase, stories: Sequence[Scenario]) -> None:
        """Run one phase: all its stories start together, and it ends when all are decided."""
        self._begun = True
        seconds = phase.intervals * stage.sut.poll_interval_s + phase.grace_s * self.settings.grace_factor
        seconds += answers_s(stage.sut, len(stories))
        if self._stopped is None:
            self._tell(PhaseStarted(phase, [story.entry.id for story in stories], seconds))
        deadline = asyncio.get_running_loop().time() + seconds
        watch = asyncio.create_task(self._watch(stage, cancel=not self._disturbs(phase)))
        await asyncio.gather(*(self._decided(stage, story, phase, deadline) for story in stories))
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        if self._stopped is None and (gone := await self._gone(stage)) is not None:
            self.stop("stopped-polling", gone)

    def _disturbs(self, phase: Phase) -> bool:
        """Say whether a phase disturbs the system on purpose: all but the plan's first."""
        return phase is not self.plan.phases[0]

    async def _decided(self, stage: Stage, story: Scenario, phase: Phase, deadline: float) -> None:
        outcome = missing_capability(stage, story.entry, self.plan.required(self.level))
        if outcome is None and self._stopped is not None:
            outcome = self._unreached(story)
        opening = phase is self.phases[0][0]
        silent = outcome is None and not opening and stage.observer.last_seen is None
        if silent and await stage.observer.trouble() is None:
            outcome = undecided(
                story.entry,
                Verdict.FAIL,
                "never-called-the-axis",
                expected=told("authenticated calls of system {system}", system=stage.sut.id),
                got=told("not one since the run began"),
            )
        if outcome is None:
            silence = _judge_first if self._disturbs(phase) else lambda seen: self._gone(stage, seen)
            task = asyncio.create_task(decide(stage, story, deadline, silence, self.plan.required(self.level)))
            self._tasks.add(task)
            try:
                outcome = await task
            except asyncio.CancelledError:
                if self._stopped is None:
                    raise
                outcome = self._unreached(story)
            finally:
                self._tasks.discard(task)
        self._outcomes[story.entry.id] = outcome
        self._tell(CheckDecided(outcome))

    def _unreached(self, story: Scenario) -> Outcome:
        assert self._stopped is not None
        reason, detail = self._stopped
        return undecided(story.entry, Verdict.INCONCLUSIVE, reason, got=detail)

    async def _gone(self, stage: Stage, seen: Violation | None = None) -> str | None:
        """Say that the system, which called before, has gone silent, waiting as long as it takes to tell.

        A driver that does not answer is reason enough to wait for the next call at the axis: a system whose driver
        alone has died polls on and fails, one that is gone altogether has stopped polling.
        """
        observer = stage.observer
        quiet = observer.silent_for()
        if observer.lost is not None or quiet is None:
            return None
        doubted = seen is not None and seen.reason in SILENT
        if not doubted and quiet < max(QUIET_S, 2 * stage.sut.poll_interval_s):
            return None
        limit = self._silence_s(stage)
        # What comes within the next moment may have happened before the system went: the journal lags a little behind.
        doubt = asyncio.get_running_loop().time()
        try:
            back = await observer.until(lambda: (observer.last_seen or 0.0) > doubt + JOURNAL_LAG_S, doubt + limit)
        except JudgeBlind:
            return None
        return (
            None
            if back
            else told(
                "no call of system {system} for {limit:.0f} s, though it had polled before",
                system=stage.sut.id,
                limit=limit,
            )
        )

    async def _watch(self, stage: Stage, *, cancel: bool) -> None:
        """End the run as soon as the axis is lost or, where ``cancel`` is set, the system has stopped polling."""
        observer = stage.observer
        while True:
            await asyncio.sleep(1.0)
            if observer.lost is not None:
                self.stop("axis-lost", observer.lost.text)
                return
            quiet = observer.silent_for()
            limit = self._silence_s(stage)
            if cancel and quiet is not None and quiet > limit:
                # An axis that hangs hears nobody.
                if (lost := await observer.trouble()) is not None:
                    self.stop("axis-lost", lost)
                    return
                self.stop(
                    "stopped-polling",
                    told("no call of system {system} for {limit:.0f} s", system=stage.sut.id, limit=limit),
                )
                return

    @staticmethod
    def _silence_s(stage: Stage) -> float:
        return max(SILENCE_INTERVALS * stage.sut.poll_interval_s, SILENCE_S)

    def _announcement(self, system: System) -> RunStarted:
        return RunStarted(
            run_id=self.run_id,
            seed=self.settings.seed,
            plan_id=self.plan.id,
            draft=self.plan.draft,
            level=self.level,
            system=system,
            phases=[(phase, len(stories)) for phase, stories in self.phases],
            budget_s=self.budget_s(system),
            uncovered=self.plan.uncovered(self.level),
        )

    def _tell(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)


async def _judge_first(_seen: Violation) -> str | None:
    """In a disturbance phase a system that falls silent has failed the check: the disturbance silenced it."""
    return None
