"""Statistics of the exchange."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.responses import Response

from simulator import tally
from simulator.axis import Axis
from simulator.clock import iso
from simulator.control.problems import Problem
from simulator.queues import Period
from simulator.tally import DIMENSIONS, MOST_ROWS, Dimension, TooManyRows

_PERIOD = "a day such as 2026-11-23 or an instant with its offset such as 2026-11-23T08:00:00+07:00"


class StatisticsRow(BaseModel):
    """One group; only the dimensions that were asked for are there."""

    day: str | None = None
    sender: str | None = None
    agency: str | None = None
    system: str | None = None
    messagetype: str | None = None
    doctype: str | None = None
    type: str | None = None
    state: str | None = None
    status: str | None = None
    packages: int
    copies: int


class Total(BaseModel):
    """What all groups come to; a package with copies in several groups counts once."""

    packages: int
    copies: int


class Statistics(BaseModel):
    """Counts of a period; ``at`` is the axis time at which they were read."""

    at: str
    by: list[Dimension]
    rows: list[StatisticsRow]
    total: Total


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["statistics"])
    answers: dict[int | str, dict[str, Any]] = {200: {"model": Statistics, "content": {"text/csv": {}}}}

    @routes.get("/statistics", summary="Packages and copies by day, agency, type, state", responses=answers)
    async def statistics(
        *,
        start: Annotated[str | None, Query(alias="from", description=_PERIOD)] = None,
        end: Annotated[str | None, Query(alias="to", description=f"{_PERIOD}; a day belongs to the period")] = None,
        by: Annotated[str, Query(description=f"some of {', '.join(DIMENSIONS)}, with commas between")] = "day",
        system: str | None = None,
        form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
        lang: Literal["vi", "en"] = "vi",
    ) -> Response:
        """Count what was accepted in a period, from one state of the ledger (REC-07).

        ``sender`` is who sent, ``agency`` whom a copy is for, ``system`` the system of that; ``doctype`` is the kind of
        document, ``type`` 0 new, 1 recall, 2 update, 3 replacement; ``state`` is the transport state of a copy and
        ``status`` its business status. Days are Vietnamese ones by the axis clock.
        """
        period, dimensions = read_period(start, end), _dimensions(by)

        def count(connection: Connection) -> bytes:
            at = axis.clock.milliseconds()
            counted = tally.tally(connection, period, dimensions, system=system)
            if form == "csv":
                return tally.to_csv(counted, lang).encode("utf-8", "replace")
            shown = {
                "at": iso(at),
                "by": dimensions,
                "rows": axis.redaction.of().shown([row.to_json() for row in counted.rows]),
                "total": {"packages": counted.packages, "copies": counted.copies},
            }
            return json.dumps(shown, ensure_ascii=False).encode("utf-8", "replace")

        try:
            body = await axis.store.read_aside(count)
        except TooManyRows:
            rule = f"by: gives more than {MOST_ROWS} groups; ask for fewer dimensions or a shorter period"
            raise Problem(422, "too-many-groups", rule) from None
        return Response(body, media_type="text/csv; charset=utf-8" if form == "csv" else "application/json")

    return routes


def read_period(start: str | None, end: str | None) -> Period:
    """Read both bounds of a period. Raises ``Problem`` naming the field."""
    return Period(_bound("from", start, end=False), _bound("to", end, end=True))


def _bound(name: str, text: str | None, *, end: bool) -> int | None:
    if text is None:
        return None
    try:
        return tally.instant(text, end=end)
    except (ValueError, OverflowError):
        raise Problem(422, "invalid-request", f"{name}: {_PERIOD} is needed") from None


def _dimensions(text: str) -> tuple[Dimension, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    known = tuple(name for name in DIMENSIONS if name in names)
    if len(known) != len(names):
        raise Problem(422, "invalid-request", f"by: some of {', '.join(DIMENSIONS)} are needed, with commas between")
    return tuple(sorted(known, key=names.index))
