"""Texts that no storage can hold, numbers without end, nesting without end: an answer each time, never a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fixtures.rawhttp import RawConnection
from protocol.wire.operations import Operation
from tests.axis_process import RunningAxis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_control import problem
from tests.simulator.test_transport import envelope, raw, request

HALF = '"\\ud800"'


@pytest.mark.parametrize(
    "body",
    [
        f'{{"secret": {HALF}, "agencies": []}}',
        f'{{"secret": "s", "agencies": [{{"code": "H96", "name": {HALF}}}]}}',
        "[" * 100_000,
        '{"secret": 1e999, "agencies": []}',
        "\ufeff{}",
        "null",
    ],
)
def test_a_body_of_the_control_api_is_refused_by_rule(axis: RunningAxis, body: str) -> None:
    answer = axis.call("PUT", "/systems/HOSTILE", content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    problem(answer, answer.status_code)
    assert axis.call("GET", "/systems/HOSTILE").status_code == 404


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "latency", "args": {"seconds": float("inf")}},
        {"fault": "latency", "args": {"seconds": 10**400}},
        {"fault": "html-502", "times": 10**30},
        {"fault": "html-502", "match": {"nth": 10**30}},
        {"fault": "html-502", "match": {"document": "\ud800"}},
    ],
)
def test_a_rule_with_a_number_or_text_beyond_reason_is_refused(sender: Participant, rule: dict[str, Any]) -> None:
    entry = {"match": {}, **rule, "id": f"hostile.{sender.system}"}
    entry["match"] = {"system": sender.system, **entry["match"]}
    body = json.dumps({"rules": [entry]}).replace("Infinity", "1e999").encode()
    answer = sender.axis.call("PUT", "/faults", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("query", ["from=%00", "from=%ED%A0%80", "document_id=%FF", "system=" + "x" * 5000])
def test_a_query_of_any_bytes_finds_nothing(axis: RunningAxis, query: str) -> None:
    assert axis.call("GET", f"/documents?{query}").json() == {"documents": []}


def test_a_registration_with_half_a_letter_is_refused(sender: Participant) -> None:
    body = f'{{"code":"{sender.code}.1","name":{HALF}}}'.encode()
    assert envelope(raw(sender.axis, request(sender, "registerAgency", {}, body=body))) == ("FAIL", "16")


@pytest.mark.parametrize("value", ["\x7f", "é", "a\u2028b", "𠮷", "'; DROP TABLE documents; --", "%s%n", "../../etc"])
def test_parameters_of_any_letters_are_answered(office: Office, sender: Participant, value: str) -> None:
    for operation in (Operation.FETCH, Operation.UPDATE_STATUS, Operation.SENT, Operation.RECEIVED):
        call = sender.official().call(
            operation, {"docId": value, "docid": value, "status": value, "messagetype": value, "fromDate": value}
        )
        assert call.result is not None
        assert call.result.status == "FAIL", operation
        assert call.result.error_desc is not None
        assert call.result.error_desc.isascii()


def test_a_request_line_without_end_is_cut_off(axis: RunningAxis) -> None:
    with RawConnection(axis.url) as connection:
        connection.send(b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: axis\r\n\r\n")
        assert connection.read_answer().status == 414
