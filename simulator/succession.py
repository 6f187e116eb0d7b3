"""Closed codes and what follows them: mergers, new codes for old bodies, splits.

When provinces merge under the name of one of them its code stays and the others are closed (QD 09/2025); nothing says
that letters follow by themselves. So a letter to a closed code is refused with the name of whoever took over, and what
waits for it stays with the system that serves it. A status is about a letter that exists, and its addressee is nobody's
choice: it goes to whoever took over, and whoever took over may speak about what its predecessor received.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, update

from simulator.directory import Agency, DirectoryError, agency, resolve
from simulator.store.tables import agencies


class SuccessionError(DirectoryError):
    """Codes cannot follow each other so; the text names field, rule and fix."""


def close(
    connection: Connection, code: str, at: int, successors: Sequence[str] = (), *, tenant: str | None = None
) -> None:
    """Close an agency, and say who took over: it can no longer be addressed, and its line stays in the directory.

    What closed it before does not count any more. For a ``tenant`` there are its own agencies only. Raises
    ``SuccessionError``.
    """
    known = _known(connection, code, "code", tenant)
    followers = [_follower(connection, name, known, tenant) for name in dict.fromkeys(successors)]
    if known.deleted and known.successors == tuple(followers):
        return
    connection.execute(
        update(agencies)
        .where(agencies.c.code == known.code)
        .values(deleted=True, successors=" ".join(followers), modified_at=at, version=agencies.c.version + 1)
    )


def merge(connection: Connection, into: str, codes: Sequence[str], at: int, *, tenant: str | None = None) -> None:
    """Close agencies into another one, all or none. For a ``tenant`` as in ``close``. Raises ``SuccessionError``."""
    for code in codes:
        close(connection, code, at, [into], tenant=tenant)


def open_again(connection: Connection, code: str, at: int) -> None:
    """Open a closed agency again: nobody follows it any more. Raises ``SuccessionError``."""
    known = _known(connection, code, "code", None)
    if known.deleted:
        connection.execute(
            update(agencies)
            .where(agencies.c.code == known.code)
            .values(deleted=False, successors="", modified_at=at, version=agencies.c.version + 1)
        )


def followers(connection: Connection, closed: Agency) -> list[Agency]:
    """Give the open agencies that took over from a closed one, through mergers of mergers; none where all are gone."""
    found: dict[str, Agency] = {}
    seen: set[str] = set()
    names = list(closed.successors)
    while names := [name for name in names if name not in seen]:
        seen.update(names)
        present = resolve(connection, names, closed=True)
        found |= {entry.code: entry for entry in present.values() if not entry.deleted}
        names = [name for entry in present.values() if entry.deleted for name in entry.successors]
    return list(found.values())


def heir(connection: Connection, closed: Agency) -> Agency | None:
    """Give the one agency that speaks for a closed one now; ``None`` where there is none, or more than one."""
    found = followers(connection, closed)
    return found[0] if len(found) == 1 else None


def predecessor(connection: Connection, speaker: Agency, codes: Collection[str]) -> Agency | None:
    """Give the closed agency among ``codes`` for which another speaks, because it is its heir."""
    for entry in resolve(connection, codes, closed=True).values():
        if entry.deleted and (follower := heir(connection, entry)) is not None and follower.code == speaker.code:
            return entry
    return None


def _known(connection: Connection, code: str, field: str, tenant: str | None) -> Agency:
    known = agency(connection, code)
    if known is None or tenant not in (None, known.tenant):
        raise SuccessionError(f"{field}: {code} names no agency; enter it first")
    return known


def _follower(connection: Connection, name: str, closed: Agency, tenant: str | None) -> str:
    known = _known(connection, name, "successors", tenant)
    if known.code == closed.code:
        raise SuccessionError(f"successors: {name} is the agency itself; name another one")
    if known.deleted:
        raise SuccessionError(f"successors: {name} is closed; name an open agency")
    return known.code
