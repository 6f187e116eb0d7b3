"""One request to an operation on its way through the axis."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from starlette.requests import Request

from protocol.finding import Finding
from protocol.wire.signing import PREFIX, SignedRequest
from simulator import requestid
from simulator.answers import Answer
from simulator.blobs import Content
from simulator.faults.encounter import Encounter
from simulator.journal import Entry, Headers

_SYSTEM = (PREFIX + "systemid").lower().encode("ascii")


@dataclass(slots=True)
class Call:
    """What is known of a request so far; it becomes its journal entry.

    ``system`` is what the request claims and ``tenant`` the key of whom this belongs to, ``signed`` is there once the
    claim was verified. ``agencies`` are the codes
    that the request is about: the sender of a package, the addressee of a queue entry; ``recipients`` those that a
    package names. ``encounter`` is there where rules of faults are in force for it, ``copy`` what is handed out in the
    place of the package that was asked for. ``refused`` tells that it is refused before it is performed, ``answers``
    that its answer leaves. ``opened`` is the body that is to be handed out.
    """

    operation: str
    request: Request
    at: int
    system: str | None
    tenant: str | None = None
    signed: SignedRequest | None = None
    agencies: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    document_id: str | None = None
    receiver_id: str | None = None
    findings: tuple[Finding, ...] = ()
    encounter: Encounter | None = None
    copy: Content | None = None
    refused: bool = False
    answers: bool = True
    answered: Answer | None = None
    body: bytes | None = None
    content: Content | None = None
    tail: bytes = b""
    body_unread: bool = False
    admitted: bool = False
    replayed: tuple[Finding, ...] = ()
    held: list[Content] = field(default_factory=list)
    opened: BinaryIO | None = None
    begun: float = field(default_factory=time.perf_counter)

    @property
    def request_id(self) -> str:
        """The id that the door gave the request."""
        found: str = self.request.scope.get(requestid.SCOPE_KEY, "")
        return found

    @property
    def system_id(self) -> str:
        """The verified system."""
        assert self.signed is not None
        return self.signed.system_id

    @property
    def fired(self) -> tuple[str, ...]:
        """The names of the faults that fired, in their order."""
        return tuple(one.rule.fault for one in self.encounter.fired) if self.encounter is not None else ()

    @property
    def counted(self) -> str | None:
        """Under whom the request counts for faults and limits: nobody's who only claims to be somebody."""
        return self.system if self.signed is not None else None

    @property
    def owner(self) -> str:
        """Give the key of the tenant whose request this verifiably is; ``""`` stands for the operator."""
        return self.tenant or "" if self.signed is not None else ""

    def value(self, *names: str) -> str:
        """Give a signed parameter, trimmed, ``""`` where it is absent; what UTF-8 cannot hold becomes ``?``."""
        assert self.signed is not None
        return (self.signed.value(*names) or "").strip().encode("utf-8", "replace").decode("utf-8")

    def entry(self, answer: Answer | None, content: Content | None, sent: Headers | None) -> Entry:
        """Make the journal entry of what was answered; ``sent`` are its headers, ``None`` where it never left.

        ``content`` is the stored package that the answer carries.
        """
        headers = self.request.scope["headers"]
        findings = [*self.findings, *self.replayed]
        if answer is not None:
            findings += [finding for finding in answer.findings if finding not in findings]
        entry = Entry(
            at=self.at,
            operation=self.operation,
            method=self.request.method,
            path=self.request.scope.get("axis28.path", self.request.url.path),
            system=self.system,
            verified=self.signed is not None,
            agency=self.agencies[0] if self.agencies else None,
            document_id=self.document_id,
            receiver_id=self.receiver_id,
            findings=tuple(findings),
            fault=", ".join(self.fired) or None,
            http_status=None,
            request_headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers],
            request_body=self.body,
            request_content=self.content,
            request_tail=self.tail,
            request_truncated=self.body_unread,
            request_id=self.request_id,
            tenant=self.owner,
            claimed=self.tenant,
        )
        if answer is not None:
            entry.status, entry.error_code = answer.status, answer.error_code
        if answer is not None and sent is not None:
            entry.http_status = answer.http_status
            entry.answer_headers = sent
            entry.answer_body = answer.body
            entry.answer_content = content
        return entry


def claimed_system(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Give the system that a request claims to come from, before anything is verified."""
    for name, value in headers:
        if name == _SYSTEM:
            return value.decode("utf-8", "replace").strip()[:255] or None
    return None
