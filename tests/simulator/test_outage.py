"""A PostgreSQL that goes away and comes back under a running axis: told while it lasts, and nothing of it stays."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.axis_process import running_axis
from tests.postgres import cluster, why_not
from tests.simulator.conftest import Office
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox

_PATIENCE = 60.0


def test_an_axis_outlives_its_database_and_journals_what_it_could_not_store(tmp_path: Path) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with cluster() as server, running_axis(tmp_path, "--store", server.database()) as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        ok(sender.official().send(office.letter(sender, receiver, files=0), sender=sender.code).result)
        server.stop(signal.SIGQUIT)
        refused = sender.official().send(office.letter(sender, receiver, files=0), sender=sender.code).result
        assert refused is not None
        assert (refused.status, refused.error_code) == ("FAIL", "20")
        unread = receiver.official().received("edoc").result
        assert unread is not None
        assert (unread.status, unread.error_code) == ("FAIL", "20")
        problem = axis.call("GET", f"/agencies/{sender.code}")
        assert (problem.status_code, problem.json()["type"]) == (503, "urn:axis28:problem:storage-failed")
        server.start()
        assert len(inbox(receiver)) == 1
        deadline = time.monotonic() + _PATIENCE
        while True:
            seen = [(entry["operation"], entry["status"]) for entry in sender.exchanges() + receiver.exchanges()]
            if len(seen) == 4 or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        assert sorted(seen) == [
            ("getReceivedEdocList", "FAIL"),
            ("getReceivedEdocList", "OK"),
            ("sendEdoc", "FAIL"),
            ("sendEdoc", "OK"),
        ]
