"""The reference DMS inside this process, for ``python:`` drivers: ``python:conformance.reference_dms.local:make``."""

from __future__ import annotations

import os

from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.office import Settings

INTERVAL = "AXIS28_REFERENCE_DMS_POLL"


def settings() -> Settings:
    """Give the settings of a DMS in this process: it polls every 0.2 s, or as ``AXIS28_REFERENCE_DMS_POLL`` says."""
    return Settings(poll_interval_s=float(os.environ.get(INTERVAL, "0.2")))


def make(behaviour: Behaviour | None = None, ways: Settings | None = None) -> Dms:
    """Give a DMS that waits for ``configure``; an async context manager whose ``handle`` answers requests.

    ``python:conformance.mutants:no_01`` gives the same one with the defect ``no-01``, and
    ``python:conformance.variants:slow_but_in_time`` the variant ``slow-but-in-time``.
    """
    return Dms(behaviour=behaviour, settings=ways or settings())
