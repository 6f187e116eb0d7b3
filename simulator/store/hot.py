"""Statements that run with every request. On SQLite they go to the driver as text that was made once.

Through SQLAlchemy a look at one row by its key takes about three times what it takes by the driver alone (see
docs/decisions/0026-speed.md). The statement stays SQLAlchemy's: other databases run it as it is, and so does SQLite
where the driver raises, so that an error looks the same whichever way it came.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

_DIALECT = sqlite.dialect()


class Hot:
    """A statement with bound parameters; its rows have the names of its columns as attributes."""

    def __init__(self, statement: Any) -> None:
        self._statement: Executable = statement
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        self._text = str(compiled)
        self._order = tuple(compiled.positiontup or ())
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        names = [column.keyname for column in compiled._result_columns]  # noqa: SLF001 - SQLAlchemy has no other way
        self._row: Any = namedtuple("Row", names) if names else None  # noqa: PYI024 - its names are the statement's

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run a query and give its rows."""
        cursor = self._run(connection, values)
        if cursor is None:
            return connection.execute(self._statement, dict(values)).all()
        return [self._row._make(row) for row in cursor]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Run a query and give its first row, or ``None``."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def change(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Run an update and tell how many rows it changed."""
        cursor = self._run(connection, values)
        return connection.execute(self._statement, dict(values)).rowcount if cursor is None else cursor.rowcount

    def _run(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor | None:
        driver = _driver(connection)
        if driver is None:
            return None
        given = {**self._fixed, **values} if self._fixed else values
        try:
            return driver.execute(self._text, [given[name] for name in self._order])
        except sqlite3.Error:
            return None  # SQLAlchemy runs it again and says what is wrong as everywhere else


class HotInsert:
    """The entry of rows into a table. Rows that are entered by one of these all have the same columns."""

    def __init__(self, table: Table) -> None:
        self._statement = insert(table)
        self._table = table.name
        self._defaults = {
            column.name: column.default.arg
            for column in table.columns
            if isinstance(column.default, ScalarElementColumnDefault)
        }
        self._texts: dict[tuple[str, ...], str] = {}

    def enter(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Enter one row and give the number that it got (of a table that numbers its rows)."""
        driver = _driver(connection)
        if driver is not None:
            row = {**self._defaults, **values}
            try:
                return int(driver.execute(self._text(tuple(row)), list(row.values())).lastrowid or 0)
            except sqlite3.Error:
                pass  # SQLAlchemy runs it again and says what is wrong as everywhere else
        key = connection.execute(self._statement, dict(values)).inserted_primary_key
        return int(key[0]) if key is not None and isinstance(key[0], int) else 0

    def enter_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Enter several rows at once."""
        driver = _driver(connection)
        if driver is not None and rows:
            full = [{**self._defaults, **row} for row in rows]
            try:
                driver.executemany(self._text(tuple(full[0])), [list(row.values()) for row in full])
            except sqlite3.Error:
                pass
            else:
                return
        connection.execute(self._statement, [dict(row) for row in rows])

    def _text(self, names: tuple[str, ...]) -> str:
        text = self._texts.get(names)
        if text is None:
            places = ", ".join("?" * len(names))
            text = f"INSERT INTO {self._table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - our own names
            self._texts[names] = text
        return text


def say(connection: Connection, text: str) -> None:
    """Run a statement without values or rows: the begin and the end of what belongs together."""
    driver = _driver(connection)
    if driver is not None:
        try:
            driver.execute(text)
        except sqlite3.Error:
            pass  # SQLAlchemy runs it again and says what is wrong as everywhere else
        else:
            return
    connection.exec_driver_sql(text)


def _driver(connection: Connection) -> sqlite3.Connection | None:
    """Give the driver's connection of a SQLite, ``None`` for any other database."""
    if connection.dialect.name != "sqlite":
        return None
    driver: object = connection.connection.dbapi_connection
    return driver if isinstance(driver, sqlite3.Connection) else None
