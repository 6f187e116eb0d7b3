"""Starts a command with Ctrl-C in force, or ignored as a shell has it for what it runs in the background."""

from __future__ import annotations

import sys

_EXEC = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.{0});"
    " os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""What follows are the arguments of another Python: it inherits how the signal is taken."""
IN_FORCE = (sys.executable, "-c", _EXEC.format("SIG_DFL"))
IGNORED = (sys.executable, "-c", _EXEC.format("SIG_IGN"))
