"""The campaign: batches in, each different failure shrunk alone, and an end whatever the system does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from conformance.fuzz import campaign, session
from conformance.fuzz.campaign import Budget
from conformance.fuzz.failure import Dead, Failure, Verdict
from conformance.fuzz.recipe import Recipe, Rendered, render
from conformance.violation import JudgeBlind
from tests.conformance.fuzz.examples import stamp

EXAMPLES = 80


class Pretended:
    """A target of this process: ``judge`` says what is wrong with an example, or raises."""

    batch = 10

    def __init__(self, judge: Callable[[Rendered], Failure | None]) -> None:
        self._judge = judge
        self.batches: list[int] = []

    async def examine(self, recipes: tuple[Recipe, ...]) -> tuple[Verdict, ...]:
        self.batches.append(len(recipes))
        await asyncio.sleep(0)
        rendered = [render(recipe, stamp()) for recipe in recipes]
        return tuple(Verdict(one, self._judge(one)) for one in rendered)


def failure(aspect: str = "", *, ends: bool = False) -> Failure:
    return Failure("fuzz-valid-refused", "REC-03", "this", "that", aspect, ends)


def run(
    target: Pretended, *, examples: int = EXAMPLES, seed: int = 28, budget: Budget | None = None
) -> campaign.Outcome:
    return asyncio.run(
        campaign.run(target, session.dms_strategy(), examples=examples, seed=seed, budget=budget or Budget(seconds=600))
    )


def refuses_unknown_elements(example: Rendered) -> Failure | None:
    return failure() if any(one.kind == "extend" for one in example.recipe.variations) else None


def test_nothing_is_found_in_a_system_that_does_nothing_wrong() -> None:
    target = Pretended(lambda _: None)
    outcome = run(target)
    assert (outcome.examples, outcome.failing, outcome.found, outcome.ended) == (EXAMPLES, 0, [], False)
    assert set(target.batches) == {10}


def test_a_failure_is_shrunk_to_the_one_thing_that_causes_it() -> None:
    target = Pretended(refuses_unknown_elements)
    outcome = run(target, budget=Budget(tries=500, seconds=600))
    (found,) = outcome.found
    recipe = found.packages[0].recipe
    assert [one.kind for one in recipe.variations] == ["extend"]
    assert recipe.valid
    assert len(recipe.files) == 1
    assert recipe.header.due_date is None
    assert recipe.header.signer is None
    assert len(recipe.header.subject or "") == 1
    assert b"GhiChuMoRong" in found.packages[0].raw
    assert found.examples >= 2
    assert outcome.failing == found.examples


def test_the_same_seed_finds_and_shrinks_to_the_same_example() -> None:
    first, second = (run(Pretended(refuses_unknown_elements)).found[0].packages[0].recipe for _ in range(2))
    assert first == second


def test_different_failures_are_kept_apart() -> None:
    def judge(example: Rendered) -> Failure | None:
        if not example.recipe.valid:
            return None
        return failure("due date") if example.recipe.header.due_date is None else failure("signer")

    outcome = run(Pretended(judge))
    assert {found.failure.aspect for found in outcome.found} == {"due date", "signer"}
    assert outcome.failing == sum(found.examples for found in outcome.found)


def test_a_system_that_flickers_confuses_nobody() -> None:
    calls = iter(range(10**6))

    def judge(example: Rendered) -> Failure | None:
        return failure() if example.recipe.valid and next(calls) % 3 == 0 else None

    outcome = run(Pretended(judge))
    assert [found.failure.reason for found in outcome.found] == ["fuzz-valid-refused"]


def test_shrinking_keeps_to_its_budget() -> None:
    target = Pretended(refuses_unknown_elements)
    outcome = run(target, budget=Budget(tries=3, seconds=600))
    assert outcome.found[0].tries <= 3
    assert target.batches.count(1) <= 3


def test_a_failure_that_ends_everything_ends_the_campaign() -> None:
    target = Pretended(lambda example: None if example.recipe.valid else failure(ends=True))
    outcome = run(target)
    assert outcome.ended
    assert outcome.examples < EXAMPLES
    assert len(outcome.found) == 1


def test_a_system_that_dies_is_a_finding_with_everything_it_was_given_last() -> None:
    def judge(example: Rendered) -> Failure | None:
        if not example.recipe.valid:
            raise Dead(Failure("fuzz-dms-gone", "RCV-09", "alive", "dead"), (example,))
        return None

    outcome = run(Pretended(judge))
    assert outcome.ended
    assert outcome.failing == 1
    assert [found.failure.reason for found in outcome.found] == ["fuzz-dms-gone"]
    assert not outcome.found[0].packages[0].recipe.valid


def test_a_system_that_dies_while_a_failure_is_shrunk_leaves_both_findings() -> None:
    target = Pretended(lambda _: None)

    def judge(example: Rendered) -> Failure | None:
        if target.batches[-1] == 1:
            raise Dead(Failure("fuzz-dms-gone", "RCV-09", "alive", "dead"), (example,))
        return refuses_unknown_elements(example)

    target = Pretended(judge)
    outcome = run(target)
    assert {found.failure.reason for found in outcome.found} == {"fuzz-valid-refused", "fuzz-dms-gone"}
    assert outcome.ended


@pytest.mark.parametrize("size", [10, 1])
def test_a_blind_fuzzer_says_so_and_finds_nothing(size: int) -> None:
    target = Pretended(lambda _: None)

    def judge(example: Rendered) -> Failure | None:
        if target.batches[-1] == size:
            raise JudgeBlind("the axis is away")
        return refuses_unknown_elements(example)

    target = Pretended(judge)
    with pytest.raises(JudgeBlind, match="the axis is away"):
        run(target)
