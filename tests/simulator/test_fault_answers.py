"""Faults of answers: what stands in their place, what is wrong inside them, how slowly they come."""

from __future__ import annotations

import json
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from fixtures.rawhttp import RawConnection
from protocol.package.reader import read_package
from protocol.wire.operations import Operation
from tests.simulator.conftest import Office, Participant
from tests.simulator.disturbing import count, fired, put
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_transport import raw, request

WIRE_TIME = "%d/%m/%Y %H:%M:%S"
LIST: dict[str, str] = {"messagetype": "edoc"}


def listing(who: Participant) -> dict[str, Any]:
    """Ask for the list as a client that reads JSON properly."""
    found: dict[str, Any] = json.loads(raw(who.axis, request(who, "getReceivedEdocList", LIST)).body)
    return found


def data(who: Participant, operation: str) -> list[dict[str, Any]]:
    """Give the items of a list."""
    found: list[dict[str, Any]] = json.loads(raw(who.axis, request(who, operation, {})).body)["data"]
    return found


@pytest.mark.parametrize(
    ("fault", "args", "expected"),
    [
        ("empty-204", {}, (204, b"", None)),
        ("not-json", {}, (200, b"Service is busy, please try again later\r\n", None)),
        ("redirect", {}, (302, b"", "/dang-nhap")),
        ("redirect", {"location": "/khac"}, (302, b"", "/khac")),
    ],
)
def test_a_substitute_stands_in_the_place_of_the_answer_and_nothing_is_done(
    office: Office, sender: Participant, receiver: Participant, *, fault: str, args: dict[str, Any], expected: object
) -> None:
    put(sender, fault, "sendEdoc", args=args, times=1)
    client = sender.official()
    parameters = {"from": sender.code, "messagetype": "edoc"}
    ready = client.request(Operation.SEND, parameters, office.letter(sender, receiver))
    answer = raw(sender.axis, ready)
    assert (answer.status, answer.body, answer.header("Location")) == expected
    if answer.status == 204:
        assert answer.header("Content-Length") is None  # RFC 9110, section 8.6
    assert fired(sender, "sendEdoc") == fault
    assert inbox(receiver) == []
    assert ok(client.replay(Operation.SEND, ready).result).doc_id
    assert len(inbox(receiver)) == 1


