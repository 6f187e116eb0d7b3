"""One load run: registered, prepared, released, drained, measured, and everything that it left removed."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.axis import AxisControl
from conformance.fuzz.senders import Senders
from conformance.load import pool, schedule
from conformance.load.generator import Generated, Generators
from conformance.load.job import Job
from conformance.load.latency import Distribution
from conformance.load.measurement import Measurement
from conformance.load.profile import Profile
from conformance.load.trail import Fate, Trail
from conformance.system import Agency
from protocol.wire.client import AxisClient
from protocol.wire.tls import ClientCertificate

ANSWER_LIMIT_S = 30.0
DRAIN_STEP_S = 0.25

Shown = Callable[[], Awaitable[Counter[str] | None]]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who receives the load: its system, the agency that is addressed, its polling interval in seconds.

    ``reports`` says whether it sends 01. ``shown`` gives how often it shows each document identifier in the end,
    ``None`` where it cannot be asked.
    """

    system_id: str
    agency: Agency
    poll_interval_s: float
    reports: bool
    shown: Shown


async def run(
    profile: Profile,
    axis: AxisControl,
    recipient: Recipient,
    *,
    processes: int = 1,
    ca: str | None = None,
    shown: ClientCertificate | None = None,
    started: Callable[[tuple[int, ...]], None] = lambda _pids: None,
) -> Measurement:
    """Run a profile. ``started`` is told the generator's processes at the moment they are released.

    Raises ``JudgeBlind`` when the axis or the generator cannot be used.
    """
    senders = Senders(axis, random.SystemRandom())
    try:
        with tempfile.TemporaryDirectory(prefix="axis28-load-") as folder:
            return await _run(
                profile, axis, recipient, senders, Path(folder), processes=processes, ca=ca, shown=shown,
                started=started,
            )  # fmt: skip
    finally:
        await senders.remove()


async def _run(
    profile: Profile,
    axis: AxisControl,
    recipient: Recipient,
    senders: Senders,
    folder: Path,
    *,
    processes: int,
    ca: str | None,
    shown: ClientCertificate | None,
    started: Callable[[tuple[int, ...]], None],
) -> Measurement:
    system_id, secret, (sender,) = await senders.register()
    instants = schedule.instants(profile.arrivals, profile.seed)
    async with AxisClient(axis.url, system_id, secret, ca=ca, shown=shown) as client:
        filled = await asyncio.to_thread(
            pool.fill, folder, instants=instants, letters=profile.letters, seed=profile.seed, now=await axis.now(),
            client=client, sender=sender, recipient=recipient.agency,
        )  # fmt: skip
    trail = Trail(axis, system_id, recipient.system_id, filled.documents)
    await trail.begin()
    jobs = [
        Job(
            url=f"{axis.url}/sendEdoc", index=str(filled.index), bodies=str(filled.bodies),
            results=str(folder / f"results-{share}.jsonl"), share=share, shares=processes,
            max_in_flight=profile.health.max_in_flight, answer_limit_s=ANSWER_LIMIT_S, ca=ca,
            client_cert=shown.certificate if shown else None, client_key=shown.key if shown else None,
        )
        for share in range(processes)
    ]  # fmt: skip
    async with Generators(jobs, folder) as generators:
        started(generators.pids)
        generated = await generators.run(profile.arrivals.duration_s + 2 * ANSWER_LIMIT_S)
    await _drained(profile, trail, recipient, generated)
    seen = await recipient.shown()
    return measure(
        profile,
        recipient,
        documents=filled.documents,
        instants=filled.instants,
        generated=generated,
        fates=trail.fates,
        shown=seen,
    )


async def _drained(profile: Profile, trail: Trail, recipient: Recipient, generated: Generated) -> None:
    """Follow the documents until each is where it belongs, or until the drain is over."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + profile.arrivals.drain_s + recipient.poll_interval_s
    indices = [index for index, sent in generated.sent.items() if sent.accepted]
    documents = list(trail.fates)
    while True:
        await trail.read()
        fates = [trail.fates[documents[index]] for index in indices]
        if all(fate.acknowledged and (fate.arrived or not recipient.reports) for fate in fates):
            break
        if clock() > deadline:
            break
        await asyncio.sleep(DRAIN_STEP_S)


def measure(
    profile: Profile,
    recipient: Recipient,
    *,
    documents: tuple[str, ...],
    instants: tuple[float, ...],
    generated: Generated,
    fates: Mapping[str, Fate],
    shown: Counter[str] | None,
) -> Measurement:
    """Put a measurement together from what the generator, the journal and the recipient say; a pure function."""
    measured = [index for index, at in enumerate(instants) if at >= profile.arrivals.warm_up_s]
    sent = [generated.sent[index] for index in measured if index in generated.sent]
    taken = [documents[index] for index, one in sorted(generated.sent.items()) if one.accepted]
    late = [fates[documents[one.index]] for one in sent if one.accepted]
    return Measurement(
        offered=len(measured),
        accepted=sum(one.accepted for one in sent),
        send_ms=Distribution.of((one.ended - one.intended) * 1000 for one in sent if one.ended is not None),
        acknowledged_s=_seconds(fate.acknowledged_after_s for fate in late),
        status_01_s=_seconds(fate.arrived_after_s for fate in late) if recipient.reports else None,
        lost=tuple(one for one in taken if fates[one].acknowledged is None or (shown is not None and not shown[one])),
        duplicated=tuple(one for one in documents if _doubled(fates[one], shown[one] if shown is not None else 0)),
        errors=dict(Counter(one.error for one in sent if one.error)),
        lateness_ms=Distribution.of((one.started - one.intended) * 1000 for one in sent if one.started is not None),
        missing=len(measured) - sum(one.started is not None for one in sent),
        generators=generated.uses,
        poll_interval_s=recipient.poll_interval_s,
        documents=len(documents),
    )


def _doubled(fate: Fate, times_shown: int) -> bool:
    return len(fate.available) > 1 or len(fate.arrived) > 1 or times_shown > 1


def _seconds(values: Iterable[float | None]) -> Distribution:
    return Distribution.of(value for value in values if value is not None)
