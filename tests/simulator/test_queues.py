"""The receivers' queues: states, acknowledgements, filters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protocol.wire.operations import Operation
from simulator.clock import VIETNAM
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox


def _deliver(office: Office, sender: Participant, receiver: Participant, count: int = 1) -> list[str]:
    return [
        office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"][0]["receiver_id"]
        for _ in range(count)
    ]


def _findings(who: Participant, operation: str) -> dict[str, str]:
    return {f["reason"]: f["severity"] for f in who.exchanges(operation)[-1]["findings"]}


@pytest.mark.parametrize("state", ["done", "fail"])
def test_an_acknowledged_package_leaves_the_list_and_may_be_acknowledged_again(
    office: Office, sender: Participant, receiver: Participant, state: str
) -> None:
    """H-W04, H-W06."""
    [entry] = _deliver(office, sender, receiver)
    client = receiver.official()
    ok(client.fetch(entry).result)
    for _ in range(3):
        ok(client.update_status(entry, state).result)
        assert inbox(receiver) == []
    ok(client.update_status(entry, "processing").result)
    assert inbox(receiver) == []
    assert ok(client.fetch(entry).result).text


def test_an_acknowledgement_can_be_corrected(office: Office, sender: Participant, receiver: Participant) -> None:
    [entry] = _deliver(office, sender, receiver)
    client = receiver.official()
    ok(client.fetch(entry).result)
    ok(client.update_status(entry, "fail").result)
    ok(client.update_status(entry, "done").result)
    [document] = office.axis.call("GET", "/documents", params={"from": sender.code}).json()["documents"]
    assert document["recipients"][0]["state"] == "done"


@pytest.mark.parametrize("state", ["", "initial", "DONE", "acceptance", "assignment", "02", "06", "xong"])
def test_other_names_for_the_state_are_refused(
    office: Office, sender: Participant, receiver: Participant, state: str
) -> None:
    """H-W19."""
    [entry] = _deliver(office, sender, receiver)
    result = receiver.official().update_status(entry, state).result
    assert result is not None
    assert (result.status, result.error_code) == ("FAIL", "16")
    assert result.error_desc is not None
    assert "processing, done, fail" in result.error_desc
    assert _findings(receiver, "updateStatus") == {"queue-state-unknown": "fail"}
    assert [item["status"] for item in inbox(receiver)] == ["initial"]


def test_entries_of_others_and_unknown_ones_are_refused(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-W05."""
    [entry] = _deliver(office, sender, receiver)
    for wrong in (entry, "00000000-0000-4000-8000-000000000000", "x" * 5000):
        for operation in (Operation.FETCH, Operation.UPDATE_STATUS):
            result = sender.official().call(operation, {"docId": wrong, "status": "done"}).result
            assert result is not None
            assert (result.status, result.error_code) == ("FAIL", "21")
    missing = sender.official().call(Operation.FETCH, {}).result
    assert missing is not None
    assert missing.error_code == "16"
    assert [item["status"] for item in inbox(receiver)] == ["initial"]


def test_acknowledging_what_was_never_fetched_is_noted(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-W01."""
    first, second = _deliver(office, sender, receiver, 2)
    ok(receiver.official().update_status(first).result)
    assert _findings(receiver, "updateStatus") == {"acknowledged-unfetched": "warn"}
    ok(receiver.official().fetch(second).result)
    ok(receiver.official().update_status(second).result)
    assert _findings(receiver, "updateStatus") == {}


def test_the_list_is_oldest_first_and_per_kind(office: Office, sender: Participant, receiver: Participant) -> None:
    entries = _deliver(office, sender, receiver, 5)
    assert [item["docId"] for item in inbox(receiver)] == entries
    assert inbox(receiver, "status") == []
    assert ok(receiver.official().count_received().result).count == 5


def test_a_period_lists_everything_that_came_in_it_with_its_state(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    entry, other = _deliver(office, sender, receiver, 2)
    client = receiver.official()
    ok(client.fetch(entry).result)
    ok(client.update_status(entry).result)
    now = datetime.now(UTC).astimezone(VIETNAM)
    form = "%d/%m/%Y %H:%M:%S"
    today = {"fromDate": (now - timedelta(minutes=5)).strftime(form), "toDate": now.strftime(form)}
    items = ok(receiver.official().received(**today).result).items or ()
    assert [(item["docId"], item["status"]) for item in items] == [(entry, "done"), (other, "initial")]
    future = {"fromDate": (now + timedelta(minutes=5)).strftime(form)}
    assert ok(receiver.official().received(**future).result).items == ()
    past = {"toDate": (now - timedelta(minutes=5)).strftime(form)}
    assert ok(receiver.official().received(**past).result).items == ()


@pytest.mark.parametrize("date", ["2026/11/21", "21/11/2026", "31/02/2026 00:00:00", "x"])
def test_a_malformed_date_is_refused_by_name(receiver: Participant, date: str) -> None:
    result = receiver.official().received(fromDate=date).result
    assert result is not None
    assert (result.status, result.error_code) == ("FAIL", "16")
    assert result.error_desc is not None
    assert "fromDate" in result.error_desc


def test_the_sent_list_shows_a_system_only_its_own(office: Office, sender: Participant, receiver: Participant) -> None:
    first = ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result).doc_id
    second = ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result).doc_id
    assert first is not None
    rows = ok(sender.official().sent(first).result).items or ()
    assert [row["senderDocId"] for row in rows] == [first]
    everything = ok(sender.official().call(Operation.SENT, {}).result).items or ()
    assert [row["senderDocId"] for row in everything] == [first, second]
    assert ok(receiver.official().sent(first).result).items == ()
    assert ok(sender.official().sent(first, "status").result).items == ()


def test_the_description_of_an_acknowledgement_reaches_the_sender(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    doc_id = ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result).doc_id
    assert doc_id is not None
    [item] = inbox(receiver)
    parameters = {"docid": item["docId"], "status": "fail", "description": "khong doc duoc"}
    ok(receiver.official().call(Operation.UPDATE_STATUS, parameters).result)
    [row] = ok(sender.official().sent(doc_id).result).items or ()
    assert (row["receiveStatus"], row["receiveStatusDesc"]) == ("fail", "khong doc duoc")


def test_the_same_request_again_is_the_same_document(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-T11: same signature, timestamp and body; the journal tells both that and what the axis made of it."""
    client = sender.official()
    letter = office.letter(sender, receiver)
    call = client.send(letter, sender=sender.code)
    first = ok(call.result).doc_id
    for _ in range(2):
        assert ok(client.replay(Operation.SEND, call.request).result).doc_id == first
    assert len(inbox(receiver)) == 1
    assert _findings(sender, "sendEdoc") == {"request-repeated": "info", "request-replayed": "info"}
    assert len(office.axis.call("GET", "/documents", params={"from": sender.code}).json()["documents"]) == 1


def test_the_same_bytes_under_a_new_signature_are_a_new_delivery_with_a_warning(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    letter = office.letter(sender, receiver)
    first = ok(sender.official().send(letter, sender=sender.code).result).doc_id
    second = ok(sender.official(timestamp="21112026T000000+0000").send(letter, sender=sender.code).result).doc_id
    assert first != second
    assert len(inbox(receiver)) == 2
    assert _findings(sender, "sendEdoc") == {"package-sent-again": "warn"}
