"""A backup at rest: a folder with one SQLite file, the large bodies under their digests, and a list of both.

The list, ``backup.json``, is written last: a folder without it is no backup. Both kinds of store are backed up in this
form and restored from it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, select

from schemas import messages
from simulator.store import tables

LIST = "backup.json"
FORMAT = 1
PAGE = 500

Say = Callable[[str], None]
"""Takes a line on how far it is."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the text says what and how to mend it.

    ``key`` names it in the message catalogues, below ``store.errors``.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(messages.text(f"store.errors.{key}", messages.language(), **values))


@dataclass(frozen=True, slots=True)
class Listing:
    """What a backup holds: rows by table, the last number given in each, and how many large bodies of how many bytes.

    ``sha256`` is the digest of the SQLite file, ``made`` the host's time of the backup (ISO 8601).
    """

    format: int
    version: int
    made: str
    sha256: str
    rows: dict[str, int]
    numbers: dict[str, int]
    bodies: int
    bytes: int

    def write(self, folder: Path) -> None:
        """Write it into the folder of its backup."""
        text = json.dumps(asdict(self), indent=2)
        (folder / LIST).write_text(text + "\n", encoding="utf-8")


def listing(folder: Path) -> Listing:
    """Read the list of a backup. Raises ``BackupError``."""
    try:
        found = json.loads((folder / LIST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackupError("no-backup", folder=folder) from None
    except (OSError, ValueError) as error:
        raise BackupError("list-unreadable", folder=folder, problem=error) from error
    if not isinstance(found, dict) or not isinstance(found.get("format"), int):
        raise BackupError("list-unreadable", folder=folder, problem="format")
    if found["format"] > FORMAT or found.get("version", 0) > tables.VERSION:
        raise BackupError("newer-backup", folder=folder)
    try:
        return Listing(**found)
    except TypeError as error:
        raise BackupError("list-unreadable", folder=folder, problem=error) from error


def body_file(folder: Path, sha256: str) -> Path:
    """Give the file of a large body in a backup."""
    return folder / "bodies" / sha256[:2] / sha256


def digest(file: Path) -> str:
    """Give the SHA-256 of a file. Raises ``OSError``."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def rows_of(reading: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of a table, a page at a time, by their key where it is a single column."""
    key = next(iter(table.primary_key.columns), None)
    if key is None:
        found = [dict(row) for row in reading.execute(select(table)).mappings()]
        if found:
            yield found
        return
    query = select(table).order_by(key).limit(PAGE)
    page = [dict(row) for row in reading.execute(query).mappings()]
    while page:
        yield page
        last = page[-1][key.name]
        page = [dict(row) for row in reading.execute(query.where(key > last)).mappings()]


def counted(reading: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    return {
        table.name: int(reading.execute(select(func.count()).select_from(table)).scalar_one())
        for table in tables.metadata.sorted_tables
    }


def large_bodies(reading: Connection) -> Iterator[tuple[str, int]]:
    """Give digest and size of every body that lies beside the store; however many, few are in memory."""
    contents = tables.contents
    query = (
        select(contents.c.sha256, contents.c.size)
        .where(contents.c.body.is_(None))
        .order_by(contents.c.sha256)
        .limit(PAGE)
    )
    page = reading.execute(query).all()
    while page:
        yield from ((row.sha256, row.size) for row in page)
        page = reading.execute(query.where(contents.c.sha256 > page[-1].sha256)).all()


def numbered() -> list[Table]:
    """Give the tables whose rows the store numbers."""
    return [table for table in tables.metadata.sorted_tables if _number(table) is not None]


def last_numbers(reading: Connection) -> dict[str, int]:
    """Give the last number that each table gave, also to rows that are gone: none is ever given twice."""
    found: dict[str, int] = {}
    for table in numbered():
        name = _number(table)
        assert name is not None
        found[table.name] = int(reading.execute(select(func.coalesce(func.max(table.c[name]), 0))).scalar_one())
    if reading.dialect.name == "sqlite":
        kept = {row[0]: int(row[1]) for row in reading.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")}
        return {name: max(last, kept.get(name, 0)) for name, last in found.items()}
    return {name: max(last, _given(reading, name)) for name, last in found.items()}


def go_on_from(writing: Connection, numbers: dict[str, int]) -> None:
    """Let each table count on from its last number."""
    for table in numbered():
        last = numbers.get(table.name, 0)
        if last and writing.dialect.name == "sqlite":
            if not table.dialect_options["sqlite"]["autoincrement"]:
                continue
            writing.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            writing.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, last))
        elif last:
            writing.exec_driver_sql(f"SELECT setval('{_sequence(writing, table.name)}', {last})")


def _number(table: Table) -> str | None:
    key = next(iter(table.primary_key.columns), None)
    return key.name if key is not None and key.autoincrement is True else None


def _given(reading: Connection, table: str) -> int:
    sequence = _sequence(reading, table)
    last, used = reading.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608
    return int(last) if used else 0


def _sequence(connection: Connection, table: str) -> str:
    name = _number(tables.metadata.tables[table])
    found = str(connection.exec_driver_sql(f"SELECT pg_get_serial_sequence('{table}', '{name}')").scalar_one())
    assert re.fullmatch(r"[\w.]+", found), found
    return found
