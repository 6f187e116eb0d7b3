"""Inspects in profile ``axis`` what was answered already: the ledger itself is the queue, so a crash loses no place.

A package counts as inspected when its findings are stored. What waits when an axis ends is inspected after its next
start; few packages are in memory, however many wait. One whose body cannot be read keeps its place and is tried again
when the others were looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from sqlalchemy import Connection, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from protocol.content.answer import InvalidAnswer
from protocol.content.bounds import MIB, Bounds
from protocol.content.confined import ConfinedReader, Stopped
from simulator.blobs import Blobs, Content
from simulator.inspection import joined
from simulator.store.contents import find_content
from simulator.store.failure import StorageFailed
from simulator.store.store import Store
from simulator.store.tables import documents

_BATCH = 16
_PAUSE = 0.2
"""Seconds between two looks at the queue: packages that come together are inspected together."""
_SLEEP = 5.0
"""Seconds after which the queue is looked at although nothing seems to have come: another process may store too."""
_RETRY = 5.0
_LARGEST = 256 * MIB
_LONGEST_ANSWER = 16 * MIB
_BOUNDS = Bounds(file_bytes=_LARGEST, seconds=180.0)
# Written out as the partial index has it.
_WAITING = text("NOT inspected")

logger = logging.getLogger("simulator.inspector")


class OutOfReach(Exception):  # noqa: N818 - says what became of the body
    """A body cannot be read now, which says nothing about its package. No ``OSError``: those count as damaged files."""


class PackageInspector(ConfinedReader[list[dict[str, Any]]]):
    """Has packages inspected in a process of their own."""

    module: ClassVar[str] = "simulator.inspecting"

    def __init__(self, trust: Path | None) -> None:
        super().__init__(_BOUNDS)
        self.arguments = () if trust is None else (str(trust.resolve()),)

    def inspect(self, package: Callable[[], BinaryIO], size: int, at: int, message_type: str) -> list[dict[str, Any]]:
        """Give the findings of a package; raises ``Stopped`` where it broke the process or took too long.

        ``OSError`` where no process can be started, or none that reads attached files.
        """
        return self._answer(json.dumps({"at": at, "message_type": message_type}), package, size)

    def _longest(self) -> int:
        return _LONGEST_ANSWER

    def _decode(self, answer: bytes) -> list[dict[str, Any]]:
        try:
            told = json.loads(answer)
            if told.get("unreadable"):
                raise OSError("attached files cannot be read")
            return [dict(finding) for finding in told["findings"]]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InvalidAnswer(type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class _Due:
    seq: int
    at: int
    message_type: str
    content: Content | None


class Inspector:
    """Works through the queue beside everything else."""

    def __init__(self, store: Store, blobs: Blobs, trust: Path | None) -> None:
        self._store = store
        self._blobs = blobs
        self._process = PackageInspector(trust)
        self._passed = 0  # number of the package up to which this round through the queue came
        self._grown = asyncio.Event()
        store.when_committed(self._grown.set)

    async def run(self) -> None:
        """Inspect what waits, and then whatever comes, until cancelled."""
        try:
            while True:
                try:
                    await self._turn()
                except (StorageFailed, SQLAlchemyError) as error:
                    # What could not be stored stays in the queue.
                    logger.warning("no package can be inspected now: %s", error)
                    await asyncio.sleep(_RETRY)
        finally:
            await asyncio.shield(asyncio.to_thread(self._process.close))

    async def _turn(self) -> None:
        """Inspect the oldest packages that wait and were not tried in this round; end the round where there is none."""
        self._grown.clear()
        due = await self._store.read_aside(lambda connection: _due(connection, self._passed))
        for each in due:
            try:
                await self._inspect(each)
            except (OSError, OutOfReach) as error:
                # This body, or nothing at all: which of them, only the next package tells.
                logger.warning("package %d cannot be inspected now: %s", each.seq, error)
                await asyncio.sleep(_RETRY)
            self._passed = each.seq
        if not due:
            self._passed = 0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._grown.wait(), _SLEEP)
            await asyncio.sleep(_PAUSE)

    async def _inspect(self, due: _Due) -> None:
        found: list[dict[str, Any]] = []
        content = due.content
        if content is not None:
            try:
                found = await asyncio.to_thread(
                    self._process.inspect, lambda: self._opened(content), content.size, due.at, due.message_type
                )
            except Stopped as stopped:
                logger.warning("package %d could not be inspected: %s", due.seq, stopped.unread)
        await self._store.write(lambda connection: _record(connection, due.seq, found))

    def _opened(self, content: Content) -> BinaryIO:
        """Open a body; one that is gone for good passes for a damaged file."""
        try:
            return self._blobs.open(content)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise OutOfReach(str(error)) from error


def waiting(connection: Connection) -> int:
    """Count what waits to be inspected."""
    return int(connection.execute(select(func.count()).select_from(documents).where(_WAITING)).scalar_one())


def _due(connection: Connection, passed: int) -> list[_Due]:
    columns = [documents.c[name] for name in ("seq", "at", "message_type", "received")]
    oldest = select(*columns).where(_WAITING, documents.c.seq > passed).order_by(documents.c.seq).limit(_BATCH)
    rows = connection.execute(oldest).all()
    return [_Due(row.seq, row.at, row.message_type, find_content(connection, row.received)) for row in rows]


def _record(connection: Connection, seq: int, found: Sequence[dict[str, Any]]) -> None:
    """Add findings to a package; where another process was faster, or the package is gone, nothing happens."""
    row = connection.execute(
        select(documents.c.findings).where(documents.c.seq == seq, documents.c.inspected.is_(False))
    ).first()
    if row is None:
        return
    told = json.dumps(joined(json.loads(row.findings), found), ensure_ascii=False).encode("utf-8", "replace")
    connection.execute(
        update(documents).where(documents.c.seq == seq).values(findings=told.decode("utf-8"), inspected=True)
    )
