"""Disturbs the making and stopping of a child by a signal at every single line, and tells which children were left.

Run as ``python -m tests.command.every_instant FOLDER MADE SIGNAL TIMES``. ``MADE`` is ``part`` or ``server``. With
``once`` the signal comes at one line after the other from the child's making on. With ``again`` one has come already
while the child was at work, so that the line belongs to its stopping. ``seen.json`` in the folder then says how many
lines there were and at which of them a child was left running.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from axis28 import demo, ending, server_process
from axis28.errors import CommandError
from tests.command.test_check_signals import gone

FILES = {module.__file__ for module in (contextlib, subprocess, demo, ending, server_process)}
PART = "exec sleep 60"
# Deaf to SIGTERM, so that it has to be killed.
SERVER = f"""trap '' TERM; echo '{{"url": "-", "control": "-", "pid": 1}}'; {PART}"""


class Disturbance:
    """Sends a signal at the line of the given number, counted from when ``counting`` is set."""

    def __init__(self, number: signal.Signals, line: int, *, again: bool) -> None:
        self.number, self.line, self.again = number, line, again
        self.counting = False
        self.seen = 0
        self.child = 0

    def made(self, child: int) -> None:
        self.child = child
        self.counting = not self.again

    def at_work(self) -> None:
        if self.again and not self.counting:
            self.counting = True
            os.kill(os.getpid(), self.number)

    def trace(self, frame: FrameType, event: str, _: object) -> Any:
        """Be called by the interpreter at each line."""
        if frame.f_code.co_filename not in FILES:
            return None
        if event == "line" and self.counting:
            self.seen += 1
            if self.seen == self.line:
                os.kill(os.getpid(), self.number)
        return self.trace


class Child(subprocess.Popen[bytes]):
    """A child that tells when it is made and when somebody waits for it."""

    disturbance: Disturbance

    def _execute_child(self, *arguments: Any, **options: Any) -> None:
        super()._execute_child(*arguments, **options)  # type: ignore[misc] # from its end on, the child can be lost
        self.disturbance.made(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        self.disturbance.at_work()
        return super().wait(timeout)


def part(folder: Path, disturbance: Disturbance) -> None:
    """Have the demo wait for a part that does not end by itself, as long as it may take."""
    demo.Tour(folder, folder, 28, "en", dict(os.environ))._part("load")


def server(folder: Path, disturbance: Disturbance) -> None:
    """Serve for no time at all."""
    with server_process.served(("simulate",), os.environ, folder / "log"):
        disturbance.at_work()


def disturbed(work: Callable[[Path, Disturbance], None], folder: Path, disturbance: Disturbance) -> None:
    Child.disturbance = disturbance
    with ending.in_order():
        sys.settrace(disturbance.trace)
        try:
            work(folder, disturbance)
        except (CommandError, KeyboardInterrupt, SystemExit):
            pass
        finally:
            sys.settrace(None)


def ended(child: int) -> bool:
    """Whether a child is gone; one that was killed may take a moment."""
    end = time.monotonic() + 5
    while not gone(child) and time.monotonic() < end:
        time.sleep(0.001)
    return gone(child)


def main() -> None:
    folder, made, number, times = sys.argv[1:]
    for module, name, value in (
        (subprocess, "Popen", Child),
        (demo, "AXIS28", ("sh", "-c", PART)),
        (server_process, "AXIS28", ("sh", "-c", SERVER)),
        (demo, "PART_LIMIT", 0.001),
        (demo, "STOP_LIMIT", 0.005),  # the part does not get the Ctrl-C after which it is waited for
        (server_process, "STOP_LIMIT", 0.005),
    ):
        setattr(module, name, value)
    lost = []
    for line in itertools.count(1):
        disturbance = Disturbance(signal.Signals[number], line, again=times == "again")
        disturbed({"part": part, "server": server}[made], Path(folder), disturbance)
        if not ended(disturbance.child):
            os.kill(disturbance.child, signal.SIGKILL)
            lost.append(line)
        if disturbance.seen < line:
            break
    (Path(folder) / "seen.json").write_text(json.dumps({"lines": line - 1, "lost": lost}))


if __name__ == "__main__":
    main()
