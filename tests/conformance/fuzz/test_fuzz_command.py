"""The command `axis28 fuzz`: what it leaves, what it says and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from schemas import registry
from tests.acceptance import commands

SOUND = "python:conformance.reference_dms.local:make"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--examples", "0"), "--examples 0"),
        (("--seed", "-1"), "--seed -1"),
        (("--examples", "many"), "many"),
        (("--driver", "khong-co"), "khong-co"),
        (("--driver", "python:khong.co:make"), "khong"),
        (("--axis", "http://127.0.0.1:1"), "control token"),
        (("--control-token-file", "/khong/co"), "/khong/co"),
        (("--unknown",), "--unknown"),
    ],
)
def test_bad_usage_is_one_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    ended = commands.run("fuzz", *arguments, "--out", str(tmp_path))
    assert ended.returncode == 2
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_an_axis_that_is_down_is_one_line_and_an_invalid_run(tmp_path: Path) -> None:
    ended = commands.run("fuzz", "--axis", "http://127.0.0.1:1", "--out", str(tmp_path), token="t")
    assert ended.returncode == 3
    assert "127.0.0.1:1" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_an_out_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    ended = commands.run("fuzz", "--out", str(tmp_path / "file"))
    assert ended.returncode == 2
    assert "--out" in ended.stderr.splitlines()[-1]


def test_a_run_that_finds_something_keeps_it_as_bytes_and_ends_with_1(tmp_path: Path) -> None:
    arguments = ("--driver", "python:conformance.mutants:due_date_required", "--examples", "10", "--out", str(tmp_path))
    ended = commands.run("fuzz", *arguments, "--lang", "vi")
    assert ended.returncode == 1, ended.stderr
    assert registry.reason("fuzz-valid-refused").text["vi"] in ended.stdout
    summary = json.loads((tmp_path / "fuzz" / "dms.json").read_text(encoding="utf-8"))
    (record,) = summary["findings"]
    folder = tmp_path / "fuzz" / "dms-01-fuzz-valid-refused"
    assert record["folder"] == str(folder)
    assert (folder / "package.edxml").read_bytes().startswith(b"<?xml")
    kept = json.loads((folder / "finding.json").read_text(encoding="utf-8"))
    assert kept["requirement"] == "REC-03"
    assert "--seed 28 --examples 10" in kept["replay"]
    assert kept["expected"]
    assert kept["got"]

    # The next run on the same kind of target clears it away.
    ended = commands.run("fuzz", "--driver", SOUND, "--examples", "5", "--out", str(tmp_path))
    assert ended.returncode == 0, ended.stdout
    assert not folder.exists()
    assert json.loads((tmp_path / "fuzz" / "dms.json").read_text(encoding="utf-8"))["findings"] == []


def test_a_run_on_a_joined_axis_leaves_nothing_behind(tmp_path: Path) -> None:
    with commands.serving("simulate", "--port", "0", "--data", str(tmp_path / "axis")) as axis:
        ended = commands.run("fuzz", "--axis", axis.url, "--examples", "8", "--out", str(tmp_path), token=axis.token)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        headers = {"Authorization": f"Bearer {axis.token}"}
        systems = httpx.get(f"{axis.control}/systems", headers=headers, trust_env=False).json()
        agencies = httpx.get(f"{axis.control}/agencies", headers=headers, trust_env=False).json()
    assert systems.get("systems", systems) == []
    assert agencies["agencies"] == []
    written = "".join(path.read_text("utf-8", "replace") for path in tmp_path.rglob("*.json"))
    assert axis.token not in written
