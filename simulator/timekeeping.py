"""Keeping the clock: its courses lie in the store, so that every worker and every later start shows the same time.

A change holds from a moment ahead of it on (``LEAD``), when every worker has learnt of it. Until then all go by the
course before, so that no reader ever sees the clock go back over a change of rate: a worker that learnt of it late
would otherwise have run ahead at the old rate.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from simulator.clock import FIRST, HOST, LAST, MAX_RATE, Clock, Course, holding
from simulator.store.generation import bump
from simulator.store.tables import facts

LEAD = 0.25
_NAME = "clock"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def load(connection: Connection, clock: Clock) -> None:
    """Let a clock go by what the store says."""
    clock.follow(_courses(connection))


def change(
    connection: Connection, *, now: datetime | None = None, rate: float | None = None, frozen: bool | None = None
) -> float:
    """Change what is given and keep the rest; gives the instant of the host's monotonic time at which it begins.

    ``now`` needs an offset. Raises ``ValueError`` naming the field.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError("now: a time with its offset is needed, such as 2026-11-21T08:00:00+07:00")
    if now is not None and not FIRST <= now <= LAST:
        raise ValueError(f"now: a time from {FIRST.isoformat()} to {LAST.isoformat()} is needed")
    if rate is not None and not 0 < rate <= MAX_RATE:
        raise ValueError(f"rate: a number above 0 and up to {MAX_RATE:g} is needed")
    courses = _courses(connection)
    present = time.monotonic()
    begin = max(present + LEAD, courses[-1].since)
    last = courses[-1]
    course = Course(
        since=begin,
        anchor=last.at(begin) if now is None else now.timestamp(),
        rate=last.rate if rate is None else rate,
        frozen=last.frozen if frozen is None else frozen,
    )
    held = holding(courses, present)
    _keep(connection, (held, *(each for each in courses if each.since > held.since), course))
    return begin


def release(connection: Connection) -> None:
    """Go back to the host's own time, at once."""
    bump(connection)
    connection.execute(delete(facts).where(facts.c.name == _NAME))


async def begun(instant: float) -> None:
    """Wait until a change has begun."""
    await asyncio.sleep(max(0.0, instant - time.monotonic()) + 0.001)


def _courses(connection: Connection) -> tuple[Course, ...]:
    value = connection.execute(select(facts.c.value).where(facts.c.name == _NAME)).scalar()
    if value is None:
        return HOST
    kept = json.loads(value)
    moved = 0.0
    if not kept["boot"] or kept["boot"] != _boot():
        # Monotonic time means nothing on another machine or after a restart of this one; the wall clock has to do.
        moved = (time.monotonic() - time.time()) - (kept["monotonic"] - kept["wall"])
    return tuple(
        Course(-math.inf if since is None else since + moved, anchor, rate, frozen)
        for since, anchor, rate, frozen in kept["courses"]
    )


def _keep(connection: Connection, courses: tuple[Course, ...]) -> None:
    rows = [(None if course.since == -math.inf else course.since, *astuple(course)[1:]) for course in courses]
    bump(connection)
    kept = {"boot": _boot(), "monotonic": time.monotonic(), "wall": time.time(), "courses": rows}
    connection.execute(delete(facts).where(facts.c.name == _NAME))
    connection.execute(insert(facts).values(name=_NAME, value=json.dumps(kept)))


def _boot() -> str:
    """Tell which run of this machine's kernel this is; ``""`` where the machine does not say."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""
