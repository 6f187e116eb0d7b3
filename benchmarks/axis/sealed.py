"""Packages whose XML-DSig is verified: against R, and by two workers against one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from benchmarks.axis.accepting import OK, SMALL, Plan
from benchmarks.axis.asking import SENDER, letters, sending
from benchmarks.axis.load import load
from benchmarks.axis.rounds import Row, alternating, compared
from benchmarks.axis.servers import Server, axis, raw
from protocol.signatures.pki import Pki
from protocol.signatures.xml.sign import Style, sign
from protocol.wire.signing import VIETNAM

_WAITING = "axis28_inspections_waiting"
_PATIENCE = 120.0


def sealed(plan: Plan) -> Iterator[Row]:
    """10 KB, signed as a whole; what is verified after the answer counts until the last one is."""
    make = _signer()
    with axis(plan.folder / "one") as ours, raw() as limit:
        competitors = {"axis": _inspected(ours, make, plan), "R": _inspected(limit, make, plan)}
        found = alternating(competitors, plan.rounds)
    yield compared("accept 10 KB with XML-DSig", "requests/s", found, "axis", "R", goal=0.05)


def workers(plan: Plan) -> Iterator[Row]:
    """Two workers against one, without pinning: server and client share the cores, so it is indicative only."""
    make = _signer()
    with (
        axis(plan.folder / "one", pin=False) as one,
        axis(plan.folder / "two", "--workers", "2", name="two workers", pin=False) as two,
    ):
        competitors = {"two workers": _inspected(two, make, plan), "one worker": _inspected(one, make, plan)}
        found = alternating(competitors, plan.rounds)
    yield compared("2 workers, with XML-DSig", "requests/s", found, "two workers", "one worker", goal=1.3)


def _signer() -> Callable[[int], bytes]:
    """Give what makes signed requests: each package is signed anew, since each is another."""
    unsigned = letters(SMALL)
    seal = Pki(datetime.now(VIETNAM) - timedelta(hours=2)).agency(SENDER, "Sở Thử nghiệm", kind="rsa-2048")
    style = Style(pss=False)

    def make(number: int) -> bytes:
        return sending(sign(unsigned.number(number), seal.key, [seal.certificate], style), number)

    return make


def _inspected(server: Server, make: Callable[[int], bytes], plan: Plan) -> Callable[[int], float]:
    """Measure how many packages a second are answered and inspected."""
    state = {"used": 0, "rate": 200.0}

    def measure(_: int) -> float:
        number = max(64, int(state["rate"] * plan.seconds))
        requests = [make(int(state["used"]) + index) for index in range(number)]
        state["used"] += number
        began = time.perf_counter()
        load(server.port, requests, OK)
        if server.token:
            _await_inspections(server)
        state["rate"] = number / (time.perf_counter() - began)
        return state["rate"]

    return measure


def _await_inspections(server: Server) -> None:
    deadline = time.monotonic() + _PATIENCE
    while (server.gauge(_WAITING) or 0) > 0:
        if time.monotonic() > deadline:
            raise SystemExit("the axis does not come to an end with its inspections")
        time.sleep(0.02)
