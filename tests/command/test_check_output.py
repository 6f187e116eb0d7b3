"""Where the report of `axis28 check` goes, and what is missing on the way: nothing lost, nothing half written."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.command.packages import AXIS28, ENGLISH, axis28, check, clean_letter, letter_with_bad_date
from tests.command.test_check import outbox, verdicts

__all__ = ["outbox"]  # a fixture: pytest finds it by its name in this module


def test_a_report_never_takes_the_place_of_what_is_checked(tmp_path: Path) -> None:
    letter = tmp_path / "letter.edxml"
    letter.write_bytes(clean_letter())
    (tmp_path / "link.edxml").symlink_to(letter)
    (tmp_path / "context.json").write_text("{}")
    for arguments in (
        ("letter.edxml", "-o", "letter.edxml"),
        ("letter.edxml", "-o", "./link.edxml"),
        (".", "-o", "letter.edxml"),
        ("-", "--context", "context.json", "-o", "context.json"),
    ):
        answer = check(*arguments, given=clean_letter(), cwd=tmp_path)
        assert (answer.returncode, answer.stdout) == (2, b"")
        assert b"which would be lost" in answer.stderr
    assert letter.read_bytes() == clean_letter()
    assert (tmp_path / "context.json").read_text() == "{}"


def test_a_report_goes_to_standard_output_a_device_or_through_a_link(tmp_path: Path) -> None:
    answer = check("-", "--format", "json", "-o", "-", given=clean_letter(), cwd=tmp_path)
    assert verdicts(answer) == {"<stdin>": "pass"}
    assert check("-", "-o", "/dev/null", given=clean_letter()).returncode == 0
    assert Path("/dev/null").is_char_device()
    (tmp_path / "link.json").symlink_to("real.json")
    assert check("-", "--format", "json", "-o", "link.json", given=clean_letter(), cwd=tmp_path).returncode == 0
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text("utf-8"))["files"]


def test_a_report_that_cannot_take_its_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    answer = check("-", "-o", "folder", given=clean_letter(), cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (2, b"axis28: folder: Is a directory; choose another place\n")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_what_is_missing_is_named_and_the_others_are_checked(outbox: Path) -> None:
    (outbox / "empty").mkdir()
    os.mkfifo(outbox / "pipe.edxml")
    (outbox / "statuses" / "gone.xml").symlink_to("nowhere")
    answer = check("missing.edxml", "empty", "pipe.edxml", "statuses", "clean.XML", "--format", "json", cwd=outbox)
    assert answer.returncode == 2
    assert verdicts(answer) == {"statuses/status.edxml": "pass", "clean.XML": "pass"}
    assert answer.stderr.decode().splitlines() == [
        "axis28: missing.edxml: there is no such file or folder; not checked",
        "axis28: empty: no *.edxml or *.xml in this folder or below it; not checked",
        "axis28: pipe.edxml: is no regular file; pipe it to axis28 check - instead; not checked",
        "axis28: statuses/gone.xml: No such file or directory; not checked",
    ]


def test_a_report_that_cannot_be_written_to_its_end_is_no_verdict() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device, not a path of ours
        for form in ("text", "json"):
            answer = subprocess.run(
                [*AXIS28, "check", "-", "--no-contents", "--format", form],
                input=letter_with_bad_date(),
                stdout=full,
                stderr=subprocess.PIPE,
                env=os.environ | ENGLISH,
                check=False,
            )
            assert answer.returncode == 2
            assert answer.stderr.startswith(b"axis28: standard output cannot be written to: ")
            assert answer.stderr.count(b"\n") == 1


def test_what_is_left_out_of_a_reason_that_is_found_often_is_counted() -> None:
    receivers = b"<edXML:To><edXML:OrganId>bad id</edXML:OrganId><edXML:OrganName>A</edXML:OrganName></edXML:To>" * 33
    raw = clean_letter().replace(b"<edXML:To>", receivers + b"<edXML:To>", 1)
    answer = check("-", "--format", "json", given=raw)
    findings = json.loads(answer.stdout)["files"][0]["findings"]
    malformed = [finding for finding in findings if finding["reason"] == "organ-id-malformed"]
    assert len(malformed) == 20
    assert [finding.get("more") for finding in malformed] == [None] * 19 + [13]
    said = [check("-", "--format", form, given=raw).stdout for form in ("text", "sarif", "junit")]
    assert all(b"13 more of the same reason" in each for each in said)


def test_a_wrong_value_is_found_without_the_slow_schema() -> None:
    program = (
        "import sys\n"
        "from axis28.command import run\n"
        "code = run(['check', '-', '--no-contents', '-q'])\n"
        "print(code, 'xmlschema' in sys.modules, file=sys.stderr)\n"
    )
    answer = subprocess.run(
        [AXIS28[0], "-c", program],
        input=letter_with_bad_date(),
        capture_output=True,
        env=os.environ | ENGLISH,
        check=False,
    )
    assert answer.stderr == b"1 False\n"
    assert b"date-day-first" in answer.stdout


def test_a_report_never_takes_the_place_of_what_stdin_reads(tmp_path: Path) -> None:
    letter = tmp_path / "letter.edxml"
    letter.write_bytes(clean_letter())
    with letter.open("rb") as stdin:
        answer = subprocess.run(
            [*AXIS28, "check", "-", "-o", str(letter)],
            stdin=stdin,
            capture_output=True,
            env=os.environ | ENGLISH,
            check=False,
        )
    assert (answer.returncode, answer.stdout) == (2, b"")
    assert letter.read_bytes() == clean_letter()


def test_a_file_that_is_called_like_a_sign_for_stdin_is_protected_as_a_file(tmp_path: Path) -> None:
    for name in ("<stdin>", "-"):
        (tmp_path / name).write_bytes(clean_letter())
        answer = check(f"./{name}", "-o", f"./{name}", cwd=tmp_path)
        assert answer.returncode == 2
        assert b"which would be lost" in answer.stderr
        recall = ("new", "document", "--kind", "recall", "--sample", "--from-json", "order.json", "--force")
        (tmp_path / "order.json").write_text(json.dumps({"package": "document", "about": name}))
        answer = axis28(*recall, "-o", f"./{name}", cwd=tmp_path)
        assert answer.returncode == 2
        assert b"which would be lost" in answer.stderr
        assert (tmp_path / name).read_bytes() == clean_letter()


def test_an_order_is_never_replaced_by_what_is_made_from_it_and_no_name_stumbles(tmp_path: Path) -> None:
    order, made = tmp_path / "order.json", tmp_path / "made.edxml"
    order.write_text('{"package":"document","pages":2.0,"priority":1.0}')
    new = [*AXIS28, "new", "document", "--sample", "--from-json"]
    with order.open("rb") as stdin:
        lost = subprocess.run(
            [*new, "-", "-o", str(order), "--force"],
            stdin=stdin,
            capture_output=True,
            env=os.environ | ENGLISH,
            check=False,
        )
    assert lost.returncode == 2
    assert order.read_text().startswith("{")
    answer = subprocess.run(
        [*new, str(order), "-o", str(made)], capture_output=True, env=os.environ | ENGLISH, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert b"PageAmount>2<" in made.read_bytes()
    order.write_text('{"package":"document","files":[{"path":"a\\ud800b"}]}')
    answer = subprocess.run(
        [*new, str(order), "-o", str(made), "--force"], capture_output=True, env=os.environ | ENGLISH, check=False
    )
    assert (answer.returncode, answer.stderr.count(b"\n")) == (2, 1)


def test_a_pipe_that_only_a_descriptor_names_is_written_to(tmp_path: Path) -> None:
    """What `-o >(gzip >r.gz)` and `-o /dev/stdout | less` come to."""
    for command in (("check", "-", "--no-contents", "-q"), ("new", "document", "--sample")):
        read, write = os.pipe()
        with open(read, "rb") as reader, open(write, "wb") as writer:  # noqa: PTH123 - descriptors, not paths
            done = subprocess.run(
                [*AXIS28, *command, "-o", f"/dev/fd/{writer.fileno()}"],
                input=letter_with_bad_date(),
                capture_output=True,
                pass_fds=[writer.fileno()],
                env=os.environ | ENGLISH,
                check=False,
            )
            writer.close()
            written = reader.read()
        assert (done.returncode, done.stdout) == ((1, b"") if command[0] == "check" else (0, b"")), done.stderr
        assert (b"date-day-first" if command[0] == "check" else b"<edXML") in written
        reported = axis28(*command, "-o", "/dev/stdout", given=letter_with_bad_date(), cwd=tmp_path)
        assert (reported.returncode, bool(reported.stdout)) == (done.returncode, True)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_ends_the_command_as_it_does_for_standard_output() -> None:
    for command in (("check", "-", "--no-contents"), ("new", "document", "--sample")):
        for place in ("-", "/dev/stdout"):
            read, write = os.pipe()
            os.close(read)
            with open(write, "wb") as writer:  # noqa: PTH123 - a descriptor, not a path
                done = subprocess.run(
                    [*AXIS28, *command, "-o", place],
                    input=letter_with_bad_date(),
                    stdout=writer,
                    stderr=subprocess.PIPE,
                    env=os.environ | ENGLISH,
                    check=False,
                )
            assert (done.returncode, done.stderr) == (141, b""), (command, place)


def test_an_open_file_without_a_name_is_written_to_and_no_other_appears(tmp_path: Path) -> None:
    with (tmp_path / "gone").open("w+b") as nameless:
        (tmp_path / "gone").unlink()
        done = subprocess.run(
            [*AXIS28, "check", "-", "--no-contents", "-o", "/dev/stdout", "--now", "2026-11-21T09:00:00+07:00"],
            input=clean_letter(),
            stdout=nameless,
            stderr=subprocess.PIPE,
            env=os.environ | ENGLISH,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        nameless.seek(0)
        assert b"1 checked: 1 pass" in nameless.read()
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_read_and_written_loses_nothing() -> None:
    done = subprocess.run(
        [*AXIS28, "check", "-", "-o", "/dev/null"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=os.environ | ENGLISH,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")  # nothing is no package


def test_a_device_needs_no_force() -> None:
    assert axis28("new", "document", "--sample", "-o", "/dev/null").returncode == 0


@pytest.mark.parametrize(("lang", "words"), [("en", "is empty"), ("vi", "để trống")])
def test_an_empty_name_for_what_is_written_is_refused(lang: str, words: str, tmp_path: Path) -> None:
    for command in (("check", "-"), ("new", "document", "--sample"), ("new", "status", "--sample", "--force")):
        answer = axis28(*command, "--lang", lang, "-o", "", given=clean_letter(), cwd=tmp_path)
        assert (answer.returncode, answer.stdout) == (2, b"")
        said = answer.stderr.decode()
        assert "-o/--output" in said
        assert words in said
        assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
