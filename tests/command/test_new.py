"""`axis28 new`: what it writes passes `axis28 check --profile strict`, and what it cannot make it says in one line."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import schemas
from axis28.check import instant
from axis28.checking.examination import Examiner, Settings
from axis28.command import run
from axis28.new import STATUS_CODES
from fixtures.casebook.letters import PDF
from protocol.package.attachment import original
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reader import read_package
from tests.command.packages import axis28

NOW = "2026-11-20T16:00:00+07:00"


def new(*arguments: str | Path) -> int:
    return run(["new", *map(str, arguments), "--now", NOW])


def read(path: Path) -> DocumentPackage:
    with read_package(path.read_bytes()) as reading:
        assert isinstance(reading.package, DocumentPackage)
        return reading.package


def read_status(path: Path) -> StatusPackage:
    with read_package(path.read_bytes()) as reading:
        assert isinstance(reading.package, StatusPackage)
        return reading.package


def reasons(path: Path) -> list[str]:
    with Examiner(Settings("strict", instant(NOW))) as examiner:
        return [remark.finding.reason for remark in examiner.examine(io.BytesIO(path.read_bytes()), "x").remarks]


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A sample letter to two recipients."""
    path = tmp_path / "letter.edxml"
    assert new("document", "--sample", "--to", "G98.02=Cục Mẫu", "--to", "H98.03=Sở Đối chứng", "-o", path) == 0
    return path


