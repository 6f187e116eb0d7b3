"""The judge is put to the proof: each defect of the reference DMS fails exactly the checks that it should.

Every defect takes a whole run, so that `make test` takes a seeded sample and `make proof` takes all, several at once.
A run that does not come out as written gets a second, longer one before it counts: on a busy machine a sound step may
miss a deadline, while a defect stays a defect. What the first run made of it is written down beside the second: a check
that stands there again and again, with a reason that no late answer gives, is unstable.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.mutants import DEFECTS
from conformance.plan import load
from conformance.verdict import Verdict
from schemas import registry
from tests.conformance.certification import GRACE, Verdicts, certified_apart, failed, in_words, undecided
from tests.proof import write_proof

SAMPLE_SEED = int(os.environ.get("AXIS28_SAMPLE_SEED", "28"))
SAMPLE_SIZE = 4
SECOND_GRACE = 4 * GRACE
AT_ONCE = 2 * (os.cpu_count() or 1)

MUTANTS = [name for name, mutant in registry.mutants().items() if not mutant.load]
SAMPLE = sorted(random.Random(SAMPLE_SEED).sample(MUTANTS, SAMPLE_SIZE))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the suite made of one mutant, in the run that counts; and in the one before, where there was one."""

    verdicts: Verdicts
    first: Verdicts | None = None


def level_of(name: str) -> str:
    """Give the level up to which a mutant is certified: the one that every system goes for, or its deepest kill's."""
    plan = load()
    deepest = max(plan.levels.index(registry.check(check).level) for check in registry.mutants()[name].kills)
    return plan.levels[max(deepest, plan.levels.index(plan.default_level))]


def judged(name: str) -> Judged:
    """Certify one mutant, twice where the first run does not come out as written."""
    driver, level = f"python:conformance.mutants:{name.replace('-', '_')}", level_of(name)
    first = certified_apart(driver, level=level)
    if not any(deviation(name, first).values()):
        return Judged(first)
    return Judged(certified_apart(driver, grace=SECOND_GRACE, level=level), first)


def deviation(name: str, verdicts: Verdicts) -> dict[str, dict[str, str]]:
    """Give where a run of one mutant is not as written: kind of deviation → check id → what the run said of it.

    ``surplus`` failed besides, ``missing`` passed or never ran though they must fail, ``undecided`` did neither.
    """
    kills, found, unsettled = set(registry.mutants()[name].kills), failed(verdicts), set(undecided(verdicts))
    kinds = {"surplus": found - kills, "missing": kills - found - unsettled, "undecided": unsettled}
    return {
        kind: {check: " | ".join(filter(None, verdicts.get(check, ("not run",)))) for check in sorted(checks)}
        for kind, checks in kinds.items()
    }


def require_exact_kills(name: str, verdicts: Verdicts) -> None:
    """Compare what failed with the registry, and the reasons where the registry names them."""
    mutant = registry.mutants()[name]
    kills, found = set(mutant.kills), failed(verdicts)
    assert not undecided(verdicts)
    assert found == kills, (
        f"{name}: not caught by {sorted(kills - found)}; failed besides: {sorted(found - kills)}\n"
        + in_words(verdicts, kills ^ found)
    )
    wrong = {check: verdicts[check][1] for check, reason in mutant.reasons.items() if verdicts[check][1] != reason}
    assert not wrong, f"{name}: caught for another reason than the registry says: {wrong}"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", SAMPLE)
