"""The store in a PostgreSQL, for any number of processes on any number of machines.

All writers take turns (one lock of the database, held until their commit), so that rows become visible in the order of
their numbers: whoever reads the journal after a number never misses one.
"""

from __future__ import annotations

import struct
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from simulator.store import address, generation
from simulator.store.driver import Connection as Driven

_TURN = 0x41584953  # the number of the writers' lock: "AXIS"
_HELD = 8
# Classes of SQLSTATE after which a connection is of no use: connection exceptions, operator intervention (a restart,
# a backend that was ended), and system errors beyond the database.
_LOST = ("08", "57P", "58", "XX")
_BROKEN = (OSError, EOFError, struct.error)


class PostgresServer:
    """A ``Place`` that is a database of its own. Every read is a conversation, so none runs on the loop's thread."""

    inline = False
    replayed = 0

    def __init__(self, url: URL) -> None:
        self.name = address.shown(url)
        arguments = address.connect_arguments(url)
        self.writing = _engine(arguments, writes=True)
        self.reading = _engine(arguments, writes=False)

    def begin_reading(self, connection: Connection) -> None:
        """Begin a transaction that sees one state throughout."""
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def begin_writing(self, connection: Connection) -> Any:
        """Begin a transaction when it is this writer's turn; give its number, by which its fate can be asked later."""
        # Whatever the database's default is: what the writer before has done is seen when the turn has come.
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED")
        row = connection.exec_driver_sql(f"SELECT txid_current(), pg_advisory_xact_lock({_TURN})").one()
        return row[0]

    def committed(self, connection: Connection, mark: Any) -> bool | None:
        """Ask what became of a transaction."""
        status = connection.exec_driver_sql(f"SELECT txid_status({int(mark)})").scalar()
        return None if status == "in progress" else status == "committed"

    def generation(self) -> int:
        """Give the generation."""
        return int(self._asked(generation.CURRENT))

    def pulse(self) -> int:
        """Give the number of the newest entry of the journal."""
        return int(self._asked("SELECT coalesce(max(seq), 0) FROM exchanges"))

    def complaint(self) -> str | None:
        """Find the settings by which the server itself would forget what it committed."""
        for setting in ("fsync", "full_page_writes"):
            if self._asked(f"SHOW {setting}") != "on":
                return setting
        return None

    def close(self) -> None:
        """Close all connections."""
        self.reading.dispose()
        self.writing.dispose()

    def _asked(self, statement: str) -> Any:
        with self.reading.connect() as connection:
            return connection.exec_driver_sql(statement).scalar_one()


def _engine(arguments: dict[str, Any], *, writes: bool) -> Engine:
    engine = create_engine(
        "postgresql+pg8000://",
        creator=lambda: Driven(**arguments),
        hide_parameters=True,  # an error must not carry a secret into the log
        poolclass=NullPool if writes else QueuePool,
        **({} if writes else {"pool_size": _HELD, "max_overflow": -1}),
    )
    # Thousands of recipients in one statement instead of thousands of statements.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    if writes:

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _: object) -> None:
            # Whatever the database's default is: an answer leaves after the log is on the disk.
            connection.execute_simple(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )

    event.listen(engine, "handle_error", _told_apart)
    return engine


def _told_apart(context: ExceptionContext) -> None:
    """Tell a lost connection from a refused statement, so that the pool lets go of all that were lost with it."""
    error = context.original_exception
    if isinstance(error, DatabaseError) and error.args and isinstance(error.args[0], dict):
        if str(error.args[0].get("C", "")).startswith(_LOST):
            context.is_disconnect = True
    elif isinstance(error, InterfaceError):
        context.is_disconnect = True
    elif isinstance(error, _BROKEN):  # the driver lets some errors of a broken connection through as they are
        context.is_disconnect = True
        raise OperationalError(None, None, error, connection_invalidated=True) from error
