"""Several vendors on one hosted axis: who they are, which codes they may use, how much they may keep.

Whatever belongs to a tenant carries its key, a minted value that is never given twice, so a tenant that is entered
under the name of a former one inherits nothing. ``""`` stands for the operator, who sees everything. Of a token only
the SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)

from simulator.store import tables
from simulator.store.generation import bump

OPERATOR = ""
TOKEN_PREFIX = "axis28-tenant-"  # noqa: S105 - how tokens begin; what follows is minted
TOKEN_FORM = TOKEN_PREFIX + r"[A-Za-z0-9_-]{43}"
NAME_FORM = r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"

_COUNT_DOCUMENT = (
    update(tables.tenants)
    .where(tables.tenants.c.key == bindparam("of_key"), tables.tenants.c.documents < tables.tenants.c.max_documents)
    .values(documents=tables.tenants.c.documents + 1)
)
_COUNT_BYTES = (
    update(tables.tenants)
    .where(tables.tenants.c.key == bindparam("of_key"))
    .values(stored_bytes=tables.tenants.c.stored_bytes + bindparam("more"))
)


class TenantGone(Exception):  # noqa: N818 - said to the caller as it is
    """The tenant was removed while it asked."""


class LimitReached(Exception):  # noqa: N818 - said to the caller as it is
    """A tenant may have no more of something. ``what`` names the limit, ``most`` is how many it has."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"{what}: this tenant may have {most}; remove some, or ask the operator for more")
        self.what = what
        self.most = most


class CodeNotAllowed(Exception):  # noqa: N818 - said to the caller as it is
    """A tenant may not register this code: it is below none of its prefixes."""

    def __init__(self, code: str, prefixes: Sequence[str]) -> None:
        super().__init__(f"code: {code!r} is not this tenant's to register; use a code below {', '.join(prefixes)}")
        self.code = code
        self.prefixes = tuple(prefixes)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one tenant may have. ``documents`` and ``stored_bytes`` count since its last reset."""

    systems: int = 20
    agencies: int = 1000
    documents: int = 100_000
    stored_bytes: int = 10 * 1024**3
    rules: int = 100


@dataclass(frozen=True, slots=True)
class Tenant:
    """One tenant. No ``prefixes``: any code that is free. ``documents`` and ``stored_bytes`` are what it has used."""

    key: str
    name: str
    prefixes: tuple[str, ...]
    limits: Limits
    documents: int
    stored_bytes: int

    def may_register(self, code: str) -> bool:
        """Whether a code is one of the prefixes or below one; codes of the old form are written the other way round."""
        return not self.prefixes or any(
            code == prefix or code.startswith(f"{prefix}.") or code.endswith(f".{prefix}") for prefix in self.prefixes
        )


class Tenants:
    """The digests of all tokens in memory: each request to the control API needs one."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def load(self, connection: Connection) -> None:
        """Read the tokens anew; to be called after whatever changes tenants was committed."""
        rows = connection.execute(select(tables.tenants.c.token, tables.tenants.c.key))
        self._keys = {row.token: row.key for row in rows}

    def of(self, token: str) -> str | None:
        """Give the key of the tenant that has this token."""
        return self._keys.get(_digest(token)) if self._keys else None


def enter(connection: Connection, name: str, prefixes: Sequence[str], limits: Limits) -> tuple[Tenant, str | None]:
    """Enter a tenant, or change what it may; gives its token only when it is new. Raises ``ValueError``."""
    if not re.fullmatch(NAME_FORM, name):
        raise ValueError(f"name: {name!r} must be 1 to 64 letters, digits and . _ - and begin with a letter or digit")
    values: dict[str, Any] = {"prefixes": json.dumps(list(prefixes))}
    values |= {f"max_{limit}": most for limit, most in asdict(limits).items()}
    bump(connection)
    token = None
    known = connection.execute(select(tables.tenants.c.key).where(tables.tenants.c.name == name)).scalar()
    if known is None:
        token, known = _mint(), secrets.token_hex(16)
        connection.execute(insert(tables.tenants).values(key=known, name=name, token=_digest(token), **values))
    else:
        connection.execute(update(tables.tenants).where(tables.tenants.c.key == known).values(values))
    return required(connection, known), token


def rotate(connection: Connection, name: str) -> str | None:
    """Give a tenant a new token in the place of the old one; ``None`` for one that is not there."""
    bump(connection)
    token = _mint()
    changed = connection.execute(
        update(tables.tenants).where(tables.tenants.c.name == name).values(token=_digest(token))
    )
    return token if changed.rowcount else None


