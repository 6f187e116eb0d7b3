"""The client against a real server that misbehaves in every known way (H-R01 … H-R12, H-T*, H-W*)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures import wirevectors
from protocol.wire.client import (
    AnswerUnusable,
    AxisClient,
    AxisError,
    AxisRefused,
    AxisUnreachable,
    SignedSend,
)
from protocol.wire.filehash import BodyDigest
from protocol.wire.signing import verify
from schemas import registry
from tests.protocol.wire.canned_axis import HTML, CannedAxis, Request, canned_axis, http

SECRET = "dummy-test-key"
PACKAGE = "<?xml version='1.0'?><edXML>văn bản</edXML>".encode()
OK: dict[str, Any] = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong"}


def ok(**more: Any) -> bytes:
    return http(json.dumps({**OK, **more}).encode(), 200, "Content-Type: application/json")


GOOD = ok(data=[], DocId="6" * 24, count=0)


def client_of(axis: CannedAxis, **options: Any) -> AxisClient:
    return AxisClient(axis.url, "TEST.SYS.01", SECRET, **{"timeout": 5, **options})


def run(
    answer: bytes | Callable[[Request], bytes], story: Callable[[AxisClient], Awaitable[Any]], **options: Any
) -> tuple[Any, list[Request]]:
    async def main() -> tuple[Any, list[Request]]:
        async with canned_axis(answer) as axis, client_of(axis, **options) as client:
            return await story(client), axis.requests

    return asyncio.run(main())


def failure(
    answer: bytes | Callable[[Request], bytes], story: Callable[[AxisClient], Awaitable[Any]], **options: Any
) -> AxisError:
    with pytest.raises(AxisError) as caught:
        run(answer, story, **options)
    registry.reason(caught.value.reason)
    assert SECRET not in str(caught.value)
    return caught.value


OPERATIONS: dict[str, tuple[str, Callable[[AxisClient], Awaitable[Any]]]] = {
    "getReceivedEdocList": ("list", lambda client: client.received("edoc")),
    "getSentEdocList": ("list", lambda client: client.sent("edoc", "6" * 24)),
    "getAgenciesList": ("list", lambda client: client.agencies()),
    "getAgenciesListQD20": ("list", lambda client: client.agencies_qd20(1)),
    "getSynchronizeUnit": ("list", lambda client: client.units()),
    "sendEdoc": ("send", lambda client: client.send(PACKAGE, sender="H99.01", message_type="edoc")),
    "getEdoc": ("fetch", lambda client: client.fetch("abc-1")),
    "downloadEdoc": ("download", lambda client: client.download("abc-1")),
    "updateStatus": ("plain", lambda client: client.update_status("abc-1", "done")),
    "registerAgency": (
        "plain",
        lambda client: client.register_agency(code="H99.02", name="Sở Thử", mail="a@example.org", parent="00.99.W00"),
    ),
    "deleteAgency": ("plain", lambda client: client.delete_agency("H99.02")),
    "countReceiveEdoc": ("count", lambda client: client.count_received()),
    "countReceiveStatus": ("count", lambda client: client.count_statuses()),
}


def good_answer(request: Request) -> bytes:
    operation = request.path.rsplit("/", 1)[-1]
    if operation == "downloadEdoc":
        return http(PACKAGE)
    return ok(data=base64.b64encode(PACKAGE).decode()) if operation == "getEdoc" else GOOD


# requests


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_signed_and_sent_as_the_axis_expects(operation: str) -> None:
    _, (request,) = run(good_answer, OPERATIONS[operation][1])
    assert (request.method, request.path) == ("GET" if operation == "downloadEdoc" else "POST", f"/{operation}")
    verified = verify(request.headers, lambda _: SECRET)
    assert verified.warnings == ()
    assert verified.system_id == "TEST.SYS.01"
    assert not request.values("Expect")
    assert not request.values("Transfer-Encoding")
    expected = {
        "sendEdoc": PACKAGE + b"\r\n",
        **dict.fromkeys(("getEdoc", "updateStatus", "deleteAgency", "countReceiveEdoc", "countReceiveStatus"), b"{}"),
    }
    if operation != "registerAgency":
        assert request.body == expected.get(operation, b"")


def test_the_parameters_are_those_of_the_official_samples() -> None:
    async def story(client: AxisClient) -> None:
        for _, call in OPERATIONS.values():
            await call(client)

    _, requests = run(good_answer, story)
    common = {"systemid", "timestamp", "content-type"}
    seen = {request.path[1:]: verify(request.headers, lambda _: SECRET).parameters for request in requests}
    own = {name: {key: value for key, value in values.items() if key not in common} for name, values in seen.items()}
    queue = {"servicetype": "eDoc", "messagetype": "edoc"}
    assert own.pop("sendEdoc") == {**queue, "from": "H99.01", "hash-file": seen["sendEdoc"]["hash-file"]}
    assert own == {
        "getReceivedEdocList": queue,
        "getSentEdocList": {**queue, "docid": "6" * 24},
        "getAgenciesList": {},
        "getAgenciesListQD20": {"level": "1"},
        "getSynchronizeUnit": {},
        "getEdoc": {"docid": "abc-1"},
        "downloadEdoc": {"docid": "abc-1"},
        "updateStatus": {"docid": "abc-1", "status": "done"},
        "registerAgency": {},
        "deleteAgency": {"agencycode": "H99.02"},
        "countReceiveEdoc": queue,
        "countReceiveStatus": {"servicetype": "eDoc", "messagetype": "status"},
    }
    register = next(request for request in requests if request.path == "/registerAgency")
    assert json.loads(register.body) == {
        "id": "", "pcode": "00.99.W00", "code": "H99.02", "name": "Sở Thử", "mail": "a@example.org", "mobile": "", "fax": "",
    }  # fmt: skip


def test_nothing_of_an_earlier_call_leaks_into_a_later_one() -> None:
    async def story(client: AxisClient) -> None:
        await client.send(PACKAGE, sender="H99.01", message_type="edoc", to=["H99.02"])
        await client.update_status("abc-1", "fail", "Không đọc được:\ngói tin hỏng")
        await client.received("status")

    _, requests = run(GOOD, story)
    assert requests[1].values("XroadVnpt-description") == ["Khong doc duoc: goi tin hong"]
    leaked = {"docid", "status", "description", "hash-file", "from", "to"}
    assert not leaked & set(verify(requests[2].headers, lambda _: SECRET).parameters)


def test_the_endpoint_keeps_its_prefix_and_gets_no_double_slash() -> None:
    async def main() -> list[str]:
        async with canned_axis(GOOD) as axis:
            for endpoint in (axis.url, axis.url + "/", axis.url + "/base", axis.url + "/base//"):
                async with AxisClient(endpoint, "TEST.SYS.01", SECRET) as client:
                    await client.received("edoc")
            return [request.path for request in axis.requests]

    name = "getReceivedEdocList"
    assert asyncio.run(main()) == [f"/{name}", f"/{name}", f"/base/{name}", f"/base/{name}"]


def test_the_hash_covers_the_package_and_not_the_line_end() -> None:
    _, (request,) = run(GOOD, OPERATIONS["sendEdoc"][1])
    digest = BodyDigest()
    digest.update(request.body)
    form = digest.matches(request.values("XroadVnpt-hash-file")[0])
    assert form is not None
    assert form.size == len(PACKAGE)
    assert request.values("Content-Length") == [str(len(PACKAGE) + 2)]


def test_dates_travel_as_vietnamese_wall_time() -> None:
    start = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    end = datetime(2026, 11, 23)  # noqa: DTZ001 - wall time is meant
    _, (request,) = run(GOOD, lambda client: client.received("edoc", start=start, end=end))
    assert request.values("XroadVnpt-fromDate") == ["22/11/2026 00:30:00"]
    assert request.values("XroadVnpt-toDate") == ["23/11/2026 00:00:00"]


def test_the_clock_of_the_caller_dates_the_signature() -> None:
    moment = datetime(2026, 11, 21, 14, 28, 2, 756_000, tzinfo=UTC)
    _, (request,) = run(GOOD, lambda client: client.received("edoc"), clock=lambda: moment)
    assert request.values("XroadVnpt-timestamp") == ["21112026T212802+0756"]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda client: client.fetch("a\r\nX-Evil: 1"), "doc_id"),
        (lambda client: client.fetch(""), "doc_id"),
        (lambda client: client.fetch("đ"), "doc_id"),
        (lambda client: client.received("edocs"), "edocs"),
        (lambda client: client.update_status("a", "acceptance"), "acceptance"),
        (lambda client: client.update_status("a", "03"), "03"),
        (lambda client: client.update_status("a", "initial"), "initial"),
        (lambda client: client.send(b"", sender="H99.01", message_type="edoc"), "body"),
        (lambda client: client.send(b"x", sender="Sở", message_type="edoc"), "sender"),
        (lambda client: client.send(b"x", sender="H99", message_type="edoc", to=["a b", "ô"]), "to"),
        (lambda client: client.delete_agency(" "), "code"),
    ],
)
def test_bad_arguments_are_named_and_nothing_is_sent(call: Callable[[AxisClient], Awaitable[Any]], word: str) -> None:
    async def main() -> None:
        async with canned_axis(GOOD) as axis, client_of(axis) as client:
            with pytest.raises(ValueError, match=word):
                await call(client)
            assert axis.requests == []

    asyncio.run(main())


@pytest.mark.parametrize(
    "endpoint", ["", "axis", "ftp://axis", "http://", "http://a/?x=1", "http://u:p@a/", "http://a:b"]
)
def test_a_bad_endpoint_is_named(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        AxisClient(endpoint, "TEST.SYS.01", SECRET)


def test_bad_credentials_and_authorities_are_named() -> None:
    with pytest.raises(ValueError, match="secret"):
        AxisClient("http://axis", "TEST.SYS.01", "")
    with pytest.raises(ValueError, match="system_id"):
        AxisClient("http://axis", "hệ thống", SECRET)
    with pytest.raises(ValueError, match="ca: "):
        AxisClient("http://axis", "TEST.SYS.01", SECRET, ca="ca.pem")
    with pytest.raises(ValueError, match=r"no-such\.pem"):
        AxisClient("https://axis", "TEST.SYS.01", SECRET, ca="no-such.pem")


# answers


@pytest.mark.parametrize("vector", wirevectors.answers(), ids=lambda vector: vector["name"])
def test_every_odd_answer_is_judged_by_every_operation(vector: dict[str, Any]) -> None:
    async def main() -> None:
        raw = http(vector["body"].encode(), vector["http_status"], length=vector["http_status"] != 204)
        async with canned_axis(raw) as axis, client_of(axis) as client:
            for operation, (kind, call) in OPERATIONS.items():
                expected = vector["client"].get(kind, vector["client"]["*"])
                if expected == "ok":
                    await call(client)
                    continue
                with pytest.raises(AxisRefused if expected == "axis-refused" else AnswerUnusable) as caught:
                    await call(client)
                assert (operation, caught.value.reason) == (operation, expected)
                registry.reason(expected)

    asyncio.run(main())


def test_a_login_page_is_never_an_empty_inbox() -> None:
    for status in (200, 502):
        error = failure(http(HTML, status, "Content-Type: text/html"), lambda client: client.received("edoc"))
        assert isinstance(error, AnswerUnusable)
        assert error.reason == "answer-not-json"
        assert error.http_status == status


def test_redirects_are_not_followed() -> None:
    def answer(request: Request) -> bytes:
        return GOOD if request.path == "/login" else http(b"", 302, "Location: /login")

    async def main() -> None:
        async with canned_axis(answer) as axis, client_of(axis) as client:
            for _, call in OPERATIONS.values():
                with pytest.raises(AnswerUnusable) as caught:
                    await call(client)
                assert caught.value.reason == "answer-redirects"
            assert all(request.path != "/login" for request in axis.requests)

    asyncio.run(main())


def test_gzip_chunks_bom_and_line_breaks_are_understood() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({**OK, "data": [{"docId": "a"}]}, indent=2).encode()
    packed = gzip.compress(body)
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(packed[i : i + 20]), packed[i : i + 20]) for i in range(0, len(packed), 20)
    )
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    listed, _ = run(raw, lambda client: client.received("edoc"))
    assert [item.doc_id for item in listed.items] == ["a"]


def test_a_damaged_gzip_answer_is_unusable() -> None:
    raw = http(b"no gzip at all", 200, "Content-Encoding: gzip")
    assert failure(raw, lambda client: client.received("edoc")).reason == "answer-not-decodable"


@pytest.mark.parametrize("operation", ["getReceivedEdocList", "getEdoc", "downloadEdoc"])
def test_an_endless_answer_and_a_compression_bomb_are_cut_off(operation: str) -> None:
    bomb = http(gzip.compress(b"<" * 4_000_000), 200, "Content-Encoding: gzip")
    for raw in (http(b"<" + b" " * 300_000), bomb):
        error = failure(raw, OPERATIONS[operation][1], answer_limit=100_000)
        assert error.reason == "answer-too-large"


@pytest.mark.parametrize("content", [PACKAGE, b"1212" + PACKAGE, b"<html>as data</html>"])
def test_getedoc_gives_the_bytes_that_the_axis_holds(content: bytes) -> None:
    data = base64.encodebytes(content).decode()
    assert run(ok(data=data), lambda client: client.fetch("a"))[0] == content


def test_downloads_are_given_whole_and_to_a_sink() -> None:
    content = PACKAGE + b"x" * 300_000

    async def to_sink(client: AxisClient) -> bytes:
        sink = io.BytesIO()
        assert await client.download_to("a", sink) == len(content)
        return sink.getvalue()

    assert run(http(content), lambda client: client.download("a"))[0] == content
    assert run(http(content), to_sink)[0] == content


def test_nothing_is_written_of_a_download_that_is_no_package() -> None:
    sink = io.BytesIO()
    for body, status in ((HTML * 50, 200), (HTML, 200), (b'{"status":"FAIL"}', 200), (PACKAGE, 500), (b"", 200)):
        error = failure(http(body, status), lambda client: client.download_to("a", sink))
        assert isinstance(error, AnswerUnusable)
    assert sink.getvalue() == b""


# lost answers


def test_a_lost_answer_is_told_from_an_unreachable_axis() -> None:
    lost = failure(b"", lambda client: client.received("edoc"))
    assert isinstance(lost, AxisUnreachable)
    assert (lost.reason, lost.maybe_done) == ("answer-lost", True)
    cut = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"
    half = failure(cut, lambda client: client.received("edoc"))
    assert (half.reason, isinstance(half, AxisUnreachable)) == ("answer-lost", True)

    async def nobody() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            async with AxisClient(f"http://127.0.0.1:{taken.getsockname()[1]}", "A", SECRET) as client:
                await client.received("edoc")

    with pytest.raises(AxisUnreachable) as caught:
        asyncio.run(nobody())
    assert (caught.value.reason, caught.value.maybe_done) == ("axis-not-reached", False)


@pytest.mark.parametrize("options", [{"timeout": 0.2}, {"deadline": 0.2}])
def test_a_silent_axis_is_given_up(options: dict[str, Any]) -> None:
    async def main() -> None:
        release = asyncio.Event()

        async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await release.wait()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with AxisClient(url, "A", SECRET, **options) as client:
                with pytest.raises(AxisUnreachable) as caught:
                    await client.received("edoc")
            release.set()
        assert (caught.value.reason, caught.value.maybe_done) == ("axis-too-slow", True)

    asyncio.run(main())


def test_a_send_is_repeated_byte_for_byte_after_a_lost_answer() -> None:
    answers = iter([b"", http(HTML, 502), GOOD])

    async def story(client: AxisClient) -> str:
        with pytest.raises(AxisUnreachable) as lost:
            await client.send(PACKAGE, sender="H99.01", message_type="edoc")
        assert lost.value.signed is not None
        signed = SignedSend.restore(lost.value.signed.headers_json(), PACKAGE)
        with pytest.raises(AnswerUnusable) as unclear:
            await client.send(PACKAGE, sender="H99.01", message_type="edoc", resend=signed)
        assert unclear.value.signed == signed
        return (await client.send_signed(signed)).doc_id

    doc_id, requests = run(lambda _request: next(answers), story)
    assert doc_id == "6" * 24
    assert len(requests) == 3
    assert requests[0] == requests[1] == requests[2]


def test_a_refused_send_carries_the_error_and_what_was_sent() -> None:
    raw = http(b'{"status":"FAIL","ErrorCode":"18","ErrorDesc":"Don vi nhan khong ton tai: X"}')
    error = failure(raw, OPERATIONS["sendEdoc"][1])
    assert isinstance(error, AxisRefused)
    assert (error.error_code, error.error_desc) == ("18", "Don vi nhan khong ton tai: X")
    assert error.signed is not None
    assert error.signed.body == PACKAGE


def test_a_resend_of_another_body_is_refused() -> None:
    async def story(client: AxisClient) -> None:
        signed = client.sign_send(PACKAGE, sender="H99.01", message_type="edoc")
        with pytest.raises(ValueError, match="resend"):
            await client.send(PACKAGE + b" ", sender="H99.01", message_type="edoc", resend=signed)

    assert run(GOOD, story)[1] == []


@pytest.mark.parametrize("text", ["{}", "[1]", '[["a"]]', '[["a",1]]', "x"])
def test_an_outbox_entry_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - either json or the shape says it
        SignedSend.restore(text, b"")


def test_recipients_travel_as_a_signed_json_list() -> None:
    _, (request,) = run(
        GOOD, lambda client: client.send(PACKAGE, sender="H99", message_type="edoc", to=["000.00.00.G99", "H99.13"])
    )
    assert request.values("XroadVnpt-to") == ['["000.00.00.G99","H99.13"]']
    assert verify(request.headers, lambda _: SECRET).parameters["to"] == '["000.00.00.G99","H99.13"]'


def test_twenty_calls_at_once_share_the_pool_and_keep_their_parameters_apart() -> None:
    def answer(request: Request) -> bytes:
        return ok(data=base64.b64encode(request.values("XroadVnpt-docId")[0].encode()).decode())

    async def story(client: AxisClient) -> list[bytes]:
        return await asyncio.gather(*(client.fetch(f"doc-{n}") for n in range(20)))

    contents, _ = run(answer, story, max_connections=3)
    assert contents == [f"doc-{n}".encode() for n in range(20)]
