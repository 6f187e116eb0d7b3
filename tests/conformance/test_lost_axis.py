"""An axis that dies or hangs is held against nobody, and the run still ends in time with its report."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from conformance.case import Case
from conformance.conductor import Conductor
from conformance.events import Event, Residue
from conformance.evidence import Evidence
from conformance.report import raw
from conformance.run import Run
from conformance.settings import Settings
from tests.axis_process import running_axis
from tests.conformance.toys import (
    PLAN,
    Toy,
    by_slug,
    conducted,
    importable,
    join,
    polls,
    scenario,
    waits_in_vain,
)


def test_a_lost_axis_is_nobodys_failure(tmp_path: Path) -> None:
    with running_axis(tmp_path) as mortal:
        toy = Toy()
        join(toy, mortal)

        async def kills_the_axis(case: Case) -> None:
            await asyncio.to_thread(mortal.kill)
            await waits_in_vain(case)

        stories = [scenario(kills_the_axis, "kills"), scenario(waits_in_vain, "waits")]
        ended = conducted(toy, stories, tmp_path / "out", mortal)
    assert {outcome.verdict.value for outcome in ended.outcomes} == {"inconclusive"}
    assert raw.build(ended)["exit_code"] == 3


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
