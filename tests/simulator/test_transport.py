"""H.1: what comes over the wire in odd shapes, and what the axis makes of it."""

from __future__ import annotations

import base64
import json

import pytest

from fixtures.rawhttp import RawAnswer, RawConnection
from protocol.wire.operations import Operation
from protocol.wire.signing import sign
from simulator.http_protocol import MAX_HEADER, MAX_HEADER_COUNT, MAX_HEADERS
from tests.axis_process import RunningAxis
from tests.simulator.conftest import OLD_TIMESTAMP, Office, Participant


def raw(axis: RunningAxis, *pieces: bytes) -> RawAnswer:
    """Send bytes over one connection, piece by piece, and read one answer."""
    with RawConnection(axis.url) as connection:
        for piece in pieces:
            connection.send(piece)
        return connection.read_answer()


def request(
    who: Participant,
    operation: str,
    parameters: dict[str, str],
    *,
    method: str = "POST",
    body: bytes = b"",
    path: str = "",
) -> bytes:
    """Build a signed request of a client that is not the official one."""
    signed = {"systemid": who.system, "timestamp": OLD_TIMESTAMP, "Content-Type": "application/json", **parameters}
    lines = [f"{method} {path or '/' + operation} HTTP/1.1", "Host: axis"]
    lines += [f"{name}: {value}" for name, value in sign(signed, who.secret)]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def envelope(answer: RawAnswer) -> tuple[str, str]:
    content = json.loads(answer.body)
    return content["status"], content["ErrorCode"]


def test_a_body_announced_by_expect_is_asked_for_at_once(sender: Participant) -> None:
    """H-T01."""
    call = sender.official().count_received()
    assert b"Expect: 100-continue" in call.request
    assert call.answer.interim == 1
    assert not call.waited_for_continue


