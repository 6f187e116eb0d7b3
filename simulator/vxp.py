"""The thirteen operations over HTTP, as the official clients call them.

Every answer of an operation is HTTP 200 with a JSON envelope, also where it says FAIL, because those clients ignore the
HTTP status and lose what is not in the envelope.
"""

from __future__ import annotations

import logging
import time

from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp

from protocol.finding import Finding, Severity
from protocol.wire.operations import Operation
from simulator import admission, answers, connection, disturbance, logs, operations, response
from simulator.answers import Answer, Refused, refused
from simulator.axis import Axis
from simulator.blobs import Content
from simulator.call import Call, claimed_system
from simulator.faults import rulebook
from simulator.faults.encounter import Encounter
from simulator.faults.substitutes import Substitute, substitute
from simulator.journal import Headers
from simulator.operations import Perform, Work
from simulator.outcome import Outcome, Rest
from simulator.response import Ready
from simulator.sending import sending
from simulator.store.failure import StorageFailed
from simulator.tenants import TenantGone

_MAX_PARAMETER_BODY = 1024 * 1024
_FRESH = 0.05  # seconds for which what a worker knows of systems is new enough, whatever other workers do
_NOT_WRITTEN = "Loi he thong: khong ghi duoc"

logger = logging.getLogger("simulator")

WORKS = {
    Operation.SEND: Work(sending, writes=True),
    Operation.RECEIVED: Work(operations.received),
    Operation.FETCH: Work(operations.fetched, writes=True),
    Operation.DOWNLOAD: Work(operations.fetched, writes=True),
    Operation.UPDATE_STATUS: Work(operations.acknowledged, writes=True),
    Operation.SENT: Work(operations.sent),
    Operation.COUNT_RECEIVED: Work(operations.counted),
    Operation.COUNT_STATUSES: Work(operations.counted),
    Operation.AGENCIES: Work(operations.listed, aside=True),
    Operation.AGENCIES_QD20: Work(operations.listed, aside=True),
    Operation.UNITS: Work(operations.units, aside=True),
    Operation.REGISTER_AGENCY: Work(operations.registered, writes=True),
    Operation.DELETE_AGENCY: Work(operations.deregistered, writes=True),
}


