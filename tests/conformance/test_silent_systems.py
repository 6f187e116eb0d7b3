"""Systems that never called, stopped polling or fell silent: which of them fail, and which run is invalid."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from conformance.case import Case
from conformance.report import raw
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    Toy,
    by_slug,
    conducted,
    join,
    polls,
    scenario,
    waits_in_vain,
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine take a system for gone after seconds already."""
    monkeypatch.setattr("conformance.run.SILENCE_S", 2.5)
    monkeypatch.setattr("conformance.run.QUIET_S", 1.0)


def test_a_system_that_never_called_fails_everything_and_quickly(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(polls=0)
    join(toy, axis)
    stories = [scenario(polls, "one"), *(scenario(polls, f"p{number}", phase="poison") for number in range(3))]
    ended = conducted(toy, stories, tmp_path, axis)
    assert {outcome.verdict.value for outcome in ended.outcomes} == {"fail"}
    assert by_slug(ended)["p0"].reason == "never-called-the-axis"
    assert raw.build(ended)["exit_code"] == 1


@pytest.mark.usefixtures("impatient")
def test_a_system_that_stops_polling_ends_the_run_as_invalid(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)

    async def then_stops(case: Case) -> None:
        await polls(case)
        toy.polls = 0

    stories = [
        scenario(then_stops, "before"),
        scenario(waits_in_vain, "after"),
        scenario(polls, "later", phase="poison"),
    ]
    ended = conducted(toy, stories, tmp_path, axis)
    outcomes = by_slug(ended)
    assert outcomes["before"].verdict.value == "pass"
    for slug in ("after", "later"):
        assert (outcomes[slug].verdict.value, outcomes[slug].reason) == ("inconclusive", "stopped-polling")
    assert raw.build(ended)["exit_code"] == 3


@pytest.mark.parametrize(("polls_on", "ending"), [(True, ("fail", 1)), (False, ("inconclusive", 3))])
def test_a_dead_driver_fails_unless_the_whole_system_is_gone(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polls_on: object, ending: tuple[str, int]
) -> None:
    monkeypatch.setattr("conformance.run.SILENCE_S", 2.5)

    async def never(_request: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    toy = Toy(answers={"send": never})
    join(toy, axis)

    async def asks(case: Case) -> None:
        await polls(case)
        toy.polls = None if polls_on else 0
        await case.dms.send({"state": "signed"})

    ended = conducted(toy, [scenario(asks, "asks")], tmp_path, axis)
    assert (by_slug(ended)["asks"].verdict.value, raw.build(ended)["exit_code"]) == ending


@pytest.mark.usefixtures("impatient")
def test_a_disturbance_that_silences_the_system_fails_its_check_first(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)

    async def silence(case: Case) -> None:
        toy.polls = 0
        await waits_in_vain(case)

    stories = [scenario(polls, "before"), scenario(silence, "disturbance", phase="poison")]
    ended = conducted(toy, stories, tmp_path, axis)
    assert by_slug(ended)["disturbance"].verdict.value == "fail"
    assert raw.build(ended)["exit_code"] == 1
