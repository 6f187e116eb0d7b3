"""Small systems and stories that show how the engine judges, without any real rule in them."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from conformance.case import Case
from conformance.checks import Scenario, Story
from conformance.evidence import Evidence
from conformance.observer import LIST
from conformance.outcome import Outcome
from conformance.plan import Phase, Plan
from conformance.run import Conducted, Run
from conformance.settings import Settings
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from schemas.registry import CheckEntry
from tests.axis_process import RunningAxis

SECRET = "canary-5ecret-of-the-toy"
INTERVAL_S = 0.2
_numbers = itertools.count(1)

ENTRY = CheckEntry(
    id="TOY-01/something",
    requirements=("TOY-01",),
    quirk=(),
    level="exchange",
    role="both",
    phase="together",
    needs=(),
    scored=True,
    title={"vi": "Một phép kiểm", "en": "A check"},
    law="QD 28/2018 Art. 9",
    why={"vi": "Vì vậy", "en": "Because"},
    fix={"vi": "Hãy sửa", "en": "Mend it"},
    reasons=(),
    accepts=(),
)

PLAN = Plan(
    id="toy",
    draft=True,
    role="dms",
    profile="axis",
    title={"vi": "Đồ chơi", "en": "Toy"},
    sha256="0" * 64,
    set_up_s=5.0,
    phases=(Phase("together", 6, 1.5), Phase("poison", 3, 1.0)),
    levels=("connect", "exchange", "business"),
    default_level="business",
    requires={"connect": frozenset(), "exchange": frozenset({"send"}), "business": frozenset()},
    scored=(),
    provisional=(),
)


def scenario(story: Story, slug: str, **changes: Any) -> Scenario:
    """A scenario of a toy check, which no registry knows."""
    return Scenario(replace(ENTRY, id=f"TOY-01/{slug}", **changes), story)


@dataclass
class Toy:
    """A system that polls both queues and answers the driver; ``polls`` limits how often, ``None`` is for ever."""

    polls: int | None = None
    system: str = field(default_factory=lambda: f"TOY.SYS.{next(_numbers)}")
    code: str = field(default_factory=lambda: f"H99.{next(_numbers):02d}.77")
    interval_s: float = INTERVAL_S
    capabilities: tuple[str, ...] = ("send", "received", "sent", "reset")
    answers: Mapping[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    axis_url: str | None = None
    secret: str = SECRET
    resets: int = 0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._poll())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        identifier, operation = request["id"], request["op"]
        if operation in self.answers:
            answer: Any = self.answers[operation](request)
            return dict(await answer if inspect.isawaitable(answer) else answer)
        if operation == "describe":
            return {"id": identifier, "ok": self.describe()}
        if operation == "configure":
            self.axis_url, self.secret = request["args"]["axis_url"], request["args"]["secret"]
            self.system = request["args"]["system_id"]
            return {"id": identifier, "ok": {}}
        if operation == "reset":
            self.resets += 1
            return {"id": identifier, "ok": {}}
        if operation in ("received", "sent"):
            return {"id": identifier, "ok": {"documents": []}}
        return {"id": identifier, "unsupported": True}

    def describe(self) -> dict[str, Any]:
        return {
            "protocol": "axis28/driver/1", "name": "toy", "version": "1", "system": self.system,
            "organisations": [{"code": self.code, "name": "Sở Đồ chơi"}], "capabilities": list(self.capabilities),
            "poll_interval_s": self.interval_s, "concurrency": 8,
        }  # fmt: skip

    async def _poll(self) -> None:
        done = 0
        while self.polls is None or done < self.polls:
            if self.axis_url is not None:
                with contextlib.suppress(AxisError):
                    async with AxisClient(self.axis_url, self.system, self.secret) as client:
                        for kind in ("edoc", "status"):
                            await client.received(kind)
                done += 1
            await asyncio.sleep(self.interval_s)


@contextlib.contextmanager
def importable(toy: object) -> Iterator[str]:
    """Give the ``python:`` spec under which the driver finds this very object."""
    name = f"axis28_toy_{next(_numbers)}"
    module = types.ModuleType(name)
    vars(module)["make"] = lambda: toy
    sys.modules[name] = module
    try:
        yield f"python:{name}:make"
    finally:
        del sys.modules[name]


def join(toy: Toy, axis: RunningAxis) -> None:
    """Register the toy on a running axis and tell it where that is."""
    axis.register(toy.system, toy.secret, [{"code": toy.code, "name": "Sở Đồ chơi"}])
    toy.axis_url = axis.url


def conducted(
    toy: Toy, stories: Sequence[Scenario], out: Path, axis: RunningAxis | None = None, **settings: Any
) -> Conducted:
    """Run toy stories on a toy system: on a given axis, or on one that the run starts itself."""
    run_plan = settings.pop("plan", PLAN)
    with importable(toy) as driver:
        chosen = Settings(
            driver=driver,
            out=out,
            axis=None if axis is None else axis.url,
            token=None if axis is None else axis.token,
            level="exchange",
            seed=7,
            **settings,
        )
        return asyncio.run(Run(chosen, run_plan, stories, Evidence(out)).conduct())


def by_slug(ended: Conducted) -> dict[str, Outcome]:
    """Give the outcomes by the slug of their check."""
    return {outcome.entry.id.partition("/")[2]: outcome for outcome in ended.outcomes}


async def polls(case: Case) -> None:
    """Passes as soon as the system asks for its list."""
    await case.exchange(lambda seen: seen.operation == LIST, reason="not-fetched", expected="a list call")


async def waits_in_vain(case: Case) -> None:
    """Waits for what never comes."""
    await case.status("no such document", "01", reason="arrival-not-reported", expected="status 01")


async def the_suite_is_broken(case: Case) -> None:
    """Raises what no story may raise."""
    raise ZeroDivisionError("a fault of the suite")
