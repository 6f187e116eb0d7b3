"""Turning faults on for one system, and the cheapest request that shows them."""

from __future__ import annotations

import time
from typing import Any

from tests.simulator.conftest import Participant
from tests.simulator.test_transport import envelope, raw, request


def put(who: Participant, fault: str, operation: str | None = None, **more: Any) -> str:
    """Turn a fault on for one system; gives the id of the rule."""
    rule_id = f"{who.system}.{fault}.{operation}"[-64:]
    match = {"system": who.system, "operation": operation, **more.pop("match", {})}
    rule = {"id": rule_id, "fault": fault, "match": match, **more}
    answer = who.axis.call("PUT", f"/faults/{rule_id}", json=rule)
    assert answer.status_code in (200, 201), answer.text
    return rule_id


def count(who: Participant) -> tuple[str, str]:
    return envelope(raw(who.axis, request(who, "countReceiveEdoc", {}, body=b"{}")))


def fired(who: Participant, operation: str) -> str | None:
    """What the journal says of the last request of a system: the names of the faults that fired."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if found := who.exchanges(operation):
            name: str | None = who.axis.call("GET", f"/exchanges/{found[-1]['seq']}").json()["fault"]
            return name
        time.sleep(0.05)
    raise AssertionError(f"no exchange of {operation}")
