"""Who takes part: systems with their secrets, agencies with their codes of both generations.

An agency has one code of its own and may have a second, older one (QCVN 102 form); both name the same agency. A system
serves any number of agencies. Agencies without a system stand in the directory, but nobody fetches for them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, Connection, CursorResult, Row, bindparam, delete, insert, or_, select, update

from simulator.store.tables import agencies, facts, systems

# Both generations, enterprise codes, centre codes and the deviations met in the field (H-O03, H-O04).
_CODE = re.compile(r"[A-Za-z0-9._\-]{1,64}")
_CHUNK = 500
_TOLD = "systems-file:"
_TELLING = frozenset({"old_code", "name", "system_id", "parent", "mail", "is_agency", "locked"})
# Built once: making a statement costs more than running it.
_CODES: BindParameter[Any] = bindparam("codes", expanding=True)
_MATCHING = select(agencies).where(or_(agencies.c.code.in_(_CODES), agencies.c.old_code.in_(_CODES)))


class DirectoryError(ValueError):
    """A system or an agency cannot be entered so; the text names field, rule and fix."""


class CodeTakenError(DirectoryError):
    """The code belongs to another agency already."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency. ``parent`` is the code of the agency above it, ``old_code`` its QCVN 102 code; ``""`` for none."""

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


@dataclass(frozen=True, slots=True)
class System:
    """A connected system: its id, its shared secret, its agencies."""

    id: str
    secret: str
    agencies: tuple[Agency, ...]


class Directory:
    """The secrets of all systems in memory (each request needs one), everything else in the store."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def load(self, connection: Connection) -> None:
        """Read the secrets anew; to be called after whatever changes systems was committed."""
        self._secrets = {row.id: row.secret for row in connection.execute(select(systems))}

    def secret_of(self, system_id: str) -> str | None:
        """Give the secret of a system, ``None`` for one that is not registered."""
        return self._secrets.get(system_id)

    def secrets(self) -> Mapping[str, str]:
        """All secrets by system id."""
        return self._secrets


def put_system(connection: Connection, system: System, at: int) -> bool:
    """Enter a system with exactly these agencies, or replace it; tells whether it is new. Raises ``DirectoryError``."""
    _check(system)
    known = connection.execute(select(systems.c.id).where(systems.c.id == system.id)).first()
    if known is None:
        connection.execute(insert(systems).values(id=system.id, secret=system.secret))
    else:
        connection.execute(update(systems).where(systems.c.id == system.id).values(secret=system.secret))
    kept = [agency.code for agency in system.agencies]
    connection.execute(delete(agencies).where(agencies.c.system_id == system.id, agencies.c.code.not_in(kept)))
    for agency in system.agencies:
        put_agency(connection, replace(agency, system_id=system.id), at, owner=system.id)
    return known is None


def introduce(connection: Connection, system: System, at: int) -> None:
    """Enter a system that an axis is started with, and leave alone what became of it while the axis ran.

    A system that is there already takes on the secret. An agency takes on what the file says only where the file says
    something else than last time: what was registered or renamed since stays, and what was closed stays closed.
    Raises ``DirectoryError``.
    """
    if connection.execute(select(systems.c.id).where(systems.c.id == system.id)).first() is None:
        put_system(connection, system, at)
    else:
        _check(system)
        connection.execute(update(systems).where(systems.c.id == system.id).values(secret=system.secret))
    before = _told(connection, system.id)
    now = {entry.code: _said(replace(entry, system_id=system.id)) for entry in system.agencies}
    present = {entry.code: entry for entry in agencies_of(connection, system.id)}
    for entry in system.agencies:
        known = present.get(entry.code)
        if known is None and before.get(entry.code) == now[entry.code] and agency(connection, entry.code) is not None:
            continue  # given to another system while the axis ran
        if known is None or not (known.deleted or now[entry.code] in (before.get(entry.code), _said(known))):
            put_agency(connection, replace(entry, system_id=system.id), at, owner=system.id)
    connection.execute(delete(facts).where(facts.c.name == _TOLD + _digest(system.id)))
    connection.execute(insert(facts).values(name=_TOLD + _digest(system.id), value=json.dumps(now)))


def _told(connection: Connection, system_id: str) -> dict[str, Any]:
    """Give what the systems file said of a system's agencies when the axis was started last."""
    row = connection.execute(select(facts.c.value).where(facts.c.name == _TOLD + _digest(system_id))).first()
    return {} if row is None else dict(json.loads(row.value))


