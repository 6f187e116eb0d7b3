"""Entering systems and agencies. A code names one agency for as long as that agency has a line in the directory."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from simulator.directory import (
    Agency,
    CodeClosedError,
    CodeTakenError,
    DirectoryError,
    System,
    SystemTakenError,
    agencies_of,
    agency,
    matching,
    tenant_in,
)
from simulator.sealing import Seal
from simulator.store.generation import bump
from simulator.store.tables import agencies, facts, systems

# Both generations, enterprise codes, centre codes and the deviations met in the field (H-O03, H-O04).
_CODE = re.compile(r"[A-Za-z0-9._\-]{1,64}")
_UNKEPT = re.compile("[\0\ud800-\udfff]")
_CHUNK = 500
_TOLD = "systems-file:"
_TELLING = frozenset({"old_code", "name", "system_id", "parent", "mail", "is_agency", "locked"})
# Returning something makes one statement of many rows; otherwise a driver may send them one by one.
_ENTER = insert(agencies).returning(agencies.c.code)


@dataclass(frozen=True, slots=True)
class Entered:
    """How many agencies were new, how many changed; ``same`` stood there exactly so and keep their versions."""

    new: int = 0
    changed: int = 0
    same: int = 0


def put_system(connection: Connection, system: System, at: int, seal: Seal, *, tenant: str | None = None) -> bool:
    """Enter a system with exactly these agencies, or replace it; tells whether it is new.

    ``tenant`` is the key of the tenant who does it, ``None`` the operator, who leaves a system to whom it belongs.
    Raises ``DirectoryError``, among them ``SystemTakenError`` and ``CodeTakenError``.

    An agency that is left out is closed and belongs to no system any more. What was closed before stays as it is: a
    list from before a merger, or from after it, undoes nothing.
    """
    _check(system)
    known = tenant_in(connection, system.id)
    if known is not None and tenant not in (None, known):
        raise SystemTakenError(f"id: {system.id} belongs to another tenant; choose another")
    if known is None:
        connection.execute(
            insert(systems).values(id=system.id, secret=seal.seal(system.id, system.secret), tenant=tenant or "")
        )
    else:
        _change_secret(connection, system, seal)
    kept = {entry.code for entry in system.agencies}
    before = agencies_of(connection, system.id)
    _leave_out(connection, [entry.code for entry in before if entry.code not in kept and not entry.deleted], at)
    put_agencies(connection, [replace(entry, system_id=system.id) for entry in system.agencies], at, owner=system.id)
    return known is None


def _change_secret(connection: Connection, system: System, seal: Seal) -> None:
    sealed = seal.seal(system.id, system.secret)
    connection.execute(update(systems).where(systems.c.id == system.id).values(secret=sealed))


def introduce(connection: Connection, system: System, at: int, seal: Seal) -> None:
    """Enter a system that an axis is started with, and leave alone what became of it while the axis ran.

    A system that is there already takes on the secret. An agency takes on what the file says only where the file says
    something else than last time: what was registered or renamed since stays, and what was closed stays closed.
    Raises ``DirectoryError``.
    """
    tenant = tenant_in(connection, system.id)
    if tenant:
        raise SystemTakenError(f"id: {system.id} belongs to a tenant of this axis; choose another")
    if tenant is None:
        put_system(connection, system, at, seal)
    else:
        _check(system)
        _change_secret(connection, system, seal)
    bump(connection)
    before = _told(connection, system.id)
    now = {entry.code: _said(replace(entry, system_id=system.id)) for entry in system.agencies}
    present = {entry.code: entry for entry in agencies_of(connection, system.id)}
    news: list[Agency] = []
    for entry in system.agencies:
        known = present.get(entry.code)
        if known is None and before.get(entry.code) == now[entry.code] and agency(connection, entry.code) is not None:
            continue  # given to another system while the axis ran
        if known is None or not (known.deleted or now[entry.code] in (before.get(entry.code), _said(known))):
            news.append(replace(entry, system_id=system.id))
    put_agencies(connection, news, at, owner=system.id)
    connection.execute(delete(facts).where(facts.c.name == _TOLD + _digest(system.id)))
    connection.execute(insert(facts).values(name=_TOLD + _digest(system.id), value=json.dumps(now)))


def put_agency(connection: Connection, entry: Agency, at: int, *, owner: str | None = None) -> bool:
    """Enter one agency or replace it, as ``put_agencies`` does; tells whether it is new."""
    return put_agencies(connection, [entry], at, owner=owner).new == 1


def put_agencies(
    connection: Connection, entries: Iterable[Agency], at: int, *, owner: str | None = None, reopen: bool = True
) -> Entered:
    """Enter agencies or replace them, some hundred in one statement; who stands there exactly so is left alone.

    An agency belongs to the tenant of its system; one without a system stays with whom it is, or is whose its entry
    says.
    A closed agency is open again then, unless others took over from it; without ``reopen`` it is left alone. With
    ``owner`` so is an agency of another system.
    Raises ``DirectoryError``, ``CodeTakenError``, ``CodeClosedError``; what was entered until then is the
    caller's to undo.
    """
    bump(connection)
    rest = iter(entries)
    total = Entered()
    while chunk := list(itertools.islice(rest, _CHUNK)):
        batch = _Batch(connection, [_checked(entry) for entry in _owned(connection, chunk)], owner, reopen=reopen)
        total = batch.enter(connection, at, total)
    return total


def _owned(connection: Connection, entries: list[Agency]) -> list[Agency]:
    """Give agencies to the tenants of their systems."""
    served = {entry.system_id for entry in entries if entry.system_id is not None}
    query = select(systems.c.id, systems.c.tenant).where(systems.c.id.in_(served))
    owners = {row.id: row.tenant for row in connection.execute(query)}
    return [replace(entry, tenant=owners.get(entry.system_id or "", entry.tenant)) for entry in entries]


class _Batch:
    """Some hundred agencies that are entered together, and the rows whose codes they name."""

    def __init__(self, connection: Connection, entries: list[Agency], owner: str | None, *, reopen: bool) -> None:
        self._entries = entries
        self._owner = owner
        self._reopen = reopen
        names = {name for entry in entries for name in _names(entry)}
        self._rows = {row.code: dict(row._mapping) for row in matching(connection, sorted(names))}  # noqa: SLF001 - its public name
        self._holders: dict[str, str] = {}
        for code, row in self._rows.items():
            self._holders |= dict.fromkeys((name for name in (code, row["old_code"]) if name), code)
        self._present = frozenset(self._rows)
        self._written: dict[str, None] = {}

    def enter(self, connection: Connection, at: int, total: Entered) -> Entered:
        """Write what is new or has changed, and add to the total."""
        new, changed, same = total.new, total.changed, total.same
        for entry in self._entries:
            known = self._rows.get(entry.code)
            if known is not None and known["deleted"] and not self._reopen:
                same += 1
                continue
            if known is not None:
                self._see_that_it_may(entry, known)
                entry = entry if entry.system_id is not None else replace(entry, tenant=known["tenant"])  # noqa: PLW2901
            for name in _names(entry):
                self._claim(name, entry, at)
            if known is None:
                self._write(entry.code, _values(entry) | {"version": 1, "modified_at": at})
                new += 1
            elif _values(entry) == {name: known[name] for name in _values(entry)}:
                same += 1
            else:
                if known["old_code"] not in _names(entry):
                    self._free(known["old_code"], entry.code)
                self._write(entry.code, known | _values(entry) | {"version": known["version"] + 1, "modified_at": at})
                changed += 1
        gone = [code for code in self._present if code in self._written or code not in self._rows]
        if gone:
            connection.execute(delete(agencies).where(agencies.c.code.in_(gone)))
        for rows in (
            [self._rows[code] for code in self._written if code in self._present],
            [self._rows[code] for code in self._written if code not in self._present],
        ):
            if rows:
                connection.execute(_ENTER, rows).close()
        return Entered(new, changed, same)

    def _see_that_it_may(self, entry: Agency, known: dict[str, Any]) -> None:
        if self._owner is not None and known["tenant"] != entry.tenant:  # before anything tells of it
            raise CodeTakenError(f"code: {entry.code} is registered by another tenant")
        if known["deleted"] and known["successors"]:
            raise CodeClosedError(entry.code, known["successors"].split())
        if self._owner is not None and known["system_id"] not in (None, self._owner):
            raise CodeTakenError(f"code: {entry.code} is registered by another system")

    def _claim(self, name: str, entry: Agency, at: int) -> None:
        """Take a code for an agency; who was closed, followed by nobody, gives it up within its own system."""
        holder = self._holders.get(name, entry.code)
        if holder != entry.code:
            row = self._rows[holder]
            others = row["system_id"] not in (None, entry.system_id) or row["tenant"] != entry.tenant
            if not row["deleted"] or row["successors"] or others:
                raise CodeTakenError(f"code: {', '.join(_names(entry))} names the agency {holder} already")
            if name == holder:
                self._free(row["old_code"], holder)
                del self._rows[holder]
            else:
                self._write(holder, row | {"old_code": "", "version": row["version"] + 1, "modified_at": at})
        self._holders[name] = entry.code

    def _free(self, name: str, holder: str) -> None:
        if self._holders.get(name) == holder:
            del self._holders[name]

    def _write(self, code: str, row: dict[str, Any]) -> None:
        self._rows[code] = row
        self._written[code] = None


def _leave_out(connection: Connection, codes: list[str], at: int) -> None:
    """Close agencies that a system has no longer; they belong to nobody then."""
    for start in range(0, len(codes), _CHUNK):
        connection.execute(
            update(agencies)
            .where(agencies.c.code.in_(codes[start : start + _CHUNK]))
            .values(deleted=True, system_id=None, modified_at=at, version=agencies.c.version + 1)
        )


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


def _checked(entry: Agency) -> Agency:
    misfit = fitting(entry)
    if misfit in ("name", "mail"):
        raise DirectoryError(f"{misfit}: holds a character that cannot be kept (NUL, or half of a pair); leave it out")
    if misfit is not None:
        code = getattr(entry, misfit)
        raise DirectoryError(f"{misfit}: {code!r} is no organisation code: 1 to 64 letters, digits and . _ -")
    return replace(entry, old_code="") if entry.old_code == entry.code else entry


def fitting(entry: Agency) -> str | None:
    """Name the field that cannot be entered so: a code that is none, a text that no store keeps; ``None`` if none."""
    for field, code in (("code", entry.code), ("old_code", entry.old_code), ("parent", entry.parent)):
        if (code or field == "code") and not _CODE.fullmatch(code):
            return field
    return next((field for field in ("name", "mail") if _UNKEPT.search(getattr(entry, field))), None)


def _names(entry: Agency) -> list[str]:
    return [code for code in (entry.code, entry.old_code) if code]


def _values(entry: Agency) -> dict[str, Any]:
    return {
        "code": entry.code,
        "old_code": entry.old_code,
        "name": entry.name,
        "system_id": entry.system_id,
        "parent": entry.parent,
        "mail": entry.mail,
        "is_agency": entry.is_agency,
        "locked": entry.locked,
        "deleted": entry.deleted,
        "successors": " ".join(entry.successors),
        "tenant": entry.tenant,
    }
