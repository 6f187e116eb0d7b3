"""Systems and agencies: who takes part."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import Connection
from starlette.responses import JSONResponse, StreamingResponse

from simulator import directory, registering, removal, tenants
from simulator.axis import Axis
from simulator.control.agencies import shown
from simulator.control.caller import Caller, Calling
from simulator.control.problems import Problem
from simulator.directory import Agency, CodeClosedError, CodeTakenError, DirectoryError, System, SystemTakenError

_PAGE = 1000


class AgencyEntry(BaseModel):
    """An agency of a system."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=1000)
    old_code: str = Field(default="", max_length=64)
    parent: str = Field(default="", max_length=64)
    mail: str = Field(default="", max_length=320)
    is_agency: StrictBool = True
    locked: StrictBool = False


class SystemEntry(BaseModel):
    """A system: its secret goes in and never comes out."""

    model_config = ConfigDict(extra="forbid")

    secret: str = Field(min_length=1, max_length=1024)
    agencies: list[AgencyEntry]


class DirectoryEntry(BaseModel):
    """An agency as the directory holds it; ``system`` is ``null`` for one that nobody fetches for."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1000)
    old_code: str = Field(default="", max_length=64)
    system: str | None = Field(default=None, max_length=255)
    parent: str = Field(default="", max_length=64)
    mail: str = Field(default="", max_length=320)
    is_agency: StrictBool = True
    locked: StrictBool = False


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["directory"])

    @routes.get("/systems", summary="All systems with their agencies")
    async def list_systems(caller: Calling) -> dict[str, Any]:
        """List all systems, for a tenant its own."""

        def read(connection: Connection) -> list[dict[str, Any]]:
            return [_system(connection, system_id) for system_id in directory.all_systems(connection, caller.tenant)]

        return {"systems": await axis.store.read_aside(read)}

    @routes.get("/systems/{system_id}", summary="One system")
    async def get_system(system_id: str, caller: Calling) -> dict[str, Any]:
        _see_known(axis, caller, system_id)
        return await axis.store.look(lambda connection: _system(connection, system_id))

    @routes.put("/systems/{system_id}", summary="Register a system, or replace it", responses={201: {}})
    async def put_system(system_id: str, entry: SystemEntry, response: Response, caller: Calling) -> dict[str, Any]:
        """Enter the system as the caller's own; ids and codes that others have are refused as taken."""
        system = System(system_id, entry.secret, tuple(Agency(**agency.model_dump()) for agency in entry.agencies))
        codes = [code for agency in system.agencies for code in (agency.code, agency.old_code) if code]
        if len(set(codes)) != len(codes):
            raise Problem(422, "invalid-request", "agencies: a code stands twice; name each once")

        def enter(connection: Connection) -> bool:
            return registering.put_system(connection, system, _now(axis), axis.seal, tenant=caller.tenant)

        created = await _entered(axis, caller, codes, enter)
        response.status_code = 201 if created else 200
        return await axis.store.look(lambda connection: _system(connection, system_id))

    @routes.delete("/systems/{system_id}", status_code=204, summary="Remove a system and all that it left")
    async def delete_system(system_id: str, caller: Calling) -> None:
        """Take its codes, queue entries and documents along, but not what systems of other tenants received of it."""
        _see_known(axis, caller, system_id)
        tenant = axis.directory.tenant_of(system_id)

        def remove(connection: Connection) -> None:
            if system_id in directory.all_systems(connection, tenant):
                removal.remove_system(connection, system_id)

        await axis.store.write(remove)
        await axis.refresh()

    _add_agencies(routes, axis)
    return routes


