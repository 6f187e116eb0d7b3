"""The journal: read in pages, waited for, and free of secrets."""

from __future__ import annotations

import base64
import json
import threading
import time

from tests.simulator.conftest import Office, Participant
from tests.simulator.test_control import problem
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_transport import raw, request


def test_the_journal_is_read_in_pages_and_waited_for(office: Office, sender: Participant) -> None:
    axis = office.axis
    inbox(sender)
    axis.last_exchange("getReceivedEdocList")
    last = axis.exchanges()[-1]["seq"]
    first = axis.call("GET", "/exchanges", params={"limit": 1}).json()
    assert (len(first["exchanges"]), first["next"]) == (1, first["exchanges"][0]["seq"])
    empty = axis.call("GET", "/exchanges", params={"after": last + 1000}).json()
    assert empty == {"exchanges": [], "next": last + 1000}

    answers: list[float] = []

    def wait() -> None:
        started = time.monotonic()
        found = axis.call("GET", "/exchanges", params={"after": last, "wait": 20}).json()
        assert found["exchanges"]
        answers.append(time.monotonic() - started)

    waiting = [threading.Thread(target=wait) for _ in range(5)]
    for thread in waiting:
        thread.start()
    started = time.monotonic()
    assert axis.call("GET", "/clock").status_code == 200  # the loop is free meanwhile
    inbox(sender)
    for thread in waiting:
        thread.join(25)
    assert len(answers) == 5
    assert time.monotonic() - started < 15
    for wrong in ({"after": -1}, {"limit": 0}, {"wait": -1}, {"wait": "nan"}, {"after": 2**70}, {"limit": "x"}):
        problem(axis.call("GET", "/exchanges", params=wrong), 422)
    for wrong_seq in ("0", "999999999", str(2**80)):
        problem(axis.call("GET", f"/exchanges/{wrong_seq}"), 404)


def test_neither_secret_nor_token_nor_mac_is_told(office: Office, sender: Participant, receiver: Participant) -> None:
    """Planted where a careless client might leave them: header values, bodies, descriptions."""
    axis = office.axis
    call = request(sender, "updateStatus", {"docId": "x", "status": "done", "note": sender.secret}, body=b"{}")
    raw(axis, call.replace(b"Host: axis", b"Host: axis\r\nAuthorization: Bearer " + axis.token.encode()))
    raw(axis, request(sender, "registerAgency", {}, body=json.dumps({"key": sender.secret}).encode()))
    ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
    for entry in sender.exchanges():
        text = axis.call("GET", f"/exchanges/{entry['seq']}").text
        detail = json.loads(text)
        bodies = base64.b64decode(detail["request"]["body"]) + base64.b64decode(detail["answer"]["body"])
        assert sender.secret not in text
        assert sender.secret.encode() not in bodies
        assert axis.token not in text
        mac = dict(detail["request"]["headers"])["xroadvnpt-hash-header"]
        assert len(mac) == 9
        assert mac.endswith("…")
    assert sender.secret not in axis.errors()
    assert axis.token not in axis.errors()
