"""What must not be held against a system, and what must not be let off: declarations, a lost axis, a full queue."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.axis import AxisControl, AxisLost
from conformance.case import Case
from conformance.conductor import Conductor
from conformance.drivers import Answer, Driver, DriverFault
from conformance.events import Event, PhaseStarted, Residue, RunStarted
from conformance.evidence import Evidence
from conformance.observer import LIST
from conformance.report import raw
from conformance.run import Run
from conformance.scenarios.arrivals import perform
from conformance.settings import Settings, SetupFailure
from conformance.verdict import REQUIRED
from conformance.violation import JudgeBlind, NotSupported
from tests.axis_process import RunningAxis, running_axis
from tests.conformance.toys import PLAN, Toy, by_slug, conducted, importable, join, scenario


async def polls(case: Case) -> None:
    await case.exchange(lambda seen: seen.operation == LIST, reason="not-fetched", expected="a list call")


# Declarations


async def accepts(case: Case) -> None:
    peer = await case.peer()
    await perform(case, "accept", case.letter(sender=peer, to=[case.sut]))


async def asks_freely(case: Case) -> None:
    await case.dms.call("accept", {"document": {"document_id": "1", "from": "H99"}})


def test_a_capability_that_is_declared_and_then_unsupported_fails_the_check(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(capabilities=("send", "received", "accept", "reset"))
    join(toy, axis)
    ended = conducted(toy, [scenario(accepts, "performs"), scenario(asks_freely, "calls")], tmp_path, axis)
    for outcome in ended.outcomes:
        assert (outcome.verdict.value, outcome.reason) == ("fail", "driver-contradicts-itself")
    assert raw.build(ended)["exit_code"] == 1


async def cannot_send(case: Case) -> None:
    await polls(case)
    raise NotSupported("send")


def test_an_operation_that_the_level_requires_blocks_also_when_its_lack_shows_late(
    axis: RunningAxis, tmp_path: Path
) -> None:
    toy = Toy()
    join(toy, axis)
    ended = conducted(toy, [scenario(polls, "passes"), scenario(cannot_send, "late")], tmp_path, axis)
    assert by_slug(ended)["late"].reason == REQUIRED
    assert raw.build(ended)["exit_code"] == 1


# The axis


@pytest.mark.parametrize("phase", ["together", "poison"])
def test_what_a_system_does_without_an_axis_is_not_judged(tmp_path: Path, phase: str) -> None:
    with running_axis(tmp_path) as mortal:
        toy = Toy(answers={"send": lambda request: {"id": request["id"], "error": "the axis cannot be reached"}})
        join(toy, mortal)

        async def sends_into_the_void(case: Case) -> None:
            await polls(case)
            await asyncio.to_thread(mortal.kill)
            await case.dms.send({"state": "signed"})

        stories = [scenario(polls, "before"), scenario(sends_into_the_void, "void", phase=phase)]
        ended = conducted(toy, stories[phase == "together" :], tmp_path / "out", mortal)
    outcome = by_slug(ended)["void"]
    assert (outcome.verdict.value, outcome.reason) == ("inconclusive", "axis-lost")
    assert raw.build(ended)["exit_code"] == 3


@pytest.mark.parametrize("silence_s", [15.0, 2.5])
def test_an_axis_that_hangs_ends_the_run_in_time_with_its_report_and_names_what_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silence_s: float
) -> None:
    monkeypatch.setattr("conformance.run.SILENCE_S", silence_s)
    with running_axis(tmp_path) as stopped:
        toy = Toy(answers={"send": lambda request: {"id": request["id"], "error": "no axis"}})
        join(toy, stopped)
        events: list[Event] = []

        async def freezes(case: Case) -> None:
            for _ in range(3):
                await case.peer()
            os.kill(stopped.pid, signal.SIGSTOP)
            await case.dms.send({"state": "signed"})

        async def is_left_hanging(case: Case) -> None:
            while True:
                await case.peer()

        out = tmp_path / "out"
        with importable(toy) as driver:
            settings = Settings(driver=driver, out=out, axis=stopped.url, token=stopped.token, level="exchange")
            run = Run(
                settings,
                PLAN,
                [scenario(freezes, "freezes"), scenario(is_left_hanging, "hangs")],
                Evidence(out),
                listeners=[events.append],
            )
            conductor = Conductor(run)
            begun = time.monotonic()
            try:
                conductor.start()
                for slug in ("freezes", "hangs"):
                    conductor.outcome(f"TOY-01/{slug}")
                report = conductor.finish()
            finally:
                os.kill(stopped.pid, signal.SIGCONT)
        assert time.monotonic() - begun < 45
    assert (report["verdict"], report["exit_code"]) == ("invalid", 3)
    assert {check["reason"] for check in report["checks"]} == {"axis-lost"}
    left = [event.text for event in events if isinstance(event, Residue)]
    assert any("systems of the suite stay" in text and "PEER." in text for text in left), left


def test_the_report_stands_before_the_stage_is_cleared_and_clearing_can_be_abandoned(
    axis: RunningAxis, tmp_path: Path
) -> None:
    seen: list[bool] = []

    async def hangs(request: dict[str, Any]) -> None:
        seen.append((tmp_path / "report.json").exists())
        conductor._loop.call_soon_threadsafe(run.abandon)  # type: ignore[union-attr] # as Ctrl-C does, once it runs
        await asyncio.Event().wait()

    toy = Toy(answers={"reset": hangs})
    join(toy, axis)
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=tmp_path, axis=axis.url, token=axis.token, level="exchange")
        run = Run(settings, PLAN, [scenario(polls, "passes")], Evidence(tmp_path))
        conductor = Conductor(run)
        begun = time.monotonic()
        conductor.start()
        report = conductor.finish() if conductor.outcome("TOY-01/passes").passed else {}
    assert seen == [True]
    assert time.monotonic() - begun < 7
    assert report == json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["checks"][0]["verdict"] == "pass"


def test_a_fault_that_could_not_be_lifted_in_its_story_goes_with_the_run(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = Toy()
    join(toy, axis)
    lift, tried = AxisControl.lift_fault, []

    async def first_fails(control: AxisControl, rule_id: str) -> None:
        tried.append(rule_id)
        if len(tried) <= 2:
            raise AxisLost("a broken connection")
        await lift(control, rule_id)

    monkeypatch.setattr(AxisControl, "lift_fault", first_fails)

    async def disturbs(case: Case) -> None:
        for _ in range(2):
            await case.fault("latency", operation=LIST, args={"seconds": 0.01})
        await polls(case)

    ended = conducted(toy, [scenario(disturbs, "disturbs")], tmp_path, axis)
    assert by_slug(ended)["disturbs"].verdict.value == "pass"
    assert len(tried) == 4
    assert axis.call("GET", "/faults").json()["rules"] == []


# The queue of the system's own turns


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


# Small things


def test_a_call_that_was_refused_does_not_count_as_connected(tmp_path: Path) -> None:
    def by_hand(request: dict[str, Any]) -> dict[str, Any]:
        toy.axis_url, toy.system = request["args"]["axis_url"], request["args"]["system_id"]
        return {"id": request["id"], "unsupported": True}

    toy = Toy(answers={"configure": by_hand}, secret="not-the-secret")
    with pytest.raises(SetupFailure, match="no authenticated call"):
        conducted(toy, [scenario(polls, "passes")], tmp_path, wait_s=1.5)


async def calls_often(case: Case) -> None:
    observer = case.stage.observer
    await observer.until(lambda: len(case.exchanges(lambda _: True)) > 30, case.deadline)
    last = case.exchanges(lambda _: True)[-1]
    case.fail("not-fetched", expected="this", got="that", witnesses=[last])


def test_the_exchange_that_the_verdict_names_is_always_among_the_evidence(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(interval_s=0.05)
    join(toy, axis)
    plan = replace(PLAN, phases=(replace(PLAN.phases[0], grace_s=8.0),))
    outcome = by_slug(conducted(toy, [scenario(calls_often, "often")], tmp_path, axis, plan=plan))["often"]
    assert outcome.reason == "not-fetched"
    kept = [witness.exchange for witness in outcome.witnesses if witness.exchange is not None]
    assert len(kept) == 24
    newest = max(entry["seq"] for entry in axis.exchanges(LIST) if entry["seq"] <= kept[-1])
    assert kept[-1] == newest
    assert kept[-1] - kept[0] < 30
