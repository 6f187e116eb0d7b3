"""A defect that only a load profile sees: the whole system stands still for three seconds in every twenty."""

from __future__ import annotations

import time
from weakref import WeakKeyDictionary

from conformance.mutants.defect import Defect
from conformance.reference_dms import rounds
from conformance.reference_dms.office import Office
from protocol.wire.client import AxisClient

PERIOD_S, FREEZE_S, FIRST_S = 20.0, 3.0, 4.0

_began: WeakKeyDictionary[Office, float] = WeakKeyDictionary()


async def _freeze_now_and_then(office: Office, axis: AxisClient) -> None:
    now = time.monotonic()
    left = FIRST_S + FREEZE_S - (now - _began.setdefault(office, now)) % PERIOD_S
    if 0 < left <= FREEZE_S:
        time.sleep(left)  # noqa: ASYNC251 - standing still is the defect
    await rounds.poll(office, axis)


DEFECTS = (Defect("freezes-3s", "OPS-01", {"poll": _freeze_now_and_then}),)
