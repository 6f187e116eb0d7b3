"""How a run ends: its report first, then nothing of it stays on the axis, whatever went wrong."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from conformance.axis import AxisControl, AxisLost
from conformance.case import Case
from conformance.conductor import Conductor
from conformance.events import CheckDecided, Event, Residue, RunStopped
from conformance.evidence import Evidence
from conformance.observer import LIST
from conformance.report import raw
from conformance.run import Run
from conformance.settings import Settings
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    PLAN,
    Toy,
    by_slug,
    conducted,
    importable,
    join,
    polls,
    scenario,
    the_suite_is_broken,
    waits_in_vain,
)


def test_nothing_stays_behind_on_a_given_axis(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)
    before = axis.call("GET", "/systems").json(), axis.call("GET", "/agencies").json()

    async def leaves_much(case: Case) -> None:
        peer = await case.peer(agencies=2)
        await case.deliver(case.letter(sender=peer, to=[case.sut]), sender=peer)
        await case.fault("latency", operation=LIST, args={"seconds": 0.01})
        await polls(case)

    ended = conducted(toy, [scenario(leaves_much, "much"), scenario(the_suite_is_broken, "broken")], tmp_path, axis)
    assert by_slug(ended)["much"].verdict.value == "pass"
    assert (axis.call("GET", "/systems").json(), axis.call("GET", "/agencies").json()) == before
    assert axis.call("GET", "/faults").json()["rules"] == []
    assert axis.call("GET", "/documents", params={"system": toy.system}).json()["documents"] == []
    assert toy.resets == 1


def test_a_run_that_is_stopped_keeps_what_was_decided_and_clears_up(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)
    events: list[Event] = []
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=tmp_path, axis=axis.url, token=axis.token, level="exchange")
        stories = [scenario(polls, "quick"), scenario(waits_in_vain, "slow"), scenario(polls, "never", phase="poison")]
        quick_decided = asyncio.Event()

        def hear(event: Event) -> None:
            events.append(event)
            if isinstance(event, CheckDecided) and event.outcome.entry.id.endswith("quick"):
                quick_decided.set()

        run = Run(settings, PLAN, stories, Evidence(tmp_path), listeners=[hear])

        async def interrupted() -> Any:
            task = asyncio.create_task(run.conduct())
            await quick_decided.wait()
            run.stop()
            return await task

        ended = asyncio.run(interrupted())
    outcomes = by_slug(ended)
    assert outcomes["quick"].verdict.value == "pass"
    assert {outcomes[slug].reason for slug in ("slow", "never")} == {"interrupted"}
    report = raw.build(ended)
    assert (report["verdict"], report["exit_code"]) == ("partial", 3)
    assert [event for event in events if isinstance(event, (Residue, RunStopped))] == [RunStopped("interrupted", "")]


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
