from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from conformance.drivers import DriverFault, DriverUnusable, open_driver
from tests.conformance.toys import importable

pytestmark = pytest.mark.anyio

PATIENCE_S = 20.0


class Sync:
    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"id": request["id"], "ok": {}}


class Async:
    async def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"id": request["id"], "ok": {}}


class Slow:
    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.5)
        return {"id": request["id"], "ok": {}}


class Raising:
    def handle(self, _request: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("no database")


class Unspeakable:
    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"id": request["id"], "ok": {"at": object()}}


@pytest.mark.parametrize("system", [Sync(), Async()], ids=["sync", "async"])
async def test_an_object_with_handle_is_asked(system: object) -> None:
    with importable(system) as spec:
        async with open_driver(spec) as driver:
            assert (await driver.call("poll", timeout=PATIENCE_S)).kind == "ok"


async def test_a_context_manager_is_entered_and_left() -> None:
    steps: list[str] = []

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Sync]:
        steps.append("in")
        yield Sync()
        steps.append("out")

    with importable(opened()) as spec:
        async with open_driver(spec) as driver:
            assert (await driver.call("poll", timeout=PATIENCE_S)).kind == "ok"
            assert steps == ["in"]
    assert steps == ["in", "out"]


async def test_a_slow_system_does_not_stop_the_clock_of_the_suite() -> None:
    with importable(Slow()) as spec:
        async with open_driver(spec) as driver:
            ticks = 0

            async def tick() -> None:
                nonlocal ticks
                while True:
                    await asyncio.sleep(0.02)
                    ticks += 1

            ticking = asyncio.create_task(tick())
            await driver.call("poll", timeout=PATIENCE_S)
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
    assert ticks >= 3


@pytest.mark.parametrize(("system", "named"), [(Raising(), "no database"), (Unspeakable(), "TypeError")])
async def test_a_system_that_breaks_is_a_fault_and_no_traceback(system: object, named: str) -> None:
    with importable(system) as spec:
        async with open_driver(spec) as driver:
            with pytest.raises(DriverFault, match=named) as fault:
                await driver.call("poll", timeout=PATIENCE_S)
    assert fault.value.reason == "driver-nonsense"


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ("python:no_such_module:make", "no_such_module"),
        ("python:json:no_such_name", "no_such_name"),
        ("python:json", "MODULE:CALLABLE"),
        ("python:json:__name__", "cannot be called"),
        ("python:os:getcwd", "handle"),
        ("python:os:abort_is_not_called", "abort_is_not_called"),
    ],
)
async def test_a_target_that_cannot_serve_is_named_in_one_line(spec: str, named: str) -> None:
    with pytest.raises(DriverUnusable, match=named) as error:
        async with open_driver(spec):
            pass
    assert "\n" not in str(error.value)