def forget(connection: Connection, key: str) -> None:
    """Remove the entry of a tenant whose things are gone already."""
    bump(connection)
    connection.execute(delete(tables.tenants).where(tables.tenants.c.key == key))


def named(connection: Connection, name: str) -> Tenant | None:
    """Find a tenant by its name."""
    row = connection.execute(select(tables.tenants).where(tables.tenants.c.name == name)).first()
    return None if row is None else _tenant(row)


def required(connection: Connection, key: str) -> Tenant:
    """Give a tenant by its key. Raises ``TenantGone``."""
    row = connection.execute(select(tables.tenants).where(tables.tenants.c.key == key)).first()
    if row is None:
        raise TenantGone("this tenant was removed")
    return _tenant(row)


def listed(connection: Connection) -> list[Tenant]:
    """List the tenants by name."""
    return [_tenant(row) for row in connection.execute(select(tables.tenants).order_by(tables.tenants.c.name))]


def of_tenant(column: ColumnElement[str], key: str) -> ColumnElement[bool]:
    """Give the condition that a row is a tenant's, written so that the indexes of tenants' rows can be used."""
    return (column == key) & (column != literal_column("''"))


def visible(key: str | None) -> ColumnElement[bool]:
    """Give the condition that a tenant may see a package: it sent or received it. The operator (``None``) sees all."""
    if key is None:
        return true()
    received = select(tables.deliveries.c.document_seq).where(of_tenant(tables.deliveries.c.tenant, key))
    return of_tenant(tables.documents.c.tenant, key) | tables.documents.c.seq.in_(received)


def check_codes(connection: Connection, key: str, codes: Sequence[str]) -> None:
    """See that a tenant may register codes; the operator may register any. Raises ``CodeNotAllowed``."""
    if key == OPERATOR:
        return
    tenant = required(connection, key)
    for code in codes:
        if code and not tenant.may_register(code):
            raise CodeNotAllowed(code, tenant.prefixes)


def check_counts(connection: Connection, key: str, *, agencies: int = 0) -> None:
    """See that a tenant has not more systems, agencies and rules than it may, when so many agencies will have come.

    Raises ``LimitReached``; to be called after a change that this undoes, or before one.
    """
    if key == OPERATOR:
        return
    limits = required(connection, key).limits
    for what, most, table in (
        ("systems", limits.systems, tables.systems),
        ("agencies", limits.agencies, tables.agencies),
        ("rules", limits.rules, tables.fault_rules),
    ):
        coming = agencies if table is tables.agencies else 0
        if _count(connection, table, key) + coming > most:
            raise LimitReached(what, most)


def count_document(connection: Connection, key: str) -> None:
    """Count an accepted package. Raises ``LimitReached``."""
    if key != OPERATOR and not connection.execute(_COUNT_DOCUMENT, {"of_key": key}).rowcount:
        raise LimitReached("documents", required(connection, key).limits.documents)


def count_bytes(connection: Connection, key: str, more: int) -> None:
    """Count what one exchange leaves in the store."""
    if key != OPERATOR:
        connection.execute(_COUNT_BYTES, {"of_key": key, "more": more})


def check_room(connection: Connection, key: str) -> None:
    """See that a tenant may bring another package. Raises ``LimitReached``."""
    if key == OPERATOR:
        return
    tenant = required(connection, key)
    if tenant.stored_bytes >= tenant.limits.stored_bytes:
        raise LimitReached("stored_bytes", tenant.limits.stored_bytes)


def start_over(connection: Connection, key: str, left_documents: int, left_bytes: int) -> None:
    """Count from what a reset left with others: a reset must not be a way around the limits."""
    row = tables.tenants.c
    connection.execute(
        update(tables.tenants)
        .where(row.key == key)
        .values(
            left_documents=row.left_documents + left_documents,
            left_bytes=row.left_bytes + left_bytes,
            documents=row.left_documents + left_documents,
            stored_bytes=row.left_bytes + left_bytes,
        )
    )


def start_all_over(connection: Connection) -> None:
    """Count from zero for everybody: the axis is empty."""
    connection.execute(update(tables.tenants).values(documents=0, stored_bytes=0, left_documents=0, left_bytes=0))


def _count(connection: Connection, table: Table, key: str) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(table.c.tenant == key)).scalar_one())


def _tenant(row: Row[Any]) -> Tenant:
    limits = Limits(row.max_systems, row.max_agencies, row.max_documents, row.max_stored_bytes, row.max_rules)
    return Tenant(row.key, row.name, tuple(json.loads(row.prefixes)), limits, row.documents, row.stored_bytes)


def _mint() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
