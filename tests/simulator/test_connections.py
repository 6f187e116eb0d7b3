"""What becomes of a connection: bodies that were never asked for, requests behind one another, refusals."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from fixtures.rawhttp import RawConnection
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_transport import envelope, raw, request

FOLDED = b"POST /getAgenciesList HTTP/1.1\r\nHost: axis\r\nContent-Length: 0\r\nX: a\r\n b\r\n\r\n"


def expecting(whole: bytes) -> tuple[bytes, bytes]:
    head, body = whole.split(b"\r\n\r\n", 1)
    return head.replace(b"Host: axis", b"Host: axis\r\nExpect: 100-continue") + b"\r\n\r\n", body


@pytest.mark.parametrize("case", ["signature", "method", "multipart", "path"])
def test_an_answer_before_the_body_was_asked_for_ends_the_connection(sender: Participant, case: str) -> None:
    """RFC 9110, section 10.1.1: nobody knows whether the body follows."""
    wanted = {"from": sender.code, "messagetype": "edoc"}
    if case == "multipart":
        wanted["Content-Type"] = "multipart/form-data; boundary=x"
    whole = request(sender, "sendEdoc", wanted, body=b"x" * 100, method="PUT" if case == "method" else "POST")
    if case == "signature":
        whole = whole.replace(b"hash-header: ", b"hash-header: 0")
    if case == "path":
        whole = whole.replace(b"/sendEdoc", b"/nothing")
    head, body = expecting(whole)
    with RawConnection(sender.axis.url) as connection:
        connection.send(head)
        answer = connection.read_answer()
        assert (answer.interim, answer.header("Connection")) == (0, "close")
        assert envelope(answer)[0] == "FAIL"
        connection.send(body)  # one that did not wait: it is no request, and the answer is not lost by it
        assert connection.at_end()
    if case != "path":
        assert dict(sender.exchanges()[-1])["status"] == "FAIL"


def test_a_body_that_was_read_leaves_the_connection_open(sender: Participant) -> None:
    head, body = expecting(request(sender, "countReceiveEdoc", {}, body=b"{}"))
    with RawConnection(sender.axis.url) as connection:
        for pieces in ([head, body], [head + body]):
            for piece in pieces:
                connection.send(piece)
                if piece == head:
                    assert connection.read_head()[0] == 100
            answer = connection.read_answer()
            assert envelope(answer) == ("OK", "0")
            assert answer.header("Connection") is None


@pytest.mark.parametrize("first", ["length", "chunked", "empty"])
def test_a_folded_line_in_the_second_request_of_a_packet_is_refused(sender: Participant, first: str) -> None:
    body = b"" if first == "empty" else b"{}"
    whole = request(sender, "countReceiveEdoc", {}, body=body)
    if first == "chunked":
        head = whole.split(b"\r\n\r\n")[0].replace(b"Content-Length: 2", b"Transfer-Encoding: chunked")
        whole = head + b"\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    both = whole + FOLDED
    cuts = [[both], [both[:-30], both[-30:]], [both[: len(whole) + 1], both[len(whole) + 1 :]]]
    for pieces in [*cuts, [both[place : place + 1] for place in range(len(both))]]:
        with RawConnection(sender.axis.url) as connection:
            for piece in pieces:
                connection.send(piece)
            assert envelope(connection.read_answer()) == ("OK", "0")
            refused = connection.read_answer()
            assert refused.status == 400
            assert "folded" in json.loads(refused.body)["ErrorDesc"]
            assert connection.at_end()


def test_a_line_that_only_looks_folded_inside_a_body_is_none(sender: Participant) -> None:
    whole = request(sender, "countReceiveEdoc", {}, body=b'{\n "a": 1,\n\n\t"b": 2}')
    with RawConnection(sender.axis.url) as connection:
        connection.send(whole * 3)
        assert [envelope(connection.read_answer()) for _ in range(3)] == [("OK", "0")] * 3


def test_a_refused_download_has_no_body(axis: RunningAxis) -> None:
    """The official client takes any body for the file."""
    for line in (b"X: a\r\n b\r\n", b"X: a\x00b\r\n", b"X: " + b"a" * 140_000 + b"\r\n"):
        answer = raw(axis, b"GET /downloadEdoc HTTP/1.1\r\nHost: axis\r\n" + line + b"\r\n")
        assert answer.status in (400, 431)
        assert answer.body == b""


def test_what_is_refused_before_it_is_a_request_is_journalled(axis: RunningAxis) -> None:
    last = max((entry["seq"] for entry in axis.exchanges()), default=0)
    answer = raw(axis, b"POST /base/countReceiveStatus HTTP/1.1\r\nHost: axis\r\nX: a\x00b\r\n\r\n")
    raw(axis, b"POST /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n")
    deadline = time.monotonic() + 20
    while len(found := axis.exchanges(after=last)) < 2 and time.monotonic() < deadline:
        axis.call("GET", "/exchanges", params={"after": last + len(found), "wait": 1})
    assert [(entry["operation"], entry["system"], entry["http_status"]) for entry in found[:2]] == [
        ("countReceiveStatus", None, 400),
        ("-", None, 414),
    ]
    detail = axis.call("GET", f"/exchanges/{found[0]['seq']}").json()
    assert detail["request"]["path"] == "/base/countReceiveStatus"
    assert [tuple(pair) for pair in detail["answer"]["headers"]] == list(answer.headers)


def test_a_slash_at_the_end_leads_to_the_operation(sender: Participant) -> None:
    assert envelope(raw(sender.axis, request(sender, "", {}, path="/countReceiveEdoc/", body=b"{}"))) == ("OK", "0")
    answer = raw(sender.axis, b"POST /nothing/ HTTP/1.1\r\nHost: axis\r\nContent-Length: 0\r\n\r\n")
    assert (answer.status, *envelope(answer)) == (404, "FAIL", "16")


@pytest.mark.parametrize("operation", ["countReceiveEdoc", "sendEdoc", "getEdoc", "downloadEdoc"])
def test_the_journal_has_the_headers_that_were_sent(
    office: Office, sender: Participant, receiver: Participant, operation: str
) -> None:
    [delivery] = office.axis.inject(office.letter(sender, receiver, files=3), sender.code)["deliveries"]
    parameters = {"docId": delivery["receiver_id"]} if operation.endswith(("tEdoc", "dEdoc")) else {}
    method = "GET" if operation == "downloadEdoc" else "POST"
    for extra in (b"", b"\r\nAccept-Encoding: gzip", b"\r\nConnection: close"):
        whole = request(receiver, operation, parameters, method=method)
        answer = raw(office.axis, whole.replace(b"Host: axis", b"Host: axis" + extra))
        entry = office.axis.last_exchange(operation)
        assert sorted(map(tuple, entry["answer"]["headers"])) == sorted(answer.headers)


def test_a_send_over_the_limit_is_journalled_as_cut(tmp_path: Path) -> None:
    wanted = {"messagetype": "edoc", "hash-file": "0", "Content-Type": "application/octet-stream"}
    with running_axis(tmp_path, "--body-limit", "0.01") as axis:
        small = Office(axis).participant()
        wanted["from"] = small.code
        answer = raw(axis, request(small, "sendEdoc", wanted, body=b"x" * 20_000))
        assert envelope(answer) == ("FAIL", "10")
        assert axis.last_exchange("sendEdoc")["request"]["body_truncated"] is True
        assert envelope(raw(axis, request(small, "sendEdoc", wanted))) == ("FAIL", "10")
        assert axis.last_exchange("sendEdoc")["request"]["body_truncated"] is False
