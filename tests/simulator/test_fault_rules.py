"""Rules of faults: what they match and count, how they are put, replaced and taken away."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from fixtures.rawhttp import NoAnswerError, RawConnection
from protocol.package.writer import write_package
from tests.simulator.conftest import Office, Participant
from tests.simulator.disturbing import count, put
from tests.simulator.test_exchange import ok
from tests.simulator.test_transport import envelope, raw, request


def test_a_rule_counts_requests_of_its_pair(sender: Participant, receiver: Participant) -> None:
    """`nth` is the ordinal of the (system, operation) pair, also where requests came before the rule."""
    assert count(sender) == ("OK", "0")
    put(sender, "html-502", "countReceiveEdoc", match={"nth": 3})
    statuses = []
    for _ in range(4):
        assert count(receiver) == ("OK", "0")
        statuses.append(raw(sender.axis, request(sender, "countReceiveEdoc", {}, body=b"{}")).status)
        assert envelope(raw(sender.axis, request(sender, "countReceiveStatus", {}, body=b"{}"))) == ("OK", "0")
    assert statuses == [200, 502, 200, 200]


def test_times_holds_however_many_come_at_once(sender: Participant) -> None:
    put(sender, "html-502", "countReceiveEdoc", times=5)
    calls = [RawConnection(sender.axis.url) for _ in range(20)]
    try:
        for connection in calls:
            connection.send(request(sender, "countReceiveEdoc", {}, body=b"{}"))
        statuses = [connection.read_answer().status for connection in calls]
    finally:
        for connection in calls:
            connection.close()
    assert sorted(statuses) == [200] * 15 + [502] * 5


def test_a_rule_matches_by_document_and_by_agency(office: Office, sender: Participant, receiver: Participant) -> None:
    first, second = (office.document(sender, receiver) for _ in range(2))
    entries = [
        office.axis.inject(write_package(document), sender.code)["deliveries"][0]["receiver_id"]
        for document in (first, second)
    ]

    def fetch(entry: str) -> int:
        return raw(office.axis, request(receiver, "getEdoc", {"docId": entry}, body=b"{}")).status

    rule = put(receiver, "html-502", "getEdoc", match={"document": second.header.document_id})
    assert [fetch(entry) for entry in entries] == [200, 502]
    office.axis.call("DELETE", "/faults", params={"id": rule})
    put(receiver, "html-502", "getEdoc", match={"agency": receiver.code})
    assert [fetch(entry) for entry in entries] == [502, 502]
    put(receiver, "html-502", "getEdoc", match={"agency": sender.code})
    assert [fetch(entry) for entry in entries] == [200, 200]
    put(sender, "reset-before", "sendEdoc", match={"document": first.header.document_id})
    with pytest.raises(NoAnswerError):
        sender.official().send(write_package(first), sender=sender.code)
    ok(sender.official().send(write_package(second), sender=sender.code).result)


def test_a_rule_matches_the_agencies_that_a_request_is_about(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Lists and counts by the caller's codes, sending by sender and recipients; new and old codes alike."""

    def status(who: Participant, operation: str) -> int:
        parameters = {"messagetype": "edoc"} if operation.endswith("List") else {}
        return raw(office.axis, request(who, operation, parameters, body=b"{}")).status

    operations = ("getReceivedEdocList", "getSentEdocList", "countReceiveEdoc", "countReceiveStatus")
    for code, expected in ((receiver.code, 502), (receiver.old_code, 502), (sender.code, 200)):
        rule = put(receiver, "html-502", match={"agency": code})
        assert [status(receiver, operation) for operation in operations] == [expected] * 4
        assert status(receiver, "getAgenciesList") == 200
        office.axis.call("DELETE", f"/faults/{rule}")
    other = office.participant()
    for code, reset in ((sender.old_code, True), (receiver.old_code, True), (receiver.code, True), (other.code, False)):
        rule = put(sender, "reset-before", "sendEdoc", match={"agency": code})
        with pytest.raises(NoAnswerError) if reset else contextlib.nullcontext():
            sender.official().send(office.letter(sender, receiver), sender=sender.code)
        office.axis.call("DELETE", f"/faults/{rule}")


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"fault": "earthquake"}, "latency"),
        ({"fault": "latency"}, "seconds"),
        ({"fault": "latency", "args": {"seconds": -1}}, "seconds"),
        ({"fault": "latency", "args": {"seconds": True}}, "seconds"),
        ({"fault": "html-502", "args": {"seconds": 1}}, "no arguments"),
        ({"fault": "html-502", "match": {"operation": "sendedoc"}}, "sendEdoc"),
        ({"fault": "html-502", "match": {"colour": "red"}}, "colour"),
        ({"fault": "html-502", "times": 0}, "times"),
        ({"fault": "silent-expect", "match": {"document": "x"}}, "silent-expect"),
        ({"fault": "html-502", "match": {"agency": "H99", "operation": "getAgenciesList"}}, "match.agency"),
        ({"fault": "html-502", "match": {"agency": "H99", "operation": "registerAgency"}}, "match.agency"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(sender: Participant, rule: dict[str, Any], word: str) -> None:
    answer = sender.axis.call("PUT", "/faults", json={"rules": [{"id": "bad", **rule}]})
    assert answer.status_code == 422
    assert word in answer.json()["detail"]
    assert "bad" not in [entry["id"] for entry in sender.axis.call("GET", "/faults").json()["rules"]]


def test_rules_are_replaced_by_id_and_removed(sender: Participant) -> None:
    rule = put(sender, "html-502")
    assert put(sender, "html-502", times=7) == rule

    def mine() -> list[dict[str, Any]]:
        return [entry for entry in sender.axis.call("GET", "/faults").json()["rules"] if entry["id"] == rule]

    assert [entry["times"] for entry in mine()] == [7]
    sender.axis.call("DELETE", "/faults", params={"id": rule})
    assert mine() == []
    assert count(sender) == ("OK", "0")


def test_put_takes_the_place_of_the_whole_set_and_says_what_get_says(sender: Participant) -> None:
    axis = sender.axis
    before = axis.call("GET", "/faults").json()
    try:
        put(sender, "html-502", "countReceiveEdoc")
        shown = axis.call("GET", "/faults").json()
        new = {"rules": [{"id": f"a/{sender.system}", "fault": "empty-200", "match": {"system": sender.system}}]}
        answer = axis.call("PUT", "/faults", json=new)
        assert [rule["id"] for rule in answer.json()["rules"]] == [f"a/{sender.system}"]
        assert raw(axis, request(sender, "countReceiveEdoc", {}, body=b"{}")).body == b""
        doubled = {"rules": [{"id": "same", "fault": "empty-200"}, {"id": "same", "fault": "html-200"}]}
        refused = axis.call("PUT", "/faults", json=doubled)
        assert refused.status_code == 422
        assert "same" in refused.json()["detail"]
        assert axis.call("GET", "/faults").json() == answer.json()
        assert axis.call("PUT", "/faults", json=shown).json() == shown
        assert raw(axis, request(sender, "countReceiveEdoc", {}, body=b"{}")).status == 502
    finally:
        assert axis.call("PUT", "/faults", json=before).json() == before


def test_one_rule_has_an_address_of_its_own(sender: Participant, receiver: Participant) -> None:
    axis = sender.axis
    mine, other = f"one/{sender.system}", put(receiver, "html-502", "countReceiveEdoc", times=2)
    assert raw(axis, request(receiver, "countReceiveEdoc", {}, body=b"{}")).status == 502
    rule = {"fault": "empty-200", "match": {"system": sender.system}}
    assert axis.call("PUT", f"/faults/{mine}", json=rule).status_code == 201
    again = axis.call("PUT", f"/faults/{mine}", json={**rule, "id": mine})
    assert (again.status_code, again.json()["id"]) == (200, mine)
    assert axis.call("PUT", f"/faults/{mine}", json={**rule, "id": other}).status_code == 422
    assert axis.call("PUT", f"/faults/{'x' * 65}", json=rule).status_code == 422
    assert axis.call("DELETE", f"/faults/{mine}").status_code == 204
    assert axis.call("DELETE", f"/faults/{mine}").status_code == 404
    statuses = [raw(axis, request(receiver, "countReceiveEdoc", {}, body=b"{}")).status for _ in range(2)]
    assert statuses == [502, 200]  # the other rule went on counting


def test_the_rules_of_a_system_go_with_it(office: Office, sender: Participant) -> None:
    leaving = office.participant()
    stays, goes = put(sender, "html-502"), put(leaving, "html-502")
    assert office.axis.call("DELETE", f"/systems/{leaving.system}").status_code == 204
    left = [rule["id"] for rule in office.axis.call("GET", "/faults").json()["rules"]]
    assert stays in left
    assert goes not in left
    office.axis.call("DELETE", f"/faults/{stays}")
