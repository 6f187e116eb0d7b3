"""Runs a command with its clock moved by whole years (``python -m tests.clock -5 date``); its exit code is ours."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.clock import shim


def main(years: str, *command: str) -> int:
    """Build the library into a temporary folder and run the command with it."""
    if reason := shim.obstacle():
        sys.stderr.write(f"nothing was run, the clock cannot be moved by {years} years: {reason}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        environ = shim.environment(shim.build(Path(folder), int(years)))
        return subprocess.run(command, env=environ, check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: python -m tests.clock YEARS COMMAND...")
    sys.exit(main(*sys.argv[1:]))
