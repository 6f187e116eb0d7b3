"""Forgetting bodies that no row refers to any more, while any worker on any machine may be about to refer to one again.

A body is first *discarded*: its row in ``contents`` goes and its digest is noted, by one transaction. Later, and never
within the time that a request takes, a *sweep* removes the body, inside the transaction that forgets the note. Writing
transactions of all processes come one after the other, so that a row of a body is entered either before the sweep,
which then leaves the body alone, or after it; and who enters one looks first whether the body is there. Hence no row
ever refers to a body that a sweep took, and a body that a killed sweep left behind is only litter.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, delete, exists, literal, select

from simulator.blobs import Blobs
from simulator.store.tables import contents, discarded

GRACE = 60 * 60 * 1000
"""Milliseconds that a body stays after it was discarded, where other processes may be at work with it."""
_AT_ONCE = 200  # bodies in one transaction: nobody else writes meanwhile


def discard_all(connection: Connection) -> None:
    """Note every large body as discarded; the caller removes all rows of ``contents``."""
    noted = select(contents.c.sha256, literal(_now())).where(contents.c.body.is_(None))
    connection.execute(discarded.insert().from_select(["sha256", "at"], noted))


def discard(connection: Connection, digests: list[str]) -> None:
    """Remove the rows of bodies to which nothing refers any more, and note the large ones."""
    for digest in digests:
        row = connection.execute(select(contents.c.body.is_(None)).where(contents.c.sha256 == digest)).first()
        if row is None:
            continue
        connection.execute(delete(contents).where(contents.c.sha256 == digest))
        if row[0]:
            connection.execute(discarded.insert().values(sha256=digest, at=_now()))


def sweep(connection: Connection, blobs: Blobs, grace: int = GRACE) -> int:
    """Remove bodies that were discarded longer ago than ``grace`` (ms), and tell how many there were to look at.

    Raises ``OSError`` where the place for bodies does not take part; the notes stay.
    """
    due = connection.execute(
        select(discarded.c.sha256).where(discarded.c.at <= _now() - grace).order_by(discarded.c.at).limit(_AT_ONCE)
    ).scalars()
    done = 0
    for digest in due.all():
        used = connection.execute(select(exists().where(contents.c.sha256 == digest))).scalar()
        if not used and not blobs.forget(digest):
            continue  # held: its row may be on its way
        connection.execute(delete(discarded).where(discarded.c.sha256 == digest))
        done += 1
    return done


def _now() -> int:
    """Give the host's own time: what was discarded does not age by the clock of the axis."""
    return int(time.time() * 1000)
