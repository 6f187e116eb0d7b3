"""One fuzzing session: the system under test connected, a campaign run on it, and everything removed that it left."""

from __future__ import annotations

import contextlib
import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from hypothesis.strategies import SearchStrategy

from conformance.axis import AxisControl, AxisLost
from conformance.axis_process import started_axis
from conformance.evidence import Evidence
from conformance.fuzz import campaign, requests, strategies
from conformance.fuzz.axis_target import AT_ONCE, AxisTarget
from conformance.fuzz.dms_target import DmsTarget
from conformance.fuzz.failure import Target
from conformance.fuzz.recipe import Party, Recipe
from conformance.fuzz.senders import Senders
from conformance.settings import INVALID, Settings, SetupFailure
from conformance.staging import described, staged
from conformance.violation import JudgeBlind
from protocol.wire.client import AxisClient
from protocol.wire.tls import ClientCertificate, client_context

NEEDED = ("received",)
DEFAULT_BUDGET = campaign.Budget()


@dataclass(frozen=True, slots=True)
class FuzzSettings:
    """One session. Without ``driver`` the axis itself is under test; without ``axis`` the suite starts one.

    ``token`` opens the control API of a given axis. The examples follow from ``seed`` and ``examples`` alone.
    """

    driver: str | None = None
    axis: str | None = None
    token: str | None = field(default=None, repr=False)
    system: str | None = None
    examples: int = 200
    seed: int = 0
    ca: str | None = None
    shown: ClientCertificate | None = None
    budget: campaign.Budget = DEFAULT_BUDGET

    @property
    def kind(self) -> str:
        """What is under test: ``dms`` or ``axis``."""
        return "axis" if self.driver is None else "dms"


async def run(settings: FuzzSettings, progress: campaign.Progress = lambda _done, _all: None) -> campaign.Outcome:
    """Run one session. Raises ``SetupFailure`` where it cannot begin and ``JudgeBlind`` where it cannot go on."""
    session = _axis_session(settings) if settings.driver is None else _dms_session(settings, settings.driver)
    async with session as (target, strategy):
        return await campaign.run(
            target, strategy, examples=settings.examples, seed=settings.seed, budget=settings.budget, progress=progress
        )


def dms_strategy() -> SearchStrategy[Recipe]:
    """Mix for a DMS valid and damaged letters, because the valid one behind a damaged one must arrive."""
    return strategies.evenly_of(strategies.valid_letters(), strategies.damaged_letters())


def axis_strategy() -> SearchStrategy[Recipe]:
    """Mix for an axis valid letters, damaged ones and sound ones in damaged requests."""
    return strategies.evenly_of(
        strategies.valid_letters(), strategies.damaged_letters(), strategies.damaged_requests(requests.KINDS)
    )


@contextlib.asynccontextmanager
async def _dms_session(settings: FuzzSettings, driver: str) -> AsyncIterator[tuple[Target, SearchStrategy[Recipe]]]:
    of_run = Settings(
        driver=driver, axis=settings.axis, token=settings.token, system=settings.system, ca=settings.ca,
        shown=settings.shown, seed=settings.seed,
    )  # fmt: skip
    run_id = f"f-{secrets.token_hex(4)}"
    async with described(of_run, run_id) as (connected, system):
        _needs(system.capabilities)
        # The session keeps no evidence of its own: what it finds it saves as bytes.
        evidence = Evidence(Path())
        async with staged(of_run, connected, system, evidence, lambda _event: None) as (stage, _):
            party = Party(stage.sut.code, stage.sut.organisations[0].name)
            senders = Senders(stage.axis, random.SystemRandom(), (party,))
            try:
                await senders.renew()
                yield DmsTarget(stage.axis, stage.driver, stage.sut, senders), dms_strategy()
            finally:
                await senders.remove()


def _needs(capabilities: frozenset[str]) -> None:
    missing = [name for name in NEEDED if name not in capabilities]
    if missing:
        raise SetupFailure(
            f"the driver lacks {', '.join(missing)}: without it nobody sees what the DMS made of a package"
        )


@contextlib.asynccontextmanager
async def _axis_session(settings: FuzzSettings) -> AsyncIterator[tuple[Target, SearchStrategy[Recipe]]]:
    async with connected_axis(settings.axis, settings.token, settings.ca, settings.shown) as axis:
        senders = Senders(axis, random.SystemRandom())
        try:
            sender_id, sender_secret, (sender,) = await senders.register()
            receiver_id, receiver_secret, received_by = await senders.register(agencies=2)
            senders.send_from(sender)
            senders.recipients = tuple(Party(agency.code, agency.name) for agency in received_by)
            credentials = requests.Sender(sender_id, sender_secret, sender.code, received_by[0].code)
            limits = httpx.Limits(max_connections=AT_ONCE)
            ca, shown = settings.ca, settings.shown
            verify = client_context(ca, shown) if ca or shown else True
            async with (
                httpx.AsyncClient(verify=verify, trust_env=False, limits=limits) as client,
                AxisClient(axis.url, sender_id, sender_secret, ca=ca, shown=shown) as sending,
                AxisClient(axis.url, receiver_id, receiver_secret, ca=ca, shown=shown) as receiving,
            ):
                target = AxisTarget(
                    axis.url, client, credentials, stamps=senders.stamp, sender=sending, receiver=receiving
                )
                yield target, axis_strategy()
        finally:
            with contextlib.suppress(AxisLost):  # an axis that died takes everything along
                await senders.remove()


@contextlib.asynccontextmanager
async def connected_axis(
    url: str | None, token: str | None, ca: str | None = None, shown: ClientCertificate | None = None
) -> AsyncIterator[AxisControl]:
    """Join the axis at ``url`` with ``token``, or start one without a URL. Raises ``SetupFailure``."""
    async with contextlib.AsyncExitStack() as stack:
        if url is None:
            process = await stack.enter_async_context(started_axis("127.0.0.1:0"))
            url, token = process.url, process.token
        if not token:
            raise SetupFailure(
                "the control token of that axis is missing: set AXIS28_CONTROL_TOKEN or --control-token-file"
            )
        try:
            axis = AxisControl(url, token, ca=ca, shown=shown)
        except (OSError, ValueError) as error:
            raise SetupFailure(f"--axis {url} or --ca {ca} is unusable: {error}") from error
        stack.push_async_callback(axis.close)
        try:
            await axis.now()
            await axis.agency_codes()
        except JudgeBlind as error:
            raise SetupFailure(str(error), INVALID if isinstance(error, AxisLost) else 2) from error
        yield axis
