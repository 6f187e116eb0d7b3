"""A campaign: draw the examples, give them to the target in batches, shrink each different failure one by one.

Hypothesis draws all examples first (the same for the same seed, number and version), because a DMS that polls is far
quicker with twenty packages at a time than with one. A failure is shrunk by running the same draw again: up to the
failing example nothing is sent, from there on every candidate goes to the target alone. Verdicts are remembered by
recipe, so a flickering system cannot confuse the shrinking, and it ends when its budget does.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.strategies import SearchStrategy

from conformance.fuzz.failure import Dead, Failure, Target, Verdict
from conformance.fuzz.recipe import Recipe, Rendered
from conformance.violation import JudgeBlind

_ALL_CHECKS = tuple(HealthCheck)
# Hypothesis follows each fresh example with a few that repeat parts of it: of so many in a row one is kept.
THINNED = 4
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Budget:
    """How many different findings are shrunk, with how many tries and how many seconds each."""

    findings: int = 5
    tries: int = 60
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: the smallest example that shows the failure, and how many examples of the campaign showed it.

    Where the system died nobody knows of what: then ``packages`` are all that it had been given last.
    """

    failure: Failure
    packages: tuple[Rendered, ...]
    examples: int = 1
    tries: int = 0


@dataclass(slots=True)
class Outcome:
    """What a campaign did: examples sent, examples that failed, the different findings; ``ended`` it early or not."""

    examples: int = 0
    failing: int = 0
    found: list[Found] = field(default_factory=list)
    ended: bool = False


def draw(strategy: SearchStrategy[Recipe], *, examples: int, seed: int) -> list[Recipe]:
    """Draw the examples of a campaign; the same strategy, number and seed give the same list."""
    drawn: list[Recipe] = []
    _replay(strategy, examples, seed, drawn.append, shrink=False)
    return drawn[::THINNED]


async def run(
    target: Target,
    strategy: SearchStrategy[Recipe],
    *,
    examples: int,
    seed: int,
    budget: Budget | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Outcome:
    """Run one campaign. Raises ``JudgeBlind`` when the fuzzer's own side fails; a dead target ends it."""
    budget = budget or Budget()
    recipes = await asyncio.to_thread(draw, strategy, examples=examples, seed=seed)
    outcome, seen = Outcome(), _Seen()
    try:
        for start in range(0, len(recipes), target.batch):
            for index, verdict in enumerate(await target.examine(tuple(recipes[start : start + target.batch])), start):
                outcome.examples += 1
                seen.note(index, verdict)
            progress(outcome.examples, len(recipes))
            if seen.ended or len(seen.first) >= budget.findings:
                outcome.ended = outcome.examples < len(recipes)
                break
        for signature, (index, verdict) in list(seen.first.items())[: budget.findings]:
            shrinking = _Shrinking(target, asyncio.get_running_loop(), index, verdict, budget)
            try:
                await asyncio.to_thread(_replay, strategy, examples, seed, shrinking.consider, shrink=True)
            finally:
                shrinking.stop()  # whoever interrupts us does not wait for the thread to finish its search
            outcome.found.append(shrinking.result(seen.counts[signature]))
            if shrinking.trouble is not None:
                raise shrinking.trouble
    except Dead as death:
        outcome.ended = True
        outcome.found.append(Found(death.failure, death.suspects))
        seen.counts[death.failure.signature] += 1
    known = {found.failure.signature for found in outcome.found}
    for signature, (_, verdict) in seen.first.items():
        if signature not in known and verdict.failure is not None:
            outcome.found.append(Found(verdict.failure, (verdict.rendered,), seen.counts[signature]))
    outcome.failing = seen.counts.total()
    return outcome


class _Seen:
    """The failures of a campaign: for each different one the first example that showed it, and how many did."""

    def __init__(self) -> None:
        self.first: dict[tuple[str, str], tuple[int, Verdict]] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.ended = False

    def note(self, index: int, verdict: Verdict) -> None:
        if verdict.failure is not None:
            self.first.setdefault(verdict.failure.signature, (index, verdict))
            self.counts[verdict.failure.signature] += 1
            self.ended = self.ended or verdict.failure.ends


class _Fails(Exception):  # noqa: N818 - a signal to Hypothesis, not an error
    """Tells Hypothesis that a candidate still fails."""


class _Enough(BaseException):
    """Tells Hypothesis to go home; it is no ``Exception``, because Hypothesis would shrink towards one."""


class _Shrinking:
    """One failing example being made smaller; lives in the thread where Hypothesis runs."""

    def __init__(
        self, target: Target, loop: asyncio.AbstractEventLoop, index: int, verdict: Verdict, budget: Budget
    ) -> None:
        assert verdict.failure is not None
        self._target = target
        self._loop = loop
        self._skipped = index * THINNED
        self._smallest = verdict
        self._failure = verdict.failure
        self._known: dict[Recipe, bool] = {verdict.rendered.recipe: True}
        self._budget = budget
        self._ends = time.monotonic() + budget.seconds
        self._tries = 0
        self.trouble: Dead | JudgeBlind | None = None

    def consider(self, recipe: Recipe) -> None:
        """Judge one candidate; raises ``_Fails`` when it shows the same failure and ``_Enough`` to end the search."""
        if self._skipped > 0:
            self._skipped -= 1
            return
        if self.trouble or self._tries >= self._budget.tries or time.monotonic() > self._ends:
            raise _Enough
        if recipe not in self._known:
            self._known[recipe] = self._try(recipe)
        if self._known[recipe]:
            raise _Fails

    def _try(self, recipe: Recipe) -> bool:
        self._tries += 1
        examined = asyncio.run_coroutine_threadsafe(self._target.examine((recipe,)), self._loop)
        try:
            (verdict,) = examined.result()
        except (Dead, JudgeBlind) as trouble:
            self.trouble = trouble
            return False
        except CancelledError:
            self.stop()
            return False
        if verdict.failure is None or verdict.failure.signature != self._failure.signature:
            return False
        self._smallest, self._failure = verdict, verdict.failure
        return True

    def stop(self) -> None:
        """Try nothing more."""
        self._ends = float("-inf")

    def result(self, examples: int) -> Found:
        """Give the smallest example seen."""
        return Found(self._failure, (self._smallest.rendered,), examples, self._tries)


def _replay(
    strategy: SearchStrategy[Recipe], examples: int, seed: int, consider: Callable[[Recipe], None], *, shrink: bool
) -> None:
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples * THINNED,
        phases=phases,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=_ALL_CHECKS,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(strategy)
    def one(recipe: Recipe) -> None:
        consider(recipe)

    try:
        one()
    except (_Fails, _Enough):
        return