def test_a_refusal_without_docid_is_lost_by_the_official_client(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-R02."""
    put(sender, "fail-without-docid", times=1)
    call = sender.official().send(office.letter(sender, receiver), sender=sender.code)
    assert json.loads(call.answer.body) == {
        "status": "FAIL", "ErrorCode": "20", "ErrorDesc": "Loi he thong",
    }  # fmt: skip
    assert call.result is not None
    assert call.result.status is None
    assert fired(sender, "sendEdoc") == "fail-without-docid"
    assert inbox(receiver) == []


def test_a_full_axis_refuses_what_it_would_keep_and_nothing_else(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    [delivery] = office.axis.inject(office.letter(receiver, sender), receiver.code)["deliveries"]
    put(sender, "axis-full")
    client = sender.official()
    for refused in (
        client.send(office.letter(sender, receiver), sender=sender.code).result,
        client.update_status(delivery["receiver_id"]).result,
    ):
        assert refused is not None
        assert (refused.status, refused.error_code) == ("FAIL", "20")
        assert refused.error_desc == "Loi he thong: truc het dung luong luu tru"
    assert [item["status"] for item in inbox(sender)] == ["initial"]
    assert ok(client.fetch(delivery["receiver_id"]).result).text
    assert inbox(receiver) == []
    assert fired(sender, "sendEdoc") == fired(sender, "updateStatus") == "axis-full"


def test_a_rotated_key_refuses_as_a_wrong_signature_does(sender: Participant) -> None:
    """SEC-11: the same words; whoever signs wrongly by itself is refused by the axis and uses nothing up."""
    wrong = request(sender, "countReceiveEdoc", {}, body=b"{}").replace(b"hash-header: ", b"hash-header: 0")
    honest = json.loads(raw(sender.axis, wrong[: wrong.index(b"\r\nXroadVnpt-version")] + b"\r\n\r\n").body)
    put(sender, "rotated-key", times=1)
    for _ in range(2):
        assert json.loads(raw(sender.axis, wrong).body)["ErrorCode"] == "15"
    said = json.loads(raw(sender.axis, request(sender, "countReceiveEdoc", {}, body=b"{}")).body)
    assert (said["status"], said["ErrorCode"]) == ("FAIL", "15")
    assert honest["ErrorCode"] == "15"
    assert fired(sender, "countReceiveEdoc") == "rotated-key"
    assert count(sender) == ("OK", "0")


def test_a_closed_code_is_refused_and_gone_from_the_directory_of_whom_it_is_for(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-O05, H-O06: by either code; who sends to others, and everybody else, notices nothing."""
    other = office.participant()
    put(sender, "closed-code", args={"code": receiver.old_code})
    client = sender.official()
    refused = client.send(office.letter(sender, other, receiver), sender=sender.code).result
    assert refused is not None
    assert (refused.status, refused.error_code) == ("FAIL", "23")
    assert refused.error_desc == f"Don vi nhan da khoa: {receiver.old_code}"
    ok(client.send(office.letter(sender, other), sender=sender.code).result)
    assert inbox(receiver) == []
    for who, there in ((sender, False), (receiver, True)):
        for operation in ("getAgenciesList", "getAgenciesListQD20"):
            codes = {item["code"] for item in data(who, operation)}
            assert (receiver.code in codes, other.code in codes) == (there, True)
        [unit] = [item for item in data(who, "getSynchronizeUnit") if item["code"] == receiver.code]
        assert (unit["deleted"], unit["isAgency"]) == (not there, there)


@pytest.mark.parametrize(
    ("fault", "keys", "code"),
    [
        ("bom", {"status", "ErrorCode", "ErrorDesc", "data"}, "0"),
        ("wrong-key-case", {"Status", "errorCode", "errordesc", "Data"}, None),
        ("number-code", {"status", "ErrorCode", "ErrorDesc", "data"}, 0),
    ],
)
def test_an_envelope_is_wrong_and_what_it_says_is_done(
    office: Office, sender: Participant, receiver: Participant, *, fault: str, keys: set[str], code: object
) -> None:
    office.axis.inject(office.letter(sender, receiver), sender.code)
    put(receiver, fault, times=1)
    body = raw(receiver.axis, request(receiver, "getReceivedEdocList", LIST)).body
    assert body.startswith(b"\xef\xbb\xbf") is (fault == "bom")
    content = json.loads(body.decode("utf-8-sig"))
    assert set(content) == keys
    assert content.get("ErrorCode") == code
    assert len(content.get("data", content.get("Data"))) == 1
    assert fired(receiver, "getReceivedEdocList") == fault
    assert set(listing(receiver)) == {"status", "ErrorCode", "ErrorDesc", "data"}


def test_a_send_under_a_wrong_envelope_is_accepted_all_the_same(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    put(sender, "wrong-key-case", times=1)
    call = sender.official().send(office.letter(sender, receiver), sender=sender.code)
    assert set(json.loads(call.answer.body)) == {"Status", "errorCode", "errordesc", "docid"}
    assert len(inbox(receiver)) == 1


def test_one_item_of_a_list_has_a_null_field(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-R05; a list without that item uses nothing up."""
    put(receiver, "null-field", times=1, args={"item": 2, "field": "from"})
    assert listing(receiver)["data"] == []
    for _ in range(3):
        office.axis.inject(office.letter(sender, receiver), sender.code)
    assert [item["from"] for item in listing(receiver)["data"]] == [sender.code, None, sender.code]
    assert fired(receiver, "getReceivedEdocList") == "null-field"
    assert [item["from"] for item in listing(receiver)["data"]] == [sender.code] * 3


def test_a_truncated_answer_ends_before_its_length_and_is_done(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-R08: the package is cut, and counts as fetched; the next time it comes whole."""
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    asked = request(receiver, "downloadEdoc", {"docId": delivery["receiver_id"]}, method="GET")
    whole = raw(receiver.axis, asked).body
    for args, size in (
        ({}, len(whole) // 2),
        ({"bytes": 10}, 10),
        ({"bytes": 0}, 0),
        ({"bytes": 2**30}, len(whole) - 1),
    ):
        put(receiver, "truncated-body", times=1, args=args)
        with RawConnection(receiver.axis.url) as connection:
            connection.send(asked)
            status, headers = connection.read_head()
            assert (status, dict(headers)["content-length"]) == (200, str(len(whole)))
            assert connection._rest() == whole[:size]
        assert fired(receiver, "downloadEdoc") == "truncated-body"
    assert raw(receiver.axis, asked).body == whole


def test_a_dribbling_answer_comes_whole_and_late(sender: Participant, receiver: Participant) -> None:
    put(sender, "dribble", args={"bytes": 10, "seconds": 0.2})
    for who, slow in ((sender, True), (receiver, False)):
        started = time.monotonic()
        assert count(who) == ("OK", "0")
        pieces = len(raw(receiver.axis, request(receiver, "countReceiveEdoc", {}, body=b"{}")).body) / 10
        if slow:
            assert time.monotonic() - started >= 0.2 * int(pieces - 1)
    assert fired(sender, "countReceiveEdoc") == "dribble"
    assert fired(receiver, "countReceiveEdoc") is None


def test_a_slow_network_throttles_both_ways(office: Office, sender: Participant, receiver: Participant) -> None:
    letter = office.letter(sender, receiver)
    put(sender, "slow-network", "sendEdoc", args={"bytes_per_second": len(letter)})
    started = time.monotonic()
    ok(sender.official().send(letter, sender=sender.code).result)
    assert time.monotonic() - started >= 1
    put(receiver, "slow-network", "downloadEdoc", args={"bytes_per_second": len(letter)})
    [item] = inbox(receiver)
    started = time.monotonic()
    whole = raw(receiver.axis, request(receiver, "downloadEdoc", {"docId": item["docId"]}, method="GET")).body
    assert time.monotonic() - started >= 0.5 * len(whole) / len(letter)
    assert fired(sender, "sendEdoc") == fired(receiver, "downloadEdoc") == "slow-network"


def test_a_latency_is_drawn_around_its_middle_and_told_in_the_log(sender: Participant) -> None:
    rule = put(sender, "latency", "countReceiveEdoc", args={"seconds": 0.4, "deviation": 0.1, "seed": 5})
    for _ in range(4):
        started = time.monotonic()
        assert count(sender) == ("OK", "0")
        assert time.monotonic() - started >= 0
    lines = [json.loads(entry["line"]) for entry in log_of(sender)]
    drawn = [line["milliseconds"] for line in lines]
    assert len(set(drawn)) > 1
    assert all(0 <= value <= 1000 for value in drawn)
    assert {line["rule"] for line in lines} == {rule}


def log_of(who: Participant) -> list[dict[str, Any]]:
    """Give the lines of the log of faults that are about one system."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = who.axis.call("GET", "/faults/log", params={"after": after, "limit": 1000}).json()
        found += [entry for entry in page["log"] if json.loads(entry["line"])["system"] == who.system]
        if page["next"] == after:
            return found
        after = page["next"]


def test_everything_that_is_dated_is_dated_wrong(office: Office, sender: Participant, receiver: Participant) -> None:
    """AXS-10: `Date`, lists, `modifyDate`, the axis's hop in a package; the ledger and others keep the right time."""
    day = 86400
    ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
    [right] = listing(receiver)["data"]
    unit = {item["code"]: item for item in data(receiver, "getSynchronizeUnit")}[sender.code]
    put(receiver, "wrong-time", args={"seconds": -day})

    def moment(text: str) -> datetime:
        return datetime.strptime(text, WIRE_TIME)  # noqa: DTZ007 - wall time, as on the wire

    answer = raw(receiver.axis, request(receiver, "getReceivedEdocList", LIST))
    [wrong] = json.loads(answer.body)["data"]
    for name in ("created_time", "updated_time"):
        assert (moment(right[name]) - moment(wrong[name])).total_seconds() == day
    answers = [raw(who.axis, request(who, "countReceiveEdoc", {}, body=b"{}")) for who in (sender, receiver)]
    dates = [parsedate_to_datetime(answer.header("Date") or "") for answer in answers]
    assert day - 60 < (dates[0] - dates[1]).total_seconds() <= day
    units = {item["code"]: item for item in data(receiver, "getSynchronizeUnit")}
    assert (moment(unit["modifyDate"]) - moment(units[sender.code]["modifyDate"])).total_seconds() == day
    text = ok(receiver.official().fetch(right["docId"]).result).text
    assert text is not None
    with read_package(text) as reading:
        assert reading.package is not None
        hop = reading.package.trace.hops[-1]  # type: ignore[union-attr] # a document with a trace
    assert hop.organ_id is None
    dated = datetime.strptime(hop.timestamp or "", "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007
    assert abs((moment(right["created_time"]) - dated).total_seconds() - day) < 2
    assert fired(receiver, "getEdoc") == "wrong-time"
    [row] = data(sender, "getSentEdocList")
    assert row["sentTime"] == right["created_time"]
