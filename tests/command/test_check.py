"""`axis28 check` as a user meets it: arguments, exit codes, streams, many files, interrupts."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from fixtures.casebook.letters import letter_bytes
from tests.command.packages import (
    AXIS28,
    ENGLISH,
    NOW,
    axis28,
    check,
    clean_letter,
    clean_status,
    letter_with_bad_date,
    letter_with_other_identifier,
)


def verdicts(answer: subprocess.CompletedProcess[bytes]) -> dict[str, str]:
    return {entry["file"]: entry["verdict"] for entry in json.loads(answer.stdout)["files"]}


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """A folder with one package of each verdict, in two levels, and what is none."""
    folder = tmp_path / "outbox"
    (folder / "statuses").mkdir(parents=True)
    (folder / "bad.edxml").write_bytes(letter_with_bad_date())
    (folder / "clean.XML").write_bytes(clean_letter())
    (folder / "told.edxml").write_bytes(letter_with_other_identifier())
    (folder / "notes.txt").write_text("no package")
    (folder / "statuses" / "status.edxml").write_bytes(clean_status())
    return folder


def test_good_files_are_exit_0_and_bad_ones_exit_1(outbox: Path) -> None:
    good, warned, bad = (
        check(str(outbox / name), "--format", "json") for name in ("clean.XML", "told.edxml", "bad.edxml")
    )
    assert (good.returncode, warned.returncode, bad.returncode) == (0, 0, 1)
    assert [next(iter(verdicts(answer).values())) for answer in (good, warned, bad)] == ["pass", "warn", "fail"]
    assert not good.stderr + warned.stderr + bad.stderr


def test_a_folder_means_all_packages_below_it_in_order(outbox: Path) -> None:
    answer = check("outbox", "--format", "json", cwd=outbox.parent)
    assert verdicts(answer) == {
        "outbox/bad.edxml": "fail",
        "outbox/clean.XML": "pass",
        "outbox/told.edxml": "warn",
        "outbox/statuses/status.edxml": "pass",
    }
    assert list(verdicts(answer)) == [
        "outbox/bad.edxml",
        "outbox/clean.XML",
        "outbox/told.edxml",
        "outbox/statuses/status.edxml",
    ]


def test_a_file_that_is_named_is_checked_whatever_its_name_and_once(outbox: Path) -> None:
    answer = check("notes.txt", "notes.txt", "bad.edxml", "--format", "json", cwd=outbox)
    assert list(verdicts(answer)) == ["notes.txt", "bad.edxml"]
    assert answer.returncode == 1


def test_one_file_under_many_names_is_checked_once_by_the_first_of_them(outbox: Path) -> None:
    (outbox / "hard.edxml").hardlink_to(outbox / "bad.edxml")
    (outbox / "soft.edxml").symlink_to("bad.edxml")
    (outbox / "again").symlink_to("statuses", target_is_directory=True)
    (outbox / "equal.edxml").write_bytes((outbox / "bad.edxml").read_bytes())
    names = ("./bad.edxml", "bad.edxml", "soft.edxml", "again", "../outbox", "hard.edxml")
    answer = check(*names, "--format", "json", cwd=outbox)
    assert [entry["file"] for entry in json.loads(answer.stdout)["files"]] == [
        "./bad.edxml",
        "again/status.edxml",
        "../outbox/clean.XML",
        "../outbox/equal.edxml",  # a copy is a file of its own
        "../outbox/told.edxml",
    ]
    assert not answer.stderr


def test_a_file_that_is_called_as_standard_input_is_shown_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "<stdin>").write_bytes(letter_with_bad_date())
    answer = check("<stdin>", "-", "./<stdin>", "--format", "json", given=clean_letter(), cwd=tmp_path)
    assert verdicts(answer) == {"./<stdin>": "fail", "<stdin>": "pass"}
    alone = check("<stdin>", given=b"", cwd=tmp_path)
    assert b"--> ./<stdin>:" in alone.stdout


def test_standard_input_is_a_file(outbox: Path) -> None:
    assert list(outbox.iterdir())
    answer = check("-", "--format", "json", given=clean_letter())
    assert (answer.returncode, verdicts(answer)) == (0, {"<stdin>": "pass"})
    entry = json.loads(answer.stdout)["files"][0]
    assert (entry["kind"], entry["document_id"]) == ("document", "H99.01,2026/11/20,05/QĐ-STN")


def test_the_default_profile_is_strict_and_axis_is_lenient() -> None:
    strict, axis = (
        check("-", given=letter_with_bad_date()),
        check("-", "--profile", "axis", given=letter_with_bad_date()),
    )
    assert (strict.returncode, axis.returncode) == (1, 0)
    assert b"fail[date-day-first]" in strict.stdout
    assert b"warning[date-day-first]" in axis.stdout


def test_now_moves_the_rules_of_time() -> None:
    before = axis28("check", "-", "--no-contents", "--now", "2026-11-19", given=clean_letter())
    assert b"date-in-future" in before.stdout
    assert b"date-in-future" not in check("-", given=clean_letter()).stdout


def test_a_context_is_judged_with(tmp_path: Path) -> None:
    known = [{"code": "H99.01", "name": "Sở Thử nghiệm"}]
    (tmp_path / "context.json").write_text(json.dumps({"agencies": known, "sent_at": "2026-11-20T16:30:00+07:00"}))
    answer = check("-", "--context", str(tmp_path / "context.json"), "--format", "json", given=clean_letter())
    where = {finding["where"] for finding in json.loads(answer.stdout)["files"][0]["findings"]}
    assert "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To/OrganId" in where


def test_the_agreed_size_can_be_set(tmp_path: Path) -> None:
    large = letter_bytes(bytes(1_500_000))
    (tmp_path / "context.json").write_text(json.dumps({"limits": {"policy_bytes": 1_000_000}}))
    context = ("--context", str(tmp_path / "context.json"))
    said = [
        b"fail[package-above-policy]" in check("-", *arguments, given=large).stdout
        for arguments in ((), ("--max-mb", "1"), ("--max-mb", "2"), context, (*context, "--max-mb", "2"))
    ]
    assert said == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.edxml",), "missing.edxml: there is no such file"),
        (("empty",), "empty: no *.edxml or *.xml"),
        (("-", "--now", "yesterday"), "--now: 'yesterday'"),
        (("-", "--now", "9999-12-31T23:59:59-14:00"), "--now: '9999"),
        (("-", "--now", "0001-01-01T00:00:00+14:00"), "--now: '0001"),
        (("-", "--context", "late.json"), "/sent_at: must be a time"),
        (("-", "--context", "missing.json"), "--context missing.json: No such file"),
        (("-", "--context", "broken.json"), "--context broken.json: "),
        (("-", "--context", "odd.json"), "/sent: "),
        (("-", "--trust", "empty"), "empty/roots: holds no root certificate"),
        (("-", "--trust", "missing"), "--trust: missing: is no folder"),
        (("-", "--package-signature", "perhaps"), "--package-signature"),
        (("-", "--jobs", "0"), "'0' is no number of processes"),
        (("-", "--max-mb", "0"), "'0' is no number of MB"),
        (("-", "--max-mb", "257"), "'257' is no number of MB"),
        (("-", "--profile", "lenient"), "--profile"),
        (("-", "-o", "no/where"), "no/where: "),
        ((), "FILE"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "late.json").write_text('{"sent_at": "9999-12-31T23:59:59-14:00"}')
    (tmp_path / "odd.json").write_text('{"sent": 1}')
    answer = check(*arguments, given=clean_letter(), cwd=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, b"")
    assert answer.stderr.startswith(b"axis28: ")
    assert words in answer.stderr.decode()
    assert answer.stderr.count(b"\n") == 1


def test_a_file_that_cannot_be_read_is_said_and_the_others_are_checked(tmp_path: Path) -> None:
    (tmp_path / "clean.edxml").write_bytes(clean_letter())
    (tmp_path / "gone.edxml").symlink_to(tmp_path / "nowhere")
    answer = check("gone.edxml", "clean.edxml", "--format", "json", cwd=tmp_path)
    assert answer.returncode == 2
    assert verdicts(answer) == {"clean.edxml": "pass"}
    assert answer.stderr == b"axis28: gone.edxml: No such file or directory; not checked\n"


def test_a_file_that_breaks_off_while_it_is_read_is_exit_2() -> None:
    answer = check("/proc/self/mem")
    assert (answer.returncode, answer.stderr) == (2, b"axis28: /proc/self/mem: Input/output error; not checked\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "secret.edxml").write_bytes(clean_letter())
    (tmp_path / "secret.edxml").chmod(0)
    answer = check("secret.edxml", cwd=tmp_path)
    assert answer.returncode == 2
    assert b"Permission denied" in answer.stderr


def test_many_files_beside_each_other_give_what_they_give_one_by_one(tmp_path: Path) -> None:
    raws = (clean_letter(), letter_with_bad_date(), clean_status(), letter_with_other_identifier())
    for number in range(200):
        (tmp_path / f"{number:03d}.edxml").write_bytes(raws[number % 4])
    serial, parallel = (check(".", "--jobs", jobs, "--format", "json", cwd=tmp_path) for jobs in ("1", "3"))
    assert (serial.returncode, parallel.returncode) == (1, 1)
    assert parallel.stdout == serial.stdout
    assert parallel.stderr == b"checking 200 files\n"
    assert list(verdicts(parallel).values())[:4] == ["pass", "fail", "pass", "warn"]


def test_quiet_says_only_what_is_wrong(outbox: Path) -> None:
    answer = check(".", "-q", cwd=outbox)
    assert answer.returncode == 1
    said = answer.stdout.decode()
    assert "fail[date-day-first]" in said
    assert "clean.XML" not in said
    assert "checked" not in said
    assert check("clean.XML", "-q", cwd=outbox).stdout == b""


def test_a_reader_that_goes_away_is_no_error(outbox: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        answer = subprocess.run(
            [*AXIS28, "check", "--no-contents", str(outbox)],
            stdout=pipe,
            stderr=subprocess.PIPE,
            env=os.environ | ENGLISH,
            check=False,
        )
    assert (answer.returncode, answer.stderr) == (141, b"")


def test_a_report_file_appears_complete_and_is_replaced(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")
    answer = check("-", "--format", "json", "-o", str(report), given=clean_letter())
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, b"", b"")
    assert json.loads(report.read_text("utf-8"))["files"][0]["verdict"] == "pass"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_attached_files_are_read_unless_told_not_to(tmp_path: Path) -> None:
    made = axis28("new", "document", "--sample", "--now", NOW, "-o", str(tmp_path / "letter.edxml"))
    assert made.returncode == 0, made.stderr
    other = (tmp_path / "letter.edxml").read_bytes().replace(b">05</edXML:CodeNumber>", b">07</edXML:CodeNumber>", 1)
    with_contents, without = (
        axis28("check", "-", "--now", NOW, "--format", "json", *more, given=other) for more in ((), ("--no-contents",))
    )
    said, unsaid = (
        {finding["reason"] for finding in json.loads(answer.stdout)["files"][0]["findings"]}
        for answer in (with_contents, without)
    )
    assert "printed-number-differs" in said - unsaid
