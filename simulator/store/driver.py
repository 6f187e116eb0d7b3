"""pg8000, with statements that are prepared once for each connection.

By itself the driver has three conversations with the server for each statement that takes values, and reads its text
character by character; a prepared one takes one conversation.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from typing import Any

from pg8000 import legacy
from pg8000.converters import make_params

_PREPARED = 256  # statements kept for each connection
_LONGEST = 16 * 1024  # characters; a longer one, with thousands of rows, hardly comes again


class Connection(legacy.Connection):  # type: ignore[misc]  # the driver has no types
    """A connection that keeps its prepared statements, and whose end is not worth an error."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.autocommit = True  # transactions begin where the store says so
        self._statements: OrderedDict[tuple[str, tuple[int, ...]], tuple[Any, Any, Any]] = OrderedDict()

    def cursor(self) -> Cursor:
        """Give a cursor."""
        return Cursor(self)

    def close(self) -> None:
        """Close the connection, also one that is gone."""
        with contextlib.suppress(legacy.Error, OSError):
            super().close()

    def prepared(self, operation: str, values: Any, oids: tuple[int, ...]) -> Any:
        """Run a statement as a prepared one and give the driver's result."""
        key = (operation, oids)
        known = self._statements.get(key)
        if known is None:
            statement, _ = legacy.convert_paramstyle(legacy.paramstyle, operation, values)
            known = self._statements[key] = self.prepare_statement(statement, oids)
            if len(self._statements) > _PREPARED:
                _, (oldest, *_) = self._statements.popitem(last=False)
                self.close_prepared_statement(oldest)
        else:
            self._statements.move_to_end(key)
        name, columns, converters = known
        return self.execute_named(name, make_params(self.py_types, values), columns, converters, operation)


class Cursor(legacy.Cursor):  # type: ignore[misc]  # the driver has no types
    """Runs statements with values as prepared ones."""

    def execute(self, operation: str, args: Any = (), stream: Any = None) -> Cursor:
        """Run one statement (see the driver)."""
        connection = self._c
        if connection is None or not args or stream is not None or len(operation) > _LONGEST:
            super().execute(operation, args, stream)
            return self
        oids: Any = self._input_oids
        self._context = connection.prepared(operation, args, tuple(oids))
        self._row_iter = iter(self._context.rows or ())
        self._input_oids: Any = ()
        return self
