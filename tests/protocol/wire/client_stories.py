"""A client, a server with canned answers, and one call of every operation, for the tests of the client."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from protocol.wire.client import AxisClient, AxisError
from schemas import registry
from tests.protocol.wire.canned_axis import CannedAxis, Request, canned_axis, http

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
