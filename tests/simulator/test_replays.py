"""Requests whose signature came before: accepted, noted or refused, by what stands in the store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from protocol.wire import signing
from protocol.wire.signing import SignedRequest, sign, verify
from simulator import replays
from simulator.clock import VIETNAM
from simulator.replays import Replays
from simulator.store import tables
from tests.axis_process import RunningAxis, running_axis, start_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_transport import envelope, raw, request

HOUR = 3600 * 1000


@pytest.fixture
def request_fixture(request: pytest.FixtureRequest) -> pytest.FixtureRequest:
    """Pytest's own ``request``, whose name is taken here."""
    return request


def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is signed from here on carry the present time."""
    monkeypatch.setattr("tests.simulator.test_transport.OLD_TIMESTAMP", signing.timestamp(datetime.now(VIETNAM)))


def _remarks(axis: RunningAxis, system: str, operation: str) -> list[bool]:
    """Tell of each request of a system whether the journal calls it a replay."""
    assert axis.last_exchange(operation)
    entries = [entry for entry in axis.exchanges(operation) if entry["system"] == system]
    return [any(found["reason"] == "request-replayed" for found in entry["findings"]) for entry in entries]


def test_what_comes_again_is_noted_for_every_operation_and_after_a_restart(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        count = request(sender, "countReceiveEdoc", {}, body=b"{}")
        impostor = request(replace(sender, secret="another-secret"), "countReceiveEdoc", {}, body=b"{}")
        assert envelope(raw(axis, impostor)) == ("FAIL", "15")  # what proves nothing is not remembered
        assert [envelope(raw(axis, one)) for one in (count, count)] == [("OK", "0")] * 2
        elsewhere = count.replace(b"/countReceiveEdoc", b"/getAgenciesList")
        assert envelope(raw(axis, elsewhere)) == ("OK", "0")
        letter = office.letter(sender, receiver)
        send = request(sender, "sendEdoc", _sending(sender, letter), body=letter)
        assert raw(axis, send).body == raw(axis, send).body
        assert _remarks(axis, sender.system, "countReceiveEdoc") == [False, False, True]
        assert _remarks(axis, sender.system, "getAgenciesList") == [True]
        assert _remarks(axis, sender.system, "sendEdoc") == [False, True]
    again = start_axis(tmp_path)
    try:
        assert envelope(raw(again, count)) == ("OK", "0")
        assert _remarks(again, sender.system, "countReceiveEdoc")[-1]
    finally:
        again.stop()


def _sending(sender: Participant, letter: bytes) -> dict[str, str]:
    return {"from": sender.code, "messagetype": "edoc", "hash-file": hashlib.sha256(letter).hexdigest()}


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_with_refuse_a_signature_is_good_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str, request_fixture: pytest.FixtureRequest
) -> None:
    where = [] if store == "sqlite" else ["--store", request_fixture.getfixturevalue("postgres").database()]
    with running_axis(tmp_path, "--replays", "refuse", *where) as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        old = raw(axis, request(sender, "countReceiveEdoc", {}, body=b"{}"))
        assert envelope(old) == ("FAIL", "15")  # from 2019: nobody could know
        assert b"ky lai" in old.body
        _fresh(monkeypatch)
        letter = office.letter(sender, receiver)
        send = request(sender, "sendEdoc", _sending(sender, letter), body=letter)
        assert [envelope(raw(axis, send)) for _ in range(3)] == [("OK", "0"), ("FAIL", "15"), ("FAIL", "15")]
        reads = request(sender, "getAgenciesList", {})
        assert [envelope(raw(axis, reads)) for _ in range(2)] == [("OK", "0"), ("FAIL", "15")]
        documents = axis.call("GET", "/documents", params={"from": sender.code}).json()["documents"]
        assert len(documents) == 1
        reasons = [found["reason"] for entry in axis.exchanges() for found in entry["findings"]]
        assert reasons.count("request-replayed") == 3
        assert reasons.count("timestamp-outside-window") == 1


def test_with_accept_nothing_is_remembered(tmp_path: Path) -> None:
    with running_axis(tmp_path, "--replays", "accept") as axis:
        who = Office(axis).participant()
        count = request(who, "countReceiveEdoc", {}, body=b"{}")
        assert [envelope(raw(axis, count)) for _ in range(2)] == [("OK", "0")] * 2
        assert _remarks(axis, who.system, "countReceiveEdoc") == [False, False]


def _signed(number: int) -> SignedRequest:
    values = {
        "systemid": "A",
        "timestamp": "21112026T212802+0802",
        "Content-Type": "application/json",
        "n": str(number),
    }
    headers = [(name.encode(), value.encode()) for name, value in sign(values, "secret")]
    return verify(headers, lambda _: "secret")


def test_the_memory_is_bounded_by_time_and_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MOST", 50)
    monkeypatch.setattr(replays, "_SWEEP", 10)
    engine = create_engine("sqlite://")
    memory = Replays("note")
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        for number in range(200):
            assert memory.noted(connection, _signed(number), number) == ()
        assert connection.execute(select(func.count()).select_from(tables.signatures)).scalar_one() <= 60
        assert memory.noted(connection, _signed(199), 300)
        assert not memory.noted(connection, _signed(0), 300)  # long forgotten
        assert not memory.noted(connection, _signed(199), 300 + 25 * HOUR)  # out of the window
        assert memory.noted(connection, _signed(199), 300 + 26 * HOUR)
        for number in range(1000, 1060):
            memory.noted(connection, _signed(number), 300 + 60 * HOUR)
        left = connection.execute(select(func.min(tables.signatures.c.at))).scalar_one()
        assert left >= 300 + 36 * HOUR


def test_a_timestamp_is_held_against_the_axis_time() -> None:
    engine = create_engine("sqlite://")
    now = datetime(2026, 11, 21, 21, 28, tzinfo=VIETNAM)
    memory = Replays("refuse")
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        for shift, good in ((-25, False), (25, False), (23, True)):
            found = memory.refusal(connection, _signed(shift), 0, now + timedelta(hours=shift))
            assert (found is None) is good
