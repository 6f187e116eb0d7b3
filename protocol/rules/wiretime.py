"""Dates and times as the wire writes them: Vietnamese wall time without a zone, ``yyyy/MM/dd`` and ``… HH:mm:ss``."""

from __future__ import annotations

import re
from datetime import date, datetime

DATE_FORM = "yyyy/MM/dd"
TIME_FORM = "yyyy/MM/dd HH:mm:ss"

_DATE = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})")
_TIME = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_DAY_FIRST = re.compile(r"[0-9]{1,2}[/.\-][0-9]{1,2}[/.\-][0-9]{4}\b.*", re.DOTALL)
_ISO = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", re.DOTALL)
_WITH_TIME = re.compile(r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}[ T]+[0-9].*", re.DOTALL)


def parse_date(text: str | None) -> date | None:
    """Give the date of ``yyyy/MM/dd``, or ``None`` for every other text, also for 2014/02/30."""
    found = _DATE.fullmatch(text or "")
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def parse_time(text: str | None) -> datetime | None:
    """Give the wall time (naive, Vietnamese) of ``yyyy/MM/dd HH:mm:ss``, or ``None`` for every other text."""
    found = _TIME.fullmatch(text or "")
    if not found:
        return None
    try:
        return datetime(*(int(part) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 - six groups, and the wire has no zone
    except ValueError:
        return None


def date_fault(text: str) -> str | None:
    """Give the reason code of what is wrong with a date, ``None`` if nothing is (H-X09)."""
    if parse_date(text):
        return None
    if _DATE.fullmatch(text):
        return "date-impossible"
    if _DAY_FIRST.fullmatch(text):
        return "date-day-first"
    if _ISO.fullmatch(text):
        return "date-iso"
    if _WITH_TIME.fullmatch(text):
        return "date-with-time"
    return "date-unreadable"
