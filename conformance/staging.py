"""Sets the stage of a run, and clears it: driver, axis, journal, registration of the system, peers."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx

from conformance import address
from conformance.axis import AxisControl, AxisLost, ControlRefused
from conformance.axis_process import started_axis
from conformance.clearing import cleared
from conformance.drivers import DESCRIBE_TIMEOUT_S, Driver, DriverFault, DriverUnusable, open_driver
from conformance.events import AxisReady, EnterByHand, Listener
from conformance.evidence import Evidence
from conformance.look import Look
from conformance.observer import Observer
from conformance.peers import Peers
from conformance.settings import INVALID, USAGE, Settings, SetupFailure
from conformance.signatures import FACULTIES, Signatures, signers_of
from conformance.stage import AxisClock, Stage
from conformance.system import Agency, System
from conformance.violation import JudgeBlind
from fixtures.agencies import new_agencies

CONFIGURE_S = 20.0
ANSWER_S = 5.0


@contextlib.asynccontextmanager
async def described(settings: Settings, run_id: str) -> AsyncIterator[tuple[Driver, System]]:
    """Start the driver and ask it to describe its system; ``SetupFailure`` where it does not, validly, in 20 s."""
    try:
        async with open_driver(settings.driver, run_id, ca=settings.ca) as driver:
            yield driver, await _describe(settings, driver)
    except DriverUnusable as error:
        raise SetupFailure(str(error)) from error


async def _describe(settings: Settings, driver: Driver) -> System:
    try:
        answer = await driver.call("describe", timeout=DESCRIBE_TIMEOUT_S)
    except DriverFault as fault:
        raise SetupFailure(f"the driver does not describe its system: {fault.text}") from fault
    if answer.kind != "ok":
        raise SetupFailure(f"the driver does not describe its system: {answer.kind} {answer.reason}".rstrip())
    told = answer.value
    system_id = settings.system or told.get("system") or (None if settings.axis else f"SUT.{driver.run}")
    driver.allow(int(told.get("concurrency") or 1))
    return System(
        id=system_id or "",
        organisations=tuple(Agency.of(row) for row in told["organisations"]),
        product=told["name"],
        version=told["version"],
        build=told.get("build") or "",
        capabilities=frozenset(told["capabilities"]),
        poll_interval_s=float(told["poll_interval_s"]),
        concurrency=int(told.get("concurrency") or 1),
        answer_s=await _answer_s(driver, frozenset(told["capabilities"])),
    )


async def _answer_s(driver: Driver, capabilities: frozenset[str]) -> float:
    """Measure how long the system takes for an ordinary answer, whatever it says; 0 where none comes at all."""
    if "received" not in capabilities:
        return 0.0
    begun = asyncio.get_running_loop().time()
    try:
        await driver.call("received", timeout=ANSWER_S)
    except DriverFault:
        return 0.0
    return asyncio.get_running_loop().time() - begun


@contextlib.asynccontextmanager
async def staged(
    settings: Settings, driver: Driver, sut: System, evidence: Evidence, tell: Listener
) -> AsyncIterator[tuple[Stage, bool]]:
    """Give the stage, and whether the suite started the axis; whatever was set up is cleared away at the end."""
    async with contextlib.AsyncExitStack() as stack:
        own = settings.axis is None
        control = await stack.enter_async_context(_axis(settings, evidence))
        with _set_up():
            clock = AxisClock(await control.now(), asyncio.get_running_loop().time())
            if not sut.id:
                raise SetupFailure(f"describe names no system: say with --system which one it is on {control.shown}")
            sut = _peopled(driver.run, sut) if own else await _registered(control, sut)
            observer = Observer(control, sut.id)
            stack.push_async_callback(observer.close)
            await observer.start()
            tell(AxisReady(control.shown, own))
            signatures = Signatures(evidence)
            stack.callback(signatures.close)
            peers = Peers(control, driver.run, evidence)
            await peers.start()
            stage = Stage(
                axis=control, clock=clock, observer=observer, driver=driver, look=Look(driver), sut=sut, peers=peers,
                evidence=evidence, seed=settings.seed, run_id=driver.run, lang=settings.lang, own_axis=own,
                signatures=signatures,
            )  # fmt: skip
        try:
            if own:
                with _set_up():
                    await _connect(settings, stage, tell)
            yield stage, own
        finally:
            await cleared(stage, tell)
            if own:
                # A system that lives in its driver would go on calling an axis that is no more.
                await driver.close()


@contextlib.contextmanager
def _set_up() -> Iterator[None]:
    """Make a run that cannot begin of what cannot be judged."""
    try:
        yield
    except JudgeBlind as error:
        raise SetupFailure(str(error), INVALID if isinstance(error, AxisLost) else USAGE) from error


@contextlib.asynccontextmanager
async def _axis(settings: Settings, evidence: Evidence) -> AsyncIterator[AxisControl]:
    async with contextlib.AsyncExitStack() as stack:
        url, token = settings.axis, settings.token
        if url is None:
            process = await stack.enter_async_context(started_axis(settings.listen))
            url, token = process.url, process.token
        if not token:
            raise SetupFailure(
                "the control token of that axis is missing: set AXIS28_CONTROL_TOKEN or --control-token-file"
            )
        evidence.hide(token)
        try:
            control = AxisControl(url, token, ca=settings.ca, shown=settings.shown)
        except (OSError, ValueError, httpx.InvalidURL) as error:
            raise SetupFailure(f"--axis {address.shown(url)} or --ca {settings.ca} is unusable: {error}") from error
        stack.push_async_callback(control.close)
        yield control


def _peopled(run_id: str, sut: System) -> System:
    """Give a system that does not know yet whom it serves two fictitious agencies."""
    if sut.organisations:
        return sut
    invented = new_agencies(random.Random(f"{run_id}/system"), 2)  # noqa: S311 - a name, not a secret
    return replace(sut, organisations=tuple(Agency(one.code, one.name, one.old_code) for one in invented))


async def _registered(control: AxisControl, sut: System) -> System:
    """Check that the system stands on a given axis, with the agencies that it describes."""
    try:
        system = await control.system(sut.id)
    except ControlRefused as error:
        if error.status == 404:
            text = f"the axis at {control.shown} has no system {sut.id}: register it there, or say which with --system"
            raise SetupFailure(text) from error
        raise
    there = {code for row in system["agencies"] for code in (row.get("code"), row.get("old_code")) if code}
    if not sut.organisations:
        if not there:
            raise SetupFailure(f"neither describe nor the axis names an agency of system {sut.id}")
        return replace(sut, organisations=tuple(Agency.of(row) for row in system["agencies"]))
    missing = sut.codes - there
    if missing:
        raise SetupFailure(
            f"describe names {', '.join(sorted(missing))}, which the axis does not have for system {sut.id}"
            f" (it has {', '.join(sorted(there)) or 'none'})"
        )
    return sut


async def _connect(settings: Settings, stage: Stage, tell: Listener) -> None:
    """Register the system on the suite's own axis and tell it how to connect, by its driver or by a person's hand."""
    sut, control = stage.sut, stage.axis
    secret = secrets.token_urlsafe(32)
    stage.evidence.hide(secret)
    agencies = [agency.to_json() for agency in sut.organisations]
    await control.register(sut.id, secret, agencies)
    values: dict[str, Any] = {"axis_url": control.url, "system_id": sut.id, "secret": secret, "agencies": agencies}
    if settings.ca:
        values["ca"] = settings.ca
    if sut.capabilities >= FACULTIES:
        signatures = stage.signatures
        signatures.open(stage.clock.now())
        # Beside the event loop: the axis and the system under test go on meanwhile.
        values |= await signatures.made(lambda: signatures.configuration(signers_of(sut)))
    asked = stage.driver.call("configure", values, timeout=CONFIGURE_S)
    try:
        answer = await (stage.signatures.hand(asked) if "trust" in values else asked)
    except DriverFault as fault:
        # Nonsense after `describe` is for the checks to judge: the system then simply never calls.
        stage.evidence.write("evidence/configure.txt", fault.text + "\n")
        return
    if answer.kind == "unsupported":
        codes = [agency.code for agency in sut.organisations]
        tell(EnterByHand(control.url, sut.id, secret, codes, settings.wait_s))
        deadline = asyncio.get_running_loop().time() + settings.wait_s
        if (
            await stage.observer.wait(lambda exchange: exchange.system == sut.id and exchange.accepted, deadline)
            is None
        ):
            raise SetupFailure(f"no authenticated call of system {sut.id} came within {settings.wait_s:g} s", INVALID)
    elif answer.kind != "ok":
        stage.evidence.write("evidence/configure.txt", f"{answer.kind}: {answer.reason}\n")
