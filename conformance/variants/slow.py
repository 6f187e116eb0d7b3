"""A DMS that is slow but in time: it thinks before each answer and sends only when it polls."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference_dms.office import Settings
from conformance.variants.variant import Variant


def _slow(settings: Settings) -> Settings:
    """Answer the driver after a fifth of the interval (a second at most); let everything out at the next round only."""
    return replace(settings, send_at_once=False, answer_delay_s=min(settings.poll_interval_s / 5, 1.0))


VARIANT = Variant("slow-but-in-time", {}, _slow)
