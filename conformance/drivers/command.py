"""``exec:COMMAND LINE`` — one long-lived process that reads requests and writes answers as JSON lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import signal
from collections import deque
from typing import Any

from conformance.drivers.driver import Driver
from conformance.drivers.protocol import MAX_QUOTED, DriverFault, DriverUnusable
from conformance.told import joined, told

MAX_LINE = 96 * 1024 * 1024
STOP_S = 5.0


class CommandDriver(Driver):
    """Runs the driver's command in a process group of its own and matches answers to requests by id, in any order."""

    def __init__(self, command_line: str, run: str = "") -> None:
        super().__init__(run)
        try:
            self._words = shlex.split(command_line)
        except ValueError as error:
            raise DriverUnusable(f"exec:{command_line}: {error}") from error
        if not self._words:
            raise DriverUnusable("exec: needs a command line, such as exec:'python driver.py'")
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[str, asyncio.Future[object]] = {}
        self._late: set[str] = set()
        self._errors: deque[str] = deque(maxlen=20)
        self._readers: list[asyncio.Task[None]] = []
        self._fault: DriverFault | None = None

    async def start(self) -> None:
        """Start the command; ``DriverUnusable`` when there is no such command."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=MAX_LINE,
                start_new_session=True,
            )
        except OSError as error:
            raise DriverUnusable(f"exec:{self._words[0]} cannot be started: {error.strerror or error}") from error
        self._readers = [
            asyncio.create_task(self._read_answers(self._process)),
            asyncio.create_task(self._read_errors(self._process)),
        ]

    async def exchange(self, asked: dict[str, Any]) -> object:
        """Write one line and wait for the line that carries the same id."""
        process = self._process
        if process is None or process.stdin is None:
            raise DriverFault(
                "driver-unreachable", told("{operation}: the driver's process was never started", operation=asked["op"])
            )
        if self._fault is not None:
            raise DriverFault(self._fault.reason, joined(": ", (asked["op"], self._fault.text)))
        identifier = asked["id"]
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._waiting[identifier] = answer
        try:
            process.stdin.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
            await process.stdin.drain()
            return await answer
        except (BrokenPipeError, ConnectionResetError) as error:
            raise DriverFault(
                "driver-unreachable", joined(": ", (asked["op"], await self._epitaph(process)))
            ) from error
        finally:
            del self._waiting[identifier]
            if not answer.done() or answer.cancelled():
                self._late.add(identifier)
            else:
                answer.exception()  # looked at, also where the write failed first

    async def _read_answers(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:
                self._fail(
                    DriverFault(
                        "driver-nonsense", told("the driver wrote a line longer than {limit} bytes", limit=MAX_LINE)
                    )
                )
                return
            if not line:
                self._fail(DriverFault("driver-unreachable", await self._epitaph(process)), for_ever=True)
                return
            if line.strip():
                self._deliver(line)

    def _deliver(self, line: bytes) -> None:
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            raw = None
        named = raw.get("id") if isinstance(raw, dict) else None
        identifier = named if isinstance(named, str) else None
        waiting = None if identifier is None else self._waiting.get(identifier)
        if waiting is not None and not waiting.done():
            waiting.set_result(raw)
        elif identifier not in self._late:
            shown = line.decode("utf-8", "backslashreplace").strip()[:MAX_QUOTED]
            self._fail(
                DriverFault(
                    "driver-nonsense",
                    told("a line on stdout answers no request (logs go to stderr): {shown}", shown=shown),
                )
            )

    def _fail(self, fault: DriverFault, *, for_ever: bool = False) -> None:
        if for_ever:
            self._fault = fault
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(DriverFault(fault.reason, fault.text))

    async def _read_errors(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while chunk := await process.stderr.read(4096):
            self._errors.extend(chunk.decode("utf-8", "backslashreplace").splitlines())

    async def _epitaph(self, process: asyncio.subprocess.Process) -> str:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 1.0)
        code = process.returncode
        driver = self._words[0]
        ended = (
            told("the driver {driver} closed its stdout", driver=driver)
            if code is None
            else told("the driver {driver} ended with exit code {code}", driver=driver, code=code)
        )
        if not self._errors:
            return ended
        return told("{ended}; its last words: {words}", ended=ended, words=self._errors[-1][:MAX_QUOTED])

    async def close(self) -> None:
        """Close stdin, give the process a moment to leave, then end it and its children."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        for ending in (None, signal.SIGTERM, signal.SIGKILL):
            if ending is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, ending)
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
                break
            except TimeoutError:
                continue
        # Children that outlive the command would hold its pipes open, and the readers with them.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        _, open_still = await asyncio.wait(self._readers, timeout=1.0)
        for reader in open_still:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)
        process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001 - asyncio has no public way to close pipes
