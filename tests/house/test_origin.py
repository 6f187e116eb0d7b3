"""The start-up guard: whoever else is called like one of our packages is named, and nothing of theirs is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from axis28 import origin

TRAP = "raise SystemExit('the intruder was imported')\n"


def axis28(folder: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "axis28", "--version"],
        cwd=folder,
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_this_tree_is_its_own() -> None:
    assert origin.intruder() is None


@pytest.mark.parametrize("name", origin.PACKAGES)
@pytest.mark.parametrize("form", ["{}/__init__.py", "{}.py"])
def test_a_package_of_that_name_in_the_working_directory_is_named(name: str, form: str, tmp_path: Path) -> None:
    intruder = tmp_path / form.format(name)
    intruder.parent.mkdir(exist_ok=True)
    intruder.write_text(TRAP)
    answer = axis28(tmp_path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert str(intruder) in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert axis28(tmp_path, "-P").returncode == 0


def test_a_package_of_that_name_on_the_path_is_named(tmp_path: Path) -> None:
    intruder = tmp_path / "vendor" / "protocol" / "__init__.py"
    intruder.parent.mkdir(parents=True)
    intruder.write_text(TRAP)
    answer = axis28(tmp_path, PYTHONPATH=str(tmp_path / "vendor"))
    assert answer.returncode == 2
    assert str(intruder) in answer.stderr


def test_a_folder_that_is_no_package_is_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "invoice.xsd").write_text("<schema/>")
    assert axis28(tmp_path).returncode == 0


def test_the_complaint_speaks_both_languages(tmp_path: Path) -> None:
    (tmp_path / "schemas.py").write_text(TRAP)
    answer = axis28(tmp_path)
    assert "run axis28 from another directory" in answer.stderr
    assert "hãy chạy axis28 từ thư mục khác" in answer.stderr
