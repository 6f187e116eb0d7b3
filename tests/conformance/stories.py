"""Puts one check to one system, so that a test can say what came of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conformance.checks import scenarios
from conformance.evidence import Evidence
from conformance.outcome import Outcome
from conformance.plan import load
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.dms import Dms
from conformance.reference_dms.office import Agency, Connection
from conformance.reference_dms.office import Settings as Ways
from conformance.run import Run
from conformance.settings import Settings
from conformance.verdict import Verdict
from tests.axis_process import RunningAxis
from tests.conformance import odd_systems
from tests.conformance.odd_systems import Change, Odd
from tests.conformance.toys import importable

WAYS = Ways(poll_interval_s=0.2)
CODE, SYSTEM, SECRET = "H99.28.12.01", "SINGLE.SYS", "a-secret-of-the-single-stories"


async def as_it_is(dms: Dms, request: odd_systems.Request) -> odd_systems.Request:
    return await dms.handle(request)


def judged(
    check: str,
    out: Path,
    *,
    behaviour: Behaviour | None = None,
    change: Change = as_it_is,
    ways: Ways = WAYS,
    axis: RunningAxis | None = None,
    grace: float = 1.0,
) -> Outcome:
    """Put one check to a system, on an axis of its own or on one that others use too.

    A check that a system passes waits for no deadline: for it, a long ``grace`` costs nothing.
    """
    there = Connection(axis.url, SYSTEM, SECRET, (Agency(CODE, "Sở Đối chứng", None),)) if axis else None
    system = Odd(Dms(connection=there, behaviour=behaviour, settings=ways), change)
    with importable(system) as driver:
        settings = Settings(
            driver=driver,
            out=out,
            axis=axis.url if axis else None,
            token=axis.token if axis else None,
            seed=7,
            grace_factor=grace,
        )
        run = Run(settings, load(), [scenarios()[check]], Evidence(out))
        (outcome,) = asyncio.run(run.conduct()).outcomes
    return outcome


def verdict(outcome: Outcome) -> tuple[Verdict, str | None]:
    return outcome.verdict, outcome.reason
