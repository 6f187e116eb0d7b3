"""The system under test as a scenario asks it: driver operations whose bad answers are violations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from conformance.drivers import Answer, Driver, DriverFault
from conformance.look import Look
from conformance.system import System
from conformance.told import told
from conformance.violation import NotSupported, Violation
from protocol.package.model import DocumentPackage

MIN_CALL_S = 10.0
_LONG = ("base64", "password", "trust", "signing", "certificates", "revocation")
Asking = Callable[[Coroutine[Any, Any, Answer]], Coroutine[Any, Any, Answer]]
SILENT = ("driver-timeout", "driver-unreachable")


@dataclass(frozen=True, slots=True)
class Ref:
    """A document, named as on the wire: its ``DocumentId`` and the ``OrganId`` of its ``From``."""

    document_id: str
    sender: str

    @classmethod
    def of(cls, package: DocumentPackage) -> Ref:
        """Name the document that a package carries."""
        return cls(package.header.document_id or "", package.header.sender.organ_id or "")

    def to_json(self) -> dict[str, str]:
        """Give it as the driver protocol names it."""
        return {"document_id": self.document_id, "from": self.sender}


RefLike = Ref | DocumentPackage


def ref_of(subject: RefLike) -> Ref:
    """Name the document that is meant."""
    return subject if isinstance(subject, Ref) else Ref.of(subject)


def document_id_of(subject: RefLike | str) -> str:
    """Give the wire ``DocumentId`` of the document that is meant."""
    return subject if isinstance(subject, str) else ref_of(subject).document_id


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the system refused: ``form`` is ``answer`` (the driver call), ``02``, ``fail`` or ``held``."""

    form: str
    category: str | None
    reason: str


