"""A DMS as the system under test: packages wait for it on the axis, and it has to make something of each.

A batch goes into its queue at once. What it acknowledged is seen on the axis, what it shows is asked from its driver.
When something is not acknowledged in time the queue is emptied and the examples go again one by one, so that the one
that stopped the others is named and not they.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.axis import AxisControl, ControlRefused
from conformance.drivers.driver import Driver
from conformance.drivers.protocol import DriverFault
from conformance.fuzz.comparison import shown_differs
from conformance.fuzz.failure import Dead, Failure, Verdict
from conformance.fuzz.oracle import Expectation, Judgement, judge
from conformance.fuzz.recipe import Recipe, Rendered, render
from conformance.fuzz.senders import Senders
from conformance.system import System
from conformance.violation import JudgeBlind
from protocol.finding import quote

CALL_LIMIT_S = 30.0
PAUSE_S = 0.05
POLLS = 3
PAGE = 1000
NOT_SHOWN = "fuzz-valid-not-shown"
ARRIVED = frozenset({"arrived", "registered", "assigned", "processing", "finished"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One example in the queue of the DMS; ``receiver_id`` is ``None`` when the axis did not take it from us."""

    rendered: Rendered
    judgement: Judgement
    receiver_id: str | None


class DmsTarget:
    """Injects each example for the first organisation of the DMS and judges what the DMS makes of it.

    The limit for a batch is six polling intervals and at least 10 s; where the driver offers ``poll``, three whole
    rounds and at least 3 s.
    """

    batch = 20

    def __init__(self, axis: AxisControl, driver: Driver, system: System, senders: Senders) -> None:
        self._axis = axis
        self._driver = driver
        self._system = system
        self._senders = senders
        self._polls = "poll" in system.capabilities
        self._limit = 3.0 if self._polls else max(10.0, 6 * system.poll_interval_s)
        self._journal = 0
        self._acknowledgements: dict[str, int] = {}

    async def examine(self, recipes: tuple[Recipe, ...]) -> tuple[Verdict, ...]:
        """Put the examples into the queue and judge each."""
        waiting = await self._inject(recipes)
        try:
            pending = await self._acknowledged(waiting)
            await self._call("describe", {})
            verdicts = await self._judged(waiting, pending)
        except DriverFault as fault:
            failure = Failure("fuzz-dms-gone", "RCV-09", "the DMS goes on working", quote(fault.text), fault.reason)
            raise Dead(failure, tuple(one.rendered for one in waiting)) from fault
        if not pending:
            return tuple(verdicts)
        await self._senders.renew()
        if len(recipes) == 1:
            return (Verdict(waiting[0].rendered, self._stuck()),)
        for index, one in enumerate(waiting):
            if one.receiver_id in pending:
                (verdict,) = await self.examine((one.rendered.recipe,))
                verdicts[index] = verdict
                if verdict.failure is not None and verdict.failure.ends:
                    break
        return tuple(verdicts)

    async def _inject(self, recipes: Sequence[Recipe]) -> list[Waiting]:
        waiting = []
        for recipe in recipes:
            rendered = render(recipe, self._senders.stamp())
            judgement = judge(rendered.raw, valid=recipe.valid, by_axis=False)
            plain = recipe.valid and not recipe.variations
            try:
                answer = await self._axis.inject(
                    rendered.raw,
                    sender=rendered.stamp.sender.code,
                    to=None if plain else [self._system.code],
                    message_type="edoc",
                    as_is=not plain,
                )
            except ControlRefused as error:
                if recipe.valid or error.status >= 500:
                    raise
                waiting.append(Waiting(rendered, judgement, None))  # no bytes at all, for one, cannot be delivered
                continue
            (delivery,) = answer["deliveries"]
            waiting.append(Waiting(rendered, judgement, str(delivery["receiver_id"])))
        return waiting

    async def _acknowledged(self, waiting: Sequence[Waiting]) -> set[str]:
        """Wait until the DMS acknowledged everything; give what it did not in time."""
        pending = {one.receiver_id for one in waiting if one.receiver_id is not None}
        clock = asyncio.get_running_loop().time
        deadline, rounds = clock() + self._limit, 0
        while pending and (clock() < deadline or (self._polls and rounds < POLLS)):
            if self._polls and rounds < POLLS:
                await self._call("poll", {})
                rounds += 1
            pending -= await self._news()
            if pending and not (self._polls and rounds < POLLS):
                await asyncio.sleep(PAUSE_S)
        return pending

    async def _news(self) -> set[str]:
        done: set[str] = set()
        while True:
            page, self._journal = await self._axis.exchanges(self._journal, limit=PAGE, wait=0)
            for one in page:
                if one["operation"] == "updateStatus" and one["status"] == "OK" and one["receiver_id"]:
                    done.add(str(one["receiver_id"]))
                    self._acknowledgements.setdefault(str(one["receiver_id"]), int(one["seq"]))
            if len(page) < PAGE:
                return done

    async def _failed(self, one: Waiting) -> bool:
        """Whether the DMS acknowledged this package with ``fail``."""
        seq = self._acknowledgements.get(one.receiver_id or "")
        if seq is None:
            return False
        headers = (await self._axis.exchange(seq))["request"]["headers"]
        return any(name.lower() == "xroadvnpt-status" and value == "fail" for name, value in headers)

    async def _judged(self, waiting: Sequence[Waiting], pending: set[str]) -> list[Verdict]:
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._limit
        while True:
            entries = await self._entries()
            verdicts = [Verdict(one.rendered, self._judge(one, entries)) for one in waiting]
            late = False
            for index, one in enumerate(waiting):
                failure = verdicts[index].failure
                if one.receiver_id in pending:
                    verdicts[index] = Verdict(one.rendered)
                elif failure is not None and failure.reason == NOT_SHOWN and await self._failed(one):
                    verdicts[index] = Verdict(one.rendered, _failed())
                elif failure is not None and failure.reason == NOT_SHOWN:
                    late = True
            if not late or clock() > deadline:
                return verdicts
            await asyncio.sleep(PAUSE_S)

    async def _entries(self) -> list[Mapping[str, Any]]:
        answer = await self._call("received", {})
        return list(answer.get("documents", ()))

    async def _call(self, operation: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = await self._driver.call(operation, args, timeout=CALL_LIMIT_S)
        if answer.kind != "ok":
            raise JudgeBlind(f"the driver's operation {operation!r} answered {answer.kind} {answer.reason}".rstrip())
        return answer.value

    def _judge(self, one: Waiting, entries: Sequence[Mapping[str, Any]]) -> Failure | None:
        if one.receiver_id is None or one.judgement.expectation is Expectation.ANSWERED:
            return None
        if one.judgement.expectation is Expectation.ARRIVES:
            return _arrived(one, entries)
        shown = [entry for entry in entries if _is_about(entry, one.rendered) and entry.get("state") in ARRIVED]
        if not shown:
            return None
        return Failure(
            "fuzz-damaged-arrived",
            one.judgement.requirement,
            f"not taken in: the package is {one.judgement.damage}",
            f"shown as {shown[0].get('state')}: {quote(str(shown[0].get('subject')))}",
            str(one.judgement.damage),
        )

    def _stuck(self) -> Failure:
        return Failure(
            "fuzz-not-acknowledged",
            "RCV-09",
            f"acknowledged with done or fail within {self._limit:.0f} s",
            "neither, with nothing else in the queue",
            ends=True,
        )


def _arrived(one: Waiting, entries: Sequence[Mapping[str, Any]]) -> Failure | None:
    rendered = one.rendered
    found = [entry for entry in entries if entry.get("document_id") == rendered.document_id]
    if not found:
        return Failure(NOT_SHOWN, "REC-03", "shown among the documents received", "not shown")
    entry = found[0]
    if entry.get("state") not in ARRIVED:
        refusal = entry.get("refusal") or {}
        got = f"{entry.get('state')}: {quote(str(refusal.get('text', '')))}"
        return Failure("fuzz-valid-refused", "REC-03", "a valid letter is taken in", got, str(refusal.get("category")))
    if len(found) > 1:
        return Failure("fuzz-shown-twice", "RCV-10", "one entry", f"{len(found)} entries")
    differences = shown_differs(rendered.letter, entry)
    if not differences:
        return None
    first = differences[0]
    return Failure(
        "fuzz-shown-differently",
        "REC-03",
        f"{first.path} = {first.expected}",
        f"{first.path} = {first.got or '(nothing)'}",
        first.path,
    )


def _failed() -> Failure:
    return Failure(
        "fuzz-valid-refused", "RCV-09", "a valid letter is taken in", "acknowledged with fail", "acknowledged-fail"
    )


def _is_about(entry: Mapping[str, Any], rendered: Rendered) -> bool:
    return entry.get("document_id") == rendered.document_id or (
        entry.get("number") == rendered.stamp.number and entry.get("from") == rendered.stamp.sender.code
    )
