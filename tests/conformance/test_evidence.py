from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from conformance.evidence import Evidence, Unwritable

SECRET = 'a"secret/ü-1'


@pytest.mark.parametrize(
    "spelling",
    [SECRET, json.dumps(SECRET), json.dumps(SECRET, ensure_ascii=False), base64.b64encode(SECRET.encode()).decode()],
    ids=["plain", "json-ascii", "json", "base64"],
)
def test_no_spelling_of_a_secret_reaches_a_file(tmp_path: Path, spelling: str) -> None:
    evidence = Evidence(tmp_path, [SECRET])
    evidence.write("evidence/a/b.txt", f"before {spelling} after")
    written = (tmp_path / "evidence/a/b.txt").read_text("utf-8")
    assert "[redacted]" in written
    assert "secret/" not in written
    assert base64.b64encode(SECRET.encode()).decode() not in written
    assert written.startswith("before ")
    assert written.endswith(" after")


def test_a_secret_that_contains_another_is_taken_out_whole(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path, ["abcd", "abcdefgh"])
    assert evidence.redacted_text("x abcdefgh y abcd z") == "x [redacted] y [redacted] z"


def test_an_exchange_keeps_its_bodies_as_the_bytes_that_travelled(tmp_path: Path) -> None:
    package = "<edXML>Sở Thử nghiệm</edXML>".encode()
    detail = {
        "seq": 5,
        "request": {"method": "POST", "path": "/", "headers": [["a", "b"]], "body": base64.b64encode(package).decode()},
        "answer": {"http_status": 200, "headers": [], "body": base64.b64encode(b'{"status":"OK"}').decode()},
    }
    name = Evidence(tmp_path).exchange("RCV-01/x", 5, detail)
    shown = json.loads((tmp_path / name).read_text("utf-8"))
    assert (tmp_path / shown["request"]["body_file"]).read_bytes() == package
    assert shown["answer"]["body_text"] == '{"status":"OK"}'
    assert detail["request"] != shown["request"]


def test_only_what_an_earlier_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "old.txt").write_text("not from a run")
    (tmp_path / "report.json").write_text('{"schema": "axis28/report/1"}')
    Evidence(tmp_path).prepare()
    assert not (tmp_path / "evidence").exists()
    assert not (tmp_path / "report.json").exists()
    assert (tmp_path / "mine.txt").read_text() == "kept"


@pytest.mark.parametrize("name", ["evidence/old.txt", "report.json", "report.html", "junit.xml"])
def test_what_somebody_else_left_under_our_names_is_refused_and_kept(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text("{}")
    with pytest.raises(Unwritable, match=name.partition("/")[0]):
        Evidence(tmp_path).prepare()
    assert theirs.read_text() == "{}"


def test_the_evidence_of_a_run_that_was_broken_off_does_not_stay(tmp_path: Path) -> None:
    broken_off = Evidence(tmp_path)
    broken_off.prepare()
    broken_off.write("evidence/TOY-01/a/driver.jsonl", "{}")
    broken_off.write("suite-fault.txt", "a traceback")
    Evidence(tmp_path).prepare()
    assert not (tmp_path / "evidence").exists()
    assert not (tmp_path / "suite-fault.txt").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="file"):
        Evidence(tmp_path / "file" / "out").prepare()
