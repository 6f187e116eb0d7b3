"""What a signer says of his signature beside the package: the time of signing, and nothing else of it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from protocol.package.tree import elements, text_of
from protocol.signatures.outcome import Check
from protocol.signatures.revocation import TOLERANCE
from protocol.signatures.trust import Times
from protocol.signatures.xml.references import Reference

_VIETNAM = timezone(timedelta(hours=7))
_YEARS = range(1900, 9000)
_LONGEST = 40


def told(objects: Iterable[Reference], times: Times) -> tuple[Times, tuple[Check, ...]]:
    """Give the times with the claimed one that was signed, and the check of it; both as they were where there is none.

    Call it only where the digests of the objects hold: what was not signed claims nothing.
    """
    claimed = _signing_time(objects)
    if claimed is None:
        return times, ()
    known = replace(times, claimed=claimed)
    latest = times.now + TOLERANCE
    if claimed <= latest:
        return known, (Check("time", "good", got=f"{claimed.isoformat()}"),)
    reason = "xml-signature-time-in-future"
    return known, (Check("time", "bad", reason, f"<= {latest.isoformat()}", claimed.isoformat()),)


def _signing_time(objects: Iterable[Reference]) -> datetime | None:
    """Give the one instant that all ``SigningTime`` say, of XAdES or in another property; ``None`` without one."""
    stated = {
        _instant(text_of(element) or "")
        for reference in objects
        if reference.target is not None
        for element in reference.target.iter("{*}SigningTime")
        if not any(True for _ in elements(element))
    }
    return stated.pop() if len(stated) == 1 else None


def _instant(text: str) -> datetime | None:
    """Read an ``xs:dateTime``; one without an offset is Vietnamese time."""
    try:
        read = datetime.fromisoformat(text) if "T" in text and len(text) <= _LONGEST else None
    except ValueError:
        return None
    if read is None or read.year not in _YEARS:
        return None
    return read if read.utcoffset() is not None else read.replace(tzinfo=_VIETNAM)
