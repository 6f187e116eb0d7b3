"""The thirteen operations over HTTP, as the official clients call them.

Every answer of an operation is HTTP 200 with a JSON envelope, also where it says FAIL, because those clients ignore the
HTTP status and lose what is not in the envelope.
"""

from __future__ import annotations

import asyncio
import contextlib
import time

from sqlalchemy import Connection
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp

from protocol.finding import Finding, Severity
from protocol.wire.operations import Operation
from protocol.wire.signing import SignatureRefused, verify
from simulator import answers, connection, faults, logs, operations, pages, response
from simulator.answers import Answer, Refused, refused
from simulator.axis import Axis
from simulator.blobs import Content
from simulator.call import Call, claimed_system
from simulator.faults import Rule
from simulator.journal import Headers
from simulator.operations import Outcome, Perform, Work
from simulator.parties import concerned
from simulator.response import Ready
from simulator.sending import sending
from simulator.store.writer import StorageFailed

_MAX_PARAMETER_BODY = 1024 * 1024

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
# Clients written from the documents use GET where the official one posts (H-T04).
_GET_TOO = {Operation.FETCH, Operation.UPDATE_STATUS, Operation.COUNT_RECEIVED, Operation.COUNT_STATUSES}


class Vxp:
    """Answers requests to operations."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis

    async def answer(self, request: Request, operation: Operation) -> ASGIApp:
        """Answer one request; the answer leaves when everything that it acknowledges is durable."""
        started = time.perf_counter()
        call = self._call(request, operation)
        try:
            with self._axis.traces.span(operation):
                answer = await self._answered(call, WORKS[operation])
        except ClientDisconnect:
            return connection.ResetAnswer()  # nobody is there any more
        finally:
            self._axis.blobs.release(call.held)
        self._count(call, time.perf_counter() - started)
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
        return Call(operation, request, self._axis.clock.milliseconds(), system)

    async def _answered(self, call: Call, work: Work) -> ASGIApp:
        refusal = self._refusal(call)
        rules = self._axis.faults.candidates(call.counted, call.operation)
        if rules:
            call.ordinal = await self._axis.store.write(
                lambda connection: faults.next_ordinal(connection, call.counted, call.operation)
            )
            await self._silence(call, rules)
        prepared = await self._prepared(call, work, refusal)
        if rules:
            by_agency = any(rule.match.agency is not None for rule in rules)
            parties = self._axis.store.read(lambda connection: concerned(connection, call)) if by_agency else ()
            disturbance = await self._axis.faults.disturbance(rules, call.ordinal, parties, call.document_id)
            call.fired += disturbance.names
            if disturbance.delay:
                with contextlib.suppress(TimeoutError):  # an axis that ends does not wait
                    await asyncio.wait_for(self._axis.stopping.wait(), disturbance.delay)
            if disturbance.kind is not None:
                return await self._disturbed(call, work, prepared, disturbance.kind)
        return response.response(call, await self._performed(call, work, prepared), self._axis.blobs)

    def _refusal(self, call: Call) -> Refused | None:
        """Look at the head of a request: whose it is, and whether its method fits."""
        try:
            self._verify(call)
            self._check_method(call)
        except Refused as error:
            return error
        return None

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

        def refuse(_: Connection) -> Outcome:
            raise found

        return refuse

    def _check_method(self, call: Call) -> None:
        method, operation = call.request.method, Operation(call.operation)
        allowed = {operation.method, "POST"} | ({"GET"} if operation in _GET_TOO else set())
        if method not in allowed:
            call.body_unread = True
            text = f"Phuong thuc {method} khong dung cho {operation}: can {operation.method}"
            raise refused(answers.BAD_PARAMETER, text, "AXS-03", "method-wrong", expected=operation.method, got=method)

    def _verify(self, call: Call) -> None:
        try:
            call.signed = verify(call.request.scope["headers"], self._axis.directory.secret_of)
        except SignatureRefused as error:
            call.body_unread = True
            finding = Finding("SND-09", error.reason, Severity.FAIL, got=error.detail)
            raise Refused(answers.BAD_SIGNATURE, error.text, [finding]) from error
        call.findings = call.signed.warnings

    async def _performed(self, call: Call, work: Work, perform: Perform) -> Ready:
        """Perform and journal. What changes something does both in one transaction, what only reads journals later."""

        def attempt(connection: Connection) -> Outcome:
            try:
                return perform(connection)
            except Refused as refusal:
                return Outcome(answers.failure(call.operation, refusal))

        def record(connection: Connection, ready: Ready) -> None:
            if call.ordinal is None:
                faults.next_ordinal(connection, call.counted, call.operation)
            self._axis.journal.record(connection, call.entry(ready.answer, ready.content, self._sent(call, ready)))

        def both(connection: Connection) -> Ready:
            outcome = attempt(connection)
            ready = self._ready(call, outcome.answer, outcome.content)
            record(connection, ready)
            return ready

        try:
            if work.writes or call.counts:
                with self._axis.traces.span("commit"):
                    ready = await self._axis.store.write(both)
                if call.operation in (Operation.REGISTER_AGENCY, Operation.DELETE_AGENCY):
                    self._axis.reload()
            else:
                read = self._axis.store.read_aside if work.aside else None
                outcome = await read(attempt) if read is not None else self._axis.store.read(attempt)
                ready = self._ready(call, outcome.answer, outcome.content)
                self._axis.store.write_later(lambda connection: record(connection, ready))
        except StorageFailed:
            refusal = refused(answers.SYSTEM_ERROR, "Loi he thong: khong ghi duoc", "AXS-08", "storage-failed")
            ready = self._ready(call, answers.failure(call.operation, refusal))
        call.answered = ready.answer
        return ready

    def _sent(self, call: Call, ready: Ready) -> Headers | None:
        return [*ready.headers.items()] if call.answers else None

    async def _silence(self, call: Call, rules: tuple[Rule, ...]) -> None:
        if await self._axis.faults.silence(rules, call.ordinal):
            call.fired += (faults.SILENT_EXPECT.name,)
            held = connection.of(call.request.scope)
            if held is not None:
                held.stay_silent()

    async def _disturbed(self, call: Call, work: Work, perform: Perform, kind: faults.Kind) -> ASGIApp:
        """Make a fault happen; the journal says which."""
        call.answers = kind.answers
        if kind.processed:
            performed = await self._performed(call, work, perform)
            return response.response(call, performed, self._axis.blobs) if kind.answers else connection.ResetAnswer()
        page = pages.PAGES.get(kind.name)
        answer = None if page is None else Answer(page.body, http_status=page.status, media_type=page.media_type)
        ready = None if answer is None else self._ready(call, answer)
        headers = None if ready is None else self._sent(call, ready)

        def record(connection: Connection) -> None:
            self._axis.journal.record(connection, call.entry(answer, None, headers))

        await self._axis.store.write(record)
        return connection.ResetAnswer() if ready is None else response.response(call, ready, self._axis.blobs)

    def _ready(self, call: Call, answer: Answer, content: Content | None = None) -> Ready:
        return response.ready(call, answer, content, self._axis.clock.http_date())


async def _small_body(call: Call) -> bytes:
    body = bytearray()
    async for chunk in call.request.stream():
        body += chunk
        if len(body) > _MAX_PARAMETER_BODY:
            call.body_unread = True
            text = f"Noi dung qua lon: toi da {_MAX_PARAMETER_BODY} byte"
            raise refused(answers.BAD_PARAMETER, text, "AXS-03", "body-too-large", expected=str(_MAX_PARAMETER_BODY))
    return bytes(body)
