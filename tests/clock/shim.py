"""Builds what moves the real-time clock of processes: a small library that they preload (``realtime.c``).

What is moved is only what ``date`` shows. Monotonic clocks, and the times of files, stay; see ``realtime.c``. A child
that must live in the real time, since it talks to servers out there and judges their certificates, is started with an
empty ``LD_PRELOAD`` (``REAL_TIME``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SOURCE = Path(__file__).with_name("realtime.c")
SHIFTS = (-5, 10)
"""Years: what was made long ago must still be understood, and nothing in the tree may rot."""
REAL_TIME = {"LD_PRELOAD": ""}
_YEAR_S = 365.2425 * 24 * 3600
_NAME = "axis28-clock"


def obstacle() -> str | None:
    """Say why no clock can be moved on this machine, or ``None`` where it can."""
    if not sys.platform.startswith("linux"):
        return "clocks are moved on Linux only"
    if _compiler() is None:
        return "no C compiler on this machine (Debian: apt-get install gcc libc6-dev), and no clock is moved without"
    return None


def moved() -> bool:
    """Say whether the clock of this process is already moved."""
    return _NAME in os.environ.get("LD_PRELOAD", "")


def seconds(years: int) -> int:
    """Give the length of that many mean years."""
    return round(years * _YEAR_S)


def build(folder: Path, years: int) -> Path:
    """Compile the library for one shift into a folder, whose path must not hold a blank or a colon (``ld.so``)."""
    compiler = _compiler()
    assert compiler is not None, obstacle()
    library = folder.resolve() / f"{_NAME}{years:+d}.so"
    assert not set(" :") & set(str(library)), f"{library}: LD_PRELOAD cannot name a path with a blank or a colon"
    options = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", f"-DSHIFT_S={seconds(years)}LL")
    subprocess.run([compiler, *options, str(SOURCE), "-o", str(library), "-ldl"], check=True)
    return library


def environment(library: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Give an environment in which the clock is moved, for a process and whatever it starts."""
    others = [entry for entry in given.get("LD_PRELOAD", "").split() if _NAME not in entry]
    return {**given, "LD_PRELOAD": " ".join([str(library), *others])}


def _compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
