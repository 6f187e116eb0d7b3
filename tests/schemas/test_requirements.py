"""The requirement catalogue: whole, bilingual, of one shape, and as strict as it promises to be."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from schemas import registry
from schemas.requirement import GROUPS, Requirement

ENTRY: dict[str, Any] = {
    "level": "L1",
    "source": [{"act": "QĐ 28/2018/QĐ-TTg", "article": "Điều 10 khoản 2 điểm c", "verified": True}],
    "core": True,
    "binds": ["S", "R"],
    "text": {"vi": "Số và ký hiệu đều có mặt.", "en": "Number and notation are present."},
    "why": {"vi": "Ai cũng viện dẫn bằng số.", "en": "Everybody cites by number."},
    "verification": {"kind": "rule", "how": {"vi": "Đọc hai trường.", "en": "Read both fields."}},
    "certificate": "exchange",
    "profile": "both",
}
# Requirements of law or regulation that bind a sender or a receiver and are neither a rule nor a scenario, because no
# outsider can observe them: a clause of principle, access rights inside the system.
NOT_EXECUTED = {"GEN-09", "SEC-10"}
LONGEST_SENTENCE = 420

Catalogue = Callable[[dict[str, Any]], None]


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    def write(files: dict[str, Any]) -> None:
        (tmp_path / "requirements").mkdir(exist_ok=True)
        for name, content in files.items():
            (tmp_path / "requirements" / f"{name}.json").write_text(json.dumps(content), "utf-8")
        monkeypatch.setattr(schemas, "files", lambda _: tmp_path)
        registry.requirements.cache_clear()

    yield write
    registry.requirements.cache_clear()


def broken(path: str, value: Any) -> dict[str, Any]:
    """Give the sound entry with one member changed; ``path`` is dotted, a value of ``...`` takes the member away."""
    entry = copy.deepcopy(ENTRY)
    *parents, last = path.split(".")
    place = entry
    for parent in parents:
        place = place[parent]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return entry


BROKEN = [
    ("level", "L5"),
    ("level", ...),
    ("source", []),
    ("source", "QĐ 28/2018/QĐ-TTg"),
    ("source", [{"act": "", "article": "", "verified": True}]),
    ("source", [{"act": "QĐ 28/2018/QĐ-TTg", "article": "", "verified": "yes"}]),
    ("core", "yes"),
    ("binds", []),
    ("binds", ["S", "X"]),
    ("binds", ["S", "S"]),
    ("text", {"vi": "Chỉ một thứ tiếng."}),
    ("why", ...),
    ("verification", ...),
    ("verification.kind", "hope"),
    ("verification.how", ...),
    ("verification.kind", "declaration"),
    ("verification.kind", "excluded"),
    ("verification.evidence", {"vi": "Hồ sơ không cần.", "en": "Evidence that a rule does not need."}),
    ("verification.pending", "some day"),
    ("verification.reason", {"vi": "Lý do không cần.", "en": "A reason that a rule does not need."}),
    ("verification.later", {"part": "some day", "what": {"vi": "Sẽ bổ sung sau.", "en": "Comes some day."}}),
    ("verification.later", {"part": "suite"}),
    ("certificate", "gold"),
    ("profile", "lenient"),
    ("open", {"policy": {"vi": "Tạm thời như vậy.", "en": "This way for now."}}),
    ("open", {"question": "Q1"}),
]


@pytest.mark.parametrize(("path", "value"), BROKEN)
def test_a_broken_entry_is_refused_by_the_registry_naming_it_and_by_the_schema(
    path: str, value: Any, catalogue: Catalogue
) -> None:
    entry = broken(path, value)
    schema = schemas.json_schema("requirement")
    assert not Draft202012Validator(schema).is_valid({"HDR-05": entry})
    catalogue({"HDR": {"HDR-05": entry}})
    with pytest.raises(schemas.DataError, match=r"requirements/HDR\.json: 'HDR-05', field '"):
        registry.requirements()


def test_a_sound_entry_is_read_with_all_that_it_says(catalogue: Catalogue) -> None:
    policy = {"vi": "Tạm thời như vậy.", "en": "This way for now."}
    evidence = {"vi": "Biên bản kết nối.", "en": "The record of connection."}
    entry = broken("open", {"question": "Q4", "policy": policy})
    entry["verification"] |= {"kind": "declaration", "evidence": evidence}
    entry["source"].append({"act": "NĐ 30/2020/NĐ-CP", "article": "", "verified": False})
    assert Draft202012Validator(schemas.json_schema("requirement")).is_valid({"HDR-05": entry})
    catalogue({"HDR": {"HDR-05": entry}})
    read = registry.requirement("HDR-05")
    assert read.cited == "QĐ 28/2018/QĐ-TTg, Điều 10 khoản 2 điểm c; NĐ 30/2020/NĐ-CP"
    assert not read.verified
    assert read.group == "HDR"
    assert read.verification.evidence == evidence
    assert read.open is not None
    assert read.open.policy["en"] == "This way for now."


def test_what_comes_later_is_read_and_never_stands_beside_pending(catalogue: Catalogue) -> None:
    validator = Draft202012Validator(schemas.json_schema("requirement"))
    later = {"part": "suite", "what": {"vi": "Thử trên hệ thống nhận.", "en": "Try it on a receiving system."}}
    entry = broken("verification.later", later)
    assert validator.is_valid({"HDR-05": entry})
    catalogue({"HDR": {"HDR-05": entry}})
    read = registry.requirement("HDR-05").verification.later
    assert read is not None
    assert (read.part, read.what) == ("suite", later["what"])
    entry["verification"]["pending"] = "suite"
    assert not validator.is_valid({"HDR-05": entry})
    catalogue({"HDR": {"HDR-05": entry}})
    with pytest.raises(schemas.DataError, match=r"field 'verification\.later'"):
        registry.requirements()


def test_groups_come_in_the_order_of_the_catalogue(catalogue: Catalogue) -> None:
    catalogue({group: {f"{group}-01": ENTRY} for group in reversed(GROUPS)})
    assert [entry.group for entry in registry.requirements().values()] == list(GROUPS)


@pytest.fixture(params=sorted(registry.requirements()))
def requirement(request: pytest.FixtureRequest) -> Requirement:
    return registry.requirement(str(request.param))


def test_each_group_has_its_file_and_the_files_keep_the_schema() -> None:
    names = list(schemas.names("requirements", ".json"))
    assert {name.removeprefix("requirements/").removesuffix(".json") for name in names} == set(GROUPS)
    validator = Draft202012Validator(schemas.json_schema("requirement"))
    for name in names:
        assert [error.json_path for error in validator.iter_errors(schemas.json_data(name))] == [], name


def test_the_numbers_of_a_group_have_no_hole() -> None:
    for group in GROUPS:
        numbers = [int(entry.id[-2:]) for entry in registry.requirements().values() if entry.group == group]
        assert numbers == list(range(1, len(numbers) + 1)), group


def texts(entry: Requirement) -> Iterator[dict[str, str]]:
    verification = entry.verification
    yield from map(dict, (entry.text, entry.why, verification.how))
    yield from (dict(text) for text in (verification.evidence, verification.reason) if text["en"])
    if verification.later:
        yield dict(verification.later.what)
    if entry.open:
        yield dict(entry.open.policy)


def test_both_languages_are_sentences_of_their_own(requirement: Requirement) -> None:
    for text in texts(requirement):
        assert text["vi"] != text["en"]
        for sentence in text.values():
            assert sentence == " ".join(sentence.split())
            assert sentence[-1] in '.”"):', sentence
            assert len(sentence) <= LONGEST_SENTENCE, sentence
        assert re.search(r"[à-ỹđ]", text["vi"].lower()), f"no Vietnamese letter in {text['vi']!r}"


def test_what_is_demanded_is_said_once(requirement: Requirement) -> None:
    for other in registry.requirements().values():
        assert other.id == requirement.id or other.text["en"] != requirement.text["en"], other.id


def test_a_requirement_of_law_that_binds_a_system_is_executed_save_those_named_above() -> None:
    others = {
        entry.id
        for entry in registry.requirements().values()
        if entry.level in {"L1", "L2"} and set(entry.binds) & {"S", "R"}
        if entry.verification.kind not in {"rule", "scenario"}
    }
    assert others == NOT_EXECUTED


def test_what_binds_the_axis_alone_asks_no_certificate_of_a_dms(requirement: Requirement) -> None:
    if set(requirement.binds) <= {"A", "org"}:
        assert requirement.certificate in {"axis", "none", "load"}


def test_what_is_core_is_tested_and_needed_by_a_certificate(requirement: Requirement) -> None:
    if requirement.core:
        assert requirement.verification.kind not in {"declaration", "excluded"}
        assert requirement.certificate != "none"


def test_every_open_question_is_a_question_in_both_languages() -> None:
    for question in registry.questions().values():
        assert all(text.endswith("?") for text in question.question.values()), question.id
        for text in (question.why, question.policy):
            assert all(sentence.endswith(".") for sentence in text.values()), question.id


ABBREVIATED = re.compile(r"\b[QN]D \d")
# One word for one thing, wherever the catalogue speaks Vietnamese.
OTHER_WORDS = re.compile(
    r"vectơ|véc-?tơ|bản kê(?! khai)|phong bì|hồ sơ kiểm thử|hồ sơ tải|phần đầu gói(?! tin)", re.IGNORECASE
)


def vietnamese(value: Any) -> Iterator[str]:
    """Yield every Vietnamese text of a data file."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "vi" and isinstance(inner, str):
                yield inner
            else:
                yield from vietnamese(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from vietnamese(inner)


def data_files() -> list[str]:
    folders = ("", "requirements", "reasons", "calendar", "tables")
    return [name for folder in folders for name in schemas.names(folder, ".json")]


@pytest.mark.parametrize("name", data_files())
def test_no_vietnamese_text_abbreviates_an_act_without_its_letters(name: str) -> None:
    assert [text for text in vietnamese(schemas.json_data(name)) if ABBREVIATED.search(text)] == []


def test_the_pattern_sees_what_it_forbids() -> None:
    assert ABBREVIATED.search("theo QD 28/2018 và ND 30/2020")
    assert not ABBREVIATED.search("theo QĐ 28/2018/QĐ-TTg và NĐ 30/2020/NĐ-CP")


@pytest.mark.parametrize("name", [*schemas.names("requirements", ".json"), "quirks.json", "questions.json"])
def test_the_catalogue_has_one_vietnamese_word_for_one_thing(name: str) -> None:
    assert [text for text in vietnamese(schemas.json_data(name)) if OTHER_WORDS.search(text)] == []
