"""What a start found of an axis that was killed: said once, so that nobody has to guess what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from simulator.axis import Axis
from simulator.store.tables import contents, discarded


@dataclass(frozen=True, slots=True)
class Recovery:
    """Counts of what was left.

    ``frames`` of the log that were taken over, bodies ``unfinished`` when it ended (removed), ``litter`` that no row
    refers to (of sends that were never acknowledged), and bodies ``missing`` that a row refers to.
    """

    frames: int
    unfinished: int
    litter: int
    missing: int

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return any((self.frames, self.unfinished, self.litter, self.missing))


def recovered(axis: Axis) -> Recovery:
    """Look at a store that was just opened and compare its rows with the bodies. Raises ``OSError``."""

    def referred(connection: Connection) -> tuple[set[str], set[str]]:
        rows = connection.execute(select(contents.c.sha256).where(contents.c.body.is_(None))).scalars()
        return set(rows), set(connection.execute(select(discarded.c.sha256)).scalars())

    known, leaving = axis.store.read(referred)
    present = {sha256 for sha256, _ in axis.blobs.shelf.names()}
    return Recovery(axis.store.replayed, axis.blobs.swept, len(present - known - leaving), len(known - present))
