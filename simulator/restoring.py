"""Checking a backup, and restoring it into an empty place of either kind."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select

from schemas import messages
from simulator.portable import (
    BackupError,
    Listing,
    Say,
    body_file,
    counted,
    digest,
    go_on_from,
    large_bodies,
    rows_of,
)
from simulator.shelves import Shelf
from simulator.store import generation, tables
from simulator.store.failure import UnusableStore
from simulator.store.sqlite import FILE
from simulator.store.store import Store

_CHUNK = 1024 * 1024
_TOLD_EVERY = 1000


def damage(folder: Path, found: Listing) -> Iterator[str]:
    """Yield what of a backup is missing or not as it was written, one line each. Changes nothing."""
    lang = messages.language()
    file = folder / FILE
    try:
        if digest(file) != found.sha256:
            yield messages.text("store.damage.store-altered", lang, file=file)
            return
    except OSError as error:
        yield messages.text("store.damage.store-missing", lang, file=file, problem=error.strerror or error)
        return
    with _opened(folder) as copy:
        yield from copy.read(lambda reading: list(_damaged(reading, folder, found)))


def restore(folder: Path, found: Listing, store: Store, shelf: Shelf, *, room: Path, say: Say) -> None:
    """Bring a backup that is whole into a store that is empty, bodies first; ``room`` is a folder for copies.

    Raises ``BackupError`` when the store is not empty, ``StorageFailed``, ``OSError``.
    """
    taken = store.read(_taken)
    if taken:
        raise BackupError("store-taken", store=store.name, table=taken)
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(folder) as copy:

        def bodies(reading: Connection) -> None:
            for number, (sha256, _) in enumerate(large_bodies(reading), 1):
                _put(shelf, body_file(folder, sha256), sha256, room)
                if number % _TOLD_EVERY == 0:
                    say(messages.text("store.bodies-copied", messages.language(), number=number))

        def rows(reading: Connection) -> None:
            with store.opening() as writing:
                taken = _taken(writing)  # again, now that nobody else writes
                if taken:
                    raise BackupError("store-taken", store=store.name, table=taken)
                for table in tables.metadata.sorted_tables:
                    writing.execute(delete(table))
                    for page in rows_of(reading, table):
                        writing.execute(insert(table), page)
                    say(messages.text("store.table-copied", messages.language(), table=table.name))
                go_on_from(writing, found.numbers)
                generation.bump(writing)

        copy.read(bodies)
        copy.read(rows)


@contextmanager
def _opened(folder: Path) -> Iterator[Store]:
    """Open a copy of the SQLite file of a backup, so that the backup itself stays as it is."""
    with tempfile.TemporaryDirectory(prefix="axis28-") as room:
        shutil.copyfile(folder / FILE, Path(room) / FILE)
        try:
            store = Store(Path(room))
        except UnusableStore as error:
            raise BackupError("store-unusable", problem=error) from error
        try:
            yield store
        finally:
            store.close()


def _damaged(reading: Connection, folder: Path, found: Listing) -> Iterator[str]:
    lang = messages.language()
    rows = counted(reading)
    for table, number in found.rows.items():
        if rows.get(table) != number:
            yield messages.text("store.damage.rows", lang, table=table, found=rows.get(table, 0), listed=number)
    for page in rows_of(reading, tables.contents):
        for row in page:
            if row["body"] is not None and hashlib.sha256(row["body"]).hexdigest() != row["sha256"]:
                yield messages.text("store.damage.body-altered", lang, sha256=row["sha256"])
    for sha256, size in large_bodies(reading):
        file = body_file(folder, sha256)
        try:
            if file.stat().st_size != size or digest(file) != sha256:
                yield messages.text("store.damage.body-altered", lang, sha256=sha256)
        except OSError:
            yield messages.text("store.damage.body-missing", lang, sha256=sha256)


def _taken(reading: Connection) -> str | None:
    """Name a table that holds something; what every store notes of itself does not count."""
    for table in tables.metadata.sorted_tables:
        if table is tables.facts:
            continue
        if reading.execute(select(func.count()).select_from(select(table.c[0]).limit(1).subquery())).scalar_one():
            return str(table.name)
    return None


def _put(shelf: Shelf, file: Path, sha256: str, room: Path) -> None:
    """Put a body on the shelf; a copy of it, because a shelf takes the file that it is given."""
    part = room / secrets.token_hex(8)
    try:
        with file.open("rb") as source, part.open("xb") as sink:
            shutil.copyfileobj(source, sink, _CHUNK)
            sink.flush()
            os.fsync(sink.fileno())
        if digest(part) != sha256:
            raise BackupError("body-damaged", sha256=sha256)
        shelf.put(part, sha256)
    finally:
        part.unlink(missing_ok=True)
