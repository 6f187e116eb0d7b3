"""Every fault does what its description says, to whom it is meant for, and to nobody else."""

from __future__ import annotations

import contextlib
import time

import pytest

from fixtures.rawhttp import NoAnswerError
from protocol.package.writer import write_package
from protocol.wire.operations import Operation
from schemas import registry
from simulator.faults.kinds import KINDS
from tests.simulator.conftest import Office, Participant
from tests.simulator.disturbing import count, put
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_transport import raw, request


def test_the_registry_and_the_axis_know_the_same_faults() -> None:
    assert set(registry.faults()) == set(KINDS)
    for name, fault in registry.faults().items():
        assert fault.entry["processed"] is KINDS[name].processed
        assert set(fault.entry["args"]) == set(KINDS[name].args)


def test_latency_delays_and_then_answers(sender: Participant, receiver: Participant) -> None:
    put(sender, "latency", args={"seconds": 1.5})
    for who, low, high in ((sender, 1.5, 60), (receiver, 0, 1.49)):
        best = 99.0
        for _ in range(3):
            started = time.monotonic()
            assert count(who) == ("OK", "0")
            best = min(best, time.monotonic() - started)
        assert low <= best < high


@pytest.mark.parametrize(("fault", "done"), [("reset-before", False), ("reset-after", True)])
def test_a_reset_ends_the_connection_before_or_after_the_work(
    office: Office, sender: Participant, receiver: Participant, fault: str, *, done: bool
) -> None:
    put(sender, fault, "sendEdoc", times=1)
    client = sender.official()
    letter = office.letter(sender, receiver)
    ready = client.request(Operation.SEND, {"from": sender.code, "messagetype": "edoc"}, letter)
    with pytest.raises(NoAnswerError):
        client.replay(Operation.SEND, ready)
    [entry] = sender.exchanges("sendEdoc")
    assert (entry["http_status"], entry["status"]) == (None, "OK" if done else None)
    assert office.axis.call("GET", f"/exchanges/{entry['seq']}").json()["fault"] == fault
    assert len(inbox(receiver)) == int(done)
    again = ok(client.replay(Operation.SEND, ready).result)
    assert again.doc_id
    assert len(inbox(receiver)) == 1


PAGES = {"html-502": (502, b"<html>"), "html-200": (200, b"<!DOCTYPE html>"), "empty-200": (200, b"")}


@pytest.mark.parametrize("fault", PAGES)
def test_a_page_stands_in_the_place_of_the_answer_and_nothing_is_done(
    office: Office, sender: Participant, receiver: Participant, fault: str
) -> None:
    status, body = PAGES[fault]
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    put(receiver, fault, times=3)
    for operation in ("getReceivedEdocList", "getEdoc", "updateStatus"):
        parameters = {"messagetype": "edoc", "docId": delivery["receiver_id"], "status": "done"}
        answer = raw(office.axis, request(receiver, operation, parameters))
        assert answer.status == status
        assert answer.body.startswith(body)
        assert bool(answer.body) is bool(body)
    assert [item["status"] for item in inbox(receiver)] == ["initial"]
    assert [entry["status"] for entry in receiver.exchanges()][:3] == [None] * 3


def test_an_acknowledged_package_is_listed_again(office: Office, sender: Participant, receiver: Participant) -> None:
    documents = [office.document(sender, receiver) for _ in range(2)]
    entries = [
        office.axis.inject(write_package(document), sender.code)["deliveries"][0]["receiver_id"]
        for document in documents
    ]
    client = receiver.official()
    for entry in entries:
        ok(client.fetch(entry).result)
        ok(client.update_status(entry).result)
    put(receiver, "duplicate-listing", times=1, match={"document": documents[0].header.document_id})
    assert [(item["docId"], item["status"]) for item in inbox(receiver)] == [(entries[0], "initial")]
    assert inbox(receiver) == []
    put(receiver, "duplicate-listing")
    assert [item["docId"] for item in inbox(receiver)] == entries
    assert ok(client.fetch(entries[1]).result).text


def test_a_listing_fault_counts_only_where_something_is_listed_again(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Empty inboxes, other disturbances and lists without anything settled do not use it up, nor does one name it."""
    put(receiver, "duplicate-listing", times=1)
    assert inbox(receiver) == []
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    assert [item["docId"] for item in inbox(receiver)] == [delivery["receiver_id"]]
    client = receiver.official()
    ok(client.fetch(delivery["receiver_id"]).result)
    ok(client.update_status(delivery["receiver_id"]).result)
    for fault in ("html-200", "reset-after"):
        rule = put(receiver, fault, "getReceivedEdocList", times=1)
        with contextlib.suppress(NoAnswerError):
            raw(office.axis, request(receiver, "getReceivedEdocList", {"messagetype": "edoc"}))
        assert office.axis.call("DELETE", f"/faults/{rule}").status_code == 204
    assert [item["docId"] for item in inbox(receiver)] == [delivery["receiver_id"]]
    assert inbox(receiver) == []
    office.axis.last_exchange("getReceivedEdocList")
    entries = receiver.exchanges("getReceivedEdocList")
    faults = [office.axis.call("GET", f"/exchanges/{entry['seq']}").json()["fault"] for entry in entries]
    assert faults[:5] == [None, None, "html-200", "reset-after", "duplicate-listing"]


@pytest.mark.parametrize("times", [1, None])
def test_a_listing_fault_for_one_agency_knows_both_of_its_codes(
    office: Office, sender: Participant, receiver: Participant, times: int | None
) -> None:
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    client = receiver.official()
    ok(client.fetch(delivery["receiver_id"]).result)
    ok(client.update_status(delivery["receiver_id"]).result)
    put(receiver, "duplicate-listing", times=times, match={"agency": sender.code})
    assert inbox(receiver) == []
    put(receiver, "duplicate-listing", times=times, match={"agency": receiver.old_code})
    assert len(inbox(receiver)) == 1


def test_silence_on_expect_lasts_until_the_body_comes(sender: Participant) -> None:
    """H-T01, D."""
    put(sender, "silent-expect", "countReceiveEdoc", times=1)
    call = sender.official(expect_patience=0.3).count_received()
    assert call.waited_for_continue
    assert call.answer.interim == 0
    ok(call.result)
    assert not sender.official().count_received().waited_for_continue
