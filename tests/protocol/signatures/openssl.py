"""The ``openssl`` tool, which nobody here wrote, as a witness."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

TOOL = shutil.which("openssl")
needed = pytest.mark.skipif(TOOL is None, reason="the openssl tool is not installed")


def openssl(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the tool in a folder; it must not wait for input."""
    assert TOOL is not None
    return subprocess.run(
        [TOOL, *map(str, arguments)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def made(folder: Path, *arguments: object) -> str:
    """Run the tool, which has to succeed, and give its output."""
    answer = openssl(folder, *arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def at(moment: datetime) -> tuple[str, str]:
    """Give the options that make the tool verify as of an instant."""
    return "-attime", str(int(moment.timestamp()))


def stored(folder: Path, **files: bytes) -> None:
    """Write files by their names without the point (``root_pem``)."""
    for name, content in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_bytes(content)
