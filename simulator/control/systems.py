"""Systems and agencies: who takes part."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import JSONResponse, StreamingResponse

from simulator import directory, registering, removal
from simulator.axis import Axis
from simulator.control.agencies import shown
from simulator.control.problems import Problem
from simulator.directory import Agency, CodeClosedError, CodeTakenError, DirectoryError, System

_PAGE = 1000


class AgencyEntry(BaseModel):
    """An agency of a system."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=1000)
    old_code: str = Field(default="", max_length=64)
    parent: str = Field(default="", max_length=64)
    mail: str = Field(default="", max_length=320)
    is_agency: bool = True
    locked: bool = False


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
    is_agency: bool = True
    locked: bool = False


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["directory"])

    @routes.get("/systems", summary="All systems with their agencies")
    async def list_systems() -> dict[str, Any]:
        def read(connection: Connection) -> list[dict[str, Any]]:
            return [_system(connection, system_id) for system_id in directory.all_systems(connection)]

        return {"systems": await axis.store.read_aside(read)}

    @routes.get("/systems/{system_id}", summary="One system")
    async def get_system(system_id: str) -> dict[str, Any]:
        if axis.directory.secret_of(system_id) is None:
            raise _unknown("system", system_id)
        return await axis.store.look(lambda connection: _system(connection, system_id))

    @routes.put("/systems/{system_id}", summary="Register a system, or replace it", responses={201: {}})
    async def put_system(system_id: str, entry: SystemEntry, response: Response) -> dict[str, Any]:
        system = System(system_id, entry.secret, tuple(Agency(**agency.model_dump()) for agency in entry.agencies))
        codes = [code for agency in system.agencies for code in (agency.code, agency.old_code) if code]
        if len(set(codes)) != len(codes):
            raise Problem(422, "invalid-request", "agencies: a code stands twice; name each once")
        created = await _entered(
            axis, lambda connection: registering.put_system(connection, system, _now(axis), axis.seal)
        )
        response.status_code = 201 if created else 200
        return await axis.store.look(lambda connection: _system(connection, system_id))

    @routes.delete("/systems/{system_id}", status_code=204, summary="Remove a system and all that it left")
    async def delete_system(system_id: str) -> None:
        if axis.directory.secret_of(system_id) is None:
            raise _unknown("system", system_id)
        await axis.store.write(lambda connection: removal.remove_system(connection, system_id))
        await axis.refresh()

    @routes.get("/agencies", summary="The whole directory", response_model=None)
    async def list_agencies(
        after: Annotated[str, Query(max_length=64)] = "", limit: Annotated[int | None, Query(ge=1, le=10_000)] = None
    ) -> Response:
        """List the directory by code, closed agencies too: all of it, or with ``limit`` that many ``after`` a code.

        ``next`` is the ``after`` of the next page, ``null`` at the end.
        """
        if limit is None:
            return StreamingResponse(_whole(axis, after), media_type="application/json")
        entries = await axis.store.read_aside(
            lambda connection: directory.page(connection, after, limit + 1, closed=True)
        )
        follows = entries[limit - 1].code if len(entries) > limit else None
        return JSONResponse({"agencies": [shown(entry) for entry in entries[:limit]], "next": follows})

    @routes.get("/agencies/{code}", summary="One agency, by either of its codes")
    async def get_agency(code: str) -> dict[str, Any]:
        return shown(await _found(axis, code))

    @routes.put("/agencies/{code}", summary="Enter an agency, or replace it", responses={201: {}})
    async def put_agency(code: str, entry: DirectoryEntry, response: Response) -> dict[str, Any]:
        if entry.system is not None and axis.directory.secret_of(entry.system) is None:
            raise Problem(422, "invalid-request", f"system: {entry.system} is not registered; PUT /systems first")
        values = entry.model_dump(exclude={"system"})
        agency = Agency(code=code, system_id=entry.system, **values)
        created = await _entered(axis, lambda connection: registering.put_agency(connection, agency, _now(axis)))
        response.status_code = 201 if created else 200
        return shown(await _found(axis, code))

    @routes.delete("/agencies/{code}", status_code=204, summary="Remove an agency and what waits for it")
    async def delete_agency(code: str) -> None:
        known = await _found(axis, code)
        await axis.store.write(lambda connection: removal.remove_agency(connection, known.code))

    return routes


async def _whole(axis: Axis, after: str) -> AsyncIterator[bytes]:
    """Write the directory a thousand agencies at a time, each page read and written on another thread."""

    def page(connection: Connection) -> tuple[bytes, str]:
        entries = directory.page(connection, after, _PAGE, closed=True)
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


async def _entered(axis: Axis, action: Any) -> bool:
    try:
        created: bool = await axis.store.write(action)
    except CodeTakenError as error:
        raise Problem(409, "code-taken", str(error)) from error
    except CodeClosedError as error:
        raise Problem(409, "code-closed", str(error)) from error
    except DirectoryError as error:
        raise Problem(422, "invalid-request", str(error)) from error
    await axis.refresh()
    return created


async def _found(axis: Axis, code: str) -> Agency:
    known = await axis.store.look(lambda connection: directory.agency(connection, code))
    if known is None:
        raise _unknown("agency", code)
    return known


def _unknown(kind: str, name: str) -> Problem:
    return Problem(404, f"unknown-{kind}", f"there is no {kind} {name}")


def _now(axis: Axis) -> int:
    return axis.clock.milliseconds()


def _system(connection: Connection, system_id: str) -> dict[str, Any]:
    return {"id": system_id, "agencies": [shown(entry) for entry in directory.agencies_of(connection, system_id)]}
