"""An axis that the suite starts and that does not become ready: what is said of it is what happened."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from conformance import axis_process
from conformance.settings import SetupFailure


def instead(path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a script run in the place of the interpreter that runs the axis."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))


async def started() -> None:
    async with axis_process.started_axis("127.0.0.1:0"):
        pass


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exec sleep 60", r"could not be started: it was not ready within 0\.5 s$"),
        ("echo looking >&2; exec sleep 60", r"could not be started: it was not ready within 0\.5 s: looking$"),
        ("exit 7", r"could not be started: it ended with exit code 7 and said nothing$"),
        ("echo axis28: the port is taken >&2; exit 2", r"could not be started: the port is taken$"),
    ],
)
def test_an_axis_that_is_late_is_not_called_one_that_ended(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = 0.5 if "sleep" in script else axis_process.START_S
    monkeypatch.setattr(axis_process, "START_S", patience)
    instead(tmp_path / "axis", script, monkeypatch)
    with pytest.raises(SetupFailure, match=said):
        asyncio.run(started())
