"""How the engine conducts phases and judges stories: on a real axis, with systems and stories that are toys."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.case import Case
from conformance.events import CheckDecided, Event, Residue, RunStopped
from conformance.evidence import Evidence
from conformance.observer import LIST
from conformance.report import raw, views
from conformance.run import Run
from conformance.settings import Settings, SetupFailure
from conformance.verdict import REQUIRED
from conformance.violation import JudgeBlind, NotSupported
from tests.axis_process import RunningAxis, running_axis
from tests.conformance.toys import PLAN, SECRET, Toy, by_slug, conducted, importable, join, scenario


async def polls(case: Case) -> None:
    await case.exchange(lambda seen: seen.operation == LIST, reason="not-fetched", expected="a list call")


async def breaks_the_rule(case: Case) -> None:
    seen = await case.exchange(lambda seen: seen.operation == LIST, reason="not-fetched", expected="a list call")
    case.fail("not-fetched", expected="this", got="that", witnesses=[seen])


async def waits_in_vain(case: Case) -> None:
    await case.status("no such document", "01", reason="arrival-not-reported", expected="status 01")


async def refuses_for_another_reason(case: Case) -> None:
    await case.require_refusal(
        await case.dms.refused_send({"state": "draft"}), reason="not-refused", expected="a refusal"
    )


async def cannot_be_asked(case: Case) -> None:
    raise NotSupported("statistics")


async def the_judge_is_blind(case: Case) -> None:
    raise JudgeBlind("no stimulus")


async def the_suite_is_broken(case: Case) -> None:
    raise ZeroDivisionError("a fault of the suite")


async def should_be_better(case: Case) -> None:
    case.warn("not-fetched", expected="a should", got="a should not")


def refusing(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "refused": {"reason": "bản nháp", "category": "size"}}


def test_each_way_to_end_a_story_has_its_verdict(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(answers={"send": refusing})
    join(toy, axis)
    stories = [
        scenario(polls, "passes"),
        scenario(breaks_the_rule, "fails"),
        scenario(waits_in_vain, "waits"),
        scenario(refuses_for_another_reason, "wrong", accepts=("format", "other")),
        scenario(refuses_for_another_reason, "right", accepts=("size",)),
        scenario(cannot_be_asked, "unsupported"),
        scenario(polls, "lacking", needs=("recall",)),
        scenario(the_judge_is_blind, "blind"),
        scenario(the_suite_is_broken, "broken"),
        scenario(should_be_better, "should"),
    ]
    outcomes = by_slug(conducted(toy, stories, tmp_path, axis))
    assert {slug: (outcome.verdict.value, outcome.reason) for slug, outcome in outcomes.items()} == {
        "passes": ("pass", None),
        "fails": ("fail", "not-fetched"),
        "waits": ("fail", "arrival-not-reported"),
        "wrong": ("wrong-reason", "refused-for-another-reason"),
        "right": ("pass", None),
        "unsupported": ("not-supported", "capability-not-declared"),
        "lacking": ("not-supported", "capability-not-declared"),
        "blind": ("inconclusive", "judge-blind"),
        "broken": ("error", "suite-fault"),
        "should": ("warn", "not-fetched"),
    }
    assert "ZeroDivisionError" in (tmp_path / "evidence/TOY-01/broken/error.txt").read_text("utf-8")
    kinds = {witness.kind: tmp_path / witness.file for witness in outcomes["fails"].witnesses}
    assert json.loads(kinds["axis"].read_text("utf-8"))["operation"] == LIST


def test_a_capability_that_the_plan_requires_blocks_the_certificate(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(capabilities=("received",))
    join(toy, axis)
    ended = conducted(toy, [scenario(polls, "passes"), scenario(polls, "sends", needs=("send",))], tmp_path, axis)
    assert by_slug(ended)["sends"].reason == REQUIRED
    report = raw.build(ended)
    assert (report["verdict"], report["exit_code"]) == ("not-certified", 1)


def test_stories_of_a_phase_start_together_and_phases_follow_each_other(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy()
    join(toy, axis)
    log: list[tuple[str, float]] = []

    def pausing(name: str) -> Callable[[Case], Any]:
        async def story(case: Case) -> None:
            log.append((f"{name} begins", time.monotonic()))
            await asyncio.sleep(0.5)
            log.append((f"{name} ends", time.monotonic()))

        return story

    stories = [scenario(pausing("p1"), "p1", phase="poison")]
    stories += [scenario(pausing(f"t{number}"), f"t{number}") for number in range(20)]
    conducted(toy, stories, tmp_path, axis)
    times = dict(log)
    begun = [times[f"t{number} begins"] for number in range(20)]
    ended = [times[f"t{number} ends"] for number in range(20)]
    assert max(begun) < min(ended)
    assert times["p1 begins"] >= max(ended)


def test_a_system_that_never_called_fails_everything_and_quickly(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(polls=0)
    join(toy, axis)
    stories = [scenario(polls, "one"), *(scenario(polls, f"p{number}", phase="poison") for number in range(3))]
    ended = conducted(toy, stories, tmp_path, axis)
    assert {outcome.verdict.value for outcome in ended.outcomes} == {"fail"}
    assert by_slug(ended)["p0"].reason == "never-called-the-axis"
    assert raw.build(ended)["exit_code"] == 1


def test_a_system_that_stops_polling_ends_the_run_as_invalid(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.run.SILENCE_S", 2.5)
    monkeypatch.setattr("conformance.run.QUIET_S", 1.0)
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


def test_a_disturbance_that_silences_the_system_fails_its_check_first(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.run.SILENCE_S", 2.5)
    monkeypatch.setattr("conformance.run.QUIET_S", 1.0)
    toy = Toy()
    join(toy, axis)

    async def silence(case: Case) -> None:
        toy.polls = 0
        await waits_in_vain(case)

    stories = [scenario(polls, "before"), scenario(silence, "disturbance", phase="poison")]
    ended = conducted(toy, stories, tmp_path, axis)
    assert by_slug(ended)["disturbance"].verdict.value == "fail"
    assert raw.build(ended)["exit_code"] == 1


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


def test_the_seed_decides_the_content_and_every_run_has_identities_of_its_own(
    axis: RunningAxis, tmp_path: Path
) -> None:
    toy = Toy()
    join(toy, axis)
    subjects: list[str | None] = []
    names: set[tuple[str, str | None]] = set()

    async def draws(case: Case) -> None:
        peer = await case.peer()
        letter = case.letter(sender=peer, to=[case.sut])
        subjects.append(letter.header.subject)
        names.add((peer.code, letter.header.document_id))

    for seed, out in ((1, "a"), (1, "b"), (2, "c")):
        with importable(toy) as driver:
            settings = Settings(driver=driver, out=tmp_path / out, axis=axis.url, token=axis.token, seed=seed)
            asyncio.run(Run(settings, PLAN, [scenario(draws, "draws")], Evidence(settings.out)).conduct())
    assert subjects[0] == subjects[1]
    assert subjects[0] != subjects[2]
    # A system that kept the letters of the last run must not be able to answer from them.
    assert len({code for code, _ in names}) == len({document for _, document in names}) == 3


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


def test_the_suites_own_axis_is_started_configured_and_stopped(tmp_path: Path) -> None:
    toy = Toy(axis_url=None)
    ended = conducted(toy, [scenario(polls, "passes")], tmp_path)
    assert ended.axis_started
    assert by_slug(ended)["passes"].verdict.value == "pass"
    assert toy.axis_url == ended.axis_url
    assert toy.secret != SECRET


def test_a_system_without_configure_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    toy = Toy(answers={"configure": lambda request: {"id": request["id"], "unsupported": True}})
    begun = time.monotonic()
    with pytest.raises(SetupFailure, match="no authenticated call") as failure:
        conducted(toy, [scenario(polls, "passes")], tmp_path, wait_s=1.0)
    assert failure.value.exit_code == 3
    assert time.monotonic() - begun > 1.0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"protocol": "axis28/driver/9"}, "protocol"),
        ({"poll_interval_s": 0}, "poll_interval_s"),
        ({"organisations": [{"name": "không mã"}]}, "code"),
    ],
)
def test_a_describe_that_breaks_its_shape_ends_the_run_before_it_begins(
    change: dict[str, Any], named: str, tmp_path: Path
) -> None:
    toy = Toy()
    toy.answers = {"describe": lambda request: {"id": request["id"], "ok": {**toy.describe(), **change}}}
    with pytest.raises(SetupFailure, match=named) as failure:
        conducted(toy, [scenario(polls, "passes")], tmp_path)
    assert failure.value.exit_code == 2


def test_a_system_that_the_axis_does_not_know_is_a_set_up_error(axis: RunningAxis, tmp_path: Path) -> None:
    stranger = Toy(system="TOY.STRANGER")
    with pytest.raises(SetupFailure, match=r"no system TOY\.STRANGER"):
        conducted(stranger, [scenario(polls, "passes")], tmp_path, axis)
    known = Toy()
    join(known, axis)
    known.code = "H98.01.02"
    with pytest.raises(SetupFailure, match=r"H98\.01\.02"):
        conducted(known, [scenario(polls, "passes")], tmp_path, axis)


def test_no_secret_is_in_any_file_even_if_the_system_repeats_it(tmp_path: Path) -> None:
    toy = Toy()

    def talkative(request: dict[str, Any]) -> dict[str, Any]:
        return {"id": request["id"], "error": f"cannot log in with {toy.secret}"}

    toy.answers = {"send": talkative}

    async def asks(case: Case) -> None:
        await polls(case)
        case.note(f"the secret is {toy.secret}")
        await case.dms.send({"state": "signed"})

    ended = conducted(toy, [scenario(asks, "asks")], tmp_path)
    assert by_slug(ended)["asks"].reason == "driver-error"
    assert "[redacted]" in by_slug(ended)["asks"].got
    evidence = Evidence(tmp_path, [toy.secret])
    views.write(raw.build(ended), evidence)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"report.json", "report.html", "junit.xml", "driver.jsonl", "notes.txt"}
    for path in files:
        assert toy.secret.encode() not in path.read_bytes(), path


def test_the_control_token_of_a_given_axis_is_in_no_file(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(answers={"send": lambda request: {"id": request["id"], "error": f"token {axis.token}"}})
    join(toy, axis)

    async def asks(case: Case) -> None:
        await case.dms.send({"state": "signed"})

    views.write(raw.build(conducted(toy, [scenario(asks, "asks")], tmp_path, axis)), Evidence(tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (tmp_path / "evidence/TOY-01/asks/driver.jsonl") in files
    for path in files:
        assert axis.token.encode() not in path.read_bytes(), path
