"""The axis itself: reset, clock, health, meters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import Connection, func, select
from starlette.responses import PlainTextResponse, Response

from simulator import axis as axes
from simulator import inspector, removal, tenants, timekeeping
from simulator.axis import Axis
from simulator.clock import MAX_RATE, ClockState
from simulator.control.caller import Calling
from simulator.control.problems import Problem
from simulator.exposition import MEDIA_TYPE, exposition
from simulator.store.tables import PENDING, deliveries, documents, exchanges, facts


class ClockEntry(BaseModel):
    """What to change; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime | None = None
    rate: float | None = Field(default=None, gt=0, le=MAX_RATE, strict=True)
    frozen: StrictBool | None = None


def for_each(axis: Axis) -> APIRouter:
    """Build the routes that do for each caller what is the caller's to do."""
    routes = APIRouter(tags=["axis"])

    @routes.post("/reset", status_code=204, summary="Back to the state at the start")
    async def reset(caller: Calling) -> None:
        """Forget documents, journal, faults and whatever was registered since the start. Journal numbers go on.

        For a tenant, what is its own: systems, agencies, documents, rules and its part of the journal; letters that
        others received stay theirs.
        """

        def empty(connection: Connection) -> None:
            if caller.tenant is not None:
                tenants.required(connection, caller.tenant)
                removal.empty_tenant(connection, caller.tenant)
            else:
                axes.empty(connection, axis)

        await axis.store.write(empty)
        await axis.refresh()
        await axis.sweep()

    return routes


def guarded(axis: Axis) -> APIRouter:
    """Build the routes that are the operator's."""
    routes = APIRouter(tags=["axis"])

    @routes.put("/clock", summary="Set the clock of the axis")
    async def put_clock(entry: ClockEntry) -> dict[str, Any]:
        """Change what is given. ``now`` may go from 2000 to 2100; at the end of that time the clock stands.

        It answers when the change holds, a quarter of a second later, in every worker.
        """

        def change(connection: Connection) -> float:
            return timekeeping.change(connection, now=entry.now, rate=entry.rate, frozen=entry.frozen)

        try:
            begin = await axis.store.write(change)
        except ValueError as error:
            raise Problem(422, "invalid-request", str(error)) from error
        await axis.refresh()
        await timekeeping.begun(begin)
        return _clock(axis.clock.state())

    return routes


def open_to_all(axis: Axis) -> APIRouter:
    """Build the routes that anybody may ask."""
    routes = APIRouter(tags=["axis"])

    @routes.get("/clock", summary="The clock of the axis")
    async def get_clock() -> dict[str, Any]:
        return _clock(axis.clock.state())

    @routes.get("/healthz", summary="Whether the axis works")
    async def healthz() -> dict[str, Any]:
        await axis.store.look(lambda connection: connection.execute(select(facts.c.value).limit(1)).scalar())
        return {"status": "ok", "profile": axis.settings.profile, "reserialise": axis.settings.reserialise}

    @routes.get("/metrics", summary="Meters in the Prometheus text format", response_class=PlainTextResponse)
    async def metrics() -> Response:
        axis.meters.counts.waiting = axis.store.waiting()
        gauges = await axis.store.read_aside(_gauges)
        return PlainTextResponse(exposition(axis.meters.together(), gauges), media_type=MEDIA_TYPE)

    return routes


def _clock(state: ClockState) -> dict[str, Any]:
    now: datetime = state.now
    return {"now": now.isoformat(timespec="milliseconds"), "rate": state.rate, "frozen": state.frozen}


def _gauges(connection: Connection) -> dict[str, tuple[str, float]]:
    def count(query: Any) -> float:
        return float(connection.execute(query).scalar_one())

    return {
        "axis28_documents": ("Packages accepted.", count(select(func.count()).select_from(documents))),
        "axis28_deliveries_pending": (
            "Copies that wait for their receivers.",
            count(select(func.count()).select_from(deliveries).where(deliveries.c.state.in_(PENDING))),
        ),
        "axis28_inspections_waiting": (
            "Packages whose attached files and signatures are still to be looked at.",
            float(inspector.waiting(connection)),
        ),
        "axis28_exchanges": ("Entries of the journal.", count(select(func.count()).select_from(exchanges))),
    }
