"""Rows of bodies, shared by all that refer to the same bytes."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from simulator.blobs import Content
from simulator.store.failure import StorageFailed
from simulator.store.hot import Hot, HotInsert
from simulator.store.tables import contents, discarded

# Built once: making a statement costs more than running it.
_KNOWN = Hot(select(contents.c.size).where(contents.c.sha256 == bindparam("digest")))
_FOUND = Hot(select(contents).where(contents.c.sha256 == bindparam("digest")))
_LARGE = select(contents.c.size).where(contents.c.sha256 == bindparam("digest"), contents.c.body.is_(None))
_ENTER = HotInsert(contents)
_KEEP = delete(discarded).where(discarded.c.sha256 == bindparam("digest"))


def put_content(connection: Connection, content: Content) -> None:
    """Enter a body, unless it is there. Raises ``StorageFailed`` for one that is gone from its shelf meanwhile.

    Why a body that has a row is never removed, and one that gets a row is looked for: ``simulator.forgetting``.
    """
    if _KNOWN.first(connection, {"digest": content.sha256}) is None:
        if content.body is None:
            _demand(content)
            connection.execute(_KEEP, {"digest": content.sha256})
        _ENTER.enter(connection, {"sha256": content.sha256, "size": content.size, "body": content.body})


def find_content(connection: Connection, sha256: str) -> Content | None:
    """Find a body by its digest."""
    row = _FOUND.first(connection, {"digest": sha256})
    return None if row is None else Content(row.sha256, row.size, row.body)


def find_large(connection: Connection, sha256: str) -> Content | None:
    """Find a body that lies on a shelf."""
    size = connection.execute(_LARGE, {"digest": sha256}).scalar()
    return None if size is None else Content(sha256, size, None)


def _demand(content: Content) -> None:
    try:
        lost = content.lost()
    except OSError as error:
        raise StorageFailed(str(error)) from error
    if lost:
        raise StorageFailed(f"{content.sha256}: removed while it was about to be referred to; send it again")
