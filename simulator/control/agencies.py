"""The directory as a whole: bringing one in, closing codes, mergers."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from typing import IO, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from simulator import directory, registering, succession
from simulator.agencies_file import AgenciesFileError, check_agencies, read_agencies
from simulator.axis import Axis
from simulator.clock import iso
from simulator.control.caller import Caller, Calling
from simulator.control.problems import Problem
from simulator.directory import Agency, CodeClosedError, CodeTakenError, DirectoryError
from simulator.registering import Entered
from simulator.succession import SuccessionError

BODY_LIMIT = 64 * 1024 * 1024
_MOST = 1000
_LINES = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
_Code = Annotated[str, Field(min_length=1, max_length=64)]


class Closing(BaseModel):
    """Who took over from a closed agency: nobody, one (a merger, a new code), or several (a split)."""

    model_config = ConfigDict(extra="forbid")

    successors: list[_Code] = Field(default=[], max_length=_MOST)


class Merger(BaseModel):
    """Who is merged into an agency."""

    model_config = ConfigDict(extra="forbid")

    agencies: list[_Code] = Field(min_length=1, max_length=_MOST)


def router(axis: Axis) -> APIRouter:
    """Build the route that is the operator's."""
    routes = APIRouter(tags=["directory"])

    @routes.put("/agencies", summary="Bring in a directory", openapi_extra={"requestBody": _LINES})
    async def put_agencies(request: Request) -> dict[str, int]:
        """Enter many agencies at once or none: one JSON object on each line, at most 64 MB.

        Each has the fields of ``PUT /agencies/{code}`` and its ``code``. Who stands there exactly so keeps its version;
        who is not named stays as it is.
        """
        with tempfile.TemporaryFile(dir=axis.settings.data) as body:
            await _taken_in(request, body)
            entered = await _entered(axis, body)
        return {"new": entered.new, "changed": entered.changed, "same": entered.same}

    return routes


def for_each(axis: Axis) -> APIRouter:
    """Build the routes that do for each caller what is the caller's to do: a tenant merges its own agencies."""
    routes = APIRouter(tags=["directory"])

    @routes.post("/agencies/{code}/close", summary="Close a code, and say who took over")
    async def close(code: str, entry: Closing, caller: Calling) -> dict[str, Any]:
        """Letters to the code are refused with the names of its successors; its line in the directory stays."""

        def change(connection: Connection, at: int) -> None:
            succession.close(connection, code, at, entry.successors, tenant=caller.tenant)

        return await _changed(axis, caller, code, change)

    @routes.post("/agencies/{code}/open", summary="Open a closed code again")
    async def open_again(code: str, caller: Calling) -> dict[str, Any]:
        """Let a code be addressed as before; nobody follows it any more."""
        return await _changed(axis, caller, code, lambda connection, at: succession.open_again(connection, code, at))

    @routes.post("/agencies/{code}/merge", summary="Merge agencies into one")
    async def merge(code: str, entry: Merger, caller: Calling) -> dict[str, Any]:
        """Close all that are named, or none, with this agency as their successor; what waits for them stays."""

        def change(connection: Connection, at: int) -> None:
            succession.merge(connection, code, entry.agencies, at, tenant=caller.tenant)

        return await _changed(axis, caller, code, change)

    return routes


def shown(entry: Agency) -> dict[str, Any]:
    """Show an agency as the control API does."""
    return {
        "code": entry.code,
        "name": entry.name,
        "old_code": entry.old_code,
        "system": entry.system_id,
        "parent": entry.parent,
        "mail": entry.mail,
        "is_agency": entry.is_agency,
        "locked": entry.locked,
        "deleted": entry.deleted,
        "successors": list(entry.successors),
        "level": entry.level,
        "version": entry.version,
        "modified": iso(entry.modified_at),
    }


async def _taken_in(request: Request, body: IO[bytes]) -> None:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            raise Problem(413, "body-too-large", f"body: at most {BODY_LIMIT} bytes; send it in parts")
        body.write(chunk)


async def _entered(axis: Axis, body: IO[bytes]) -> Entered:
    systems = set(await axis.store.read_aside(directory.all_systems))
    at = axis.clock.milliseconds()

    def lines() -> IO[bytes]:
        body.seek(0)
        return body

    try:
        await asyncio.to_thread(lambda: check_agencies(lines(), "en", systems))
        return await axis.store.write(
            lambda connection: registering.put_agencies(connection, read_agencies(lines(), "en"), at)
        )
    except CodeTakenError as error:
        raise Problem(409, "code-taken", str(error)) from error
    except CodeClosedError as error:
        raise Problem(409, "code-closed", str(error)) from error
    except (AgenciesFileError, DirectoryError) as error:
        raise Problem(422, "invalid-request", str(error)) from error


async def _changed(axis: Axis, caller: Caller, code: str, change: Callable[[Connection, int], None]) -> dict[str, Any]:
    """Change an agency that there is for this caller, and show it."""
    at = axis.clock.milliseconds()

    def work(connection: Connection) -> Agency | None:
        known = directory.agency(connection, code)
        if known is None or not caller.sees(known.tenant):
            return None
        change(connection, at)
        return directory.agency(connection, code)

    try:
        changed = await axis.store.write(work)
    except SuccessionError as error:
        raise Problem(422, "invalid-request", str(error)) from error
    if changed is None:
        raise Problem(404, "unknown-agency", f"there is no agency {code}")
    return shown(changed)
