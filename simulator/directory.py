"""Who takes part: systems with their secrets, agencies with their codes of both generations.

An agency has one code of its own and may have a second, older one (QCVN 102 form); both name the same agency. A system
serves any number of agencies. Agencies without a system stand in the directory, but nobody fetches for them. A closed
code keeps its line for good, so that whoever keeps a copy in step learns of it; how agencies are entered is told in
``registering``, how they are closed and what follows them in ``succession``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import BindParameter, Connection, CursorResult, Row, bindparam, or_, select

from protocol import organisation
from simulator.sealing import Seal
from simulator.store.tables import agencies, systems

LOWEST_LEVEL = 4
_CHUNK = 500
_PAGE = 1000
# Built once: making a statement costs more than running it.
_CODES: BindParameter[Any] = bindparam("codes", expanding=True)
_NAMED = or_(agencies.c.code.in_(_CODES), agencies.c.old_code.in_(_CODES))
_ROWS = select(agencies).where(_NAMED)


class DirectoryError(ValueError):
    """A system or an agency cannot be entered so; the text names field, rule and fix."""


class CodeTakenError(DirectoryError):
    """The code belongs to another agency already."""


class CodeClosedError(DirectoryError):
    """The code was closed and others follow it; it stays closed until somebody opens it again."""

    def __init__(self, code: str, successors: Sequence[str]) -> None:
        """Say which code was closed and what follows it."""
        followers = ", ".join(successors)
        super().__init__(f"code: {code} was closed, {followers} took over; use that, or open {code} again first")
        self.code = code
        self.successors = tuple(successors)


class SystemTakenError(DirectoryError):
    """The system belongs to another tenant."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency. ``parent`` is the code of the agency above it, ``old_code`` its QCVN 102 code; ``""`` for none.

    ``successors`` are the codes that took over from a closed one: one after a merger or under a new code, several after
    a split. ``version`` counts the changes, ``modified_at`` is when the last one was made.
    ``tenant`` is the key of the tenant to whom it belongs, ``""`` the operator of the axis.
    """

    code: str
    name: str
    old_code: str = ""
    system_id: str | None = None
    parent: str = ""
    mail: str = ""
    is_agency: bool = True
    locked: bool = False
    deleted: bool = False
    version: int = 1
    modified_at: int = 0
    successors: tuple[str, ...] = ()
    tenant: str = ""

    @property
    def level(self) -> int | None:
        """Give the level of the body by its code, 1 to 4 (and whatever stands below 4); ``None`` without a top level.

        Centres, enterprises and test accounts have one group, too, and stand at no level of the administration.
        """
        code = organisation.parse(self.code)
        return None if code is None or code.top is None else min(code.level, LOWEST_LEVEL)


# In the order in which an Agency has them.
_FIELDS = [agencies.c[each.name] for each in fields(Agency)]
_SUCCESSORS = [each.name for each in fields(Agency)].index("successors")
_RESOLVED = select(*_FIELDS).where(_NAMED)


@dataclass(frozen=True, slots=True)
class System:
    """A connected system: its id, its shared secret, its agencies."""

    id: str
    secret: str
    agencies: tuple[Agency, ...]


class Directory:
    """The secrets and tenants of all systems in memory (each request needs them), everything else in the store."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._secrets: dict[str, str] = {}
        self._tenants: dict[str, str] = {}

    def load(self, connection: Connection) -> None:
        """Read the secrets anew; to be called after whatever changes systems was committed."""
        rows = connection.execute(select(systems)).all()
        self._secrets = {row.id: self._seal.open(row.id, row.secret) for row in rows}
        self._tenants = {row.id: row.tenant for row in rows}

    def secret_of(self, system_id: str) -> str | None:
        """Give the secret of a system, ``None`` for one that is not registered."""
        return self._secrets.get(system_id)

    def tenant_of(self, system_id: str | None) -> str | None:
        """Give the key of the tenant to whom a system belongs, ``None`` for one that is not registered."""
        return None if system_id is None else self._tenants.get(system_id)

    def secrets(self) -> Mapping[str, str]:
        """All secrets by system id."""
        return self._secrets

    def secrets_by_tenant(self) -> dict[str, set[str]]:
        """All secrets by the key of the tenant to whom they belong."""
        found: dict[str, set[str]] = {}
        for system_id, secret in self._secrets.items():
            found.setdefault(self._tenants[system_id], set()).add(secret)
        return found


