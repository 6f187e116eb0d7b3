"""What the fuzzer sees of an axis that is wrong: each fault is put between it and a sound one."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from conformance.axis import AxisControl
from conformance.fuzz import requests
from conformance.fuzz.axis_target import AxisTarget
from conformance.fuzz.damage import Damage
from conformance.fuzz.failure import Failure
from conformance.fuzz.recipe import Party, Recipe, RequestDamage
from conformance.fuzz.senders import Senders
from protocol.wire.client import AxisClient
from tests.axis_process import RunningAxis, running_axis
from tests.conformance.fuzz.examples import PLAIN

Change = Callable[[httpx.Request, httpx.Response], httpx.Response]
BROKEN = Recipe(PLAIN.header, PLAIN.files, damages=(Damage("truncate", where=400),))
FORGED = Recipe(PLAIN.header, PLAIN.files, request=RequestDamage("wrong-mac", 100, 1))


class Between(httpx.AsyncBaseTransport):
    """Hands requests on to the real axis and changes its answers."""

    def __init__(self, change: Change) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._change = change

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        await answer.aclose()
        return self._change(request, answer)

    async def aclose(self) -> None:
        await self._inner.aclose()


@pytest.fixture(scope="module")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    with running_axis(Path(tmp_path_factory.mktemp("axis"))) as running:
        yield running


def unchanged(_request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return answer


def examined(axis: RunningAxis, recipes: tuple[Recipe, ...], change: Change = unchanged) -> list[Failure | None]:
    async def run() -> list[Failure | None]:
        control = AxisControl(axis.url, axis.token)
        senders = Senders(control, random.Random(28))
        try:
            sender_id, secret, (sender,) = await senders.register()
            receiver_id, receiver_secret, receivers = await senders.register(agencies=2)
            senders.send_from(sender)
            senders.recipients = tuple(Party(agency.code, agency.name) for agency in receivers)
            async with (
                httpx.AsyncClient(transport=Between(change)) as client,
                AxisClient(axis.url, sender_id, secret, transport=Between(change)) as sending,
                AxisClient(axis.url, receiver_id, receiver_secret, transport=Between(change)) as receiving,
            ):
                own = requests.Sender(sender_id, secret, sender.code, receivers[0].code)
                target = AxisTarget(axis.url, client, own, stamps=senders.stamp, sender=sending, receiver=receiving)
                return [verdict.failure for verdict in await target.examine(recipes)]
        finally:
            await senders.remove()
            await control.close()

    return asyncio.run(run())


def answering(operation: str, change: Callable[[dict[str, object]], dict[str, object]]) -> Change:
    """Change the JSON answer of one operation."""

    def changed(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith(f"/{operation}"):
            return answer
        return httpx.Response(200, json=change(json.loads(answer.content)))

    return changed


def test_a_sound_axis_is_found_sound(axis: RunningAxis) -> None:
    assert examined(axis, (PLAIN, BROKEN, FORGED, PLAIN)) == [None] * 4


def test_an_axis_that_takes_everything_is_found(axis: RunningAxis) -> None:
    takes = answering("sendEdoc", lambda said: {**said, "status": "OK", "ErrorCode": "0", "DocId": "a" * 24})
    broken, forged = examined(axis, (BROKEN, FORGED), takes)
    assert broken is not None
    assert (broken.reason, broken.aspect) == ("fuzz-damaged-accepted", "not-xml")
    assert forged is not None
    assert (forged.reason, forged.aspect) == ("fuzz-damaged-accepted", "wrong-mac")


def test_an_axis_that_refuses_what_is_valid_is_found(axis: RunningAxis) -> None:
    refuses = answering("sendEdoc", lambda said: {**said, "status": "FAIL", "ErrorCode": "22", "DocId": ""})
    (failure,) = examined(axis, (PLAIN,), refuses)
    assert failure is not None
    assert (failure.reason, failure.aspect) == ("fuzz-valid-refused", "22")


def test_an_axis_that_answers_500_is_found(axis: RunningAxis) -> None:
    def fails(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        return httpx.Response(500, text="<html>") if request.url.path.endswith("/sendEdoc") else answer

    (failure,) = examined(axis, (BROKEN,), fails)
    assert failure is not None
    assert (failure.reason, failure.aspect) == ("fuzz-answer-malformed", "http-5xx")


def test_an_axis_that_closes_the_connection_is_found(axis: RunningAxis) -> None:
    def closes(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if request.url.path.endswith("/sendEdoc"):
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return answer

    (failure,) = examined(axis, (BROKEN,), closes)
    assert failure is not None
    assert (failure.reason, failure.aspect) == ("fuzz-no-answer", "closed")


@pytest.mark.parametrize("times", [0, 2])
def test_an_axis_that_does_not_list_each_delivery_once_is_found(axis: RunningAxis, times: int) -> None:
    repeats = answering("getReceivedEdocList", lambda said: {**said, "data": [*said["data"]] * times})  # type: ignore[misc]
    (failure,) = examined(axis, (PLAIN,), repeats)
    assert failure is not None
    assert failure.reason == "fuzz-not-delivered-once"


def test_an_axis_that_changes_a_letter_is_found(axis: RunningAxis) -> None:
    def changes(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if not request.url.path.endswith("/getEdoc"):
            return answer
        said = json.loads(answer.content)
        package = base64.b64decode(said["data"])
        said["data"] = base64.b64encode(package.replace("đợt".encode(), b"dot")).decode()
        return httpx.Response(200, json=said)

    (failure,) = examined(axis, (PLAIN,), changes)
    assert failure is not None
    assert (failure.reason, failure.aspect) == ("fuzz-changed-in-transit", "header.subject")
