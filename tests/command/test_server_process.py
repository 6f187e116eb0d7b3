"""Server subcommands as child processes: started, waited for, stopped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from axis28.errors import CommandError
from axis28.server_process import served


def test_a_server_is_stopped_when_the_block_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(("simulate", "--port", "0", "--data", str(tmp_path / "axis")), os.environ, log) as axis:
        assert axis.url.startswith("http://127.0.0.1:")
        os.kill(axis.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(axis.pid, 0)


def test_a_server_that_does_not_start_says_why_and_the_run_is_invalid(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.toml"
    with (
        pytest.raises(CommandError, match=r"simulate did not start: .*nowhere\.toml") as raised,
        served(("simulate", "--port", "0", "--systems", str(nowhere)), os.environ, tmp_path / "log"),
    ):
        pytest.fail("it started")
    assert raised.value.exit_code == 3
