"""Rows of bodies, shared by all that refer to the same bytes."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from simulator.blobs import Content
from simulator.store.tables import contents


def put_content(connection: Connection, content: Content) -> None:
    """Enter a body, unless it is there."""
    known = connection.execute(select(contents.c.size).where(contents.c.sha256 == content.sha256)).first()
    if known is None:
        connection.execute(insert(contents).values(sha256=content.sha256, size=content.size, body=content.body))


def find_content(connection: Connection, sha256: str) -> Content | None:
    """Find a body by its digest."""
    row = connection.execute(select(contents).where(contents.c.sha256 == sha256)).first()
    return None if row is None else Content(row.sha256, row.size, row.body)
