"""What `axis28 new` cannot or will not make: one line that names member, rule and remedy, and nothing written."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from axis28.command import run
from tests.command.packages import axis28
from tests.command.test_new import NOW, letter, new, order

__all__ = ["letter"]  # a fixture: pytest finds it by its name in this module


@pytest.mark.parametrize(("kind", "requirement"), [("recall", "RCL-06"), ("update", "RCL-10"), ("replace", "RCL-11")])
def test_what_only_the_user_can_give_is_not_promised_by_the_sample(
    capsys: pytest.CaptureFixture[str], kind: str, requirement: str
) -> None:
    assert new("document", "--kind", kind, "-o", "a.edxml") == 2
    said = capsys.readouterr().err
    assert f"({requirement})" in said
    assert "--sample" not in said


def test_objections_are_in_the_language_that_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "order.json").write_text(json.dumps(order(signer={"title": "TS."})), "utf-8")
    assert new("document", "--from-json", tmp_path / "order.json", "--lang", "vi", "-o", tmp_path / "a") == 2
    assert '--from-json: /signer: không có trường "title"; các trường hợp lệ: ' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("vi", "Subject: ký tự thứ 2 là U+0001, ký tự mà XML không mang được (PKG-07); hãy bỏ ký tự này"),
        ("en", "Subject: its character 2 is U+0001, which XML cannot carry (PKG-07); remove it"),
    ],
)
def test_a_character_that_xml_cannot_carry_is_told_wholly_in_the_language_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    out = tmp_path / "a.edxml"
    assert new("document", "--sample", "--subject", "a\x01b", "--lang", lang, "-o", out) == 2
    assert capsys.readouterr().err == f"axis28: edXML/edXMLEnvelope/edXMLHeader/MessageHeader/{words}\n"


def test_an_update_of_a_package_that_lacks_a_file_asks_for_the_file(
    tmp_path: Path, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = letter.read_bytes()
    start, end = whole.index(b"<edXML:ContentTransferEncoded"), whole.index(b"</edXML:ContentTransferEncoded>")
    letter.write_bytes(whole[:start] + whole[end:].partition(b">")[2])
    update = ("document", "--sample", "--kind", "update", "--about", letter, "-o", tmp_path / "update.edxml")
    assert new(*update) == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert errors.startswith(f"axis28: --about {letter}: the content of its file ")
    assert "--attach (PKG-13)" in errors


@pytest.mark.parametrize("members", [{"files": [{"path": "a\ud800"}]}, {"kind": "recall", "about": "a\ud800"}])
def test_a_path_that_no_file_can_have_is_told_in_the_language_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], members: dict[str, Any]
) -> None:
    (tmp_path / "order.json").write_text(json.dumps({"package": "document", "reason": "x", **members}))
    arguments = ("--sample", "--from-json", tmp_path / "order.json", "--lang", "vi", "-o", tmp_path / "a.edxml")
    assert new("document", *arguments) == 2
    said = capsys.readouterr().err
    assert "không phải đường dẫn: có ký tự mà tên tệp không thể chứa" in said
    assert "codec" not in said


def test_findings_of_what_goes_to_standard_output_name_it() -> None:
    made = axis28("new", "document", "--sample", "--number", "5", "--now", NOW, "-o", "-")
    assert (made.returncode, made.stdout) == (1, b"")
    assert b"--> <stdout>:" in made.stderr


def test_no_package_takes_the_place_of_what_it_is_made_from(tmp_path: Path, letter: Path) -> None:
    before = letter.read_bytes()
    (tmp_path / "order.json").write_text(json.dumps(order()), "utf-8")
    assert new("document", "--sample", "--kind", "recall", "--about", letter, "--force", "-o", letter) == 2
    assert new("document", "--from-json", tmp_path / "order.json", "--force", "-o", tmp_path / "order.json") == 2
    assert letter.read_bytes() == before
    assert json.loads((tmp_path / "order.json").read_text("utf-8")) == order()


def without(member: str) -> dict[str, Any]:
    return {name: value for name, value in order().items() if name != member}


@pytest.mark.parametrize(
    ("member", "flag", "requirement"),
    [
        ("from", "--from CODE=NAME", "HDR-01"),
        ("to", "--to CODE=NAME", "HDR-02"),
        ("number", "--number N", "HDR-05"),
        ("notation", "--notation TEXT", "HDR-05"),
        ("type", "--type NAME", "HDR-11"),
        ("subject", "--subject TEXT", "HDR-12"),
        ("signer", "--signer-position TEXT", "HDR-14"),
        ("files", "--attach FILE", "PKG-08"),
    ],
)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_missing_member_is_one_line_with_flag_and_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, member: str, flag: str, requirement: str, lang: str
) -> None:
    (tmp_path / "order.json").write_text(json.dumps(without(member)), "utf-8")
    arguments = ("--from-json", tmp_path / "order.json", "--lang", lang, "-o", tmp_path / "a.edxml")
    assert new("document", *arguments) == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert flag in errors
    assert f"({requirement})" in errors


ODD_ORDERS: dict[str, dict[str, Any]] = {
    "both": {"files": [{"path": "a.pdf", "base64": "AAAA"}]},
    "nul": {"files": [{"path": "a\0.pdf"}]},
    "lone": {"files": [{"path": "a\ud800.pdf"}]},
    "unknown": {"signer": {"title": "TS."}},
    "number": {"number": 5},
}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("document", "--kind", "recall"), "--about FILE is missing"),
        (("document", "--kind", "recall", "--about", "letter.edxml"), "--reason TEXT is missing"),
        (("document", "--kind", "recall", "--about", "letter.edxml", "--subject", "x"), "--subject does not go"),
        (("document", "--sample", "--add", "H97.01"), "--add does not go"),
        (("document", "--kind", "update", "--about", "none.edxml"), "--about"),
        (("document", "--kind", "update", "--about", "status.edxml"), "is no document package"),
        (("document", "--sample", "--attach", "none.pdf"), "none.pdf: No such file"),
        (("document", "--sample", "--date", "20/11/2026"), "'20/11/2026' is no date"),
        (("document", "--sample", "--subject", "a\x01b"), "XML cannot carry"),
        (("document", "--sample", "-o", "no/where.edxml"), "no/where.edxml"),
        (("document", "--from-json", "none.json"), "--from-json none.json: No such file"),
        (("document", "--from-json", "list.json"), '--from-json: /: must be an object whose "package"'),
        (("document", "--from-json", "broken.json"), "no JSON from line 1, column 2 on"),
        (("document", "--from-json", "both.json"), '--from-json: /files/0: needs either "path"'),
        (("document", "--from-json", "nul.json"), "--from-json: /files/0/path: is no path"),
        (("document", "--from-json", "lone.json"), "--from-json: /files/0/path: "),
        (("document", "--from-json", "unknown.json"), '--from-json: /signer: has no member "title"; known are auth'),
        (("document", "--from-json", "number.json"), "--from-json: /number: must be of type string"),
        (("document", "--sample", "--number", ""), "--number: must not be empty"),
        (("document", "--sample", "--signer-name", ""), "--signer-name: must not be empty"),
        (("document", "--sample", "--officer", ""), "--officer: must not be empty"),
        (("document", "--sample", "--attach", "pipe"), "pipe: is no regular file"),
        (("document", "--sample", "--attach", "."), "is no regular file"),
        (("document", "--sample", "--attach", "vast.pdf"), "has 134217729 bytes; 134217728 at most"),
        (("document", "--kind", "update", "--about", "pipe"), "is no document package"),
        (("document", "--kind", "update", "--reason", "x", "--about", "letter.edxml"), "changes nothing"),
        (("document", "--kind", "update", "--about", "letter.edxml", "--remove", "X"), "--remove X: is no recipient"),
        (
            ("document", "--kind", "update", "--about", "letter.edxml", "--add", "G98.02"),
            "--add G98.02: is a recipient",
        ),
        (
            ("document", "--sample", "--force", "-o", "letter.edxml", "--kind", "recall", "--about", "letter.edxml"),
            "lost",
        ),
        (("document", "--force", "-o", "list.json", "--from-json", "list.json"), "--from-json: /"),
        (("document", "--from-json", "status.json"), "'status'"),
        (("status", "--code", "02"), "--about FILE is missing"),
        (("status", "--about", "letter.edxml"), "--code NN is missing"),
        (("status", "--code", "03", "--about", "letter.edxml"), "--from CODE=NAME is missing"),
        (("status", "--code", "13", "--about", "letter.edxml"), "--addressee CODE is missing"),
        (("status", "--code", "07", "--about", "letter.edxml"), "--code"),
        (("document", "--from", "=Sở"), "CODE=NAME"),
        ((), "PACKAGE"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    tmp_path: Path,
    letter: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert letter.exists()
    assert new("status", "--sample", "-o", "status.edxml") == 0
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    for name, members in ODD_ORDERS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(order(**members)))
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "vast.pdf").open("wb") as vast:
        vast.truncate(128 * 1024 * 1024 + 1)
    (tmp_path / "status.json").write_text('{"package": "status"}')
    before = sorted(entry.name for entry in tmp_path.iterdir())
    capsys.readouterr()
    output = () if "-o" in arguments else ("-o", "a.edxml")
    code = run(["new", *arguments, *output, "--now", NOW] if arguments else ["new"])
    said, errors = capsys.readouterr()
    assert (code, said, errors.count("\n")) == (2, "", 1), errors
    assert words in errors
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before
