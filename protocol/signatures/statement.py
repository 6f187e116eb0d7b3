"""What one genuine word of an authority says about one certificate, and what follows from several of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """What one list or response says; ``revoked`` is since when, if at all."""

    made: datetime
    until: datetime
    revoked: datetime | None = None
    hold: bool = False


def revoked_since(said: Iterable[Statement]) -> datetime | None:
    """Give since when a certificate is revoked; a hold counts only while the latest word still says so."""
    words = tuple(said)
    final = [each.revoked for each in words if each.revoked is not None and not each.hold]
    latest = max(words, key=lambda each: each.made, default=None)
    if latest is not None and latest.hold and latest.revoked is not None:
        final.append(latest.revoked)
    return min(final, default=None)
