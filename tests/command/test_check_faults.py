"""A fault of the program at one file is named and costs that file only; the others are checked as ever."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import protocol.rules
from axis28.checking import examination
from axis28.command import run
from fixtures.casebook.letters import letter_bytes
from fixtures.casebook.signedletters import letter
from tests.command.packages import NOW, clean_letter, letter_with_bad_date


class Strange(Exception):  # noqa: N818 - as such ones are called that nobody thought of
    """An exception that cannot travel between processes, as some of libraries written in C and Rust cannot."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three packages, at the second of which the rules fail."""
    made = [tmp_path / name for name in ("good.edxml", "strange.edxml", "bad.edxml")]
    for file, data in zip(made, (clean_letter(), letter_bytes(b"strange"), letter_with_bad_date()), strict=True):
        file.write_bytes(data)
    usual = protocol.rules.judge

    def judge(source: Any, **how: Any) -> Any:
        if Path(source.name).name == "strange.edxml":
            raise Strange("a", "b")
        return usual(source, **how)

    monkeypatch.setattr(examination, "judge", judge)
    return [str(file) for file in made]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_fault_at_one_file_is_told_and_the_others_are_checked(
    files: list[str], jobs: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code = run(["check", *files, "--now", NOW, "--format", "json", "--jobs", jobs, "--lang", "en"])
    said = capfd.readouterr()
    assert code == 2
    assert {entry["file"]: entry["verdict"] for entry in json.loads(said.out)["files"]} == {
        files[0]: "pass",
        files[2]: "fail",
    }
    assert f"{files[1]}: axis28 itself failed at this file (Strange, test_check_faults.py:" in said.err
    assert "Traceback" not in said.err


def test_the_fault_is_told_in_vietnamese_too(files: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["check", files[1], "--now", NOW, "--lang", "vi"]) == 2
    assert "chính axis28 gặp lỗi ở tệp này (Strange" in capfd.readouterr().err


def test_a_reader_that_cannot_be_started_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    signed = tmp_path / "signed.edxml"
    signed.write_bytes(letter()())
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        assert run(["check", str(signed), "--now", NOW, "--lang", "en"]) == 2
    said = capfd.readouterr()
    assert [line for line in said.err.splitlines() if "does not start" in line and str(signed) in line]
    assert "Traceback" not in said.err
