"""``axis28 trace``: 232 of 232, or what is wrong."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import conformance.fuzz
from axis28 import citations
from axis28.command import run
from axis28.trace import complaint
from conformance.fuzz.failure import PROPERTIES
from schemas import messages, registry
from schemas.traceability import SIZE, Citation, Gap, trace

CODES = {
    "id-gone", "id-new", "size", "unknown-requirement", "unverified", "pending-no-more", "too-many-excluded",
    "unexplained-declaration", "unknown-question", "question-of-nothing",
}  # fmt: skip


def test_every_requirement_of_this_tree_is_accounted_for(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "--lang", "en"]) == 0, capfd.readouterr().err
    output, errors = capfd.readouterr()
    assert errors == ""
    headline, _, rest = output.partition("\n")
    assert headline.startswith(f"{SIZE} of {SIZE} requirements accounted for: ")
    assert headline.endswith("; gaps: 0")
    for entry in registry.requirements().values():
        if entry.verification.pending is not None or entry.verification.later is not None:
            assert f"{entry.id}" in rest


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_the_headline_says_what_exists_and_what_waits(lang: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "--lang", lang]) == 0
    ways = [entry.verification for entry in registry.requirements().values()]
    waiting = sum(way.pending is not None for way in ways)
    partly = sum(way.later is not None for way in ways)
    declared, excluded = (sum(way.kind == kind for way in ways) for kind in ("declaration", "excluded"))
    verified = SIZE - waiting - declared - excluded
    numbers = [int(word) for word in re.findall(r"\d+", capfd.readouterr().out.partition("\n")[0])]
    assert numbers == [SIZE, SIZE, verified, partly, waiting, declared, excluded, 0]


def test_the_table_adds_up(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "--lang", "vi"]) == 0
    rows = capfd.readouterr().out.split("\n\n")[1].splitlines()
    assert rows[0].split() == ["L1", "L2", "L3", "L4", "tổng", "còn", "chờ"]
    numbers = [[int(word) for word in row.split()[-6:]] for row in rows[1:]]
    assert all(sum(row[:4]) == row[4] >= row[5] for row in numbers)
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
    assert numbers[-1][4] == SIZE


def test_json_says_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "--format", "json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert (document["schema"], document["total"], document["accounted"]) == ("axis28/trace/1", SIZE, SIZE)
    assert document["gaps"] == []
    parts = [identifier for names in document["later"].values() for identifier in names]
    assert parts
    assert all(registry.requirement(one).verification.later for one in parts)
    assert sum(document["counts"]["excluded"].values()) <= 12


def test_something_wrong_ends_with_1_and_is_named(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tuple(citations.every_citation())
    stranger = Citation("vector", "somebody", "HDR-99")
    monkeypatch.setattr(citations, "every_citation", lambda: [*real, stranger])
    assert run(["trace", "--lang", "en", "--format", "json"]) == 1
    output, errors = capfd.readouterr()
    (gap,) = json.loads(output)["gaps"]
    assert (gap["code"], gap["id"], gap["detail"]) == ("unknown-requirement", "vector somebody", "HDR-99")
    assert errors == "vector somebody cites the requirement HDR-99, which the catalogue does not hold\n"


def test_a_rule_that_loses_its_reason_and_its_vectors_is_noticed() -> None:
    rest = [one for one in citations.every_citation() if one.requirement != "HDR-05" or one.kind == "check"]
    assert trace(rest).gaps == (Gap("unverified", "HDR-05", "rule"),)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_gap_has_a_sentence_in_both_languages(code: str) -> None:
    said = {complaint(Gap(code, "HDR-05", "some detail"), lang) for lang in messages.LANGUAGES}
    assert len(said) == len(messages.LANGUAGES)


def test_the_sentences_are_those_of_the_gaps() -> None:
    keys = {key.rpartition(".")[2] for key in messages.catalogue("en") if key.startswith("trace.gap.")}
    assert keys == CODES


def test_fuzzing_declares_every_requirement_that_a_failure_of_it_cites() -> None:
    assert set(PROPERTIES) == {code for code in registry.reasons() if code.startswith("fuzz-")}
    for module in sorted(Path(conformance.fuzz.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Failure"):
                continue
            literals = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
            if len(literals) == 2:
                reason, requirement = map(str, literals)
                assert requirement in PROPERTIES[reason], f"{module.name}:{node.lineno}"
