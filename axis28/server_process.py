"""A server subcommand (``simulate``, ``reference-dms``) as a child process: started, waited for, stopped by its pid."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from axis28 import ending
from axis28.errors import INVALID, CommandError
from schemas import messages

START_LIMIT = 30.0
STOP_LIMIT = 10.0
# -P keeps the working directory off the path: a folder of the user's that is called like one of our packages, too.
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
    with ending.held_back() as let_through:
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - our own command with our own arguments
                [*AXIS28, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=dict(environ),
                start_new_session=True,
            )
        try:
            with let_through():
                yield _ready(process, arguments[0], log)
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child in order (SIGTERM, after 10 s SIGKILL); one that has ended is only cleared away.

    To be called where signals are held back: what they raise would leave the child running.
    """
    process.terminate()
    try:
        process.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        with suppress(subprocess.TimeoutExpired):  # killed for certain, even where nobody hears of it
            process.wait(STOP_LIMIT)
    if process.stdout is not None:
        process.stdout.close()


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
