"""``axis28 explain``: any id that somebody meets, in either language, for people and for machines."""

from __future__ import annotations

import json
import random
import re

import pytest

from axis28.citations import vectors
from axis28.command import run
from axis28.explanation import explain, nearest
from schemas import messages, registry

SEED = 28


def shown(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["explain", *arguments]) == 0
    output, errors = capfd.readouterr()
    assert errors == ""
    return output


def flat(text: str) -> str:
    return " ".join(text.split())


def test_a_requirement_is_explained_with_its_law_its_reason_and_all_that_cites_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    output = flat(shown(capfd, "HDR-05", "--lang", "en"))
    entry = registry.requirement("HDR-05")
    for part in (entry.text["en"], entry.why["en"], entry.verification.how["en"], "Điều 10 khoản 2 điểm c", "L1, law"):
        assert part in output
    assert "HDR-05/number-and-notation" in output
    assert "code-missing (axis: warn, strict: fail)" in output
    assert "number-holds-sign" in output


def test_the_same_in_vietnamese_has_no_english_label(capfd: pytest.CaptureFixture[str]) -> None:
    output = flat(shown(capfd, "HDR-05", "--lang", "vi"))
    assert registry.requirement("HDR-05").text["vi"] in output
    assert "bên gửi, bên nhận" in output
    english = {text for key, text in messages.catalogue("en").items() if key.startswith("explain.fact.")}
    assert not [label for label in english if f" {label} " in output]


def test_an_exclusion_a_declaration_and_an_open_question_say_so(capfd: pytest.CaptureFixture[str]) -> None:
    excluded = registry.requirement("GEN-09")
    assert excluded.verification.reason["en"] in flat(shown(capfd, "GEN-09", "--lang", "en"))
    declared = next(one for one in registry.requirements().values() if one.verification.kind == "declaration")
    assert declared.verification.evidence["en"] in flat(shown(capfd, declared.id, "--lang", "en"))
    unsettled = next(one for one in registry.requirements().values() if one.open is not None)
    assert unsettled.open is not None
    assert unsettled.open.policy["en"] in flat(shown(capfd, unsettled.id, "--lang", "en"))


@pytest.mark.parametrize(
    ("name", "kind", "parts"),
    [
        ("HDR-05/number-and-notation", "check", ("H-X16", "number-holds-sign", "send")),
        ("code-missing", "reason", ("HDR-05", "axis: warn, strict: fail")),
        ("H-X05", "quirk", ("undeclared-prefix",)),
        ("number-holds-sign", "mutant", ("HDR-05/number-and-notation",)),
        ("latency", "fault", ("OPS-08", "seconds")),
    ],
)
def test_everything_else_that_has_an_id_is_explained(
    name: str, kind: str, parts: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    output = flat(shown(capfd, name, "--lang", "en"))
    assert messages.text(f"explain.kind.{kind}", "en") in output
    for part in parts:
        assert part in output


def test_an_open_question_says_why_it_matters_what_holds_and_what_rests_on_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    output = flat(shown(capfd, "q4", "--lang", "vi"))
    entry = registry.question("Q4")
    for part in (entry.question["vi"], entry.why["vi"], entry.policy["vi"], "TIM-01", "OPS-02"):
        assert part in output
    assert f"Q4: {entry.question['en']}" in flat(shown(capfd, "TIM-01", "--lang", "en"))


def test_what_a_later_part_adds_is_told_apart_from_what_is_done(capfd: pytest.CaptureFixture[str]) -> None:
    entry = next(one for one in registry.requirements().values() if one.verification.later)
    assert entry.verification.later is not None
    output = flat(shown(capfd, entry.id, "--lang", "en"))
    assert f"Comes later {entry.verification.later.what['en']}" in output


def test_several_ids_are_explained_one_after_the_other_and_once_each(capfd: pytest.CaptureFixture[str]) -> None:
    document = json.loads(shown(capfd, "Q4", "HDR-05", "hdr-05", "--format", "json"))
    assert [entry["id"] for entry in document["entries"]] == ["Q4", "HDR-05"]


def test_one_unknown_id_among_several_stops_before_anything_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "HDR-05", "HDR-5", "--lang", "en"]) == 2
    output, errors = capfd.readouterr()
    assert output == ""
    assert "'HDR-5'" in errors


