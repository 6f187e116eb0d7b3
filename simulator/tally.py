"""Statistics of the exchange (REC-07): packages and copies, counted from the ledger whenever somebody asks.

Nothing is summed beforehand, so what is told equals the ledger at that instant: an answer is read from one state.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, distinct, func, literal_column, or_, select

from schemas import messages
from simulator.clock import VIETNAM
from simulator.directory import resolve
from simulator.queues import Period
from simulator.store.tables import agencies, deliveries, documents

Dimension = Literal["day", "sender", "agency", "system", "messagetype", "doctype", "type", "state", "status"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
MOST_ROWS = 100_000
_DAY = 86_400_000
_OFFSET = 25_200_000
_EPOCH = date(1970, 1, 1)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS: dict[Dimension, ColumnElement[Any]] = {
    # Written out: what is grouped by has to be the same expression as what is selected, also with bound parameters.
    "day": (documents.c.at + literal_column(str(_OFFSET))) // literal_column(str(_DAY)),
    "sender": documents.c.from_code,
    "agency": deliveries.c.agency,
    "system": deliveries.c.system_id,
    "messagetype": documents.c.message_type,
    "doctype": documents.c.document_type,
    "type": documents.c.business_type,
    "state": deliveries.c.state,
    "status": deliveries.c.business_status,
}


class TooManyRows(Exception):  # noqa: N818 - says what was found
    """The groups are more than ``MOST_ROWS``."""


@dataclass(frozen=True, slots=True)
class Count:
    """One group: the value of each dimension, packages in it and their copies.

    A package with copies in several groups counts in each of them; a copy counts in one.
    """

    group: dict[Dimension, str | None]
    packages: int
    copies: int

    def to_json(self) -> dict[str, Any]:
        """Give the row as the control API shows it."""
        return {
            **{str(name): value for name, value in self.group.items()},
            "packages": self.packages,
            "copies": self.copies,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """All groups of a period, in the order of their values, and what they come to."""

    by: tuple[Dimension, ...]
    rows: tuple[Count, ...]
    packages: int
    copies: int


def tally(connection: Connection, period: Period, by: Sequence[Dimension], *, system: str | None = None) -> Tally:
    """Count what was accepted in a period, for one receiving or sending ``system`` or for all.

    ``day`` is the Vietnamese day of the axis clock on which the package was accepted; ``sender`` and ``agency`` (the
    addressee) are the directory's own codes. Raises ``TooManyRows``.
    """
    columns = [_COLUMNS[name].label(name) for name in by]
    joined = documents.outerjoin(deliveries, deliveries.c.document_seq == documents.c.seq)
    packages, copies = func.count(distinct(documents.c.seq)), func.count(deliveries.c.seq)
    query = select(*columns, packages, copies).select_from(joined)
    total = select(packages, copies).select_from(joined)
    for condition in _conditions(period, system):
        query, total = query.where(condition), total.where(condition)
    if columns:
        query = query.group_by(*columns).limit(MOST_ROWS + 1)
    rows = connection.execute(query).all()
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    whole = connection.execute(total).one()
    return Tally(tuple(by), _merged(connection, by, rows), whole[0], whole[1])


def _conditions(period: Period, system: str | None) -> Iterator[ColumnElement[bool]]:
    if period.start is not None:
        yield documents.c.at >= period.start
    if period.end is not None:
        yield documents.c.at < period.end
    if system is not None:
        # What was injected in the name of a system was sent by none.
        codes = [
            select(column).where(agencies.c.system_id == system) for column in (agencies.c.code, agencies.c.old_code)
        ]
        sent = or_(documents.c.system_id == system, *(documents.c.from_code.in_(each) for each in codes))
        yield sent | (deliveries.c.system_id == system)


def _merged(connection: Connection, by: Sequence[Dimension], rows: Sequence[Any]) -> tuple[Count, ...]:
    """Put together what one sender sent under its several codes: a package has one of them, so the sums add up."""
    own: dict[str, str] = {}
    if "sender" in by:
        place = by.index("sender")
        known = resolve(connection, {row[place] for row in rows}, closed=True)
        own = {code: agency.code for code, agency in known.items()}
    sums: dict[tuple[str | None, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sums_of = sums[tuple(_told(name, value, own) for name, value in zip(by, row, strict=False))]
        sums_of[0] += row[-2]
        sums_of[1] += row[-1]
    ordered = sorted(sums.items(), key=lambda item: [value or "" for value in item[0]])
    return tuple(Count(dict(zip(by, group, strict=True)), *counts) for group, counts in ordered)


def _told(name: Dimension, value: Any, own: dict[str, str]) -> str | None:
    if name == "day":
        return (_EPOCH + timedelta(days=int(value))).isoformat()
    if name == "sender":
        return own.get(str(value), str(value))
    return None if value is None else str(value)


def instant(text: str, *, end: bool = False) -> int:
    """Read a bound of a period: a Vietnamese day, which belongs to the period, or an instant with its offset.

    Gives milliseconds since 1970; an instant at the ``end`` does not belong to the period. Raises ``ValueError``.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            raise ValueError("needs its offset") from None
    else:
        moment = datetime(day.year, day.month, day.day, tzinfo=VIETNAM) + timedelta(days=end)
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def to_csv(counted: Tally, lang: str) -> str:
    """Write the rows as CSV (RFC 4180, UTF-8 with a mark, which spreadsheets need), headers in ``lang``."""
    target = io.StringIO()
    target.write("\ufeff")
    writer = csv.writer(target)
    writer.writerow([messages.text(f"statistics.{name}", lang) for name in (*counted.by, "packages", "copies")])
    for row in counted.rows:
        writer.writerow([*(cell(row.group[name]) for name in counted.by), row.packages, row.copies])
    return target.getvalue()


def cell(value: str | None) -> str:
    """Give a text as a cell that no spreadsheet takes for a formula."""
    text = value or ""
    return f"'{text}" if text.startswith(_FORMULAS) else text
