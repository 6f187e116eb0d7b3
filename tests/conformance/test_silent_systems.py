"""Systems that never called, stopped polling or fell silent: which of them fail, and which run is invalid."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from conformance.case import Case
from conformance.report import raw
from conformance.scenarios.sightings import lingered
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


async def waits_for_two_rounds(case: Case) -> None:
    """Passes where two more rounds come, and has nothing else to judge."""
    await polls(case)
    unseen = await lingered(case, 2)
    if unseen is not None:
        raise unseen


def test_rounds_that_come_are_waited_for(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)
    # Whoever passes waits for no deadline: the long phase is for a busy machine.
    ended = conducted(toy, [scenario(waits_for_two_rounds, "rounds")], tmp_path, axis, grace_factor=20)
    assert by_slug(ended)["rounds"].verdict.value == "pass"


def test_rounds_for_which_the_phase_leaves_no_time_are_no_fault_and_no_pass(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)

    async def too_late(case: Case) -> None:
        await asyncio.sleep(case.deadline - asyncio.get_running_loop().time() - toy.interval_s / 2)
        await waits_for_two_rounds(case)

    outcome = by_slug(conducted(toy, [scenario(too_late, "rounds")], tmp_path, axis))["rounds"]
    assert (outcome.verdict.value, outcome.reason) == ("inconclusive", "judge-blind")
    assert outcome.expected == "2 more polls within the time of the phase"


def test_rounds_of_a_system_that_went_away_are_no_pass(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.run.SILENCE_S", 5.0)  # longer than the phase: the story comes to its own end
    monkeypatch.setattr("conformance.run.QUIET_S", 1.0)
    toy = Toy()
    join(toy, axis)

    async def goes_away(case: Case) -> None:
        await polls(case)
        toy.polls = 0
        await waits_for_two_rounds(case)

    outcome = by_slug(conducted(toy, [scenario(goes_away, "rounds")], tmp_path, axis))["rounds"]
    assert (outcome.verdict.value, outcome.reason) == ("inconclusive", "stopped-polling")


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
