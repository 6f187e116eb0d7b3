"""The queue of the system's own turns: who waited is not to blame, and who is slow gets the time that it needs."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.case import Case
from conformance.drivers import Answer, Driver, DriverFault
from conformance.events import Event, PhaseStarted, RunStarted
from conformance.evidence import Evidence
from conformance.run import Run
from conformance.settings import Settings
from conformance.violation import JudgeBlind
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    PLAN,
    Toy,
    conducted,
    importable,
    join,
    polls,
    scenario,
)


class Still(Driver):
    """Answers after ``takes`` seconds, ``None`` for never."""

    def __init__(self, takes: float | None) -> None:
        super().__init__()
        self.takes = takes

    async def exchange(self, asked: dict[str, Any]) -> object:
        await (asyncio.Event().wait() if self.takes is None else asyncio.sleep(self.takes))
        return {"id": asked["id"], "ok": {}}


async def answers(driver: Driver, count: int, within: float) -> list[Answer | BaseException]:
    deadline = asyncio.get_running_loop().time() + within
    calls = (driver.call("poll", timeout=10, deadline=deadline) for _ in range(count))
    return await asyncio.gather(*calls, return_exceptions=True)


def test_a_turn_that_never_came_is_not_the_systems_fault_and_one_that_came_lasts_long_enough() -> None:
    ended = asyncio.run(answers(Still(0.4), 6, within=1.0))
    assert sum(isinstance(one, Answer) for one in ended) >= 3
    blind = [one for one in ended if isinstance(one, JudgeBlind)]
    assert blind
    assert len(blind) + sum(isinstance(one, Answer) for one in ended) == 6
    assert "waiting for a turn" in str(blind[0])


def test_a_system_that_answers_nobody_is_to_blame_also_for_those_who_waited() -> None:
    ended = asyncio.run(answers(Still(None), 3, within=1.5))
    assert [one.reason for one in ended if isinstance(one, DriverFault)] == ["driver-timeout"] * 3


def test_a_slow_system_with_one_turn_is_given_the_time_that_it_needs(axis: RunningAxis, tmp_path: Path) -> None:
    begun: dict[str, float] = {}
    looks: list[dict[str, Any]] = []

    async def received(request: dict[str, Any]) -> dict[str, Any]:
        looks.append(request["args"])
        await asyncio.sleep(0.4)
        now = time.monotonic()
        shown = [row(name) for name, since in begun.items() if now - since > 2]
        return {"id": request["id"], "ok": {"documents": shown}}

    def row(name: str) -> dict[str, Any]:
        return {
            "document_id": name, "from": "H99.01", "subject": "x", "number": "05", "notation": "QĐ-STN",
            "date": "2026-11-21", "type_name": "Quyết định", "priority": 0, "due_date": None, "signer": None,
            "to": [toy.code], "state": "arrived", "arrival_number": None, "arrived_at": None, "attachments": [],
            "warnings": [], "refusal": None,
        }  # fmt: skip

    toy = Toy(answers={"received": received})
    described = {**toy.describe(), "concurrency": 1}
    toy.answers = {**toy.answers, "describe": lambda request: {"id": request["id"], "ok": described}}
    join(toy, axis)

    async def looks_for_its_letter(case: Case) -> None:
        letter = case.letter(sender=await case.peer(), to=[case.sut])
        named = replace(letter, header=replace(letter.header, sender=replace(letter.header.sender, organ_id="H99.01")))
        begun[named.header.document_id or ""] = time.monotonic()
        await case.shown(named, reason="not-shown-as-received", expected="the letter")

    stories = [scenario(looks_for_its_letter, f"s{number}") for number in range(20)]
    ended = conducted(toy, stories, tmp_path, axis)
    assert {outcome.verdict.value for outcome in ended.outcomes} == {"pass"}
    assert {} in looks
    assert len(looks) < 20


def test_the_budget_counts_the_answers_that_the_system_has_to_give_one_after_the_other(tmp_path: Path) -> None:
    budgets: list[tuple[float, float]] = []
    for takes in (0.0, 0.5):

        async def received(request: dict[str, Any], takes: float = takes) -> dict[str, Any]:
            await asyncio.sleep(takes)
            return {"id": request["id"], "ok": {"documents": []}}

        toy = Toy(answers={"received": received})
        events: list[Event] = []
        with importable(toy) as driver:
            stories = [scenario(polls, f"s{number}") for number in range(8)]
            settings = Settings(driver=driver, out=tmp_path, level="exchange")
            asyncio.run(Run(settings, PLAN, stories, Evidence(tmp_path), listeners=[events.append]).conduct())
        started = next(event for event in events if isinstance(event, RunStarted))
        phase = next(event for event in events if isinstance(event, PhaseStarted))
        budgets.append((started.budget_s, phase.seconds))
    # Four calls for each of the 8 stories, 8 at once, half a second each.
    for quick, slow in zip(*budgets, strict=True):
        assert slow - quick == pytest.approx(4 * 8 * 0.5 / 8, rel=0.2)
