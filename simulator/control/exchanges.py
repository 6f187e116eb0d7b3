"""The journal."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from simulator.axis import Axis
from simulator.control.caller import Calling
from simulator.control.problems import Problem
from simulator.journal import MAX_PAGE

MAX_WAIT = 30.0
_MAX_SEQ = 2**63 - 1


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["journal"])

    @routes.get("/exchanges", summary="Exchanges after a number, oldest first")
    async def list_exchanges(
        after: Annotated[int, Query(ge=0, le=_MAX_SEQ)] = 0,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
        wait: Annotated[float, Query(ge=0, description="seconds; more than 30 count as 30")] = 0.0,
        *,
        caller: Calling,
    ) -> dict[str, Any]:
        """List exchanges; where there is none yet, wait up to ``wait`` seconds. ``next`` is where to go on.

        A tenant sees those of its own systems; between their numbers may be gaps.
        """
        found = await axis.journal.after(after, limit, min(wait, MAX_WAIT), caller.tenant)
        return {"exchanges": found, "next": found[-1]["seq"] if found else after}

    @routes.get("/exchanges/{seq}", summary="One exchange whole, secrets redacted")
    async def get_exchange(seq: int, caller: Calling) -> dict[str, Any]:
        if not 0 < seq <= _MAX_SEQ:
            raise Problem(404, "unknown-exchange", f"there is no exchange {seq}")
        found = await axis.store.read_aside(lambda connection: axis.journal.detail(connection, seq, caller.tenant))
        if found is None:
            raise Problem(404, "unknown-exchange", f"there is no exchange {seq}")
        return found

    return routes
