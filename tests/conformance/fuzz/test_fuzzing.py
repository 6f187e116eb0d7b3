"""The fuzzer at work: nothing on the reference DMS and the simulator, and the defects that it has to see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.fuzz import kept, session
from conformance.fuzz.campaign import Budget, Outcome
from conformance.fuzz.session import FuzzSettings
from protocol.package.reader import read_package
from tests.proof import write_proof

SEED = 28
SOUND = "python:conformance.reference_dms.local:make"
SAMPLE = 60
FULL = 500
# As many as the command tries unless told otherwise: which kinds of damage the first few have is the seed's luck.
USUAL = FuzzSettings().examples
# What each defect must be found by; the words stand in the shrunk example's description or in the finding.
DEFECTS = {
    "expands_entities": ("fuzz-damaged-arrived", "doctype"),
    "rejects_unknown_elements": ("fuzz-valid-refused", "extend"),
    "stores_the_zip": ("fuzz-shown-differently", "attachments"),
    "due_date_lost": ("fuzz-shown-differently", "due_date"),
    "due_date_required": ("fuzz-valid-refused", "thiếu hạn xử lý"),
    "order_sensitive": ("fuzz-shown-differently", "subject"),
    "stops_at_poison": ("fuzz-not-acknowledged", "acknowledged"),
}
QUICK = ("rejects_unknown_elements", "stores_the_zip", "stops_at_poison")


def fuzz(driver: str | None, examples: int, budget: Budget | None = None) -> Outcome:
    settings = FuzzSettings(driver=driver, examples=examples, seed=SEED, budget=budget or Budget(tries=20, seconds=30))
    return asyncio.run(session.run(settings))


def in_words(outcome: Outcome) -> str:
    return "\n".join(
        f"{found.failure}\n  {[kept.made_of(package) for package in found.packages]}" for found in outcome.found
    )


@pytest.mark.parametrize("driver", [SOUND, None], ids=["reference DMS", "simulator"])
def test_a_sample_finds_nothing_on_the_sound_ones(
    driver: str | None, record_property: Callable[[str, object], None]
) -> None:
    record_property("sample", f"fuzz: {SAMPLE} of {FULL} examples each way, seed {SEED}")
    outcome = fuzz(driver, SAMPLE)
    assert not outcome.found, in_words(outcome)
    assert (outcome.examples, outcome.failing, outcome.ended) == (SAMPLE, 0, False)


@pytest.mark.parametrize("name", QUICK)
def test_a_defect_is_found_with_few_examples(name: str, tmp_path: Path) -> None:
    reason, word = DEFECTS[name]
    outcome = fuzz(f"python:conformance.mutants:{name}", SAMPLE, Budget(findings=1, tries=4, seconds=20))
    assert [found.failure.reason for found in outcome.found] == [reason], in_words(outcome)
    assert word in in_words(outcome)
    (found,) = outcome.found
    record = kept.save(found, tmp_path, seed=SEED, examples=SAMPLE, target="--driver …")
    assert record["message"]["vi"]
    raw = (tmp_path / "package.edxml").read_bytes()
    assert raw == found.packages[0].raw
    with read_package(raw) as reading:
        assert reading.refused is (name == "stops_at_poison")


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_the_proof_over_500_examples_each_way_is_written_down() -> None:
    results = {}
    for name, driver in (("reference DMS", SOUND), ("simulator", None)):
        began = time.monotonic()
        outcome = fuzz(driver, FULL)
        seconds = round(time.monotonic() - began, 1)
        results[name] = {"examples": outcome.examples, "findings": len(outcome.found), "seconds": seconds}
        assert not outcome.found, in_words(outcome)
        assert outcome.examples == FULL
    caught = {}
    for name, (reason, _) in DEFECTS.items():
        outcome = fuzz(f"python:conformance.mutants:{name}", USUAL)
        caught[name.replace("_", "-")] = sorted({found.failure.reason for found in outcome.found})
        assert reason in caught[name.replace("_", "-")], in_words(outcome)
    write_proof("fuzz", {"seed": SEED, "sound": results, "examples_per_defect": USUAL, "caught": caught})
