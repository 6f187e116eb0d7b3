"""The catalogues of messages: complete in both languages, with clear errors."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import pytest

import schemas
from schemas import messages

ROOT = Path(__file__).resolve().parents[2]
PRINTF = re.compile(r"%\((\w+)\)")


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None} | set(PRINTF.findall(text))


def test_both_languages_have_the_same_keys() -> None:
    assert set(messages.catalogue("vi")) == set(messages.catalogue("en"))


def test_both_languages_of_a_message_have_the_same_placeholders() -> None:
    english = messages.catalogue("en")
    differing = {
        key: (_placeholders(english[key]), _placeholders(text))
        for key, text in messages.catalogue("vi").items()
        if _placeholders(english[key]) != _placeholders(text)
    }
    assert differing == {}


def test_no_message_is_empty_or_left_untranslated() -> None:
    english = messages.catalogue("en")
    words = re.compile(r"[^\W\d_]{2,}")
    untranslated = [
        key
        for key, text in messages.catalogue("vi").items()
        if not text.strip()
        or (text == english[key] and len(words.findall(Formatter().vformat(text, (), _Blank()))) > 3)
    ]
    assert untranslated == []


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> _Blank:
        return self

    def __getattr__(self, name: str) -> _Blank:
        return self

    def __format__(self, spec: str) -> str:
        return ""


def test_every_message_is_used_by_the_code() -> None:
    """A key that nobody says is dead weight for translators; keys put together at run time name their table."""
    source = "\n".join(
        file.read_text("utf-8")
        for package in ("axis28", "conformance", "simulator", "protocol", "fixtures")
        for ending in ("*.py", "*.html", "*.j2")
        for file in (ROOT / package).rglob(ending)
    )
    composed = set(re.findall(r"f\"([\w.-]+[.-])\{", source))

    def used(key: str) -> bool:
        return f'"{key}"' in source or f"'{key}'" in source or any(key.startswith(start) for start in composed)

    # argparse asks for its own words (see axis28/command.py).
    assert [key for key in messages.catalogue("en") if not used(key) and not key.startswith("argparse.")] == []


def test_an_unknown_key_names_itself_and_the_language() -> None:
    with pytest.raises(KeyError, match=r"command\.nothing.*vi"):
        messages.text("command.nothing", "vi")


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(KeyError, match="'de'"):
        messages.text("command.description", "de")


def test_a_missing_value_names_message_and_placeholder() -> None:
    with pytest.raises(KeyError, match=r"command\.usage-error.*(problem|command)"):
        messages.text("command.usage-error", "en")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi"}, "vi"),
        ({"LANG": "vi_VN", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "vi_VN"}, "vi"),
        ({"LANG": "vi_VN", "LC_MESSAGES": "", "LC_ALL": ""}, "vi"),
        ({"LC_ALL": "de_DE"}, "en"),
    ],
)
def test_the_language_follows_the_locale(environ: dict[str, str], expected: str) -> None:
    assert messages.language(environ) == expected


@pytest.fixture
def with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    def write(files: dict[str, str]) -> None:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, "utf-8")
        monkeypatch.setattr(schemas, "files", lambda _: tmp_path)
        monkeypatch.setattr(messages, "catalogue", messages.catalogue.__wrapped__)

    return write


def test_areas_are_merged_and_nested_tables_flattened(with_files: Callable[[dict[str, str]], None]) -> None:
    with_files({"messages/a.en.toml": '[a.b]\nc = "x"', "messages/b.en.toml": '[b]\nd = "y"', "messages/a.vi.toml": ""})
    assert messages.catalogue("en") == {"a.b.c": "x", "b.d": "y"}


def test_a_key_that_two_areas_define_is_refused_naming_both(with_files: Callable[[dict[str, str]], None]) -> None:
    with_files({"messages/a.en.toml": '[a]\nb = "x"', "messages/b.en.toml": '[a]\nb = "y"'})
    with pytest.raises(schemas.DataError, match=r"b\.en\.toml: 'a\.b' stands in schemas/messages/a\.en\.toml"):
        messages.catalogue("en")


@pytest.mark.parametrize("content", ["[a]\nb = 1", "[a]\nb = ['x']", "[a", "a = 'x"])
def test_a_file_that_is_no_catalogue_is_named(content: str, with_files: Callable[[dict[str, str]], None]) -> None:
    with_files({"messages/a.en.toml": content})
    with pytest.raises(schemas.DataError, match=r"schemas/messages/a\.en\.toml"):
        messages.catalogue("en")


def test_toml_files_of_both_languages_stand_side_by_side() -> None:
    areas = {name.rpartition(".")[0] for name in schemas.names("messages", ".toml")}
    assert {area.removesuffix(".vi") for area in areas if area.endswith(".vi")} == {
        area.removesuffix(".en") for area in areas if area.endswith(".en")
    }
    assert all(tomllib.loads(schemas.data(name).decode("utf-8")) for name in schemas.names("messages", ".toml"))
