"""Runs one scenario to its verdict, whatever happens in it, and keeps the evidence."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from conformance.case import Case
from conformance.checks import Scenario
from conformance.observer import Exchange
from conformance.outcome import Outcome, Witness
from conformance.stage import Stage
from conformance.told import changed, joined, told
from conformance.verdict import REQUIRED, Verdict
from conformance.violation import JudgeBlind, NotSupported, Violation
from schemas.registry import CheckEntry

OVERRUN_S = 5.0
KEEP_S = 10.0
MAX_WITNESSES = 24

Silence = Callable[[Violation], Awaitable[str | None]]


def now() -> datetime:
    """Give the host's time with its offset."""
    return datetime.now().astimezone()


def undecided(entry: CheckEntry, verdict: Verdict, reason: str, got: str = "", expected: str = "") -> Outcome:
    """Give the outcome of a check whose story was not told."""
    moment = now()
    return Outcome(entry, verdict, reason, expected, got, (), moment, moment)


def missing_capability(stage: Stage, entry: CheckEntry, required: frozenset[str]) -> Outcome | None:
    """Give ``not-supported`` where the system declares that it lacks what a check needs, else ``None``.

    Where the plan requires that capability, the reason says so, and blocks the certificate.
    """
    missing = sorted(set(entry.needs) - stage.sut.capabilities)
    if not missing:
        return None
    reason = REQUIRED if required & set(missing) else "capability-not-declared"
    return undecided(
        entry,
        Verdict.NOT_SUPPORTED,
        reason,
        got=told(
            "describe lists {capabilities}",
            capabilities=", ".join(sorted(stage.sut.capabilities)) or told("no capability"),
        ),
        expected=", ".join(missing),
    )


async def decide(
    stage: Stage, scenario: Scenario, deadline: float, silence: Silence, required: frozenset[str] = frozenset()
) -> Outcome:
    """Tell one story until ``deadline`` (event loop time) and judge it.

    ``silence`` is asked when nothing but silence was seen: it gives a text where the whole system went away, which is
    no verdict on this check. ``required`` are the operations without which there is no certificate. A violation counts
    only while the axis is there: what a system does without one says nothing about it. A cancelled story is not judged
    here: the cancellation goes on.
    """
    case = Case(stage, scenario.entry, deadline)
    started = now()
    decisive: Sequence[Exchange] = ()
    verdict, reason, expected, got = Verdict.PASS, None, "", ""
    try:
        try:
            async with asyncio.timeout_at(deadline + OVERRUN_S):
                await scenario.story(case)
            if case.warning is not None:
                raise case.warning
        finally:
            await case.close()
    except Violation as violation:
        lost = await stage.observer.trouble()
        gone = await silence(violation) if violation.silent and lost is None else None
        verdict, reason = Verdict(violation.verdict), violation.reason
        expected, got = violation.expected, violation.got
        decisive = violation.witnesses
        if lost is not None:
            verdict, reason, got = Verdict.INCONCLUSIVE, "axis-lost", joined("; ", (lost, got))
        elif gone is not None:
            verdict, reason, got = Verdict.INCONCLUSIVE, "stopped-polling", joined("; ", (gone, got))
    except NotSupported as lack:
        reason = REQUIRED if lack.operation in required else "capability-not-declared"
        verdict = Verdict.NOT_SUPPORTED
        expected, got = lack.operation, told("unsupported")
    except JudgeBlind as blind:
        lost = await stage.observer.trouble()
        verdict, reason, got = Verdict.INCONCLUSIVE, "judge-blind" if lost is None else "axis-lost", blind.text
    except Exception as error:  # noqa: BLE001 - whatever else happens is a fault of the suite, and its verdict is `error`
        verdict, reason, got = Verdict.ERROR, "suite-fault", f"{type(error).__name__}: {error}"
        # A call to an axis that hangs outlasts the story.
        lost = await stage.observer.trouble() if isinstance(error, TimeoutError) else None
        if lost is not None:
            verdict, reason, got = Verdict.INCONCLUSIVE, "axis-lost", lost
        stage.evidence.write(f"evidence/{scenario.entry.id}/error.txt", traceback.format_exc())
    witnesses = await _keep(stage, case, decisive, whole=verdict is not Verdict.PASS)
    expected, got = (changed(text, stage.evidence.redacted_text) for text in (expected, got))
    return Outcome(scenario.entry, verdict, reason, expected, got, witnesses, started, now())


async def _keep(stage: Stage, case: Case, decisive: Sequence[Exchange], *, whole: bool) -> tuple[Witness, ...]:
    """Write the evidence of one check: what the verdict names and, if ``whole``, all else about its documents."""
    check_id = case.entry.id
    kept: list[Witness] = []
    trail = stage.observer.matching(lambda exchange: whole and exchange.document_id in case.documents)
    # What the verdict names comes before all else, and whatever stands last of it is what decided.
    named = [exchange.seq for exchange in decisive] + [*reversed(case.witnesses)] + [exchange.seq for exchange in trail]
    exchanges = {**case.witnesses, **{exchange.seq: exchange for exchange in (*decisive, *trail)}}
    try:
        async with asyncio.timeout(KEEP_S):
            for seq, exchange in sorted((seq, exchanges[seq]) for seq in list(dict.fromkeys(named))[:MAX_WITNESSES]):
                detail = await stage.observer.detail(exchange)
                kept.append(Witness("axis", seq, stage.evidence.exchange(check_id, seq, detail)))
    except (JudgeBlind, TimeoutError) as error:
        case.note(f"the exchanges cannot be fetched: {error!r}")
    if case.dms.log:
        kept.append(Witness("dms", None, stage.evidence.lines(check_id, "driver.jsonl", case.dms.log)))
    if case.notes:
        stage.evidence.write(f"evidence/{check_id}/notes.txt", "\n".join(case.notes) + "\n")
    return tuple(kept)
