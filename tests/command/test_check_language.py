"""Nothing that `axis28 check` says stands in its code: with the catalogues in brackets, all words are in brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from axis28.command import run
from schemas import messages, registry
from tests.command.packages import NOW, clean_letter, letter_with_bad_date, letter_with_other_identifier, spoilt

_FIELD = re.compile(r"\{[^{}]*\}")
_BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
_SOURCE = re.compile(r"^ *\d+ \| .*$", re.MULTILINE)
_PLACE = re.compile(r"--> \S+")


def bracketed(pattern: str) -> str:
    """Put the words of a message in brackets and leave its values outside."""
    parts, at = [], 0
    for found in _FIELD.finditer(pattern):
        parts += [f"⟦{pattern[at : found.start()]}⟧", found[0]]
        at = found.end()
    return "".join([*parts, f"⟦{pattern[at:]}⟧"])


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace every message, every reason's texts and every cited source."""
    real_catalogue, real_reasons = messages.catalogue, registry.reasons()

    def catalogue(lang: str) -> Mapping[str, str]:
        return {key: bracketed(text) for key, text in real_catalogue(lang).items()}

    def texts(words: Mapping[str, str]) -> dict[str, str]:
        return {lang: f"⟦{text}⟧" for lang, text in words.items()}

    reasons = {
        code: replace(reason, text=texts(reason.text), cause=texts(reason.cause), fix=texts(reason.fix))
        for code, reason in real_reasons.items()
    }
    monkeypatch.setattr(messages, "catalogue", catalogue)
    monkeypatch.setattr(registry, "reasons", lambda: reasons)


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_word_of_the_text_report_comes_from_the_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    packages = {
        "bad.edxml": letter_with_bad_date(),
        "broken.edxml": clean_letter()[:-20],
        "empty.edxml": b"",
        "told.edxml": letter_with_other_identifier(),
        "zip.edxml": spoilt(clean_letter(), ">JVBERi0", ">AAAABi0"),
        "clean.edxml": clean_letter(),
    }
    for name, raw in packages.items():
        (tmp_path / name).write_bytes(raw)
    code = run(["check", str(tmp_path), "--now", NOW, "--lang", lang, "--no-contents"])
    said, _ = capsys.readouterr()
    assert code == 1
    rest = said.replace(str(tmp_path), "")
    rest = _BRACKETED.sub(" ", _SOURCE.sub("", _PLACE.sub("", rest)))
    values = {"strict", *packages, *registry.reasons(), "quyết định.pdf"}
    for value in sorted(values, key=len, reverse=True):
        rest = rest.replace(value, " ")
    # What remains are rows of values: a place, what was expected, what was got, the law. Their labels are in brackets.
    rows = [row for row in rest.splitlines() if re.search(r"[^\W\d_]", row)]
    assert rows, "the report holds values"
    assert [row for row in rows if not re.match(r" *= +: +\S", row)] == []
    assert "edXML/edXMLEnvelope/edXMLHeader" in rest
    assert "yyyy/MM/dd" in rest


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_that_a_package_can_deserve_has_all_its_texts(lang: str) -> None:
    for reason in registry.reasons().values():
        for words in (reason.text, reason.cause, reason.fix):
            assert words[lang].strip(), reason.code


def test_both_catalogues_of_the_commands_have_the_same_keys_and_values() -> None:
    english, vietnamese = messages.catalogue("en"), messages.catalogue("vi")
    for key in (key for key in english if key.startswith(("check.", "new."))):
        assert set(_FIELD.findall(english[key])) == set(_FIELD.findall(vietnamese[key])), key
