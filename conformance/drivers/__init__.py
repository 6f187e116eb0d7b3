"""How the suite drives a system under test: ``open_driver(SPEC)``."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from conformance.drivers.driver import DESCRIBE_TIMEOUT_S, Driver
from conformance.drivers.protocol import Answer, DriverFault, DriverUnusable

__all__ = ["DESCRIBE_TIMEOUT_S", "Answer", "Driver", "DriverFault", "DriverUnusable", "driver_for", "open_driver"]

KNOWN = "python:MODULE:CALLABLE, exec:COMMAND LINE or http:URL"


def driver_for(spec: str, run: str = "", *, ca: str | None = None) -> Driver:
    """Build, without starting it, the driver that a SPEC names; ``DriverUnusable`` for a spec that names none."""
    kind, _, rest = spec.partition(":")
    if kind == "http" and rest:
        from conformance.drivers.http import HttpDriver  # noqa: PLC0415 - only the named driver is loaded

        # `http://host/…` is what people write first; the URL may stand for itself.
        return HttpDriver(spec if rest.startswith("//") else rest, run, ca=ca)
    if kind == "https" and rest.startswith("//"):
        from conformance.drivers.http import HttpDriver  # noqa: PLC0415

        return HttpDriver(spec, run, ca=ca)
    if kind == "exec":
        from conformance.drivers.command import CommandDriver  # noqa: PLC0415

        return CommandDriver(rest, run)
    if kind == "python":
        from conformance.drivers.callable import CallableDriver  # noqa: PLC0415

        return CallableDriver(rest, run)
    if kind in ("manual", "observe"):
        raise DriverUnusable(f"the driver {kind!r} is not built in this version; give {KNOWN}")
    raise DriverUnusable(f"{spec!r} is no driver; give {KNOWN}")


@contextlib.asynccontextmanager
async def open_driver(spec: str, run: str = "", *, ca: str | None = None) -> AsyncIterator[Driver]:
    """Start the driver that a SPEC names and stop it at the end; ``DriverUnusable`` where that cannot be done."""
    driver = driver_for(spec, run, ca=ca)
    try:
        await driver.start()
        yield driver
    finally:
        await driver.close()
