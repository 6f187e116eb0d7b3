"""What the client sends (H-T01, H-T02, H-T05, H-T08, H-T10, H-W19)."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from protocol.wire.client import AxisClient
from protocol.wire.filehash import BodyDigest
from protocol.wire.signing import verify
from tests.protocol.wire.canned_axis import Request, canned_axis
from tests.protocol.wire.client_stories import GOOD, OPERATIONS, PACKAGE, SECRET, client_of, good_answer, ok, run


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
        "id": "",
        "pcode": "00.99.W00",
        "code": "H99.02",
        "name": "Sở Thử",
        "mail": "a@example.org",
        "mobile": "",
        "fax": "",
    }


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


def test_a_send_to_3321_recipients_carries_them_all() -> None:
    codes = [f"H99.{number:02d}.{number:04d}" for number in range(3321)]
    _, (request,) = run(GOOD, lambda client: client.send(PACKAGE, sender="H99", message_type="edoc", to=codes))
    assert json.loads(verify(request.headers, lambda _: SECRET).parameters["to"]) == codes


def test_a_package_of_many_megabytes_goes_out_whole() -> None:
    body = b"<a>" + b"x" * 8_000_000 + b"</a>"
    _, (request,) = run(GOOD, lambda client: client.send(body, sender="H99", message_type="edoc"))
    assert request.body == body + b"\r\n"
