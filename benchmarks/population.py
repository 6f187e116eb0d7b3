"""Fills a store with a nation's worth of packages and agencies, by SQL alone: the same rows on SQLite and PostgreSQL.

Three systems have inboxes of a known size, whatever the total; everything else was settled long ago. Run it with the
axis stopped:

    python -m benchmarks.population --data DIR [--store URL] [--packages N] [--agencies N]
"""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from simulator.store.store import Store

PACKAGES = 1_000_000
AGENCIES = 111_339
INBOXES = {"TEST.POP.0": 0, "TEST.POP.10": 10, "TEST.POP.10000": 10_000}
"""How much waits for each of three systems; each of them received a tenth of all packages."""
OTHERS = 200
"""Systems among which everything else is spread, ``TEST.OTHER.0`` and on."""
_TENTH = 10
_START = 1_760_000_000_000  # milliseconds since 1970: when the first package came; each next one 10 s later
_BODY = b"<edXML/>"
_DIGEST = hashlib.sha256(_BODY).hexdigest()


@dataclass(frozen=True, slots=True)
class Population:
    """How much there is to be. ``packages`` at least 100,000 for the largest inbox to be full."""

    packages: int = PACKAGES
    agencies: int = AGENCIES


def populate(connection: Connection, population: Population) -> None:
    """Enter everything into an empty store, in the caller's transaction."""
    connection.execute(
        text("INSERT INTO contents (sha256, size, body) VALUES (:digest, :size, :body)"),
        {"digest": _DIGEST, "size": len(_BODY), "body": _BODY},
    )
    empty = "''::bytea" if connection.dialect.name == "postgresql" else "x''"
    for statement in (_AGENCIES, _DOCUMENTS, _deliveries(population.packages), _EVENTS, _EXCHANGES):
        total = population.agencies if statement is _AGENCIES else population.packages
        connection.exec_driver_sql(statement.replace("TOTAL", str(total)).replace("EMPTY", empty))
    if connection.dialect.name == "postgresql":
        for table in ("documents", "deliveries"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'seq'), (SELECT max(seq) FROM {table}))"
            )
        # As its autovacuum would soon. SQLite has no such thing, and an axis never asks it to count.
        connection.exec_driver_sql("ANALYZE")


def _padded(expression: str, width: int) -> str:
    """Give SQL that writes a number with zeros in front."""
    return f"substr('{'0' * width}' || {expression}, length('' || {expression}) + 1)"


# "1 = 1" is a truth in either dialect.
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < TOTAL) "
_SENDER = f"'TEST.OTHER.' || (i % {OTHERS})"
_AT = f"{_START} + CAST(i AS BIGINT) * 10000"
_AGENCIES = (
    _NUMBERS
    + "INSERT INTO agencies"
    + " (code, old_code, name, system_id, parent, mail, is_agency, locked, deleted, version, modified_at)"
    + " SELECT 'H98.' || i, '000.' || i || '.H98', 'Sở Thử nghiệm ' || i,"
    + f" {_SENDER}, '', '', 1 = 1, 1 = 0, 1 = 0, 1, {_START} FROM n"
)
_DOCUMENTS = (
    _NUMBERS
    + "INSERT INTO documents (seq, sender_id, message_type, service_type, system_id, from_code, document_id,"
    + " document_key, issued, business_type, status_code, title, notation, received, delivered, at, findings)"
    + f" SELECT i + 1, {_padded('i', 24)}, 'edoc', 'eDoc', {_SENDER}, 'H98.' || (i % {OTHERS}), 'H98,2026/' || i,"
    + " 'H98,2026/' || i, '2026-01-01', '0', '', 'V/v thử nghiệm số ' || i, i || '/STN-VP',"
    + f" '{_DIGEST}', '{_DIGEST}', {_AT}, '[]' FROM n"
)
_EVENTS = (
    _NUMBERS + "INSERT INTO events (document_seq, at, event, detail)" + f" SELECT i + 1, {_AT}, 'accepted', '' FROM n"
)
_EXCHANGES = (
    _NUMBERS
    + "INSERT INTO exchanges (at, system, verified, operation, agency, document_id, http_status, status, error_code,"
    + " findings, method, path, request_headers, request_truncated, answer_headers, answer_truncated)"
    + f" SELECT {_AT}, {_SENDER}, 1 = 1, 'sendEdoc', 'H98.' || (i % {OTHERS}), 'H98,2026/' || i, 200, 'OK', '0', '[]',"
    + " 'POST', '/sendEdoc', EMPTY, 1 = 0, EMPTY, 1 = 0 FROM n"
)


def _deliveries(packages: int) -> str:
    """Make the copies: one for each package, spread evenly; of what waits, one here and there since the beginning."""
    share = packages // _TENTH
    receivers, waiting = "", ""
    for number, (system, size) in enumerate(INBOXES.items()):
        receivers += f" WHEN {number} THEN '{system}'"
        if size:
            step = max(1, share // size)
            mine = f"i % {_TENTH} = {number} AND (i / {_TENTH}) % {step} = 0 AND (i / {_TENTH}) / {step} < {size}"
            waiting += f" WHEN {mine} THEN 'initial'"
    return (
        _NUMBERS
        + "INSERT INTO deliveries (seq, receiver_id, document_seq, to_code, agency, system_id, message_type, state,"
        + " state_text, fetched, created_at, updated_at)"
        + f" SELECT i + 1, '00000000-0000-4000-8000-' || {_padded('i', 12)}, i + 1, 'H98.' || (i % 1000),"
        + f" 'H98.' || (i % 1000), CASE i % {_TENTH}{receivers} ELSE 'TEST.OTHER.' || (i % {OTHERS}) END, 'edoc',"
        + f" CASE{waiting} ELSE 'done' END, '', 1 = 1, {_AT}, {_AT} FROM n"
    )


def fill(store: Store, population: Population) -> None:
    """Fill a store that no axis uses now."""
    with store.opening() as connection:
        populate(connection, population)


def main() -> None:
    """Read the command line and fill a store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--store", default=None)
    parser.add_argument("--packages", type=int, default=PACKAGES)
    parser.add_argument("--agencies", type=int, default=AGENCIES)
    told = parser.parse_args()
    told.data.mkdir(parents=True, exist_ok=True)
    store = Store(told.data, told.store)
    try:
        fill(store, Population(told.packages, told.agencies))
    finally:
        store.close()


if __name__ == "__main__":
    main()
