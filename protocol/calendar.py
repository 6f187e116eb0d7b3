"""The working days of state agencies and the time until which a signed document has to be sent.

Weekly rest, public holidays, days in lieu and swapped working days stand in ``schemas/calendar/vietnam.json``, year by
year with their sources. About a year that is not there nothing is said: no Tết is ever guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

import schemas

FURTHEST = 31
"""Days to look ahead: no break comes near to that."""

_DAY = timedelta(days=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of some years.

    ``holidays`` gives the name of each public holiday and day in lieu, ``off`` are working days that were swapped
    away and ``on`` the days of rest that are worked instead. ``rest`` are the weekly days of rest (0 is Monday).
    ``end_of_morning`` is the Vietnamese wall time that ends a morning (QD 28/2018 gives none, so it is a policy).
    """

    years: frozenset[int]
    holidays: Mapping[date, str]
    off: frozenset[date]
    on: frozenset[date]
    rest: frozenset[int]
    end_of_morning: time
    urgent_days: int = 0

    def is_working_day(self, day: date) -> bool | None:
        """Whether agencies work on a day; ``None`` for a day of a year that is not known."""
        if day.year not in self.years:
            return None
        if day in self.on:
            return True
        return day.weekday() not in self.rest and day not in self.holidays and day not in self.off

    def next_working_day(self, day: date) -> date | None:
        """Give the first working day after a day, or ``None`` where that takes a year that is not known."""
        for _ in range(FURTHEST):
            if day == date.max:
                return None
            day += _DAY
            working = self.is_working_day(day)
            if working is None:
                return None
            if working:
                return day
        return None

    def latest_sending(self, signed: date) -> datetime | None:
        """Give the last moment (naive, Vietnamese) at which a document signed on a day is sent in time.

        QD 28/2018 Art. 6(2): the same day, at the latest the morning of the next working day. ``None`` where the
        calendar does not reach that far.
        """
        day = self.next_working_day(signed)
        return None if day is None else datetime.combine(day, self.end_of_morning)


@lru_cache(maxsize=1)
def vietnam() -> Calendar:
    """Read the calendar of Vietnam's state agencies once."""
    return from_json(schemas.json_data("calendar/vietnam.json"))


def from_json(content: Mapping[str, object]) -> Calendar:
    """Make a calendar of the content of a calendar file, which is this package's own data."""
    holidays: dict[date, str] = {}
    off: set[date] = set()
    on: set[date] = set()
    years = _table(content["years"])
    for entry in map(_table, years.values()):
        holidays |= {date.fromisoformat(day): str(name) for day, name in _table(entry["holidays"]).items()}
        for free, worked in _table(entry["swapped"]).items():
            off.add(date.fromisoformat(free))
            on.add(date.fromisoformat(str(worked)))
    rest = content["days_of_rest"]
    if not isinstance(rest, list):
        raise schemas.DataError("days_of_rest: must be a list of weekdays")
    return Calendar(
        years=frozenset(map(int, years)),
        holidays=MappingProxyType(holidays),
        off=frozenset(off),
        on=frozenset(on),
        rest=frozenset(_WEEKDAYS.index(day) for day in rest),
        end_of_morning=time.fromisoformat(str(_table(content["end_of_morning"])["time"])),
        urgent_days=int(str(_table(content["urgent"])["days_after_signature"])),
    )


def _table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise schemas.DataError("a calendar holds an object where this one has something else")
    return value