def test_the_line_end_after_the_file_is_no_part_of_it(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-T02: the package is kept without the CR LF, the journal shows the request with it."""
    letter = office.letter(sender, receiver)
    call = sender.official().send(letter, sender=sender.code)
    assert call.request.endswith(letter + b"\r\n")
    assert call.result is not None
    document = sender.axis.call("GET", f"/documents/{call.result.doc_id}").json()
    assert base64.b64decode(document["package"]) == letter
    detail = sender.axis.call("GET", f"/exchanges/{sender.exchanges('sendEdoc')[-1]['seq']}").json()
    assert base64.b64decode(detail["request"]["body"]) == letter + b"\r\n"
    assert detail["request"]["body_truncated"] is False


def test_multipart_is_refused_with_a_text_that_says_what_to_send(sender: Participant) -> None:
    """H-T03."""
    wanted = {"from": sender.code, "messagetype": "edoc", "Content-Type": "multipart/form-data; boundary=x"}
    answer = raw(sender.axis, request(sender, "sendEdoc", wanted, body=b"--x\r\n\r\n<a/>\r\n--x--\r\n"))
    content = json.loads(answer.body)
    assert (answer.status, content["status"], content["ErrorCode"]) == (200, "FAIL", "10")
    assert "multipart" in content["ErrorDesc"]
    assert "application/octet-stream" in content["ErrorDesc"]


@pytest.mark.parametrize("operation", ["countReceiveEdoc", "countReceiveStatus", "getEdoc", "updateStatus"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_operations_that_the_documents_call_get_answer_both_methods(
    office: Office, sender: Participant, receiver: Participant, operation: str, method: str
) -> None:
    """H-T04."""
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    parameters = {"docId": delivery["receiver_id"], "status": "done"} if operation[:5] != "count" else {}
    body = b"{}" if method == "POST" else b""
    answer = raw(office.axis, request(receiver, operation, parameters, method=method, body=body))
    assert envelope(answer) == ("OK", "0")


def test_a_method_that_no_document_names_is_refused_in_the_envelope(sender: Participant) -> None:
    answer = raw(sender.axis, request(sender, "sendEdoc", {"messagetype": "edoc"}, method="GET"))
    assert (answer.status, *envelope(answer)) == (200, "FAIL", "16")
    assert json.loads(answer.body)["DocId"] == ""


def test_leftover_parameters_change_nothing(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-T05: one service object does everything; what it sent before must not filter or acknowledge."""
    ids = [
        office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"][0]["receiver_id"]
        for _ in range(2)
    ]
    client = receiver.official()
    client.send(office.letter(receiver, sender), sender=receiver.code)  # leaves from, hash-file
    client.fetch(ids[0])  # leaves docId, filePath
    client.update_status(ids[0])  # leaves docid, status=done
    listed = client.received().result
    assert listed is not None
    assert listed.items is not None
    assert [item["docId"] for item in listed.items] == [ids[1]]
    second = client.fetch(ids[1]).result  # its docId is new, the docid beside it is the old one
    assert second is not None
    assert second.text is not None
    assert [entry["receiver_id"] for entry in receiver.exchanges("getEdoc")] == ids
    assert client.update_status(ids[1], "fail").result is not None
    assert [entry["receiver_id"] for entry in receiver.exchanges("updateStatus")] == ids
    counted = client.count_received().result
    assert counted is not None
    assert counted.count == 0


def test_a_path_on_the_client_never_becomes_one_on_the_server(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-T06."""
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    result = receiver.official().fetch(delivery["receiver_id"], directory="/nonexistent/../../etc").result
    assert result is not None
    assert (result.status, result.text is not None) == ("OK", True)


@pytest.mark.parametrize("name", ["docId", "docid", "DOCID", "DocID"])
def test_parameter_names_are_taken_in_any_case(
    office: Office, sender: Participant, receiver: Participant, name: str
) -> None:
    """H-T07."""
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    answer = raw(office.axis, request(receiver, "getEdoc", {name: delivery["receiver_id"]}, body=b"{}"))
    assert envelope(answer) == ("OK", "0")


@pytest.mark.parametrize("path", ["//countReceiveEdoc", "/base/countReceiveEdoc", "/a/b//countReceiveEdoc"])
def test_doubled_slashes_and_prefixes_lead_to_the_operation(sender: Participant, path: str) -> None:
    """H-T08."""
    assert envelope(raw(sender.axis, request(sender, "", {}, path=path, body=b"{}"))) == ("OK", "0")


def test_a_get_may_carry_a_content_type(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-T09."""
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    call = receiver.official().download(delivery["receiver_id"])
    assert b"Content-Type: application/json" in call.request
    assert call.result is not None
    assert call.result.text is not None
    assert call.result.text.startswith(b"<?xml")


@pytest.mark.parametrize("operation", [operation for operation in Operation if operation is not Operation.SEND])
def test_answers_are_compressed_where_the_client_asks(sender: Participant, operation: Operation) -> None:
    """H-T14."""
    parameters = {"messagetype": "edoc", "docId": "0" * 24, "status": "done", "AgencyCode": "X"}
    head = request(sender, operation.value, parameters, method=operation.method, body=b"")
    plain = raw(sender.axis, head)
    packed = raw(sender.axis, head.replace(b"Host: axis", b"Host: axis\r\nAccept-Encoding: gzip,deflate"))
    assert plain.header("Content-Encoding") is None
    assert packed.header("Content-Encoding") == ("gzip" if plain.body else None)
    assert packed.body == plain.body


def test_the_answer_of_send_is_never_compressed(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-T14: the JDK client does not decode it."""
    ready = sender.official().request(
        Operation.SEND, {"from": sender.code, "messagetype": "edoc"}, office.letter(sender, receiver)
    )
    answer = raw(office.axis, ready.replace(b"Host:", b"Accept-Encoding: gzip\r\nHost:"))
    assert answer.header("Content-Encoding") is None
    assert envelope(answer) == ("OK", "0")


def test_letters_beyond_latin_1_arrive_as_low_bytes(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-T16: with a port in the endpoint only the low byte of each character is written; taken, with a warning."""
    [delivery] = office.axis.inject(office.letter(sender, receiver), sender.code)["deliveries"]
    client = receiver.official()
    call = client.call(
        Operation.UPDATE_STATUS, {"status": "done", "docid": delivery["receiver_id"], "title": "Độ khẩn"}
    )
    assert b"XroadVnpt-title: \x10" in call.request
    assert call.result is not None
    assert call.result.status == "OK"
    reasons = {finding["reason"]: finding["severity"] for finding in receiver.exchanges("updateStatus")[-1]["findings"]}
    assert reasons.get("parameter-encoding") == "warn"


def test_a_header_of_128_kb_comes_in_and_a_larger_one_is_refused(axis: RunningAxis) -> None:
    """H-T10."""
    name = b"XroadVnpt-title"

    def ask(size: int) -> RawAnswer:
        value = b"a" * size
        return raw(
            axis,
            b"POST /countReceiveEdoc HTTP/1.1\r\nHost: axis\r\nContent-Length: 0\r\n",
            name + b": ",
            value,
            b"\r\n\r\n",
        )

    assert (ask(MAX_HEADER).status, ask(MAX_HEADER + 1).status) == (200, 431)


def test_the_sum_and_the_number_of_headers_are_limited(axis: RunningAxis) -> None:
    def ask(count: int, size: int) -> RawAnswer:
        lines = b"".join(b"X-%06d: %s\r\n" % (number, b"a" * (size - 8)) for number in range(count))
        return raw(axis, b"POST /countReceiveEdoc HTTP/1.1\r\nHost: axis\r\nContent-Length: 0\r\n", lines, b"\r\n")

    assert ask(2, 100 * 1024).status == 200
    assert ask(3, 100 * 1024).status == 431
    assert ask(MAX_HEADER_COUNT - 2, 10).status == 200
    assert ask(MAX_HEADER_COUNT - 1, 10).status == 431


def test_a_head_that_never_ends_is_cut_off(axis: RunningAxis) -> None:
    with RawConnection(axis.url) as connection:
        connection.send(b"POST /sendEdoc HTTP/1.1\r\nX: ")
        for _ in range(2 * MAX_HEADERS // 65536):
            connection.send(b"a" * 65536)
        answer = connection.read_answer()
    assert answer.status == 431
    assert json.loads(answer.body)["status"] == "FAIL"
    assert answer.header("Date")


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (b"X: a\x00b\r\n", "NUL"),
        (b"X: a\r\n b\r\n", "folded"),
        (b"X: a\r\n\tb\r\n", "folded"),
    ],
)
def test_nul_and_folded_lines_are_refused(axis: RunningAxis, lines: bytes, word: str) -> None:
    whole = b"GET /getAgenciesList HTTP/1.1\r\nHost: axis\r\n" + lines + b"\r\n"
    for pieces in ([whole], [whole[:45], whole[45:52], whole[52:]], [whole[i : i + 1] for i in range(len(whole))]):
        answer = raw(axis, *pieces)
        assert answer.status == 400
        assert word in json.loads(answer.body)["ErrorDesc"]


def test_what_is_no_http_is_refused_in_one_answer(axis: RunningAxis) -> None:
    answer = raw(axis, b"\x16\x03\x01 hello\r\n\r\n")
    assert answer.status == 400
    assert answer.header("Date")


def test_a_connection_serves_one_request_after_the_other(sender: Participant) -> None:
    with RawConnection(sender.axis.url) as connection:
        for _ in range(3):
            connection.send(request(sender, "countReceiveEdoc", {}, body=b"{}"))
            assert envelope(connection.read_answer()) == ("OK", "0")
        connection.send(request(sender, "countReceiveEdoc", {}, body=b"{}") * 2)
        assert [envelope(connection.read_answer()) for _ in range(2)] == [("OK", "0")] * 2


def test_an_unknown_path_is_a_404_in_json(axis: RunningAxis) -> None:
    answer = raw(axis, b"POST /getedoc HTTP/1.1\r\nHost: axis\r\nContent-Length: 0\r\n\r\n")
    assert (answer.status, *envelope(answer)) == (404, "FAIL", "16")


def test_every_answer_is_dated_and_names_no_server(axis: RunningAxis) -> None:
    for path in (b"/getAgenciesList", b"/nothing", b"/_axis/v1/clock", b"/_axis/v1/nothing"):
        answer = raw(axis, b"GET " + path + b" HTTP/1.1\r\nHost: axis\r\n\r\n")
        assert len([name for name, _ in answer.headers if name.lower() == "date"]) == 1
        assert answer.header("Server") is None


def test_a_call_without_any_parameter_is_answered_and_no_file(axis: RunningAxis) -> None:
    """The client has a dead method that downloads without signing: it must not take the answer for a file."""
    answer = raw(axis, b"GET /downloadEdoc HTTP/1.1\r\nHost: axis\r\n\r\n")
    assert (answer.status, answer.body) == (200, b"")


def test_a_client_that_goes_away_in_the_middle_leaves_an_entry_that_says_so(
    office: Office, sender: Participant
) -> None:
    whole = request(
        sender, "sendEdoc", {"from": sender.code, "messagetype": "edoc", "hash-file": "0"}, body=b"x" * 5000
    )
    with RawConnection(office.axis.url) as connection:
        connection.send(whole[:-2000])
    assert envelope(raw(office.axis, request(sender, "countReceiveEdoc", {}, body=b"{}"))) == ("OK", "0")
    (entry,) = sender.exchanges("sendEdoc")
    assert [finding["reason"] for finding in entry["findings"]] == ["upload-cut-off"]
    assert (entry["http_status"], entry["document_id"]) == (None, None)
    documents = office.axis.call("GET", "/documents").json()["documents"]
    assert all(document["from"] != sender.code for document in documents)
