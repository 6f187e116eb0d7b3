"""Every rule is held by a vector: without the rule one of them fails, and with a small wrong in it nearly always too.

``make test`` takes every rule away once and a seeded sample of the small wrongs; ``make proof`` does all of them, and
writes ``docs/proof/rules.json``. What survives stands in ``docs/proof/rules-survivors.toml`` with the reason why; while
some there are open, the full proof fails.
Mutants that change nothing but what a finding shows (``expected``, ``got``, a second place) are listed as ``shown``.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest

from protocol import rules
from tests.proof import ROOT, write_proof
from tests.protocol.rules.killing import Range
from tests.protocol.rules.mutants import SPARED, Mutant, emptied, modules, mutants
from tests.protocol.rules.remembered import remembered

SURVIVORS = ROOT / "docs" / "proof" / "rules-survivors.toml"
SEED = int(os.environ.get("AXIS28_SAMPLE_SEED", "28"))
SAMPLE_SIZE = 60
PARTS = os.cpu_count() or 1
RULES = (*rules.STRUCTURE_RULES, *rules.DOCUMENT_RULES, *rules.STATUS_RULES)


@lru_cache(maxsize=1)
def justified() -> dict[str, str]:
    """Give the names of all survivors that are known, and why no vector can or need kill them."""
    return {name: entry["why"] for entry in _survivors() if not entry.get("open") for name in entry["mutants"]}


@lru_cache(maxsize=1)
def listed() -> dict[str, str]:
    """Give the justified ones and those that are still open: known, but nobody has looked at them yet."""
    return {name: entry["why"] for entry in _survivors() for name in entry["mutants"]}


def _survivors() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(SURVIVORS.read_text("utf-8"))["survivor"]
    return entries


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mutant, and by which case."""

    name: str
    fate: str
    by: str


def fates() -> list[Fate]:
    """Let the mutants loose in processes of their own, one for each processor."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.protocol.rules.killing", str(part), str(PARTS)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(PARTS)
    ]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0] * PARTS
    return [Fate(**json.loads(line)) for out in said for line in out.splitlines()]


@pytest.fixture(scope="module")
def field() -> Iterator[Range]:
    with remembered():
        yield Range()


@pytest.mark.timeout(900)
def test_without_any_one_rule_a_vector_fails(field: Range) -> None:
    taken = [emptied(rule) for rule in dict.fromkeys(RULES)]
    assert len(taken) > 50
    missed = [mutant.name for mutant in taken if field.fate(mutant)[0] != "killed"]
    assert missed == []


@pytest.mark.timeout(900)
def test_a_sampled_wrong_in_the_rules_is_seen(field: Range, record_property: Callable[[str, object], None]) -> None:
    sample = random.Random(SEED).sample(mutants(), SAMPLE_SIZE)
    record_property("sample", f"{len(sample)} of {len(mutants())} mutants of the rules, seed {SEED}")
    survived = [mutant.name for mutant in sample if field.fate(mutant)[0] == "survived"]
    assert [name for name in survived if name not in listed()] == []


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_the_proof_over_all_wrongs_is_written_down() -> None:
    judged = fates()
    counted = Counter(fate.fate for fate in judged)
    survived = sorted(fate.name for fate in judged if fate.fate == "survived")
    write_proof(
        "rules",
        {
            "mutants": len(judged),
            "killed": counted["killed"],
            "shown": sorted(fate.name for fate in judged if fate.fate == "shown"),
            "timeouts": sorted(fate.name for fate in judged if fate.fate == "timeout"),
            "survived": len(survived),
            "modules": dict(sorted(Counter(fate.name.partition(".")[0] for fate in judged).items())),
            "survivors": {name: justified().get(name, "") for name in survived},
            "killers": dict(Counter(fate.by for fate in judged if fate.by).most_common(20)),
        },
    )
    assert {fate.name for fate in judged} == {mutant.name for mutant in mutants()}
    assert [name for name in survived if name not in justified()] == []
    assert [name for name in justified() if name not in survived] == []


def test_every_justified_survivor_is_a_mutant_and_says_why() -> None:
    assert sorted(set(listed()) - {mutant.name for mutant in mutants()}) == []
    assert [name for name, reason in listed().items() if len(reason) < 15] == []
    counted = Counter(name for entry in _survivors() for name in entry["mutants"])
    assert [name for name, times in counted.items() if times > 1] == []


def test_names_of_mutants_are_unique_and_all_modules_have_some() -> None:
    assert max(Counter(mutant.name for mutant in mutants()).values()) == 1
    named = {mutant.module for mutant in mutants()}
    assert named == {module.__name__ for module in modules()}
    assert not {name.rpartition(".")[2] for name in named} & SPARED


def test_a_mutant_is_gone_when_it_has_done_its_work(field: Range) -> None:
    mutant: Mutant = emptied(rules.DOCUMENT_RULES[0])
    assert field.fate(mutant)[0] == "killed"
    again = [trial.findings(field.contents) for trial in field.trials[:40]]
    assert again == field.usual[:40]
