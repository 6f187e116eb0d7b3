"""Tells on stderr how a run goes on: what will be done, each phase, each verdict."""

from __future__ import annotations

import threading
from typing import TextIO

from conformance.events import (
    AxisReady,
    CheckDecided,
    EnterByHand,
    Event,
    PhaseStarted,
    Residue,
    RunStarted,
    RunStopped,
)
from conformance.outcome import Outcome
from conformance.told import in_language
from conformance.verdict import Verdict
from schemas.messages import text

COLOURS = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.NOT_SUPPORTED: "yellow", Verdict.WAIVED: "yellow"}


class Progress:
    """A listener that writes lines, coloured where the stream is a terminal. Safe to call from the run's thread."""

    def __init__(self, stream: TextIO, lang: str) -> None:
        from rich.console import Console  # noqa: PLC0415 - heavy, and only a run needs it

        self._console = Console(file=stream, highlight=False, markup=False, soft_wrap=True)
        self._lang = lang
        self._lock = threading.Lock()
        self._done = 0
        self._total = 0

    def __call__(self, event: Event) -> None:
        """Tell one event."""
        with self._lock:
            for line, style in self._lines(event):
                self._console.print(line, style=style)

    def _lines(self, event: Event) -> list[tuple[str, str | None]]:
        lines: list[tuple[str, str | None]] = []
        match event:
            case RunStarted():
                lines = self._started(event)
            case AxisReady(url, started):
                lines = [(self._say("axis-started" if started else "axis-ready", url=url), None)]
            case EnterByHand(url, system, secret, agencies, wait):
                line = self._say("by-hand-line", url=url, system=system, secret=secret, agencies=", ".join(agencies))
                lines = [(self._say("by-hand", wait=wait), "bold"), (line, None)]
            case PhaseStarted(phase, checks, seconds):
                lines = [(self._say("phase", name=phase.name, count=len(checks), seconds=seconds), "bold")]
            case CheckDecided(outcome):
                lines = [self._decided(outcome)]
            case RunStopped(reason, detail):
                lines = [(self._say("stopped", reason=reason, detail=in_language(detail, self._lang)), "bold red")]
            case Residue(left):
                lines = [(self._say("residue", text=in_language(left, self._lang)), "yellow")]
        return lines

    def _started(self, event: RunStarted) -> list[tuple[str, str | None]]:
        self._total = sum(count for _, count in event.phases)
        plan = f"{event.plan_id} DRAFT" if event.draft else event.plan_id
        system = f"{event.system.product} {event.system.version} ({event.system.id})"
        phases = ", ".join(f"{phase.name} {phase.intervals}×+{phase.grace_s:g}" for phase, _ in event.phases)
        interval = event.system.poll_interval_s
        lines: list[tuple[str, str | None]] = [
            (
                self._say("running", run=event.run_id, seed=event.seed, plan=plan, level=event.level, system=system),
                "bold",
            ),
            (self._say("budget", seconds=event.budget_s, interval=interval, phases=phases), None),
        ]
        if event.uncovered:
            names = ", ".join(event.uncovered)
            lines.append((self._say("uncovered-line", count=len(event.uncovered), names=names), "dim"))
        return lines

    def _decided(self, outcome: Outcome) -> tuple[str, str]:
        self._done += 1
        verdict = text(f"suite.check-{outcome.verdict.value}", self._lang)
        line = f"[{self._done}/{self._total}] {verdict}  {outcome.entry.id}"
        if not outcome.passed:
            line += f"  {outcome.reason}: {in_language(outcome.got, self._lang)}"[:200]
        return line, COLOURS.get(outcome.verdict, "red")

    def _say(self, key: str, **values: object) -> str:
        return text(f"suite.{key}", self._lang, **values)
