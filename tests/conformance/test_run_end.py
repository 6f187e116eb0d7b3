"""How a run ends: its report first, then nothing of it stays on the axis, whatever went wrong."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance import clearing, staging
from conformance.axis import AxisControl, AxisLost
from conformance.case import Case
from conformance.conductor import Conductor
from conformance.events import CheckDecided, Event, Residue, RunStopped
from conformance.evidence import Evidence
from conformance.observer import LIST
from conformance.report import raw
from conformance.run import Run
from conformance.scenarios.signed import signatures
from conformance.settings import Settings
from conformance.told import in_language
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

SIGNING = ("send", "received", "sent", "trust", "reset")


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


NO_RESET = "các gốc tin cậy và khóa thử nghiệm đã giao cho hệ thống, vì hệ thống không có reset"
RESET_FAILED = "các gốc tin cậy và khóa thử nghiệm đã giao cho hệ thống, vì reset không thành công"


def _refused(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "refused": {"reason": "không được phép", "category": "other"}}


def _taken(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "ok": {}}


async def _never(request: dict[str, Any]) -> dict[str, Any]:
    await asyncio.Event().wait()
    return _taken(request)


def _residues(events: list[Event]) -> list[str]:
    return [in_language(event.text, "vi") for event in events if isinstance(event, Residue)]


@pytest.mark.parametrize("resets", [True, False], ids=["reset", "no-reset"])
@pytest.mark.parametrize("signs", [True, False], ids=["handed", "nothing-handed"])
def test_roots_and_keys_that_stay_in_a_system_are_told(
    signs: bool, resets: bool, axis: RunningAxis, tmp_path: Path
) -> None:
    capabilities = ("send", "received", "sent", "trust", *(["reset"] if resets else []))
    told = _left_behind(Toy(capabilities=capabilities, answers={"trust": _taken}), axis, tmp_path, signs=signs)
    assert told == ([NO_RESET] if signs and not resets else [])


@pytest.mark.parametrize("signs", [True, False], ids=["handed", "nothing-handed"])
@pytest.mark.parametrize(
    ("reset", "said"), [(_refused, "reset: refused không được phép"), (_never, "reset: ")], ids=["refused", "no-answer"]
)
def test_a_reset_that_does_not_succeed_leaves_roots_and_keys(
    reset: Callable[[dict[str, Any]], Any],
    said: str,
    signs: bool,
    *,
    axis: RunningAxis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clearing, "RESET_S", 0.5)
    toy = Toy(capabilities=SIGNING, answers={"trust": _taken, "reset": reset})
    first, *others = _left_behind(toy, axis, tmp_path, signs=signs)
    assert first.startswith(said)
    assert others == ([RESET_FAILED] if signs else [])


def test_roots_and_keys_are_told_where_clearing_up_is_given_up(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "LIMIT_S", 0.5)
    toy = Toy(capabilities=SIGNING, answers={"trust": _taken, "reset": _never})
    assert _left_behind(toy, axis, tmp_path)[-1] == RESET_FAILED


def test_a_system_that_does_not_say_whether_it_took_roots_and_keys_may_have_them(
    axis: RunningAxis, tmp_path: Path
) -> None:
    toy = Toy(capabilities=SIGNING[:-1], answers={"trust": lambda request: {"id": request["id"], "nonsense": 1}})
    assert _left_behind(toy, axis, tmp_path, passes=False) == [NO_RESET]


@pytest.mark.parametrize(
    ("configure", "stays"),
    [(_never, [NO_RESET]), (_taken, [NO_RESET]), (_refused, [])],
    ids=["late", "taken", "refused"],
)
def test_what_configure_may_have_handed_over_is_told(
    configure: Callable[[dict[str, Any]], Any], stays: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CONFIGURE_S", 0.5)

    async def story(case: Case) -> None:
        del case

    toy = Toy(capabilities=("received", "sent", "trust", "signing", "verifies"), answers={"configure": configure})
    events: list[Event] = []
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=tmp_path, level="exchange")
        run = Run(settings, PLAN, [scenario(story, "waits")], Evidence(tmp_path), listeners=[events.append])
        asyncio.run(run.conduct())
    assert _residues(events) == stays


def _left_behind(toy: Toy, axis: RunningAxis, out: Path, *, signs: bool = True, passes: bool = True) -> list[str]:
    """Run a story that hands roots and keys to a toy by ``trust``, and give what is told to stay."""

    async def story(case: Case) -> None:
        if signs:
            await signatures(case)

    join(toy, axis)
    events: list[Event] = []
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=out, axis=axis.url, token=axis.token, level="exchange")
        run = Run(settings, PLAN, [scenario(story, "signs")], Evidence(out), listeners=[events.append])
        ended = asyncio.run(run.conduct())
    assert (by_slug(ended)["signs"].verdict.value == "pass") == passes
    return _residues(events)
