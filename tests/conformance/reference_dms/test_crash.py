"""What a crash or a lost answer must not cost: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from conformance.reference_dms import Behaviour
from conformance.reference_dms.registering import Outcome
from protocol.wire.client import AxisClient
from protocol.wire.items import QueueItem
from tests.conformance.reference_dms.office_world import Clerk, World, draft, eventually, named, signed_text, until


def _fault(world: World, name: str, operation: str, times: int | None, **args: object) -> None:
    rule = {"id": f"{world.system}-{name}", "fault": name, "match": {"system": world.system, "operation": operation}}
    answer = world.axis.call("PUT", "/faults", json={"rules": [rule | {"times": times, "args": args}]})
    assert answer.status_code < 300, answer.text


def _calls(world: World, operation: str) -> list[dict[str, object]]:
    return [one for one in world.axis.exchanges(operation) if one["system"] == world.system]


def test_a_crash_between_storing_and_acknowledging_costs_neither_a_letter_nor_a_second_entry(world: World) -> None:
    stored = asyncio.Event()

    async def die_before_the_acknowledgement(axis: AxisClient, item: QueueItem, outcome: Outcome) -> None:
        del axis, item, outcome
        stored.set()
        await asyncio.Event().wait()

    async def story() -> None:
        letter = world.letter()
        world.deliver(letter)
        async with world.dms(dataclasses.replace(Behaviour(), acknowledge=die_before_the_acknowledgement)) as dms:
            await asyncio.wait_for(stored.wait(), 30)
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await until(lambda: len(_calls(world, "updateStatus")) == 1)
            assert len(await clerk.entries("received", named(letter))) == 1
            await until(lambda: bool(world.statuses(named(letter)["document_id"])))
            await clerk.do("poll")
            assert world.codes(named(letter)["document_id"]) == ["01"]
            # It was stored, so that it was not fetched again.
            assert len(_calls(world, "getEdoc")) == 1

    asyncio.run(story())


def test_a_send_whose_answer_was_lost_is_repeated_byte_for_byte_also_after_a_restart(world: World) -> None:
    _fault(world, "reset-after", "sendEdoc", 1)

    async def story() -> None:
        async with world.dms(poll_interval_s=0.6) as dms:
            clerk = Clerk(dms)
            sent = (await clerk.do("send", **draft(world)))["document"]

            async def tried() -> bool:
                row = dms.office.store.row("SELECT attempts FROM outbox")
                return bool(row and row["attempts"] == 1)

            await eventually(tried)
        async with world.dms() as dms:
            await Clerk(dms).shown("sent", sent, lambda entry: entry["state"] == "sent")
        requests = [
            world.axis.call("GET", f"/exchanges/{one['seq']}").json()["request"] for one in _calls(world, "sendEdoc")
        ]
        assert len(requests) == 2
        assert requests[0]["body"] == requests[1]["body"]
        assert signed_text(requests[0]) == signed_text(requests[1])
        documents = world.axis.call("GET", "/documents", params={"from": world.sut.code}).json()["documents"]
        assert len(documents) == 1
        assert len(documents[0]["recipients"]) == 1

    asyncio.run(story())


def test_an_axis_that_is_down_for_a_while_gets_everything_afterwards_in_order(world: World) -> None:
    """STS-14: what could not be sent waits, and the statuses of one document keep their order."""

    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.deliver(letter)
            await clerk.shown("received", named(letter))
            await until(lambda: len(world.statuses(named(letter)["document_id"])) == 1)
            _fault(world, "reset-before", "sendEdoc", 3)
            await clerk.do("accept", document=named(letter))
            for step in ("assign", "process", "finish"):
                await clerk.do(step, document=named(letter))
            await until(lambda: len(world.statuses(named(letter)["document_id"])) == 5)
            codes = world.codes(named(letter)["document_id"])
            assert codes == ["01", "03", "04", "05", "06"]

    asyncio.run(story())


def test_a_process_that_is_killed_while_it_acknowledges_goes_on_where_it_was(world: World, tmp_path: Path) -> None:
    systems = tmp_path / "systems.toml"
    agency = f'{{ code = "{world.sut.code}", name = "Sở Thử nghiệm" }}'
    systems.write_text(
        f'[[system]]\nid = "{world.system}"\nsecret = "{world.secret}"\nagencies = [{agency}]\n', encoding="utf-8"
    )
    command = [sys.executable, "-m", "axis28", "reference-dms", "--axis", world.axis.url, "--systems", str(systems)]
    command += ["--data", str(world.data), "--poll", "0.2"]
    letter = world.letter()
    world.deliver(letter)
    _fault(world, "latency", "updateStatus", None, seconds=60)
    process, url = _start(command)
    try:
        asyncio.run(_shown(url, named(letter)))
    finally:
        process.kill()
        _gone(process)
    assert world.axis.call("DELETE", "/faults", params={"id": f"{world.system}-latency"}).status_code < 300
    process, url = _start(command)
    try:
        entries = asyncio.run(_shown(url, named(letter)))
        asyncio.run(until(lambda: bool(world.statuses(named(letter)["document_id"]))))
        assert [entry["state"] for entry in entries] == ["arrived"]
        asyncio.run(_ask(url, "poll", {}))
        assert world.codes(named(letter)["document_id"]) == ["01"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        _gone(process)


def _start(command: list[str]) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert process.stdout is not None
    return process, str(json.loads(process.stdout.readline())["url"])


def _gone(process: subprocess.Popen[str]) -> None:
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


async def _ask(url: str, operation: str, args: dict[str, object]) -> dict[str, object]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.post(url, json={"id": "1", "op": operation, "run": "r", "args": args})
    ok: dict[str, object] = answer.json()["ok"]
    return ok


async def _shown(url: str, document: dict[str, str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []

    async def shown() -> bool:
        answer = await _ask(url, "received", {"document": document})
        assert isinstance(answer["documents"], list)
        found[:] = answer["documents"]
        return bool(found)

    await eventually(shown)
    return found