def _said(entry: Agency) -> dict[str, Any]:
    old_code = "" if entry.old_code == entry.code else entry.old_code
    return {name: value for name, value in _values(replace(entry, old_code=old_code)).items() if name in _TELLING}


def _digest(system_id: str) -> str:
    return hashlib.sha256(system_id.encode("utf-8")).hexdigest()[:32]


def _check(system: System) -> None:
    if not system.id or len(system.id) > 255 or not system.id.isprintable() or system.id != system.id.strip():
        raise DirectoryError("id: 1 to 255 printable characters without outer blanks are needed")
    if not system.secret:
        raise DirectoryError("secret: must not be empty")


def put_agency(connection: Connection, agency: Agency, at: int, *, owner: str | None = None) -> bool:
    """Enter an agency or replace it; tells whether it is new.

    With ``owner`` an agency of another system is left alone. Raises ``DirectoryError``, ``CodeTakenError``.
    """
    for field, code in (("code", agency.code), ("old_code", agency.old_code), ("parent", agency.parent)):
        if (code or field == "code") and not _CODE.fullmatch(code):
            raise DirectoryError(f"{field}: {code!r} is no organisation code: 1 to 64 letters, digits and . _ -")
    if agency.old_code == agency.code:
        agency = replace(agency, old_code="")
    names = [code for code in (agency.code, agency.old_code) if code]
    known: Row[Any] | None = None
    for row in _matching(connection, names):
        if row.code == agency.code:
            known = row
        else:
            raise CodeTakenError(f"code: {', '.join(names)} names the agency {row.code} already")
    if known is not None and owner is not None and known.system_id not in (None, owner):
        raise CodeTakenError(f"code: {agency.code} is registered by another system")
    values = _values(replace(agency, modified_at=at))
    if known is None:
        connection.execute(insert(agencies).values(values))
    else:
        values["version"] = known.version + 1
        connection.execute(update(agencies).where(agencies.c.code == agency.code).values(values))
    return known is None


def close_agency(connection: Connection, code: str, at: int) -> None:
    """Mark an agency as deleted: it keeps its line in the synchronisation list and can no longer be addressed."""
    connection.execute(
        update(agencies)
        .where(agencies.c.code == code)
        .values(deleted=True, modified_at=at, version=agencies.c.version + 1)
    )


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
        for row in _matching(connection, chunk):
            if row.deleted and not closed:
                continue
            entry = _agency(row)
            for code in (entry.old_code, entry.code):
                if code in names:
                    found[code] = entry
    return found


def all_agencies(connection: Connection, *, closed: bool = False) -> list[Agency]:
    """List the directory by code."""
    query = select(agencies).order_by(agencies.c.code)
    if not closed:
        query = query.where(agencies.c.deleted.is_(False))
    return [_agency(row) for row in connection.execute(query)]


def agencies_of(connection: Connection, system_id: str) -> list[Agency]:
    """List the agencies of one system by code, closed ones too."""
    query = select(agencies).where(agencies.c.system_id == system_id).order_by(agencies.c.code)
    return [_agency(row) for row in connection.execute(query)]


def agency_codes(connection: Connection, system_id: str) -> list[str]:
    """List the codes of the open agencies of one system."""
    query = (
        select(agencies.c.code)
        .where(agencies.c.system_id == system_id, agencies.c.deleted.is_(False))
        .order_by(agencies.c.code)
    )
    return list(connection.execute(query).scalars())


def all_systems(connection: Connection) -> list[str]:
    """List the ids of all systems."""
    return list(connection.execute(select(systems.c.id).order_by(systems.c.id)).scalars())


def _matching(connection: Connection, codes: Sequence[str]) -> CursorResult[Any]:
    return connection.execute(_MATCHING, {"codes": codes})


def _agency(row: Row[Any]) -> Agency:
    return Agency(
        code=row.code,
        name=row.name,
        old_code=row.old_code,
        system_id=row.system_id,
        parent=row.parent,
        mail=row.mail,
        is_agency=row.is_agency,
        locked=row.locked,
        deleted=row.deleted,
        version=row.version,
        modified_at=row.modified_at,
    )


def _values(agency: Agency) -> dict[str, Any]:
    return {
        "code": agency.code,
        "old_code": agency.old_code,
        "name": agency.name,
        "system_id": agency.system_id,
        "parent": agency.parent,
        "mail": agency.mail,
        "is_agency": agency.is_agency,
        "locked": agency.locked,
        "deleted": agency.deleted,
        "modified_at": agency.modified_at,
    }
