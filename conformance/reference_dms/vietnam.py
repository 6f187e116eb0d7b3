"""Dates and times as the exchange writes them: Vietnamese wall time, UTC+07:00 all year, no zone on the wire."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=7), "+07:00")

Clock = Callable[[], datetime]


def host_clock() -> datetime:
    """Give the host's time; aware, in Vietnamese time."""
    return datetime.now(ZONE)


def wall_time(now: datetime) -> str:
    """Write a moment as status packages and hops carry it: ``yyyy/MM/dd HH:mm:ss``, Vietnamese wall time.

    A naive datetime raises ``ValueError``: it would be taken for the zone of the host.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without a zone cannot be turned into Vietnamese time")
    return now.astimezone(ZONE).strftime("%Y/%m/%d %H:%M:%S")


def moment(now: datetime) -> str:
    """Write a moment as the driver shows it: ISO 8601 with ``+07:00``."""
    return now.astimezone(ZONE).isoformat(timespec="milliseconds")


def read_wall_time(text: str | None) -> datetime | None:
    """Read ``yyyy/MM/dd HH:mm:ss``; ``None`` where the text is something else or no real time."""
    try:
        return datetime.strptime((text or "").strip(), "%Y/%m/%d %H:%M:%S").replace(tzinfo=ZONE)
    except ValueError:
        return None


def read_day(text: str | None) -> date | None:
    """Read ``yyyy/MM/dd`` exactly; a lenient reading would turn ``30/09/2015`` into a day of the year 36 (H-X09)."""
    if not re.fullmatch(r"\d{4}/\d{2}/\d{2}", (text or "").strip(), re.ASCII):
        return None
    try:
        return date(*(int(part) for part in (text or "").strip().split("/")))
    except ValueError:
        return None


def day_on_wire(day: date) -> str:
    """Write a day as ``yyyy/MM/dd``."""
    return day.strftime("%Y/%m/%d")


def key(identifier: str) -> str:
    """Give what a document identifier is compared by: NFC, because some systems decompose ``Đ`` and ``Ư``."""
    return unicodedata.normalize("NFC", identifier)
