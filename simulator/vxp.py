"""The thirteen operations over HTTP, as the official clients call them.

Every answer of an operation is HTTP 200 with a JSON envelope, also where it says FAIL, because those clients ignore the
HTTP status and lose what is not in the envelope.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Iterator

from sqlalchemy import Connection
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp

from protocol.finding import Finding, Severity
from protocol.wire.operations import Operation
from protocol.wire.signing import SignatureRefused, verify
from simulator import answers, connection, faults, operations, pages
from simulator.answers import Answer, Refused, refused
from simulator.axis import Axis
from simulator.blobs import Content
from simulator.call import Call, claimed_system
from simulator.faults import Rule
from simulator.operations import Outcome, Perform, Work
from simulator.sending import sending
from simulator.store.writer import StorageFailed

_MAX_PARAMETER_BODY = 1024 * 1024
_CHUNK = 48 * 1024  # divisible by 3: base64 of each chunk continues that of the one before

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
            answer = await self._answered(call, WORKS[operation])
        except ClientDisconnect:
            return connection.ResetAnswer()  # nobody is there any more
        finally:
            self._axis.blobs.release(call.held)
        self._axis.meters.answered(operation, call.answered, time.perf_counter() - started)
        return answer

    def _call(self, request: Request, operation: Operation) -> Call:
        headers = request.scope["headers"]
        system = claimed_system(headers)
        secret = self._axis.directory.secret_of(system) if system is not None else None
        return Call(operation, request, self._axis.clock.milliseconds(), system, secret)

    async def _answered(self, call: Call, work: Work) -> ASGIApp:
        rules = self._axis.faults.candidates(call.system, call.operation)
        if rules:
            call.ordinal = await self._axis.store.write(
                lambda connection: faults.next_ordinal(connection, call.system, call.operation)
            )
            await self._silence(call, rules)
        prepared = await self._prepared(call, work)
        if rules:
            disturbance = await self._axis.faults.disturbance(rules, call.ordinal, call.agencies, call.document_id)
            call.fired += disturbance.names
            if disturbance.delay:
                await asyncio.sleep(disturbance.delay)
            if disturbance.kind is not None:
                return await self._disturbed(call, work, prepared, disturbance.kind)
        return self._response(call, await self._performed(call, work, prepared))

    async def _prepared(self, call: Call, work: Work) -> Perform:
        """Verify, read parameters and body; a refusal becomes the thing to perform, so that it is journalled."""
        try:
            self._check_method(call)
            self._verify(call)
            if call.operation != Operation.SEND:
                call.body = await _small_body(call.request)
            return await work.prepare(self._axis, call)
        except Refused as error:
            refusal = error

        def refuse(_: Connection) -> Outcome:
            raise refusal

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

    async def _performed(self, call: Call, work: Work, perform: Perform) -> Outcome:
        """Perform and journal. What changes something does both in one transaction, what only reads journals later."""

        def attempt(connection: Connection) -> Outcome:
            try:
                return perform(connection)
            except Refused as refusal:
                return Outcome(answers.failure(call.operation, refusal))

        def record(connection: Connection, outcome: Outcome) -> None:
            if call.ordinal is None:
                faults.next_ordinal(connection, call.system, call.operation)
            self._axis.journal.record(connection, call.entry(outcome.answer, outcome.content, answered=call.answers))

        def both(connection: Connection) -> Outcome:
            outcome = attempt(connection)
            record(connection, outcome)
            return outcome

        try:
            if work.writes:
                outcome = await self._axis.store.write(both)
                if call.operation in (Operation.REGISTER_AGENCY, Operation.DELETE_AGENCY):
                    self._axis.reload()
            else:
                read = self._axis.store.read_aside if work.aside else None
                outcome = await read(attempt) if read is not None else self._axis.store.read(attempt)
                self._axis.store.write_later(lambda connection: record(connection, outcome))
        except StorageFailed:
            refusal = refused(answers.SYSTEM_ERROR, "Loi he thong: khong ghi duoc", "AXS-08", "storage-failed")
            outcome = Outcome(answers.failure(call.operation, refusal))
        call.answered = outcome.answer.status
        return outcome

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
            outcome = await self._performed(call, work, perform)
            return self._response(call, outcome) if kind.answers else connection.ResetAnswer()
        page = pages.PAGES.get(kind.name)
        answer = None if page is None else Answer(page.body, http_status=page.status, media_type=page.media_type)

        def record(connection: Connection) -> None:
            self._axis.journal.record(connection, call.entry(answer, None, answered=kind.answers))

        await self._axis.store.write(record)
        if page is None:
            return connection.ResetAnswer()
        return Response(page.body, page.status, media_type=page.media_type)

    def _response(self, call: Call, outcome: Outcome) -> ASGIApp:
        answer, content = outcome.answer, outcome.content
        accepted = call.request.headers.get("accept-encoding", "").encode("latin-1")
        headers = {"Content-Type": answer.media_type}
        if content is not None and content.body is None:
            return _streamed(call, content, self._pieces(call, answer, content), accepted, headers)
        body = answer.body if content is None else _whole(call, answer, content)
        packed = answers.compressed(body, call.operation, accepted)
        if packed is not None:
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            body = packed
        return Response(body, answer.http_status, headers)

    def _pieces(self, call: Call, answer: Answer, content: Content) -> Iterator[bytes]:
        """Read a large package piece by piece, for ``getEdoc`` inside its envelope."""
        fetch = call.operation == Operation.FETCH
        if fetch:
            yield answer.body
        with self._axis.blobs.open(content) as stream:
            while chunk := stream.read(_CHUNK):
                yield base64.b64encode(chunk) if fetch else chunk
        if fetch:
            yield b'"}'


def _whole(call: Call, answer: Answer, content: Content) -> bytes:
    assert content.body is not None
    if call.operation == Operation.FETCH:
        return answer.body + base64.b64encode(content.body) + b'"}'
    return content.body


def _streamed(
    call: Call, content: Content, pieces: Iterator[bytes], accept_encoding: bytes, headers: dict[str, str]
) -> ASGIApp:
    if answers.accepts_gzip(accept_encoding):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        pieces = answers.packed(pieces)
    elif call.operation == Operation.FETCH:
        length = len(answers.fetched_prefix()) + (content.size + 2) // 3 * 4 + 2
        headers["Content-Length"] = str(length)
    else:
        headers["Content-Length"] = str(content.size)
    stream: AsyncIterator[bytes] = iterate_in_threadpool(pieces)
    return StreamingResponse(stream, headers=headers)


async def _small_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_PARAMETER_BODY:
            text = f"Noi dung qua lon: toi da {_MAX_PARAMETER_BODY} byte"
            raise refused(answers.BAD_PARAMETER, text, "AXS-03", "body-too-large", expected=str(_MAX_PARAMETER_BODY))
    return bytes(body)
