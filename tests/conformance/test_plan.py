from __future__ import annotations

import hashlib

import pytest

import schemas
from conformance import plan as plans
from conformance.checks import scenarios
from schemas import registry

PHASES = ("together", "poison", "list-faults", "outage", "reset")
SIGNING = ("signing", "signer-check")


def test_the_budget_is_six_intervals_together_and_three_for_each_disturbance() -> None:
    plan = plans.load()
    fixed = plan.budget_s(0, PHASES)
    assert plan.budget_s(10, PHASES) - fixed == pytest.approx((6 + 3 * 4) * 10)
    assert plan.budget_s(60, ["together"]) - plan.budget_s(0, ["together"]) == pytest.approx(6 * 60)


def test_a_level_covers_the_levels_before_it() -> None:
    plan = plans.load()
    assert plan.up_to("exchange") == ("connect", "exchange")
    assert plan.up_to("signing")[:-1] == plan.up_to("business")
    assert set(plan.checks("business")) < set(plan.checks("signing"))
    assert set(plan.checks("signing")) == {*plan.scored, *plan.provisional}
    assert plan.required("business") < plan.required("signing")
    assert set(plan.checks("connect")) < set(plan.checks("exchange")) < set(plan.checks("business"))
    assert plan.required("connect") <= plan.required("business")


def test_a_run_goes_for_business_unless_told_otherwise() -> None:
    plan = plans.load()
    assert plan.default_level == "business"
    assert {registry.check(name).phase for name in plan.checks("business")} == set(PHASES)
    assert {registry.check(name).phase for name in plan.checks("signing")} == {*PHASES, *SIGNING}


def test_a_draft_says_what_it_does_not_prove() -> None:
    plan = plans.load()
    uncovered = plan.uncovered("signing")
    assert "SIG-05" in set(plan.uncovered("business")) - set(uncovered)
    assert plan.draft
    assert "SEC-07" in uncovered
    proven = {requirement for name in plan.scored for requirement in registry.check(name).requirements}
    core = {entry.id for entry in registry.requirements().values() if entry.core}
    assert set(uncovered) == core - proven


def test_what_rests_on_texts_that_were_not_read_alone_costs_no_certificate() -> None:
    """A check is scored where one of the requirements that it proves is settled, or its question says: by warnings."""
    plan, catalogue = plans.load(), registry.requirements()

    def settled(identifier: str) -> bool:
        entry = catalogue[identifier]
        return entry.open is None or any(source.verified for source in entry.sources)

    for name in plan.checks("signing"):
        entry = registry.check(name)
        assert (name in plan.scored) == any(settled(each) for each in entry.requirements), name


def test_every_check_of_the_plan_is_registered_has_a_scenario_and_a_phase() -> None:
    plan = plans.load()
    stories = scenarios()
    for name in (*plan.scored, *plan.provisional):
        assert plan.phase(registry.check(name).phase) in plan.phases
        assert name in stories


@pytest.mark.parametrize("wrong", ["no-such-plan", "../plans/2026.0-draft"])
def test_an_unknown_plan_names_those_that_exist(wrong: str) -> None:
    with pytest.raises(plans.UnknownPlan, match=r"2026\.0-draft"):
        plans.load(wrong)


def test_an_unknown_level_and_phase_name_those_that_exist() -> None:
    plan = plans.load()
    with pytest.raises(plans.UnknownPlan, match="connect, exchange, business, signing"):
        plan.up_to("moon")
    with pytest.raises(plans.UnknownPlan, match="together"):
        plan.phase("moon")


def test_the_hash_is_that_of_the_plan_file() -> None:
    assert plans.load().sha256 == hashlib.sha256(schemas.data("plans/2026.0-draft.toml")).hexdigest()
