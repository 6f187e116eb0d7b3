"""The store and the key under which its secrets are sealed: they stay together, and what lay in clear is sealed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from simulator.sealing import KeyUnusable, Seal, is_sealed
from simulator.store.tables import facts, systems

_FACT = "secrets-key"


def take_seal(connection: Connection, seal: Seal, path: Path) -> None:
    """Hold the key against that of earlier starts, and seal what an earlier version left in clear.

    ``path`` is the file of the key. Raises ``KeyUnusable`` where the store's secrets were sealed with another one.
    """
    known = connection.execute(select(facts.c.value).where(facts.c.name == _FACT)).scalar()
    if known is None:
        connection.execute(insert(facts).values(name=_FACT, value=seal.fingerprint))
    elif known != seal.fingerprint:
        if seal.new:  # of a restored store, say: a key that opens nothing must not stand where the right one belongs
            path.unlink()
        raise KeyUnusable("secrets-key-other", path, f"{seal.fingerprint} / {known}")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # what lay in clear is overwritten, not only let go of
    for row in connection.execute(select(systems.c.id, systems.c.secret)).all():
        if not is_sealed(row.secret):
            sealed = seal.seal(row.id, row.secret)
            connection.execute(update(systems).where(systems.c.id == row.id).values(secret=sealed))
