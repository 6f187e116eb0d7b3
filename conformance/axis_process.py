"""The axis as a child process: started when no axis is given, stopped by its pid when the run ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import BinaryIO

from conformance.settings import USAGE, SetupFailure

START_S = 60.0
STOP_S = 15.0
END_S = 2.0
TOKEN_VARIABLE = "AXIS28_CONTROL_TOKEN"  # noqa: S105 - the name of the variable, not a token


@dataclass(frozen=True, slots=True)
class AxisProcess:
    """A running axis: its address, the token of its control API and its process id."""

    url: str
    token: str = field(repr=False)
    pid: int


@contextlib.asynccontextmanager
async def started_axis(listen: str) -> AsyncIterator[AxisProcess]:
    """Start ``axis28 simulate`` on ``HOST:PORT`` (port 0 takes a free one) until the block ends.

    The child has a session of its own, so that Ctrl-C reaches the suite only, which then stops it in order. It holds
    the other end of the child's standard input: even a suite that is killed leaves no axis behind. Raises
    ``SetupFailure`` with the child's last words when it does not become ready.
    """
    host, port = _address(listen)
    token = secrets.token_urlsafe(32)
    with tempfile.TemporaryFile() as errors:
        # -P keeps the working folder off the path: a vendor's own `schemas/` must not shadow the suite's.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "axis28", "simulate", "--host", host, "--port", str(port),
            "--stop-with-stdin",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, TOKEN_VARIABLE: token},
            start_new_session=True,
        )  # fmt: skip
        try:
            yield AxisProcess(await _ready(process, errors), token, process.pid)
        finally:
            await _stop(process)


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise SetupFailure(f"--listen {listen!r} must be HOST:PORT, such as 127.0.0.1:0")
    return host, int(port)


async def _ready(process: asyncio.subprocess.Process, errors: BinaryIO) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        ready = json.loads(line)
        return str(ready["url"])
    except (TimeoutError, ValueError, KeyError, TypeError) as error:
        # What it printed on its way out tells more than that it was silent.
        late = isinstance(error, TimeoutError)
        if not late:
            # Its output ends a moment before it does: signalled in between, it would leave another exit code.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), END_S)
        await _stop(process)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip().splitlines()
        if late:
            words = ": ".join((f"it was not ready within {START_S:g} s", *said[-1:]))
        elif said:
            words = said[-1].removeprefix("axis28: ")
        else:
            words = f"it ended with exit code {process.returncode} and said nothing"
        raise SetupFailure(f"the axis could not be started: {words}", USAGE) from None


async def _stop(process: asyncio.subprocess.Process) -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(ending)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_S)
    process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001 - asyncio has no public way to close pipes
