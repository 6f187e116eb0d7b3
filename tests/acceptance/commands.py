"""Runs the `axis28` command as a user does: as processes of their own, with nothing but flags and a token."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AXIS28 = (sys.executable, "-m", "axis28")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that said that it is ready: its addresses, and what it was given to protect itself with."""

    url: str
    control: str
    pid: int
    token: str


def environment(token: str | None = None, **extra: str) -> dict[str, str]:
    """The environment of this process without its own token, in English, with the given token."""
    clean = {name: value for name, value in os.environ.items() if name != "AXIS28_CONTROL_TOKEN"}
    clean.update({"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", **extra})
    if token is not None:
        clean["AXIS28_CONTROL_TOKEN"] = token
    return clean


def run(
    *arguments: str, token: str | None = None, timeout: float = 280, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(  # the command under test
        [*AXIS28, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        env=environment(token, **extra),
        check=False,
    )


@contextlib.contextmanager
def serving(*arguments: str, token: str | None = None) -> Iterator[Running]:
    """Start a server command, wait for its ready line, and end it by SIGTERM."""
    secret = token or secrets.token_urlsafe(24)
    process = subprocess.Popen(
        [*AXIS28, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(secret),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            _, errors = process.communicate(timeout=20)
            raise AssertionError(f"axis28 {arguments[0]} did not start: {errors}")
        ready: Mapping[str, Any] = json.loads(line)
        assert ready["event"] == "ready"
        yield Running(str(ready["url"]), str(ready["control"]), int(ready["pid"]), secret)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def write_systems(path: Path, system_id: str, secret: str, *agencies: tuple[str, str]) -> Path:
    """Write a systems file (TOML) with one system."""
    lines = ",\n  ".join(f'{{ code = "{code}", name = "{name}" }}' for code, name in agencies)
    path.write_text(
        f'[[system]]\nid = "{system_id}"\nsecret = "{secret}"\nagencies = [\n  {lines}\n]\n', encoding="utf-8"
    )
    return path


def report(out: Path) -> dict[str, Any]:
    """Read the raw report of a run."""
    loaded: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return loaded
