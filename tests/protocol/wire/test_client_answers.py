"""The client against a server that misbehaves in every known way (H-R01 … H-R12)."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import socket
from typing import Any

import pytest

from fixtures import wirevectors
from protocol.wire.client import AnswerUnusable, AxisClient, AxisRefused, AxisUnreachable, SignedSend
from schemas import registry
from tests.protocol.wire.canned_axis import HTML, Request, canned_axis, http
from tests.protocol.wire.client_stories import GOOD, OK, OPERATIONS, PACKAGE, SECRET, client_of, failure, ok, run


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