def test_a_sampled_defect_is_caught_by_exactly_its_checks(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("sample", f"{len(SAMPLE)} of {len(MUTANTS)} mutants, seed {SAMPLE_SEED}")
    require_exact_kills(name, judged(name).verdicts)


@dataclass(slots=True)
class Campaign:
    """The runs of all mutants, under way in a pool."""

    runs: dict[str, Future[Judged]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def campaign() -> Iterator[Campaign]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        started = Campaign({name: pool.submit(judged, name) for name in MUTANTS})
        yield started
        for run in started.runs.values():
            run.cancel()


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", MUTANTS)
def test_each_defect_is_caught_by_exactly_its_checks(name: str, campaign: Campaign) -> None:
    require_exact_kills(name, campaign.runs[name].result().verdicts)


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_the_proof_over_all_defects_is_written_down(campaign: Campaign) -> None:
    results = {name: run.result() for name, run in campaign.runs.items()}
    proof = written_down(results)
    write_proof("mutants", proof)
    assert proof["exact"] == proof["mutants"]
    assert proof["checks_that_fail_some_mutant"] == proof["checks"]


def written_down(results: Mapping[str, Judged]) -> dict[str, Any]:
    """Give what the proof says of the runs of all mutants; ``first_runs`` as ``deviation`` gives it."""
    exact = [name for name, result in results.items() if failed(result.verdicts) == set(registry.mutants()[name].kills)]
    killed = {check for result in results.values() for check in failed(result.verdicts)}
    assert killed <= set(registry.checks())
    repeated = {name: result.first for name, result in sorted(results.items()) if result.first is not None}
    return {
        "mutants": len(results),
        "exact": len(exact),
        "checks": len(registry.checks()),
        "checks_that_fail_some_mutant": len(killed),
        "verdicts": sum(len(result.verdicts) for result in results.values()),
        "passes": sum(
            verdict == Verdict.PASS for result in results.values() for verdict, *_ in result.verdicts.values()
        ),
        "failing": {name: sorted(failed(result.verdicts)) for name, result in results.items()},
        "second_runs": list(repeated),
        "first_runs": {name: deviation(name, first) for name, first in repeated.items()},
    }


def test_a_run_as_written_deviates_in_nothing() -> None:
    assert deviation("expands-entities", _as_written("expands-entities")) == AS_WRITTEN


def test_what_a_run_made_otherwise_is_told_with_its_reason() -> None:
    run = _as_written("expands-entities") | {
        "SND-03/arrived-means-01": ("fail", "arrival-not-shown", "01", "-"),
        "PKG-09/doctype-refused": PASSED,
        "STS-06/sender-sees-progress": ("inconclusive", "judge-blind", "", ""),
    }
    assert deviation("expands-entities", run) == {
        "surplus": {"SND-03/arrived-means-01": "fail | arrival-not-shown | 01 | -"},
        "missing": {"PKG-09/doctype-refused": "pass"},
        "undecided": {"STS-06/sender-sees-progress": "inconclusive | judge-blind"},
    }


def test_a_check_that_must_fail_and_is_left_open_or_out_is_told_once() -> None:
    check, run = "PKG-09/doctype-refused", _as_written("expands-entities")
    left_open = deviation("expands-entities", run | {check: ("inconclusive", "judge-blind", "", "")})
    left_out = deviation("expands-entities", {name: row for name, row in run.items() if name != check})
    assert left_open == AS_WRITTEN | {"undecided": {check: "inconclusive | judge-blind"}}
    assert left_out == AS_WRITTEN | {"missing": {check: "not run"}}


def test_the_first_of_two_runs_is_written_down_beside_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {"SND-03/arrived-means-01": ("fail", "arrival-not-shown", "01", "-")}

    def certify(driver: str, *, grace: float = GRACE, level: str) -> Verdicts:
        name = driver.rpartition(":")[2].replace("_", "-")
        return _as_written(name) | (late if name == "sends-twice" and grace == GRACE else {})

    monkeypatch.setattr(f"{__name__}.certified_apart", certify)
    proof = written_down({name: judged(name) for name in ("sends-twice", "expands-entities")})
    assert proof["exact"] == proof["mutants"] == 2
    assert proof["second_runs"] == ["sends-twice"]
    surplus = {"SND-03/arrived-means-01": "fail | arrival-not-shown | 01 | -"}
    assert proof["first_runs"] == {"sends-twice": AS_WRITTEN | {"surplus": surplus}}


PASSED = ("pass", "", "", "")
AS_WRITTEN: dict[str, dict[str, str]] = {"surplus": {}, "missing": {}, "undecided": {}}


def _as_written(name: str) -> dict[str, tuple[str, str, str, str]]:
    """Give a run in which one mutant fails exactly what it should."""
    kills = registry.mutants()[name].kills
    return {check: ("fail", "broken", "", "") if check in kills else PASSED for check in registry.checks()}


def test_the_registry_and_the_defects_name_each_other() -> None:
    assert set(registry.mutants()) == set(DEFECTS)
    for name, defect in DEFECTS.items():
        assert registry.mutants()[name].requirement == defect.requirement


def test_each_defect_fails_a_check_of_its_own_requirement() -> None:
    for name in MUTANTS:
        mutant = registry.mutants()[name]
        cited = {requirement for check in mutant.kills for requirement in registry.check(check).requirements}
        assert mutant.requirement in cited, f"{name} breaks {mutant.requirement}, which no check that it fails cites"


def test_each_check_is_failed_by_some_defect() -> None:
    killed = {check for mutant in registry.mutants().values() for check in mutant.kills}
    assert killed == set(registry.checks())


def test_each_named_reason_is_one_that_its_check_may_give() -> None:
    for name in MUTANTS:
        mutant = registry.mutants()[name]
        for check, reason in mutant.reasons.items():
            assert check in mutant.kills, f"{name} names a reason for {check}, which it does not fail"
            assert reason in registry.check(check).reasons, f"{name}: {check} cannot give {reason}"
