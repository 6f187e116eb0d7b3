"""``python:MODULE:CALLABLE`` — a DMS inside this process, or a bridge to one written in Python."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import json
from collections.abc import Callable
from typing import Any

from conformance.drivers.driver import Driver
from conformance.drivers.protocol import DriverFault, DriverUnusable
from conformance.told import told


class CallableDriver(Driver):
    """Calls CALLABLE once, without arguments, for an object with ``handle(request: dict) -> dict``.

    CALLABLE may be a coroutine function, and may give an (async) context manager that gives the object; ``handle`` may
    be a coroutine function. A ``handle`` that is none runs in a thread, so that it cannot stop the suite's clock.
    """

    def __init__(self, target: str, run: str = "") -> None:
        super().__init__(run)
        module, _, name = target.partition(":")
        if not module or not name:
            raise DriverUnusable(f"python:{target} must be python:MODULE:CALLABLE")
        try:
            made: Any = importlib.import_module(module)
            for part in name.split("."):
                made = getattr(made, part)
        except ImportError as error:
            raise DriverUnusable(f"python:{target}: {error}") from error
        except AttributeError as error:
            raise DriverUnusable(f"python:{target}: {module} has no {name}") from error
        if not callable(made):
            raise DriverUnusable(f"python:{target}: {name} cannot be called")
        self._target = target
        self._make: Callable[[], Any] = made
        self._handle: Callable[[dict[str, Any]], Any] | None = None
        self._stack = contextlib.AsyncExitStack()

    async def start(self) -> None:
        """Make the object; whatever goes wrong in foreign code becomes one line."""
        try:
            made = self._make()
            if inspect.isawaitable(made):
                made = await made
            if hasattr(made, "__aenter__"):
                made = await self._stack.enter_async_context(made)
            elif hasattr(made, "__enter__"):
                made = self._stack.enter_context(made)
        except Exception as error:  # foreign code: any fault of it is told, none may end the suite
            await self._stack.aclose()
            raise DriverUnusable(f"python:{self._target} failed: {type(error).__name__}: {error}") from error
        self._handle = getattr(made, "handle", None)
        if not callable(self._handle):
            await self._stack.aclose()
            raise DriverUnusable(f"python:{self._target} gave {type(made).__name__}, which has no method 'handle'")

    async def exchange(self, asked: dict[str, Any]) -> object:
        """Give the request as plain JSON data and take the answer as such, as every other driver does."""
        handle = self._handle
        if handle is None:
            raise DriverFault(
                "driver-unreachable", told("{operation}: the driver was never started", operation=asked["op"])
            )
        try:
            if inspect.iscoroutinefunction(handle):
                answer = await handle(json.loads(json.dumps(asked)))
            else:
                answer = await asyncio.to_thread(handle, json.loads(json.dumps(asked)))
                if inspect.isawaitable(answer):
                    answer = await answer
            return json.loads(json.dumps(answer))
        except Exception as error:  # see start
            text = told(
                "{operation}: it raised {problem}", operation=asked["op"], problem=f"{type(error).__name__}: {error}"
            )
            raise DriverFault("driver-nonsense", text) from error

    async def close(self) -> None:
        """Leave the context of the object."""
        await self._stack.aclose()
