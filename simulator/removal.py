"""Removing a participant and everything that it left in the exchange.

The journal stays when a system goes: it is evidence. It goes with the tenant whose it is, and with a tenant's reset.
What others received of a tenant is theirs and stays.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, update

from simulator import directory, forgetting, tenants
from simulator.faults import rulebook
from simulator.store.generation import bump
from simulator.store.tables import (
    FORMER,
    agencies,
    contents,
    deliveries,
    documents,
    exchanges,
    fault_log,
    fault_rules,
    ordinals,
    systems,
)
from simulator.tenants import of_tenant

_CHUNK = 500


def remove_system(connection: Connection, system_id: str) -> None:
    """Remove a system with its agencies, what waits for them, and what they sent, as far as nobody else has it."""
    bump(connection)
    tenant = connection.execute(select(systems.c.tenant).where(systems.c.id == system_id)).scalar() or ""
    codes = [
        code
        for agency in directory.agencies_of(connection, system_id)
        for code in (agency.code, agency.old_code)
        if code
    ]
    received = or_(deliveries.c.system_id == system_id, deliveries.c.agency.in_(codes))
    _remove_copies(connection, received & (deliveries.c.tenant == tenant), tenant)
    sent = or_(documents.c.system_id == system_id, documents.c.from_code.in_(codes))
    _remove_letters(connection, sent & (documents.c.tenant == tenant), tenant)
    connection.execute(delete(agencies).where(agencies.c.system_id == system_id))
    connection.execute(delete(ordinals).where(ordinals.c.system == system_id))
    rulebook.delete_rules_of(connection, system_id)
    connection.execute(delete(systems).where(systems.c.id == system_id))
    _drop_undelivered(connection, tenant)


def remove_agency(connection: Connection, code: str) -> None:
    """Remove an agency from the directory and what waits for it."""
    bump(connection)
    tenant = connection.execute(select(agencies.c.tenant).where(agencies.c.code == code)).scalar() or ""
    received = (deliveries.c.agency == code) & (deliveries.c.tenant == tenant)  # not who had the code before
    _remove_copies(connection, received, tenant)
    connection.execute(delete(agencies).where(agencies.c.code == code))


def empty_tenant(connection: Connection, key: str) -> None:
    """Remove all that a tenant has, its journal too, and bodies that nobody else needs."""
    bodies = {
        digest
        for column in (documents.c.received, documents.c.delivered)
        for digest in connection.execute(select(column).where(of_tenant(documents.c.tenant, key))).scalars()
    }
    asked = select(exchanges.c.request_content).where(of_tenant(exchanges.c.tenant, key))
    bodies |= {digest for digest in connection.execute(asked).scalars() if digest is not None}
    left = _remove_letters(connection, of_tenant(documents.c.tenant, key), key)
    _remove_copies(connection, of_tenant(deliveries.c.tenant, key), key)
    for system_id in directory.all_systems(connection, key):
        remove_system(connection, system_id)
    for agency in directory.all_agencies(connection, closed=True, tenant=key):
        remove_agency(connection, agency.code)
    bump(connection)
    connection.execute(delete(fault_rules).where(fault_rules.c.tenant == key))
    connection.execute(delete(fault_log).where(fault_log.c.tenant == key))
    connection.execute(delete(exchanges).where(of_tenant(exchanges.c.tenant, key)))
    _drop_undelivered(connection, key)
    tenants.start_over(connection, key, *left)
    _drop_unneeded(connection, bodies)


def _remove_copies(connection: Connection, which: ColumnElement[bool], tenant: str) -> None:
    """Take away what was received. Who sent it from elsewhere still sees to whom and what became of it."""
    foreign = select(documents.c.seq).where(documents.c.seq == deliveries.c.document_seq, documents.c.tenant != tenant)
    of_others = foreign.where(documents.c.tenant != FORMER).exists()
    gone = {"system_id": None, "agency": "", "tenant": FORMER}
    connection.execute(update(deliveries).where(which, of_others).values(gone))
    connection.execute(delete(deliveries).where(which, ~of_others))


def _remove_letters(connection: Connection, which: ColumnElement[bool], tenant: str) -> tuple[int, int]:
    """Take away what was sent. What others received of it stays theirs, without its sender; gives count and bytes."""
    elsewhere = select(deliveries.c.seq).where(
        deliveries.c.document_seq == documents.c.seq, deliveries.c.tenant.not_in((tenant, FORMER))
    )
    kept = which & elsewhere.exists()
    left = connection.execute(
        select(func.count(), func.coalesce(func.sum(contents.c.size), 0))
        .select_from(documents.join(contents, contents.c.sha256 == documents.c.received))
        .where(kept)
    ).one()
    connection.execute(update(documents).where(kept).values(system_id=None, request_key=None, tenant=FORMER))
    connection.execute(delete(documents).where(which))
    return int(left[0]), int(left[1])


def _drop_undelivered(connection: Connection, tenant: str) -> None:
    """Remove documents all of whose addressees are gone: of this tenant, and of those who are gone themselves."""
    left = select(deliveries.c.seq).where(deliveries.c.document_seq == documents.c.seq)
    connection.execute(delete(documents).where(documents.c.tenant == tenant, ~left.exists()))
    held = left.where(deliveries.c.tenant != FORMER)
    connection.execute(delete(documents).where(of_tenant(documents.c.tenant, FORMER), ~held.exists()))


def _drop_unneeded(connection: Connection, digests: Iterable[str]) -> None:
    """Remove bodies to which nothing refers any more."""
    wanted = sorted(digests)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        needed = {
            digest
            for column in (
                documents.c.received,
                documents.c.delivered,
                exchanges.c.request_content,
                exchanges.c.answer_content,
            )
            for digest in connection.execute(select(column).where(column.in_(chunk)).distinct()).scalars()
        }
        forgetting.discard(connection, [digest for digest in chunk if digest not in needed])
