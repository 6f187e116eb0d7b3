"""What faults do to one request on its way: before its body is read, before it is done, to its answer, on the line."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import BinaryIO, cast

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.types import ASGIApp

from simulator import connection, directory, queues
from simulator.answers import Refused
from simulator.axis import Axis
from simulator.blobs import Content
from simulator.call import Call
from simulator.faults import copies, kinds, substitutes
from simulator.faults.alterations import altered as told_otherwise
from simulator.faults.alterations import shifted
from simulator.faults.encounter import Encounter
from simulator.faults.kinds import Act
from simulator.faults.rules import Rule
from simulator.faults.transfer import CutOff, InPieces, taken_slowly
from simulator.outcome import Outcome
from simulator.parties import concerned
from simulator.response import Ready
from simulator.sending import keep_spool
from simulator.store.contents import find_content


async def at_the_head(axis: Axis, call: Call, encounter: Encounter) -> None:
    """Let happen what happens before the body is read: silence, and a slow line."""
    if await encounter.silent():
        held = connection.of(call.request.scope)
        if held is not None:
            held.stay_silent()
    encounter.pace = await encounter.slowed()
    if encounter.pace is not None:
        receive = taken_slowly(call.request.receive, encounter.pace, partial(pause, axis))
        call.request = Request(call.request.scope, receive)


async def before_the_work(axis: Axis, call: Call, encounter: Encounter) -> None:
    """Wait as long as a fault wants it, and choose what is to become of the answer and of the package in it."""
    if encounter.by_agency:
        encounter.narrow(await axis.store.look(lambda reading: concerned(reading, call)), call.document_id)
    else:
        encounter.narrow((), call.document_id)
    await pause(axis, await encounter.delay())
    for rule in encounter.of(kinds.CLOSED_CODE):
        encounter.closed[rule.row] = await axis.store.look(partial(_both_codes, code=rule.argument("code")))
    lie = await encounter.choose_lie(partial(_possible, call, encounter))
    if lie is not None and not lie.kind.answers:
        return
    await encounter.misdate()
    await encounter.let_drip()
    if lie is None or not encounter.instead(lie):
        call.copy = await _copy(axis, call, encounter)
        if call.copy is not None and call.copy.body is None:
            if call.opened is not None:
                call.opened.close()
            call.opened = await asyncio.to_thread(axis.blobs.open, call.copy)


def altered(writing: Connection, call: Call, encounter: Encounter, outcome: Outcome) -> Outcome:
    """Tell the lies about an answer that was made; a rule fires only where there is something to lie about."""
    if not call.answers:
        return outcome
    if encounter.shift or encounter.lie is not None:
        outcome = outcome.whole()  # no list is so long that it could not be lied about
    if encounter.shift:
        outcome = replace(outcome, answer=shifted(outcome.answer, encounter.shift))
    lie = encounter.lie
    if lie is None or encounter.instead(lie):
        return outcome
    if lie.kind is kinds.TRUNCATED_BODY:
        encounter.cut = bool(outcome.answer.body or outcome.content) and encounter.fire_in(writing, lie)
        return outcome
    other = told_otherwise(lie, outcome.answer, encounter.closed.get(lie.row, ()))
    return outcome if other is None or not encounter.fire_in(writing, lie) else replace(outcome, answer=other)


def transferred(axis: Axis, encounter: Encounter, ready: Ready, app: ASGIApp) -> ASGIApp:
    """Let an answer leave as the faults want it."""
    waiting = partial(pause, axis)
    if encounter.pace is not None:
        app = InPieces.at_speed(app, encounter.pace, waiting)
    if encounter.dripping is not None:
        rule = encounter.dripping
        app = InPieces(app, int(rule.argument("bytes")), float(rule.argument("seconds")), waiting)
    if encounter.cut and encounter.lie is not None:
        length = int(ready.headers.get("content-length", kinds.UNKNOWN_LENGTH))
        wanted = int(encounter.lie.argument("bytes"))
        app = CutOff(app, length // 2 if wanted < 0 else min(wanted, length - 1))
    return app


async def pause(axis: Axis, seconds: float) -> None:
    """Wait; an axis that ends does not."""
    if seconds > 0:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(axis.stopping.wait(), seconds)


def _possible(call: Call, encounter: Encounter, rule: Rule) -> bool:
    """Tell whether a lie can be told here: what speaks as the axis refuses only what the axis would not refuse."""
    if not encounter.instead(rule) or not substitutes.refuses(rule):
        return True
    if call.refused or call.signed is None:
        return False
    return rule.kind is not kinds.CLOSED_CODE or not encounter.closed[rule.row].isdisjoint(call.recipients)


def _both_codes(reading: Connection, code: str) -> frozenset[str]:
    known = directory.resolve(reading, [code], closed=True).get(code)
    return frozenset((code,) if known is None else filter(None, (known.code, known.old_code)))


async def _copy(axis: Axis, call: Call, encounter: Encounter) -> Content | None:
    """Make the altered copy that is handed out; ``None`` where no fault finds anything to alter."""
    rules = [*encounter.of(Act.COPY), *encounter.misdating]
    content = await axis.store.look(partial(_asked_for, call=call)) if rules and call.receiver_id else None
    fired = {rule.row for rule in encounter.misdating}
    while content is not None and rules:
        copy, effective = await _written(axis, call, content, rules)
        spent = [rule for rule in effective if rule.row not in fired and not await encounter.fire(rule)]
        if not spent:
            return copy
        fired |= {rule.row for rule in effective}
        rules = [rule for rule in effective if rule not in spent]
    return None


def _asked_for(reading: Connection, call: Call) -> Content | None:
    if call.signed is None or call.receiver_id is None:
        return None
    try:
        return find_content(reading, queues.find(reading, call.system_id, call.receiver_id).delivered)
    except Refused:
        return None  # said when the operation is performed


async def _written(
    axis: Axis, call: Call, content: Content, rules: Sequence[Rule]
) -> tuple[Content | None, list[Rule]]:
    spool = axis.blobs.spool()

    def write() -> list[Rule]:
        with axis.blobs.open(content) as source:
            return copies.alter(source, cast("BinaryIO", spool), rules)

    try:
        effective = await asyncio.to_thread(write)
        return (await keep_spool(axis, spool, None, call.held) if effective else None), effective
    except (OSError, Refused):  # said when the operation is performed, or nothing worth a failure
        return None, []
    finally:
        spool.close()
