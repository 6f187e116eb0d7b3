"""How the engine conducts phases and judges stories: on a real axis, with systems and stories that are toys."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.case import Case
from conformance.evidence import Evidence
from conformance.observer import LIST
from conformance.run import Run
from conformance.settings import Settings
from conformance.violation import JudgeBlind, NotSupported
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


async def breaks_the_rule(case: Case) -> None:
    seen = await case.exchange(lambda seen: seen.operation == LIST, reason="not-fetched", expected="a list call")
    case.fail("not-fetched", expected="this", got="that", witnesses=[seen])


async def refuses_for_another_reason(case: Case) -> None:
    await case.require_refusal(
        await case.dms.refused_send({"state": "draft"}), reason="not-refused", expected="a refusal"
    )


async def cannot_be_asked(case: Case) -> None:
    raise NotSupported("statistics")


async def the_judge_is_blind(case: Case) -> None:
    raise JudgeBlind("no stimulus")


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