@pytest.mark.parametrize("kind", ["Công văn", "Quyết định", "Thông báo", "Báo cáo", "Giấy mời"])
def test_a_sample_of_each_kind_of_document_deserves_no_finding(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "letter.edxml"
    assert new("document", "--sample", "--type", kind, "-o", path) == 0
    assert reasons(path) == []
    assert read(path).header.document_type.type_name == kind


@pytest.mark.parametrize("kind", ["recall", "update", "replace"])
def test_recalls_updates_and_replacements_deserve_no_finding(tmp_path: Path, letter: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.edxml"
    assert new("document", "--sample", "--kind", kind, "--about", letter, "-o", path) == 0
    assert reasons(path) == []
    before, after = read(letter), read(path)
    assert after.trace is not None
    business = after.trace.business
    assert business is not None
    assert business.doc_type == {"recall": "1", "update": "2", "replace": "3"}[kind]
    if kind == "replace":
        assert after.header.document_id != before.header.document_id
        assert business.replacements[0].document_id == before.header.document_id
        assert business.replacements[0].organ_ids == ("G98.02", "H98.03")
    else:
        due_date = "2026/12/04" if kind == "update" else before.header.due_date
        assert after.header == replace(before.header, due_date=due_date)
        assert business.document_id == before.header.document_id
    assert [file.sha256 for file in after.attachments] == (
        [file.sha256 for file in before.attachments]
        if kind == "update"
        else [file.sha256 for file in after.attachments]
    )


def test_an_update_of_recipients_adds_and_removes(tmp_path: Path, letter: Path) -> None:
    path = tmp_path / "update.edxml"
    changes = ("--add", "H97.01=Ban Mẫu", "--remove", "H98.03", "--officer", "Nguyễn Văn Thử")
    assert new("document", "--kind", "update", "--about", letter, *changes, "--force", "-o", path) == 0
    package = read(path)
    assert [body.organ_id for body in package.header.to] == ["G98.02", "H97.01"]
    assert package.trace is not None
    assert package.trace.business is not None
    info = package.trace.business.document_info
    assert info is not None
    assert (info.document_info, info.document_receiver) == ("0", "1")
    assert {(each.organ_id, each.receiver_type) for each in info.receivers} == {("H98.03", "0"), ("H97.01", "1")}


@pytest.mark.parametrize("code", STATUS_CODES)
def test_a_status_of_each_code_deserves_no_finding(tmp_path: Path, letter: Path, code: str) -> None:
    alone, about = tmp_path / "alone.edxml", tmp_path / "about.edxml"
    assert new("status", "--sample", "--code", code, "-o", alone) == 0
    who = ("--addressee", "G98.02") if code == "13" else ("--from", "G98.02")
    assert new("status", "--sample", "--code", code, "--about", letter, *who, "-o", about) == 0
    assert reasons(alone) == reasons(about) == []
    header, document = read_status(about).header, read(letter).header
    parties = (header.sender.organ_id, header.response_for.organ_id)
    assert parties == (("H99.01", "G98.02") if code == "13" else ("G98.02", "H99.01"))
    assert header.response_for.document_id == document.document_id
    assert header.response_for.code == document.code.sign


def test_flags_make_a_whole_document_without_the_sample(tmp_path: Path) -> None:
    (tmp_path / "Phụ lục.xlsx").write_bytes(b"PK" + b"x" * 100)
    (tmp_path / "quyết định.pdf").write_bytes(PDF)
    path = tmp_path / "letter.edxml"
    assert new(
        "document", "--from", "H99.01=Sở Thử nghiệm", "--to", "G98.02=Cục Mẫu", "--number", "05",
        "--notation", "QĐ-STN", "--type", "Quyết định", "--subject", "Về việc thử nghiệm", "--place", "Ví Dụ",
        "--signer-authority", "KT. GIÁM ĐỐC", "--signer-position", "Phó Giám đốc", "--signer-name", "Trần Thị Mẫu",
        "--priority", "1", "--due-date", "2026-12-01", "--to-place", "Lưu: VT", "--officer", "Nguyễn Văn Thử",
        "--officer-department", "Văn thư", "--attach", tmp_path / "quyết định.pdf", "-o", path,
    ) == 0  # fmt: skip
    package = read(path)
    assert package.header.document_id == "H99.01,2026/11/20,05/QĐ-STN"
    assert package.header.document_type.type == "2"
    assert package.header.signer is not None
    assert package.header.signer.competence == "KT. GIÁM ĐỐC"
    assert package.header.due_date == "2026/12/01"
    assert reasons(path) == []
    with read_package(path.read_bytes()) as reading:
        assert isinstance(reading.package, DocumentPackage)
        assert original(reading.package.attachments[0]).data == PDF


def order(**members: Any) -> dict[str, Any]:
    return {
        "package": "document",
        "from": {"code": "H99.01", "name": "Sở Thử nghiệm", "in_charge": "UBND tỉnh Ví Dụ"},
        "to": [{"code": "G98.02", "name": "Cục Mẫu"}],
        "number": "05",
        "notation": "QĐ-STN",
        "place": "Ví Dụ",
        "type": "Quyết định",
        "subject": "Về việc thử nghiệm",
        "signer": {"position": "Giám đốc", "name": "Trần Thị Mẫu"},
        "officer": {"name": "Nguyễn Văn Thử"},
        "files": [{"name": "quyết định.pdf", "base64": base64.b64encode(PDF).decode()}],
        **members,
    }


def test_a_json_file_makes_the_same_and_flags_go_before_it(tmp_path: Path) -> None:
    (tmp_path / "order.json").write_text(json.dumps(order()), "utf-8")
    assert new("document", "--from-json", tmp_path / "order.json", "-o", tmp_path / "a.edxml") == 0
    flags = ("--number", "07", "--signer-name", "Lê Văn Mẫu")
    assert new("document", "--from-json", tmp_path / "order.json", *flags, "-o", tmp_path / "b.edxml") == 0
    first, second = read(tmp_path / "a.edxml").header, read(tmp_path / "b.edxml").header
    assert (first.code.number, second.code.number) == ("05", "07")
    assert first.signer is not None
    assert second.signer is not None
    assert (second.signer.position, second.signer.full_name) == ("Giám đốc", "Lê Văn Mẫu")
    assert reasons(tmp_path / "a.edxml") == []


def test_paths_in_a_json_file_start_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "quyết định.pdf").write_bytes(PDF)
    (tmp_path / "in" / "order.json").write_text(json.dumps(order(files=[{"path": "quyết định.pdf"}])), "utf-8")
    assert new("document", "--from-json", tmp_path / "in" / "order.json", "-o", tmp_path / "a.edxml") == 0
    assert read(tmp_path / "a.edxml").attachments[0].name == "quyết định.pdf"


def test_standard_input_and_output_make_a_pipe() -> None:
    given = json.dumps(order()).encode()
    made = axis28("new", "document", "--from-json", "-", "--now", NOW, "-o", "-", given=given)
    assert (made.returncode, made.stderr) == (0, b"")
    checked = axis28("check", "-", "--now", NOW, given=made.stdout)
    assert checked.returncode == 0
    assert checked.stdout.startswith(b"<stdin>: pass")


def test_what_strict_would_refuse_is_shown_and_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "letter.edxml"
    assert new("document", "--sample", "--number", "5", "-o", path) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert "fail[code-number-without-zero]" in errors
    assert errors.splitlines()[-1].startswith("axis28: not written")
    assert list(tmp_path.iterdir()) == []
    assert new("document", "--sample", "--number", "5", "--force", "-o", path) == 0
    assert "code-number-without-zero" in reasons(path)


def test_nothing_is_overwritten_unless_told_to(
    tmp_path: Path, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = letter.read_bytes()
    capsys.readouterr()
    assert new("document", "--sample", "-o", letter) == 2
    assert "--force" in capsys.readouterr().err
    assert letter.read_bytes() == before
    assert new("document", "--sample", "--force", "-o", letter) == 0
    assert letter.read_bytes() != before
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.edxml"]


def test_every_member_of_the_schema_says_its_flag() -> None:
    definitions = schemas.json_schema("new-package")["$defs"]
    text = axis28("new", "document", "--help").stdout.decode() + axis28("new", "status", "--help").stdout.decode()
    flags = {
        word.strip(",.:;")
        for part in ("document", "status")
        for member in definitions[part]["properties"].values()
        for word in member.get("description", "").split()
        if word.startswith("--")
    }
    assert len(flags) > 20
    assert {flag for flag in flags if flag not in text} == set()
