"""What the store needs to know of a database, whichever it is."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Connection, Engine


class Place(Protocol):
    """One database. ``inline`` tells that a short read cannot wait for anybody and may run on the loop's thread.

    ``name`` is how users are told of it; no password is in it. ``replayed`` counts what a killed process had left in a
    log beside it (a server looks after its own).
    """

    name: str
    inline: bool
    replayed: int
    writing: Engine
    reading: Engine

    def begin_reading(self, connection: Connection) -> None:
        """Begin a transaction that only reads and sees one state."""

    def begin_writing(self, connection: Connection) -> Any:
        """Begin a transaction as the only writer of all processes; give what ``committed`` knows it by."""

    def committed(self, connection: Connection, mark: Any) -> bool | None:
        """Tell whether a transaction whose end was not heard of came to be; ``None`` while that is undecided."""

    def generation(self) -> int:
        """Give the generation of what processes keep in memory (see ``generation.py``)."""

    def pulse(self) -> int:
        """Give a number that is another one after a commit of any process that the caller has not seen yet."""

    def complaint(self) -> str | None:
        """Name a setting of the database by which it may lose what it committed; ``None`` where there is none."""

    def close(self) -> None:
        """Let go of everything."""
