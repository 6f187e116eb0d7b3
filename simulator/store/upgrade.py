"""Making the tables where there are none, and bringing those of an earlier version up to date.

Every change so far adds tables, columns with a default and indexes, or drops an index: an upgrade needs no steps of
its own.
"""

from __future__ import annotations

from sqlalchemy import Connection, Inspector, Table, inspect, select, update
from sqlalchemy.schema import CreateColumn

from simulator.store import tables
from simulator.store.failure import UnusableStore
from simulator.store.generation import begin_counting

_OBSOLETE = ("documents_by_document_id", "deliveries_pending")  # indexes that nothing asks any more


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Make or complete the tables in the caller's transaction. Raises ``UnusableStore``, and then changes nothing."""
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    found = _version(connection, present, name)
    tables.metadata.create_all(connection)
    for index in _OBSOLETE:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")
    for table in tables.metadata.sorted_tables:
        if table.name in present:
            _complete(connection, inspector, table)
    if found is None:
        connection.execute(tables.facts.insert().values(name="version", value=str(tables.VERSION)))
    elif found != tables.VERSION:
        version = update(tables.facts).where(tables.facts.c.name == "version")
        connection.execute(version.values(value=str(tables.VERSION)))
    begin_counting(connection)


def _version(connection: Connection, present: set[str], name: str) -> int | None:
    """Give the version of what is there, ``None`` where nothing is."""
    if tables.facts.name not in present:
        strange = sorted(present & set(tables.metadata.tables))
        if strange:
            raise UnusableStore("other-tables", store=name, tables=", ".join(strange))
        return None
    found = connection.execute(select(tables.facts.c.value).where(tables.facts.c.name == "version")).scalar()
    if found is None:
        return None
    if not found.isdecimal() or int(found) > tables.VERSION:
        raise UnusableStore("newer-format", store=name, format=found, known=tables.VERSION)
    return int(found)


def _complete(connection: Connection, inspector: Inspector, table: Table) -> None:
    columns = {column["name"] for column in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in columns:
            specification = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {specification}")
    indexes = {index["name"] for index in inspector.get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in indexes:
            index.create(connection)