class DmsView:
    """Asks the system under test and keeps what was said, for the evidence of one check."""

    def __init__(self, driver: Driver, system: System, deadline: float, look: Look | None = None) -> None:
        self._driver = driver
        self._look = look or Look(driver)
        self._system = system
        self._deadline = deadline
        self.log: list[dict[str, Any]] = []
        self.documents: set[str] = set()

    async def call(self, operation: str, args: Mapping[str, Any] | None = None, *, by: Asking | None = None) -> Answer:
        """Make one call and give its answer: ``ok``, ``refused`` or ``error``; a fault of the driver is a violation.

        ``by`` awaits it where somebody has to see every answer.

        ``unsupported`` is never handed on: it contradicts ``describe`` (a violation) or agrees with it
        (``NotSupported``), whatever the story would make of it.
        """
        limit = max(MIN_CALL_S, 2 * self._system.poll_interval_s)
        asked = self._driver.call(operation, args, timeout=limit, deadline=self._deadline)
        return await self._logged(operation, {"args": _brief(args or {})}, by(asked) if by else asked)

    async def _logged(
        self,
        operation: str,
        told_so: Mapping[str, Any],
        asked: Coroutine[Any, Any, Answer],
        part: Callable[[Mapping[str, Any]], dict[str, Any]] = dict,
    ) -> Answer:
        """Await an answer and write it down, or the ``part`` of it that concerns this check."""
        loop = asyncio.get_running_loop()
        line: dict[str, Any] = {"at": datetime.now().astimezone().isoformat(timespec="milliseconds"), "op": operation}
        line.update(told_so)
        self.log.append(line)
        begun = loop.time()
        try:
            answer = await asked
        except DriverFault as fault:
            line["fault"] = {"reason": fault.reason, "text": fault.text}
            raise Violation(
                fault.reason,
                expected=told("a valid answer to {operation!r}", operation=operation),
                got=fault.text,
                silent=fault.reason in SILENT,
            ) from fault
        finally:
            line["took_s"] = round(loop.time() - begun, 3)
        line[answer.kind] = _brief(part(answer.value)) if answer.kind == "ok" else answer.reason or True
        if answer.category:
            line["category"] = answer.category
        if answer.kind == "unsupported":
            self._unsupported(operation)
        return answer

    async def do(self, operation: str, args: Mapping[str, Any], *, by: Asking | None = None) -> Mapping[str, Any]:
        """Make a call that has to succeed and give what it answered; ``by`` is as in ``call``."""
        return self._done(operation, await self.call(operation, args, by=by))

    def _done(self, operation: str, answer: Answer) -> Mapping[str, Any]:
        if answer.kind == "ok":
            return answer.value
        reason = "driver-refused" if answer.kind == "refused" else "driver-error"
        raise Violation(
            reason, expected=told("{operation!r} is done", operation=operation), got=f"{answer.kind}: {answer.reason}"
        )

    async def send(self, draft: Mapping[str, Any]) -> Ref:
        """Ask for a document to be issued and sent, and name it as the system named it."""
        document = (await self.do("send", draft))["document"]
        self.documents.add(document["document_id"])
        return Ref(document["document_id"], document["from"])

    async def refused_send(self, draft: Mapping[str, Any], *, reason: str = "send-not-refused") -> Refusal:
        """Ask for a document that must not leave; ``reason`` is the violation when it is accepted."""
        return await self.refused("send", draft, reason=reason)

    async def refused(self, operation: str, args: Mapping[str, Any], *, reason: str) -> Refusal:
        """Make a call that has to be refused and give the refusal; ``reason`` is the violation when it is done."""
        answer = await self.call(operation, args)
        if answer.kind == "refused":
            return Refusal("answer", answer.category, answer.reason)
        if answer.kind == "error":
            raise Violation(
                "driver-error",
                expected=told("{operation!r} is refused", operation=operation),
                got=told("error: {reason}", reason=answer.reason),
            )
        raise Violation(reason, expected=told("{operation!r} is refused", operation=operation), got=told("it was done"))

    async def attempt(self, operation: str, args: Mapping[str, Any]) -> Refusal | None:
        """Make a call that may rightly be refused, and give the refusal; ``None`` where it was done."""
        answer = await self.call(operation, args)
        if answer.kind == "refused":
            return Refusal("answer", answer.category, answer.reason)
        self._done(operation, answer)
        return None

    async def register(self, where: str, ref: RefLike) -> list[Mapping[str, Any]]:
        """Give every entry that ``received`` or ``sent`` shows for a document.

        While the system is busy the whole register is asked for, once for all stories that wait to look.
        """
        named = ref_of(ref)

        def part(value: Mapping[str, Any]) -> dict[str, Any]:
            return {**value, "documents": [entry for entry in value["documents"] if _names(entry, named)]}

        if not self._look.worthwhile:
            return list(part(await self.do(where, {"document": named.to_json()}))["documents"])
        limit = max(MIN_CALL_S, 2 * self._system.poll_interval_s)
        look = self._look.at(where, limit=limit, deadline=self._deadline)
        answer = await self._logged(where, {"args": {}, "shared": True}, look, part)
        return list(part(self._done(where, answer))["documents"])

    async def received(self, ref: RefLike) -> Mapping[str, Any] | None:
        """Give the first entry of the incoming register for a document, ``None`` where there is none."""
        return next(iter(await self.register("received", ref)), None)

    async def sent(self, ref: RefLike) -> Mapping[str, Any] | None:
        """Give the first entry of the outgoing register for a document, ``None`` where there is none."""
        return next(iter(await self.register("sent", ref)), None)

    async def accept(self, ref: RefLike) -> int:
        """Take a document into the incoming register and give its arrival number."""
        return int((await self.do("accept", {"document": ref_of(ref).to_json()}))["arrival_number"])

    async def refuse(self, ref: RefLike, reason: str) -> None:
        """Refuse an incoming document."""
        await self.do("refuse", {"document": ref_of(ref).to_json(), "reason": reason})

    async def assign(self, ref: RefLike, note: str | None = None) -> None:
        """Hand an incoming document to an officer."""
        await self._step("assign", ref, note)

    async def process(self, ref: RefLike, note: str | None = None) -> None:
        """Begin to work on an incoming document."""
        await self._step("process", ref, note)

    async def finish(self, ref: RefLike, note: str | None = None) -> None:
        """Finish an incoming document."""
        await self._step("finish", ref, note)

    async def recall(self, ref: RefLike, reason: str) -> None:
        """Recall a document that was sent."""
        await self.do("recall", {"document": ref_of(ref).to_json(), "reason": reason})

    async def answer_recall(self, ref: RefLike, agree: bool, reason: str = "") -> None:
        """Answer a recall of an incoming document."""
        await self.do("answer_recall", {"document": ref_of(ref).to_json(), "agree": agree, "reason": reason})

    async def export_history(self, ref: RefLike) -> list[Mapping[str, Any]]:
        """Give what the system kept about a document."""
        return list((await self.do("export_history", {"document": ref_of(ref).to_json()}))["history"])

    async def _step(self, operation: str, ref: RefLike, note: str | None) -> None:
        args: dict[str, Any] = {"document": ref_of(ref).to_json()}
        await self.do(operation, args if note is None else {**args, "note": note})

    def _unsupported(self, operation: str) -> NoReturn:
        if operation in self._system.capabilities:
            raise Violation(
                "driver-contradicts-itself",
                expected=told("{operation!r}, which describe lists among the capabilities", operation=operation),
                got=told("unsupported"),
            )
        raise NotSupported(operation)


def _names(entry: Mapping[str, Any], ref: Ref) -> bool:
    return bool(entry["document_id"] == ref.document_id and entry["from"] == ref.sender)


def _brief(value: Any) -> Any:
    """Leave the content of files, keys and certificates out of the log: digests and verdicts stand beside them."""
    if isinstance(value, Mapping):
        return {key: "…" if key in _LONG else _brief(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_brief(item) for item in value]
    return value
