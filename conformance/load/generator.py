"""The generator processes: started, released at one instant, and their results read back."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from conformance.load.job import READY, Job
from conformance.load.measurement import GeneratorUse, Sent
from conformance.violation import JudgeBlind

START_LIMIT_S = 60.0
LEAD_S = 0.5


@dataclass(frozen=True, slots=True)
class Generated:
    """What all generators together sent, by arrival; an arrival without a record was never sent."""

    sent: dict[int, Sent]
    uses: tuple[GeneratorUse, ...]


class Generators:
    """Runs one process for each job; an async context manager that leaves no process behind."""

    def __init__(self, jobs: Sequence[Job], folder: Path) -> None:
        self._jobs = jobs
        self._folder = folder
        self._processes: list[asyncio.subprocess.Process] = []

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes of this run."""
        return tuple(process.pid for process in self._processes)

    async def __aenter__(self) -> Self:
        """Start the processes and wait until each can begin."""
        for number, job in enumerate(self._jobs):
            path = self._folder / f"job-{number}.json"
            job.write(path)
            self._processes.append(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-P",
                    "-m",
                    "conformance.load.locustfile",
                    str(path),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                )
            )
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await asyncio.gather(*(self._ready(process) for process in self._processes))
        except BaseException as error:
            await self._stop()
            if isinstance(error, TimeoutError):
                raise JudgeBlind(f"the load generator did not start within {START_LIMIT_S:.0f} s") from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End whatever still runs."""
        await self._stop()

    async def run(self, limit_s: float) -> Generated:
        """Release all processes at one instant and give what they did; one that takes over ``limit_s`` is ended."""
        start = time.time() + LEAD_S
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{start!r}\n".encode("ascii"))
            await process.stdin.drain()
        finished = await asyncio.gather(*(self._finished(process, limit_s) for process in self._processes))
        sent: dict[int, Sent] = {}
        uses = []
        for job, well in zip(self._jobs, finished, strict=True):
            records = _records(Path(job.results)) if well else []
            cpu = next((record["cpu"] for record in records if "cpu" in record), None)
            uses.append(GeneratorUse(cpu=cpu or 0.0, finished=cpu is not None))
            sent.update((record["index"], Sent(**record)) for record in records if "index" in record)
        return Generated(sent, tuple(uses))

    async def _ready(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        line = await process.stdout.readline()
        if line.decode("utf-8", "replace").strip() != READY:
            assert process.stderr is not None
            said = (await process.stderr.read()).decode("utf-8", "replace").strip().splitlines()
            raise JudgeBlind(f"the load generator did not start: {said[-1] if said else 'it said nothing'}")

    async def _finished(self, process: asyncio.subprocess.Process, limit_s: float) -> bool:
        try:
            async with asyncio.timeout(limit_s):
                await process.communicate()
        except TimeoutError:
            return False
        return process.returncode == 0

    async def _stop(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.kill()
            await process.communicate()


def _records(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise JudgeBlind(f"the load generator left no readable results: {error}") from error
