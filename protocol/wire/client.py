"""A client of the axis that makes none of the known mistakes.

Every call has its own parameters and a fresh signature, so nothing of an earlier call leaks into a later one. Success
is what the answer says, not its HTTP status; what is no answer of the axis is an error and never "empty". Redirects are
not followed, answers are bounded, all waits end. A send whose answer was lost is sent again byte for byte, signature
included (``SignedSend``), so that the axis can recognise it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from types import TracebackType
from typing import BinaryIO, Self

import httpx

from protocol.wire import answers, filehash, signing
from protocol.wire.connection import Connection
from protocol.wire.errors import AnswerUnusable, AxisError, AxisRefused, AxisUnreachable
from protocol.wire.items import Agency, Listed, ReceivedList, SentRow, Unit
from protocol.wire.operations import SERVICE_TYPE, MessageType, Operation, QueueStatus, SendAnswer
from protocol.wire.plaintext import ascii_text, is_header_text
from protocol.wire.sends import SignedSend
from protocol.wire.tls import ClientCertificate

__all__ = ["AnswerUnusable", "AxisClient", "AxisError", "AxisRefused", "AxisUnreachable", "SendAnswer", "SignedSend"]

_WALL_TIME = "%d/%m/%Y %H:%M:%S"
_ENOUGH_TO_JUDGE = 512


class AxisClient:
    """One system's connection to an axis; an async context manager with one connection pool.

    ``endpoint`` is the base URL with any prefix. ``ca`` names a PEM file of authorities instead of the system's,
    ``shown`` our certificate. ``timeout`` (seconds) bounds each wait for the network, ``deadline`` a whole call,
    ``answer_limit`` (bytes, decoded) an answer. ``clock`` gives the instant of signing. Every call may raise
    ``AxisRefused``, ``AnswerUnusable``, ``AxisUnreachable``; bad arguments raise ``ValueError`` naming the argument.
    """

    def __init__(
        self,
        endpoint: str,
        system_id: str,
        secret: str,
        *,
        ca: str | None = None,
        shown: ClientCertificate | None = None,
        timeout: float = 30,
        deadline: float = 600,
        answer_limit: int = 256 * 2**20,
        max_connections: int = 10,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(signing.VIETNAM),
    ) -> None:
        self.system_id = _header_text("system_id", system_id)
        if not secret:
            raise ValueError("secret: it is empty; give the secret that belongs to the system id")
        self._secret, self._clock = secret, clock
        self._connection = Connection(
            endpoint,
            ca=ca,
            shown=shown,
            timeout=timeout,
            deadline=deadline,
            answer_limit=answer_limit,
            max_connections=max_connections,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        """Open the connection pool."""
        await self._connection.http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._connection.http.__aexit__(kind, error, trace)

    async def aclose(self) -> None:
        """Close all connections of a client that was not opened with ``async with``."""
        await self._connection.http.aclose()

    # sending

    def sign_send(self, body: bytes, *, sender: str, message_type: str, to: Sequence[str] | None = None) -> SignedSend:
        """Sign a send now, to be stored before it leaves. ``body`` is the package, ``to`` restricts its recipients."""
        if not body:
            raise ValueError("body: the package is empty")
        parameters = {
            "from": _header_text("sender", sender),
            "servicetype": SERVICE_TYPE,
            "messagetype": MessageType(message_type).value,
        }
        if to is not None:
            codes = [_header_text("to", code) for code in to]
            parameters["to"] = json.dumps(codes, separators=(",", ":"))
        digest = filehash.BodyDigest()
        digest.update(body)
        # The notation of the official client: the one that the axis certainly knows.
        parameters["hash-file"] = filehash.unpadded(digest.whole())
        return SignedSend(tuple(self._signed(Operation.SEND, parameters)), body)

    async def send(
        self,
        body: bytes,
        *,
        sender: str,
        message_type: str,
        to: Sequence[str] | None = None,
        resend: SignedSend | None = None,
    ) -> SendAnswer:
        """Send a package. An error carries the ``SignedSend`` as ``.signed``: give it as ``resend`` to try again."""
        if resend is not None and resend.body != body:
            raise ValueError("resend: it belongs to another body; sign a new send instead")
        return await self.send_signed(resend or self.sign_send(body, sender=sender, message_type=message_type, to=to))

    async def send_signed(self, signed: SignedSend) -> SendAnswer:
        """Send what ``sign_send`` gave, for the first time or again."""
        headers = [*signed.headers, ("Content-Length", str(signed.length))]
        try:
            raw, status = await self._connection.answer(Operation.SEND, headers, signed.wire_body())
            return answers.parse_send(raw, status)
        except AxisError as error:
            error.signed = signed
            raise

    # receiving

    async def received(
        self, message_type: str, *, start: datetime | None = None, end: datetime | None = None
    ) -> ReceivedList:
        """List the packages that wait for this system's agencies; with dates, all that came within them."""
        parameters = {"servicetype": SERVICE_TYPE, "messagetype": MessageType(message_type).value}
        for name, moment in (("fromDate", start), ("toDate", end)):
            if moment is not None:
                wall = moment.astimezone(signing.VIETNAM) if moment.tzinfo is not None else moment
                parameters[name] = wall.strftime(_WALL_TIME)
        raw, status = await self._call(Operation.RECEIVED, parameters)
        return answers.parse_received(raw, status)

    async def fetch(self, doc_id: str) -> bytes:
        """Fetch a package with ``getEdoc``.

        The bytes are what the axis holds and says to hold, also where they are no XML: then the package is bad.
        """
        raw, status = await self._call(Operation.FETCH, {"docId": _header_text("doc_id", doc_id)})
        return answers.parse_fetch(raw, status)

    async def download(self, doc_id: str) -> bytes:
        """Fetch a package with ``downloadEdoc``, whose answer is the bare file.

        Raises ``AnswerUnusable`` for anything that cannot be XML: nothing else tells a package from an error page.
        """
        async with aclosing(self._downloaded(doc_id)) as pieces:
            return b"".join([piece async for piece in pieces])

    async def download_to(self, doc_id: str, sink: BinaryIO) -> int:
        """As ``download``, writing to ``sink`` piece by piece; gives the number of bytes.

        Nothing is written when the answer does not begin like XML; after a later error throw away what was written.
        """
        size = 0
        async with aclosing(self._downloaded(doc_id)) as pieces:
            async for piece in pieces:
                sink.write(piece)
                size += len(piece)
        return size

    async def update_status(self, doc_id: str, status: str, description: str | None = None) -> None:
        """Acknowledge a package: ``done`` once it is stored, ``fail`` when it cannot be read, ``processing`` meanwhile.

        ``description`` travels in a header and therefore as one line of ASCII, without Vietnamese marks.
        """
        state = QueueStatus(status)
        if state is QueueStatus.INITIAL:
            raise ValueError("status: 'initial' is the axis' own; give processing, done or fail")
        parameters = {"docId": _header_text("doc_id", doc_id), "status": state.value}
        if description:
            parameters["description"] = ascii_text(description)[:500].strip()
        await self._plain(Operation.UPDATE_STATUS, parameters)

    async def count_received(self) -> int:
        """Count the waiting document packages."""
        return await self._count(Operation.COUNT_RECEIVED, MessageType.EDOC)

    async def count_statuses(self) -> int:
        """Count the waiting status packages."""
        return await self._count(Operation.COUNT_STATUSES, MessageType.STATUS)

    async def sent(self, message_type: str, doc_id: str | None = None) -> Listed[SentRow]:
        """List how the recipients stand to what this system sent, or to one package of it (the sender's id)."""
        parameters = {"servicetype": SERVICE_TYPE, "messagetype": MessageType(message_type).value}
        if doc_id is not None:
            parameters["docId"] = _header_text("doc_id", doc_id)
        raw, status = await self._call(Operation.SENT, parameters)
        return answers.parse_sent(raw, status)

    # directory

    async def agencies(self) -> Listed[Agency]:
        """List all agencies: more than 100 000 on the real axis."""
        raw, status = await self._call(Operation.AGENCIES, {})
        return answers.parse_agencies(raw, Operation.AGENCIES, status)

    async def agencies_qd20(self, level: int = 1) -> Listed[Agency]:
        """List the agencies of one level under their codes by QD 20/2020."""
        raw, status = await self._call(Operation.AGENCIES_QD20, {"level": str(level)})
        return answers.parse_agencies(raw, Operation.AGENCIES_QD20, status)

    async def units(self) -> Listed[Unit]:
        """List the tree of units, connected or not."""
        raw, status = await self._call(Operation.UNITS, {})
        return answers.parse_units(raw, status)

    async def register_agency(
        self, *, code: str, name: str, mail: str, parent: str, mobile: str = "", fax: str = "", agency_id: str = ""
    ) -> None:
        """Register an agency under the centre ``parent``, or change it."""
        content: Mapping[str, str] = {
            "id": agency_id,
            "pcode": _header_text("parent", parent),
            "code": _header_text("code", code),
            "name": name,
            "mail": mail,
            "mobile": mobile,
            "fax": fax,
        }
        await self._plain(Operation.REGISTER_AGENCY, {}, json.dumps(content, ensure_ascii=False).encode("utf-8"))

    async def delete_agency(self, code: str) -> None:
        """Take an agency of this system out of the directory."""
        await self._plain(Operation.DELETE_AGENCY, {"AgencyCode": _header_text("code", code)})

    # the wire

    async def _count(self, operation: Operation, message_type: MessageType) -> int:
        parameters = {"servicetype": SERVICE_TYPE, "messagetype": message_type.value}
        raw, status = await self._call(operation, parameters)
        return answers.parse_count(raw, operation, status)

    async def _plain(self, operation: Operation, parameters: Mapping[str, str], body: bytes | None = None) -> None:
        raw, status = await self._call(operation, parameters, body)
        answers.parse_plain(raw, operation, status)

    def _signed(self, operation: Operation, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
        signed = {
            "systemid": self.system_id,
            **parameters,
            "timestamp": signing.timestamp(self._clock()),
            "Content-Type": operation.content_type,
        }
        return signing.sign(signed, self._secret)

    async def _call(
        self, operation: Operation, parameters: Mapping[str, str], body: bytes | None = None
    ) -> tuple[bytes, int]:
        content = operation.placeholder_body if body is None else body
        return await self._connection.answer(operation, self._signed(operation, parameters), content)

    async def _downloaded(self, doc_id: str) -> AsyncGenerator[bytes, None]:
        operation = Operation.DOWNLOAD
        headers = self._signed(operation, {"docId": _header_text("doc_id", doc_id)})
        start = b""
        judged = False
        async with self._connection.exchange(operation, headers, b"") as answer:
            async for chunk in self._connection.bounded(operation, answer):
                if judged:
                    yield chunk
                    continue
                start += chunk
                if len(start) >= _ENOUGH_TO_JUDGE:
                    judged = True
                    yield _package_start(start, answer.status_code)
            if not judged:
                yield _package_start(start, answer.status_code)


def _package_start(start: bytes, status: int) -> bytes:
    if 300 <= status < 400:
        raise AnswerUnusable("answer-redirects", Operation.DOWNLOAD, http_status=status)
    if not start:
        # The axis has no other way of saying no here.
        raise AnswerUnusable("answer-empty", Operation.DOWNLOAD, http_status=status)
    if not 200 <= status < 300 or not answers.looks_like_xml(start):
        raise AnswerUnusable(
            "answer-not-xml", Operation.DOWNLOAD, start[:200].decode("utf-8", "replace"), http_status=status
        )
    return start


def _header_text(argument: str, text: str) -> str:
    if not text or not is_header_text(text):
        raise ValueError(f"{argument} {text!r}: it travels in a header; give printable ASCII without outer blanks")
    return text
