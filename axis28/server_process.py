"""A server subcommand (``simulate``, ``reference-dms``) as a child process: started, waited for, stopped by its pid."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType

from axis28.errors import INVALID, CommandError
from schemas import messages

START_LIMIT = 30.0
STOP_LIMIT = 10.0
# -P keeps the working directory off the path: a folder of the user's that is called like one of our packages, too.
Handler = Callable[[int, FrameType | None], object]
AXIS28 = (sys.executable, "-P", "-m", "axis28")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that said that it accepts requests: its address, the address that steers it, and its process id."""

    url: str
    control: str
    pid: int


@contextmanager
def served(arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Run ``axis28 ARGUMENTS…`` until the block ends; its stderr goes to the file ``log``.

    The child has a session of its own: Ctrl-C reaches only us, and we stop it in order (SIGTERM, after 10 s SIGKILL).
    Raises ``CommandError`` with exit code 3 and the child's last line when no ready line comes within 30 s.
    """
    held = _HeldSignals()
    try:
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own command with our own arguments
                [*AXIS28, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(environ),
                start_new_session=True,
            )
    except BaseException:
        held.release()
        raise
    try:
        held.release()
        yield _ready(process, arguments[0], log)
    finally:
        _stop(process)


class _HeldSignals:
    """Holds back Ctrl-C and SIGTERM: what their handlers raise while a child is being made would lose the child."""

    def __init__(self) -> None:
        self._came: list[int] = []
        self._before: dict[int, Handler] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(number)
                if callable(handler):  # what is ignored stays ignored, for the child as well
                    self._before[number] = handler
                    signal.signal(number, lambda came, _frame: self._came.append(came))

    def release(self) -> None:
        """Let them through again, first those that came."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for number in self._came:
            signal.raise_signal(number)


def _ready(process: subprocess.Popen[bytes], name: str, log: Path) -> Server:
    assert process.stdout is not None
    line = b""
    end = monotonic() + START_LIMIT
    while not line.endswith(b"\n") and (rest := end - monotonic()) > 0:
        if not select.select([process.stdout], [], [], rest)[0]:
            break
        # One read per wake-up, without the buffer of readline(): that one could block on half a line.
        chunk = process.stdout.raw.read(4096)  # type: ignore[attr-defined] # typed as IO, is a BufferedReader
        if not chunk:
            break
        line += chunk
    try:
        ready = json.loads(line)
        return Server(str(ready["url"]), str(ready["control"]), int(ready["pid"]))
    except (ValueError, KeyError, TypeError):
        said = log.read_text("utf-8", "replace").strip().splitlines()
        problem = said[-1].removeprefix("axis28: ") if said else "-"
        raise CommandError(
            messages.text("command.server-silent", messages.language(), name=name, problem=problem), INVALID
        ) from None


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
