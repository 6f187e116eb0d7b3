"""The page on signatures tells the truth: what it says to type makes a package that is signed well."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command.packages import axis28

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "docs" / "how-to" / name for name in ("sign-and-check.md", "sign-and-check.vi.md")]


def commands(page: Path) -> Iterator[list[str]]:
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        yield from map(shlex.split, block.splitlines())


def script(page: Path) -> str:
    (code,) = re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(code)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    for words in commands(PAGES[0]):
        if words[1] in ("pki", "new"):
            done = axis28(*words[1:], cwd=folder)
            assert done.returncode == 0, done.stderr
    (folder / "sign.py").write_text(script(PAGES[0]), "utf-8")
    path = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "sign.py"], cwd=folder, env=os.environ | path, check=True, timeout=120)
    return folder


def test_both_languages_say_to_type_the_same() -> None:
    first, second = PAGES
    assert script(first) == script(second)
    assert list(commands(first)) == list(commands(second))


def test_what_the_page_says_to_type_is_signed_well(signed: Path) -> None:
    answer = axis28("check", "signed.edxml", "--trust", "pki/trust", "--format", "json", cwd=signed)
    (report,) = json.loads(answer.stdout)["files"]
    assert (answer.returncode, report["verdict"], report["findings"]) == (0, "pass", [])
    assert [(each["result"], each["signer"]["role"]) for each in report["signatures"]] == [
        ("good", "agency"),
        ("good", "person"),
        ("good", "agency"),
    ]
    demanded = axis28("check", "unsigned.edxml", "--trust", "pki/trust", cwd=signed)
    assert demanded.returncode == 1


@pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")
def test_the_tool_that_the_page_names_says_so_too(signed: Path) -> None:
    (words,) = (each for each in commands(PAGES[0]) if each[0] == "xmlsec1")
    assert subprocess.run(words, cwd=signed, capture_output=True, check=False, timeout=60).returncode == 0
