"""Making a backup of an axis that may be at work: one state of the store, and every body that it refers to."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from schemas import messages
from simulator.portable import (
    FORMAT,
    BackupError,
    Listing,
    Say,
    body_file,
    counted,
    digest,
    large_bodies,
    last_numbers,
    rows_of,
)
from simulator.shelves import Shelf
from simulator.store import tables
from simulator.store.sqlite import FILE
from simulator.store.store import Store

_CHUNK = 1024 * 1024
_TOLD_EVERY = 1000


def make(store: Store, shelf: Shelf, target: Path, say: Say) -> Listing:
    """Write a backup to the folder ``target``, which must not be there, or be empty.

    It grows under another name beside it and gets its own when all is on the disk; when this ends early, nothing of
    it is left. Raises ``BackupError``, ``StorageFailed``, ``OSError``.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError("target-taken", folder=target)
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    partial.mkdir(mode=0o700, parents=True)
    try:
        made = datetime.now(UTC).isoformat(timespec="seconds")
        copy = Store(partial)
        try:
            numbers = _copy_rows(store, copy, say)
            rows = copy.read(counted)
            bodies = _copy_bodies(copy, shelf, partial, say)
        finally:
            copy.close()
        found = Listing(FORMAT, tables.VERSION, made, digest(partial / FILE), rows, numbers, *bodies)
        found.write(partial)
        for file in partial.rglob("*"):
            _sync(file)
        _sync(partial)
        if target.exists():
            target.rmdir()
        partial.rename(target)
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return found


def _copy_rows(store: Store, copy: Store, say: Say) -> dict[str, int]:
    """Copy every row of one state of the store."""

    def copied(reading: Connection) -> dict[str, int]:
        with copy.opening() as writing:
            for table in tables.metadata.sorted_tables:
                writing.execute(delete(table))  # this may be the second attempt
                for page in rows_of(reading, table):
                    writing.execute(insert(table), page)
                say(messages.text("store.table-copied", messages.language(), table=table.name))
        return last_numbers(reading)

    return store.read(copied)


def _copy_bodies(copy: Store, shelf: Shelf, folder: Path, say: Say) -> tuple[int, int]:
    def bodies(reading: Connection) -> tuple[int, int]:
        number = size = 0
        for sha256, expected in large_bodies(reading):
            _copy_body(shelf, sha256, expected, body_file(folder, sha256))
            number, size = number + 1, size + expected
            if number % _TOLD_EVERY == 0:
                say(messages.text("store.bodies-copied", messages.language(), number=number))
        return number, size

    return copy.read(bodies)


def _copy_body(shelf: Shelf, sha256: str, size: int, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with shelf.open(sha256) as source, target.open("xb") as sink:
            shutil.copyfileobj(source, sink, _CHUNK)
    except FileNotFoundError as error:
        raise BackupError("body-missing", sha256=sha256) from error
    if target.stat().st_size != size or digest(target) != sha256:
        raise BackupError("body-damaged", sha256=sha256)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
