"""Who is put under load: a DMS through its driver, or an axis alone with a recipient of the suite's own."""

from __future__ import annotations

import contextlib
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from conformance.axis import AxisControl
from conformance.drivers.driver import Driver
from conformance.drivers.protocol import DriverFault
from conformance.evidence import Evidence
from conformance.fuzz.senders import Senders
from conformance.fuzz.session import connected_axis
from conformance.load.reader import INTERVAL_S, Reader
from conformance.load.session import Recipient
from conformance.settings import Settings
from conformance.staging import described, staged
from conformance.system import System
from protocol.wire.client import AxisClient
from protocol.wire.tls import ClientCertificate

RECEIVED_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """Whom to load. Without ``driver`` the axis itself; without ``axis`` the suite starts one.

    ``token`` opens the control API of a given axis.
    """

    driver: str | None = None
    axis: str | None = None
    token: str | None = field(default=None, repr=False)
    system: str | None = None
    ca: str | None = None
    shown: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """What a load run works with; ``system`` is the DMS under test, ``None`` where the axis itself is."""

    axis: AxisControl
    recipient: Recipient
    system: System | None


@contextlib.asynccontextmanager
async def connected(settings: LoadSettings) -> AsyncIterator[Connected]:
    """Connect everything that takes part. Raises ``SetupFailure``."""
    session = _axis(settings) if settings.driver is None else _dms(settings, settings.driver)
    async with session as found:
        yield found


@contextlib.asynccontextmanager
async def _dms(settings: LoadSettings, driver: str) -> AsyncIterator[Connected]:
    of_run = Settings(
        driver=driver, axis=settings.axis, token=settings.token, system=settings.system, ca=settings.ca,
        shown=settings.shown,
    )  # fmt: skip
    async with described(of_run, f"l-{secrets.token_hex(4)}") as (opened, system):
        # The evidence of a load run is its journal, which stays on the axis, and its own report.
        evidence = Evidence(Path())
        async with staged(of_run, opened, system, evidence, lambda _event: None) as (stage, _):
            sut = stage.sut
            recipient = Recipient(
                system_id=sut.id,
                agency=sut.organisations[0],
                poll_interval_s=sut.poll_interval_s,
                reports=True,
                shown=lambda: _shown(stage.driver, sut),
            )
            yield Connected(stage.axis, recipient, sut)


async def _shown(driver: Driver, system: System) -> Counter[str] | None:
    """Count how often the DMS shows each document; a driver that cannot or does not say is no witness of a loss."""
    if "received" not in system.capabilities:
        return None
    try:
        answer = await driver.call("received", {}, timeout=RECEIVED_LIMIT_S)
    except DriverFault:
        return None
    if answer.kind != "ok":
        return None
    return Counter(str(entry["document_id"]) for entry in answer.value["documents"])


@contextlib.asynccontextmanager
async def _axis(settings: LoadSettings) -> AsyncIterator[Connected]:
    async with connected_axis(settings.axis, settings.token, settings.ca, settings.shown) as axis:
        receivers = Senders(axis, random.SystemRandom())
        try:
            system_id, secret, (agency,) = await receivers.register()
            async with AxisClient(axis.url, system_id, secret, ca=settings.ca, shown=settings.shown) as client:
                reader = Reader(client)
                reader.start()
                try:
                    yield Connected(axis, Recipient(system_id, agency, INTERVAL_S, reports=False, shown=_nobody), None)
                finally:
                    await reader.close()
        finally:
            await receivers.remove()


async def _nobody() -> None:
    return None