class Vxp:
    """Answers requests to operations."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    async def answer(self, request: Request, operation: Operation) -> ASGIApp:
        """Answer one request; the answer leaves when everything that it acknowledges is durable."""
        call = self._call(request, operation)
        try:
            with self._axis.traces.span(operation):
                answer = await self._answered(call, WORKS[operation])
        except ClientDisconnect:
            self._cut_off(call)
            return connection.ResetAnswer()  # nobody is there any more
        except StorageFailed:
            answer = self._unstored(call)
        finally:
            self._axis.blobs.release(call.held)
            if call.admitted and call.system is not None:
                self._axis.limits.leave(call.system)
            if call.opened is not None:  # nothing of it left
                call.opened.close()
        self._count(call, time.perf_counter() - call.begun)
        return answer

    def _count(self, call: Call, seconds: float) -> None:
        answered = call.answered
        status, code = (None, None) if answered is None else (answered.status, answered.error_code)
        self._axis.meters.answered(call.operation, status, code, seconds)
        if call.fired:
            self._axis.meters.fired(call.fired)
        logs.request(
            seconds,
            operation=call.operation,
            system=call.system,
            status=status,
            error_code=code,
            document_id=call.document_id,
            fault=", ".join(call.fired) or None,
        )

    def _call(self, request: Request, operation: Operation) -> Call:
        headers = request.scope["headers"]
        system = claimed_system(headers)
        tenant = self._axis.directory.tenant_of(system)
        return Call(operation, request, self._axis.clock.milliseconds(), system, tenant)

    async def _answered(self, call: Call, work: Work) -> ASGIApp:
        refusal = await admission.refusal(self._axis, call)
        encounter = await self._axis.faults.encounter(call.counted, call.operation)
        if encounter is not None:
            return await self._disturbed(call, work, refusal, encounter)
        perform = await self._prepared(call, work, refusal)
        return response.response(call, await self._performed(call, work, perform))

    async def _prepared(self, call: Call, work: Work, refusal: Refused | None) -> Perform:
        """Read parameters and body; a refusal becomes the thing to perform, so that it is journalled."""
        try:
            if refusal is not None:
                raise refusal
            if call.operation != Operation.SEND:
                call.body = await _small_body(call)
            return await work.prepare(self._axis, call)
        except Refused as error:
            found = error
        except TenantGone:
            call.body_unread = True
            found = admission.gone(call)
        except OSError:  # the disk takes no more, or fails
            logger.exception("a body could not be kept")
            call.body_unread = True
            found = refused(answers.SYSTEM_ERROR, _NOT_WRITTEN, "AXS-08", "storage-failed")
        call.refused = True

        def refuse(_: Connection) -> Outcome:
            raise found

        return refuse

    def _cut_off(self, call: Call) -> None:
        """Journal an upload whose client went away, or was too slow: nothing of it was stored, nothing answered."""
        call.body_unread = True
        call.findings += (Finding("AXS-03", "upload-cut-off", Severity.WARN, where="body"),)

        def record(connection: Connection) -> None:
            self._counted(connection, call)
            self._axis.journal.record(connection, call.entry(None, None, None))

        self._axis.store.write_later(record)

    async def _performed(self, call: Call, work: Work, perform: Perform) -> Ready:
        """Perform and journal. What changes something does both in one transaction, what only reads journals later."""
        encounter = call.encounter
        fired = len(encounter.fired) if encounter is not None else 0
        if time.perf_counter() - call.begun > _FRESH:
            await self._axis.refresh()  # its system may have been removed meanwhile

        def attempt(connection: Connection) -> Outcome:
            if encounter is not None:
                encounter.rewind(fired)  # a transaction may be begun anew
            try:
                admission.see_that_still_theirs(self._axis, call)
                outcome = perform(connection)
            except Refused as refusal:
                outcome = Outcome(answers.failure(call.operation, refusal))
            except TenantGone:
                outcome = Outcome(answers.failure(call.operation, admission.gone(call)))
            return outcome if encounter is None else disturbance.altered(connection, call, encounter, outcome)

        def both(connection: Connection) -> Ready:
            outcome = attempt(connection)
            ready = self._ready(call, outcome.answer, outcome.content, outcome.rest)
            self._record(connection, call, ready)
            return ready

        if work.writes or (encounter is not None and encounter.counts):
            with self._axis.traces.span("commit"):
                ready = await self._axis.store.write(both)
        else:
            read = self._axis.store.read_aside if work.aside else self._axis.store.look
            outcome = await read(attempt)
            ready = self._ready(call, outcome.answer, outcome.content, outcome.rest)
            self._axis.store.write_later(lambda connection: self._record(connection, call, ready))
        call.answered = ready.answer
        return ready

    def _unstored(self, call: Call) -> ASGIApp:
        """Say that nothing of a request is stored; the journal has it as soon as the store works again."""
        refusal = refused(answers.SYSTEM_ERROR, _NOT_WRITTEN, "AXS-08", "storage-failed")
        ready = self._ready(call, answers.failure(call.operation, refusal))
        if call.content is not None and call.content.body is None:
            call.content, call.body_unread = None, True  # it may be what is missing
        self._axis.store.write_later(lambda connection: self._record(connection, call, ready))
        call.answered = ready.answer
        return response.response(call, ready)

    def _record(self, connection: Connection, call: Call, ready: Ready) -> None:
        self._counted(connection, call)
        self._axis.journal.record(connection, call.entry(ready.answer, ready.content, self._sent(call, ready)))

    def _counted(self, connection: Connection, call: Call) -> None:
        """Count a request with the faults that it met, and remember its signature."""
        if call.encounter is None:
            rulebook.next_ordinal(connection, call.counted, call.operation)
        else:
            call.encounter.record(connection)
        if call.signed is not None:
            call.replayed = self._axis.replays.noted(connection, call.signed, call.at)

    def _sent(self, call: Call, ready: Ready) -> Headers | None:
        return [*ready.headers.items()] if call.answers else None

    async def _disturbed(self, call: Call, work: Work, refusal: Refused | None, encounter: Encounter) -> ASGIApp:
        """Answer a request that meets rules of faults; the journal says which of them fired."""
        call.encounter = encounter
        await disturbance.at_the_head(self._axis, call, encounter)
        perform = await self._prepared(call, work, refusal)
        await disturbance.before_the_work(self._axis, call, encounter)
        lie = encounter.lie
        if lie is not None and encounter.instead(lie):
            call.answers = lie.kind.answers
            if lie.kind.processed:
                await self._performed(call, work, perform)
                return connection.ResetAnswer()
            ready = await self._instead(call, substitute(lie, call.operation))
            if ready is None:
                return connection.ResetAnswer()
        else:
            ready = await self._performed(call, work, perform)
        answer = response.response(call, ready)
        return disturbance.transferred(self._axis, encounter, ready, answer)

    async def _instead(self, call: Call, given: Substitute | None) -> Ready | None:
        """Journal what is answered in the place of the axis, or that nothing is."""
        ready = None
        if given is not None:
            ready = self._ready(call, given.answer)
            ready.headers.update(given.headers)
            call.answered = given.answer

        def record(connection: Connection) -> None:
            self._counted(connection, call)
            headers = None if ready is None else self._sent(call, ready)
            self._axis.journal.record(connection, call.entry(None if ready is None else ready.answer, None, headers))

        await self._axis.store.write(record)
        return ready

    def _ready(self, call: Call, answer: Answer, content: Content | None = None, rest: Rest | None = None) -> Ready:
        shift = call.encounter.shift if call.encounter is not None else 0.0
        return response.ready(call, answer, content, self._axis.clock.http_date(shift), rest)


async def _small_body(call: Call) -> bytes:
    body = bytearray()
    async for chunk in call.request.stream():
        body += chunk
        if len(body) > _MAX_PARAMETER_BODY:
            call.body_unread = True
            text = f"Noi dung qua lon: toi da {_MAX_PARAMETER_BODY} byte"
            raise refused(answers.BAD_PARAMETER, text, "AXS-03", "body-too-large", expected=str(_MAX_PARAMETER_BODY))
    return bytes(body)