def test_an_observed_case_lists_its_vectors_with_verdicts_and_requirements(capfd: pytest.CaptureFixture[str]) -> None:
    output = flat(shown(capfd, "H-X05", "--lang", "en"))
    showing = [vector for vector in vectors() if "H-X05" in vector["quirk"]]
    assert showing
    for vector in showing:
        axis, strict = (vector["expect"][profile]["verdict"] for profile in ("axis", "strict"))
        assert f"{vector['id']} · {vector['requirement']} · axis: {axis}, strict: {strict}" in output


def test_a_vector_is_explained_with_its_twin_and_what_each_profile_says(capfd: pytest.CaptureFixture[str]) -> None:
    vector = next(one for one in vectors() if one["reason"] and one["twin"])
    output = flat(shown(capfd, vector["id"], "--lang", "vi"))
    for part in (vector["description"]["vi"], vector["twin"], vector["file"], vector["reason"], vector["requirement"]):
        assert part in output
    assert f"strict: {vector['expect']['strict']['verdict']}" in output


def test_a_name_that_two_things_share_explains_both() -> None:
    shared = set(registry.reasons()) & {vector["id"] for vector in vectors()}
    for name in sorted(shared)[:3]:
        assert [one.kind for one in explain(name)] == ["reason", "vector"]


def test_case_and_blanks_around_an_id_do_not_matter() -> None:
    assert explain(" hdr-05 ") == explain("HDR-05")
    assert explain("h-x05")[0].id == "H-X05"


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_kind_of_thing_can_be_shown_in_both_languages(lang: str, capfd: pytest.CaptureFixture[str]) -> None:
    holders = (
        registry.requirements(), registry.checks(), registry.reasons(), registry.quirks(), registry.mutants(),
        registry.questions(),
    )  # fmt: skip
    choice = random.Random(SEED)
    names = [name for holder in holders for name in choice.sample(sorted(holder), 4)]
    for name in [*names, *registry.faults()]:
        output = shown(capfd, name, "--lang", lang)
        assert output.startswith(name)
        assert not re.search(r"\{\w+[!:}]", output), "a placeholder was left"


def test_json_is_one_document_with_both_languages(capfd: pytest.CaptureFixture[str]) -> None:
    document = json.loads(shown(capfd, "HDR-05", "--format", "json"))
    assert document["schema"] == "axis28/explain/1"
    (entry,) = document["entries"]
    assert (entry["kind"], entry["id"], entry["verification"]) == ("requirement", "HDR-05", "rule")
    assert set(entry["text"]) == {"vi", "en"}
    assert {"reason": "code-missing", "axis": "warn", "strict": "fail"} in entry["reasons"]


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [("HDR-5", "HDR-05"), ("code-mising", "code-missing"), ("HX05", "H-X05"), ("subject", "subject-")],
)
def test_an_unknown_id_names_the_nearest_and_ends_with_2(
    wrong: str, meant: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert any(name.startswith(meant) for name in nearest(wrong))
    assert run(["explain", wrong, "--lang", "en"]) == 2
    output, errors = capfd.readouterr()
    assert output == ""
    assert errors.startswith(
        f"axis28: no requirement, check, reason, vector, case, question, mutant or fault is called '{wrong}'"
    )
    assert meant in errors
    assert errors.count("\n") == 1


def test_an_id_like_nothing_says_where_ids_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "☃☃☃☃☃☃☃☃☃☃", "--lang", "en"]) == 2
    assert "axis28 trace" in capfd.readouterr().err
