"""Removing a participant and everything that it left in the exchange. The journal stays: it is evidence."""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select

from simulator import directory
from simulator.faults import rulebook
from simulator.store.generation import bump
from simulator.store.tables import agencies, deliveries, documents, ordinals, systems


def remove_system(connection: Connection, system_id: str) -> None:
    """Remove a system with its agencies, what waits for them, and what they sent."""
    bump(connection)
    codes = [
        code
        for agency in directory.agencies_of(connection, system_id)
        for code in (agency.code, agency.old_code)
        if code
    ]
    connection.execute(
        delete(deliveries).where(or_(deliveries.c.system_id == system_id, deliveries.c.agency.in_(codes)))
    )
    connection.execute(
        delete(documents).where(or_(documents.c.system_id == system_id, documents.c.from_code.in_(codes)))
    )
    connection.execute(delete(agencies).where(agencies.c.system_id == system_id))
    connection.execute(delete(ordinals).where(ordinals.c.system == system_id))
    rulebook.delete_rules_of(connection, system_id)
    connection.execute(delete(systems).where(systems.c.id == system_id))
    _drop_undelivered(connection)


def remove_agency(connection: Connection, code: str) -> None:
    """Remove an agency from the directory and what waits for it."""
    bump(connection)
    connection.execute(delete(deliveries).where(deliveries.c.agency == code))
    connection.execute(delete(agencies).where(agencies.c.code == code))


def _drop_undelivered(connection: Connection) -> None:
    """Remove documents all of whose addressees are gone."""
    left = select(deliveries.c.seq).where(deliveries.c.document_seq == documents.c.seq).exists()
    connection.execute(delete(documents).where(~left))