def agency(connection: Connection, code: str) -> Agency | None:
    """Find an agency, open or closed, by its own or by its old code."""
    return resolve(connection, [code], closed=True).get(code)


def resolve(connection: Connection, codes: Iterable[str], *, closed: bool = False) -> dict[str, Agency]:
    """Find agencies by any of their codes; a code that names none is absent. Closed ones only when asked for."""
    wanted = list(dict.fromkeys(codes))
    found: dict[str, Agency] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        names = set(chunk)
        for row in connection.execute(_RESOLVED, {"codes": chunk}).all():
            entry = _agency(row)
            if entry.deleted and not closed:
                continue
            for code in (entry.old_code, entry.code):
                if code in names:
                    found[code] = entry
    return found


def all_agencies(connection: Connection, *, closed: bool = False, tenant: str | None = None) -> list[Agency]:
    """List the directory by code, or what of it belongs to one tenant."""
    return [entry for page in pages(connection, closed=closed, tenant=tenant) for entry in page]


def pages(connection: Connection, *, closed: bool = False, tenant: str | None = None) -> Iterator[list[Agency]]:
    """List the directory by code, a thousand at a time."""
    after = ""
    while found := page(connection, after, _PAGE, closed=closed, tenant=tenant):
        yield found
        after = found[-1].code


def page(
    connection: Connection, after: str, limit: int, *, closed: bool = False, tenant: str | None = None
) -> list[Agency]:
    """List the agencies that follow a code, at most ``limit``, of one tenant or of all."""
    query = select(*_FIELDS).where(agencies.c.code > after).order_by(agencies.c.code).limit(limit)
    if tenant is not None:
        query = query.where(agencies.c.tenant == tenant)
    if not closed:
        query = query.where(agencies.c.deleted.is_(False))
    return [_agency(row) for row in connection.execute(query)]


def agencies_of(connection: Connection, system_id: str) -> list[Agency]:
    """List the agencies of one system by code, closed ones too."""
    query = select(*_FIELDS).where(agencies.c.system_id == system_id).order_by(agencies.c.code)
    return [_agency(row) for row in connection.execute(query)]


def agency_codes(connection: Connection, system_id: str) -> list[str]:
    """List the codes of the open agencies of one system."""
    query = (
        select(agencies.c.code)
        .where(agencies.c.system_id == system_id, agencies.c.deleted.is_(False))
        .order_by(agencies.c.code)
    )
    return list(connection.execute(query).scalars())


def tenant_in(connection: Connection, system_id: str) -> str | None:
    """Give the key of the tenant to whom a system belongs, ``None`` for one that is not registered."""
    return connection.execute(select(systems.c.tenant).where(systems.c.id == system_id)).scalar()


def all_systems(connection: Connection, tenant: str | None = None) -> list[str]:
    """List the ids of all systems, or of those of one tenant."""
    query = select(systems.c.id).order_by(systems.c.id)
    return list(connection.execute(query if tenant is None else query.where(systems.c.tenant == tenant)).scalars())


def matching(connection: Connection, codes: Sequence[str]) -> CursorResult[Any]:
    """Find the rows of whatever agencies the codes name, by their own code or by the old one."""
    return connection.execute(_ROWS, {"codes": codes})


def _agency(row: Row[Any]) -> Agency:
    values: list[Any] = list(row)
    values[_SUCCESSORS] = tuple(values[_SUCCESSORS].split())
    return Agency(*values)
