"""Rows of bodies, shared by all that refer to the same bytes."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from simulator.blobs import Content
from simulator.store.tables import contents

# Built once: making a statement costs more than running it.
_KNOWN = select(contents.c.size).where(contents.c.sha256 == bindparam("digest"))
_FOUND = select(contents).where(contents.c.sha256 == bindparam("digest"))
_ENTER = insert(contents)


def put_content(connection: Connection, content: Content) -> None:
    """Enter a body, unless it is there."""
    known = connection.execute(_KNOWN, {"digest": content.sha256}).first()
    if known is None:
        connection.execute(_ENTER, {"sha256": content.sha256, "size": content.size, "body": content.body})


def find_content(connection: Connection, sha256: str) -> Content | None:
    """Find a body by its digest."""
    row = connection.execute(_FOUND, {"digest": sha256}).first()
    return None if row is None else Content(row.sha256, row.size, row.body)
