"""The registries of the checks hold together: every id that one names stands in the other."""

from __future__ import annotations

import inspect
import re
import string
from pathlib import Path

import pytest

import conformance.scenarios
import schemas
from conformance.checks import scenarios
from conformance.plan import load
from schemas import registry

HOME = Path(conformance.scenarios.__file__).parent
CATEGORIES = {
    "format", "integrity", "signature", "addressee", "sender", "duplicate", "attachment", "secrecy", "size", "other",
}  # fmt: skip
CORE = 66
FACULTIES = {"signing", "verifies"}
"""What describe may name besides operations."""
OPERATIONS = {
    name.removesuffix(".args") for name in schemas.json_data("driver.schema.json")["$defs"] if name.endswith(".args")
}


@pytest.fixture(params=sorted(registry.checks()))
def entry(request: pytest.FixtureRequest) -> registry.CheckEntry:
    return registry.check(str(request.param))


def test_every_check_has_one_scenario_and_every_scenario_a_check() -> None:
    assert set(scenarios()) == set(registry.checks())


def test_a_check_cites_known_requirements_its_own_first(entry: registry.CheckEntry) -> None:
    assert entry.requirements[0] == entry.id.split("/")[0]
    for requirement in entry.requirements:
        registry.requirement(requirement)


def test_a_check_gives_known_reasons(entry: registry.CheckEntry) -> None:
    for reason in entry.reasons:
        registry.reason(reason)


def test_a_check_stands_in_the_plan_with_a_phase_and_a_level_of_it(entry: registry.CheckEntry) -> None:
    plan = load()
    assert [*plan.scored, *plan.provisional].count(entry.id) == 1
    assert entry.phase in {phase.name for phase in plan.phases}
    assert entry.level in plan.levels


def test_a_check_needs_operations_and_accepts_categories_that_exist(entry: registry.CheckEntry) -> None:
    assert set(entry.needs) <= OPERATIONS | FACULTIES
    assert set(entry.accepts) <= CATEGORIES
    assert entry.role in ("sender", "receiver", "both")


def test_a_check_needs_what_its_level_requires_anyway(entry: registry.CheckEntry) -> None:
    """A capability that no level requires would let a system pass by declaring that it cannot."""
    assert set(entry.needs) <= load().required(entry.level)


def test_a_scenario_says_its_rule_in_one_sentence(entry: registry.CheckEntry) -> None:
    text = inspect.getdoc(scenarios()[entry.id].story) or ""
    first = text.split("\n\n")[0]
    assert first.endswith(".")
    assert first[0] in string.ascii_uppercase + string.digits


def test_every_reason_that_a_scenario_can_give_is_declared_by_a_check_of_its_module() -> None:
    declared = {reason for entry in registry.checks().values() for reason in entry.reasons}
    known = set(registry.reasons())
    for path in sorted(HOME.glob("*.py")):
        for word in re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', path.read_text("utf-8")):
            if word in known:
                assert word in declared or word.startswith("driver-"), (
                    f"{path.name} gives {word}, which no check declares"
                )


def test_every_declared_reason_stands_in_some_scenario() -> None:
    written = "\n".join(path.read_text("utf-8") for path in HOME.glob("*.py"))
    defaults = {"document-did-not-cross"}
    for entry in registry.checks().values():
        for reason in entry.reasons:
            assert reason in defaults or f'"{reason}"' in written, f"{entry.id} declares {reason}, which nothing gives"


def test_the_core_requirements_are_all_in_the_catalogue() -> None:
    assert sum(requirement.core for requirement in registry.requirements().values()) == CORE


def test_the_plan_names_the_core_requirements_that_it_does_not_prove() -> None:
    uncovered = set(load().uncovered("signing"))
    assert "SEC-07" in uncovered, "transport security comes with a later part, and the report has to say so"
    cited = {requirement for entry in registry.checks().values() for requirement in entry.requirements}
    assert not uncovered & cited