def _add_agencies(routes: APIRouter, axis: Axis) -> None:
    @routes.get("/agencies", summary="The whole directory", response_model=None)
    async def list_agencies(
        after: Annotated[str, Query(max_length=64)] = "",
        limit: Annotated[int | None, Query(ge=1, le=10_000)] = None,
        *,
        caller: Calling,
    ) -> Response:
        """List the directory by code, closed agencies too: all of it, or with ``limit`` that many ``after`` a code.

        ``next`` is the ``after`` of the next page, ``null`` at the end. A tenant lists its own agencies here; those of
        others a system lists by ``getAgenciesList``.
        """
        if limit is None:
            return StreamingResponse(_whole(axis, caller, after), media_type="application/json")
        entries = await axis.store.read_aside(
            lambda connection: directory.page(connection, after, limit + 1, closed=True, tenant=caller.tenant)
        )
        follows = entries[limit - 1].code if len(entries) > limit else None
        return JSONResponse({"agencies": [shown(entry) for entry in entries[:limit]], "next": follows})

    @routes.get("/agencies/{code}", summary="One agency, by either of its codes")
    async def get_agency(code: str, caller: Calling) -> dict[str, Any]:
        return shown(await _found(axis, caller, code))

    @routes.put("/agencies/{code}", summary="Enter an agency, or replace it", responses={201: {}})
    async def put_agency(code: str, entry: DirectoryEntry, response: Response, caller: Calling) -> dict[str, Any]:
        values = entry.model_dump(exclude={"system"})

        def enter(connection: Connection) -> bool:
            known = directory.agency(connection, code)
            if known is not None and not caller.sees(known.tenant):
                raise CodeTakenError(f"code: {code} is taken")
            tenant = caller.owns if known is None else known.tenant
            if entry.system is not None:
                owner = directory.tenant_in(connection, entry.system)
                if owner is None or not caller.sees(owner):
                    text = f"system: {entry.system} is not registered; PUT /systems first"
                    raise Problem(422, "invalid-request", text)
                tenant = owner
            agency = Agency(code=code, system_id=entry.system, tenant=tenant, **values)
            return registering.put_agency(connection, agency, _now(axis))

        created = await _entered(axis, caller, [code, entry.old_code], enter)
        response.status_code = 201 if created else 200
        return shown(await _found(axis, caller, code))

    @routes.delete("/agencies/{code}", status_code=204, summary="Remove an agency and what waits for it")
    async def delete_agency(code: str, caller: Calling) -> None:
        known = await _found(axis, caller, code)

        def remove(connection: Connection) -> None:
            now = directory.agency(connection, known.code)
            if now is not None and now.tenant == known.tenant:
                removal.remove_agency(connection, known.code)

        await axis.store.write(remove)


async def _whole(axis: Axis, caller: Caller, after: str) -> AsyncIterator[bytes]:
    """Write the directory a thousand agencies at a time, each page read and written on another thread."""

    def page(connection: Connection) -> tuple[bytes, str]:
        entries = directory.page(connection, after, _PAGE, closed=True, tenant=caller.tenant)
        rows = ",".join(json.dumps(shown(entry), ensure_ascii=False) for entry in entries)
        return rows.encode(), entries[-1].code if entries else ""

    lead = b'{"agencies":['
    while True:
        rows, after = await axis.store.read_aside(page)
        if not rows:
            break
        yield lead + rows
        lead = b","
    yield (b"]}" if lead == b"," else lead + b"]}")


async def _entered(axis: Axis, caller: Caller, codes: Sequence[str], action: Callable[[Connection], bool]) -> bool:
    """Do what enters codes, as far as the caller may."""

    def enter(connection: Connection) -> bool:
        tenants.check_codes(connection, caller.owns, codes)
        created = action(connection)
        tenants.check_counts(connection, caller.owns)
        return created

    try:
        created = await axis.store.write(enter)
    except (CodeTakenError, SystemTakenError) as error:
        kind = "system-taken" if isinstance(error, SystemTakenError) else "code-taken"
        # Who has it, only the operator is told.
        text = str(error) if caller.tenant is None else f"{str(error).partition(':')[0]}: taken; choose another"
        raise Problem(409, kind, text) from error
    except CodeClosedError as error:
        raise Problem(409, "code-closed", str(error)) from error
    except DirectoryError as error:
        raise Problem(422, "invalid-request", str(error)) from error
    await axis.refresh()
    return created


def _see_known(axis: Axis, caller: Caller, system_id: str) -> None:
    """See that there is such a system for this caller."""
    tenant = axis.directory.tenant_of(system_id)
    if tenant is None or not caller.sees(tenant):
        raise _unknown("system", system_id)


async def _found(axis: Axis, caller: Caller, code: str) -> Agency:
    known = await axis.store.look(lambda connection: directory.agency(connection, code))
    if known is None or not caller.sees(known.tenant):
        raise _unknown("agency", code)
    return known


def _unknown(kind: str, name: str) -> Problem:
    return Problem(404, f"unknown-{kind}", f"there is no {kind} {name}")


def _now(axis: Axis) -> int:
    return axis.clock.milliseconds()


def _system(connection: Connection, system_id: str) -> dict[str, Any]:
    return {"id": system_id, "agencies": [shown(entry) for entry in directory.agencies_of(connection, system_id)]}
