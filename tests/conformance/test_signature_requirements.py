"""Each requirement of signatures is verified in fact: by vectors that break it, or by a check that a mutant fails."""

from __future__ import annotations

import pytest

from fixtures.casebook.index import every_case
from schemas import registry

GROUP = {name: entry for name, entry in registry.requirements().items() if name.startswith("SIG-")}
BY_RULE = sorted(name for name, entry in GROUP.items() if entry.verification.kind == "rule")
BY_SCENARIO = sorted(name for name, entry in GROUP.items() if entry.verification.kind == "scenario")


def test_every_one_is_a_rule_or_a_scenario_and_waits_for_nothing() -> None:
    assert sorted((*BY_RULE, *BY_SCENARIO)) == [f"SIG-{number:02}" for number in range(1, 24)]
    assert all(entry.verification.pending is None and entry.verification.later is None for entry in GROUP.values())


@pytest.mark.parametrize("requirement", BY_RULE)
def test_a_rule_has_a_vector_that_breaks_it_beside_a_twin_that_does_not(requirement: str) -> None:
    cases = {case.id: case for _, case in every_case()}
    reasons = {reason.code for reason in registry.reasons().values() if reason.requirement == requirement}
    broken = [case for case in cases.values() if case.reason in reasons and case.requirement == requirement]
    assert broken
    for case in broken:
        twin = cases[case.twin or ""]
        assert twin.reason != case.reason
        assert twin.strict in {None, "info"}, f"{case.id}: its twin {twin.id} is no legal one"


@pytest.mark.parametrize("requirement", BY_SCENARIO)
def test_a_scenario_is_failed_by_a_mutant_that_breaks_its_requirement(requirement: str) -> None:
    mutants = [mutant for mutant in registry.mutants().values() if mutant.requirement == requirement]
    killed = {check for mutant in mutants for check in mutant.kills}
    assert any(check.partition("/")[0] == requirement for check in killed)


def test_no_breach_of_an_open_question_weighs_more_than_its_policy_says() -> None:
    """PKCS#1 v1.5 is a warning (Q7), the placeholder a note (Q6), and nothing in a package breaks SIG-22 (Q18)."""
    weights = {reason.code: (reason.axis, reason.strict) for reason in registry.reasons().values()}
    of_question = {reason.code for reason in registry.reasons().values() if reason.requirement in {"SIG-09", "SIG-22"}}
    assert {code: weights[code] for code in of_question} == {"signature-pkcs1v15": ("info", "warn")}
    assert weights["xml-signature-placeholder"] == ("info", "info")
