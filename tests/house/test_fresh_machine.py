"""A clone on a machine that has Python, pip and make and nothing else becomes a working tree by one command."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("axis28", "protocol", "schemas", "fixtures", "simulator", "conformance", ".ci")
SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.mark.proof
def test_make_alone_prepares_a_copy_of_this_tree(tmp_path: Path) -> None:
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip(f"there is no {SYSTEM_PYTHON} here, and no other Python is known to be bare")
    # The blank shows that no recipe relies on paths without one.
    copy = tmp_path / "a clone"
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.iterdir():
        if file.is_file() and file.name != ".git":
            shutil.copy(file, copy)
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    make = ["make", "-C", str(copy), "setup"]
    first = subprocess.run(make, env=environ, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    again = subprocess.run(make, env=environ, capture_output=True, text=True, check=True)
    assert "Nothing to be done" in again.stdout
    version = subprocess.run([copy / ".venv/bin/axis28", "--version"], env=environ, capture_output=True, check=True)
    assert version.stdout.startswith(b"axis28 ")
    moved = copy.rename(tmp_path / "elsewhere")
    subprocess.run(["make", "-C", str(moved), "setup"], env=environ | {"MAKEFLAGS": ""}, check=True)
    assert os.access(moved / ".venv/bin/axis28", os.X_OK)
    subprocess.run([moved / ".venv/bin/axis28", "--version"], env=environ, check=True)
