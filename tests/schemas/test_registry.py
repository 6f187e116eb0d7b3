"""The registries: merged from their files, typed, and clear about what is wrong in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import schemas
from schemas import registry

TEXT = {"vi": "một câu", "en": "a sentence"}
REASON = {"text": TEXT, "cause": TEXT, "fix": TEXT}
CACHED = (registry.reasons, registry.checks, registry.requirements, registry.mutants, registry.faults)

Files = Callable[[dict[str, Any]], None]


@pytest.fixture
def with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    def write(contents: dict[str, Any]) -> None:
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        monkeypatch.setattr(schemas, "files", lambda _: tmp_path)
        for cached in CACHED:
            cached.cache_clear()

    yield write
    for cached in CACHED:
        cached.cache_clear()


def test_reason_codes_of_all_areas_are_merged(with_files: Files) -> None:
    with_files({"reasons/a.json": {"not-xml": REASON}, "reasons/b.json": {"zip-bomb": REASON}})
    assert set(registry.reasons()) == {"not-xml", "zip-bomb"}
    assert registry.reason("zip-bomb").fix["vi"] == "một câu"


def test_a_code_that_stands_in_two_files_is_refused_naming_both(with_files: Files) -> None:
    with_files({"reasons/a.json": {"not-xml": REASON}, "reasons/b.json": {"not-xml": REASON}})
    with pytest.raises(schemas.DataError, match=r"reasons/b\.json: 'not-xml' stands in schemas/reasons/a\.json"):
        registry.reasons()


def test_a_code_that_stands_twice_in_one_file_is_refused(with_files: Files) -> None:
    with_files({"reasons/a.json": '{"not-xml": {}, "not-xml": {}}'})
    with pytest.raises(schemas.DataError, match=r"reasons/a\.json: the key 'not-xml' stands twice"):
        registry.reasons()


@pytest.mark.parametrize(
    "entry",
    [
        {"text": TEXT, "cause": TEXT},
        REASON | {"fix": "a sentence"},
        REASON | {"fix": {"en": "a sentence"}},
        REASON | {"fix": TEXT | {"vi": " "}},
        REASON | {"fix": TEXT | {"de": "ein Satz"}},
    ],
)
def test_an_entry_without_both_languages_is_named(entry: dict[str, Any], with_files: Files) -> None:
    with_files({"reasons/a.json": {"not-xml": entry}})
    with pytest.raises(schemas.DataError, match=r"schemas/reasons/a\.json: 'not-xml', field 'fix'"):
        registry.reasons()


@pytest.mark.parametrize("content", ["[]", "{", '"x"', '{"a": []}'])
def test_a_file_that_is_no_registry_is_named(content: str, with_files: Files) -> None:
    with_files({"reasons/a.json": content})
    with pytest.raises(schemas.DataError, match=r"schemas/reasons/a\.json"):
        registry.reasons()


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(registry.UnknownId, match="no check 'XXX-01/nothing'"):
        registry.check("XXX-01/nothing")


@pytest.mark.parametrize("name", ["", "/etc/hostname", "../pyproject.toml", "reasons/../../pyproject.toml", "a\\b"])
def test_only_data_of_the_package_can_be_read(name: str) -> None:
    with pytest.raises(schemas.DataError, match="no name of a data file"):
        schemas.data(name)


def test_a_data_file_that_is_not_there_is_named() -> None:
    with pytest.raises(schemas.DataError, match=r"schemas/nothing\.json does not exist"):
        schemas.json_data("nothing.json")


def test_the_registries_of_this_tree_load() -> None:
    assert registry.reasons()
    assert registry.requirements()
    assert registry.checks()
    assert registry.mutants()
    assert registry.faults()


def test_a_check_names_its_primary_requirement() -> None:
    for check in registry.checks().values():
        assert check.id.partition("/")[0] == check.requirements[0]
        assert check.id.partition("/")[2], check.id
