"""Packages for the tests of `axis28 check`, and the command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from fixtures.casebook.letters import letter_bytes, status_bytes

AXIS28 = (sys.executable, "-m", "axis28")
NOW = "2026-11-21T09:00:00+07:00"
ENGLISH = {"LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "error", "COLUMNS": "100"}


def axis28(
    *arguments: str, given: bytes = b"", cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*AXIS28, *arguments],
        input=given,
        capture_output=True,
        cwd=cwd,
        env=os.environ | ENGLISH | environ,
        check=False,
        timeout=120,
    )


def check(
    *arguments: str, given: bytes = b"", cwd: Path | None = None, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Check as of a fixed instant, without the text of attached files unless a test asks for it."""
    return axis28("check", "--now", NOW, "--no-contents", *arguments, given=given, cwd=cwd, **environ)


def spoilt(raw: bytes, old: str, new: str) -> bytes:
    assert old.encode() in raw, f"nothing to spoil: {old}"
    return raw.replace(old.encode(), new.encode(), 1)


def clean_letter() -> bytes:
    return letter_bytes()


def clean_status() -> bytes:
    return status_bytes()


def letter_with_bad_date() -> bytes:
    """A letter that strict refuses: its date of issue has the day first."""
    return spoilt(letter_bytes(), "2026/11/20</edXML:PromulgationDate>", "20/11/2026</edXML:PromulgationDate>")


def letter_with_other_identifier() -> bytes:
    """A letter that only deserves a warning: its identifier is not composed of its members."""
    raw = letter_bytes()
    start = raw.index(b"<edXML:DocumentId>")
    return raw[:start] + raw[start:].replace(b"2026/11/20", b"2026/11/19", 1)
