"""Three-way reconciliation: what a sender says it sent, what the axis holds, what the receivers say they received."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response, StreamingResponse

from schemas import messages
from simulator import correspondence, reconciliation
from simulator.axis import Axis
from simulator.clock import iso
from simulator.control.problems import Problem
from simulator.control.statistics import read_period
from simulator.correspondence import Claim, Entry, Outcome
from simulator.reconciliation import MOST_COPIES, Question, Reconciliation, TooManyCopies
from simulator.tally import cell

MOST_CLAIMS = 100_000
_BATCH = 500
_WITHOUT_NUL = r"^[^\x00]*$"
_Code = Annotated[str, Field(max_length=64, pattern=_WITHOUT_NUL)]
_System = Annotated[str, Field(max_length=255, pattern=_WITHOUT_NUL)]
_COLUMNS = (
    "outcome",
    "document",
    "sender",
    "recipient",
    "sent",
    "held",
    "received",
    "expected",
    "got",
    "evidence",
    "text",
)


class ClaimEntry(BaseModel):
    """One line of a system's list: a letter and one recipient of it, under either code of each."""

    model_config = ConfigDict(extra="forbid")

    document_id: str = Field(min_length=1, max_length=1000, pattern=_WITHOUT_NUL)
    to: _Code = Field(min_length=1)
    sender: _Code = Field(default="", alias="from")
    state: Literal["initial", "processing", "done", "fail"] | None = None
    status: Annotated[str, Field(max_length=16)] | None = Field(default=None, description="business status, 01 to 16")

    def claim(self) -> Claim:
        """Give the line in the terms of the core."""
        return Claim(self.document_id, self.sender, self.to, self.state, self.status)


class ReconciliationEntry(BaseModel):
    """The accounts to compare. A list that is absent was not asked for; an empty one says that there was nothing."""

    model_config = ConfigDict(extra="forbid")

    system: _System | None = Field(default=None, description="the sending system; absent: all")
    receivers: list[_System] | None = Field(
        default=None, max_length=1000, description="the receiving systems; absent: all"
    )
    messagetype: Literal["edoc", "status"] = "edoc"
    sent: list[ClaimEntry] | None = Field(default=None, max_length=MOST_CLAIMS)
    received: list[ClaimEntry] | None = Field(default=None, max_length=MOST_CLAIMS)
    start: str | None = Field(default=None, alias="from", description="a Vietnamese day or an instant with its offset")
    end: str | None = Field(default=None, alias="to", description="likewise; a day belongs to the period")


class Copy(BaseModel):
    """A copy as the axis holds it."""

    sender_id: str
    receiver_id: str
    at: str
    state: str
    business_status: str | None


class Difference(BaseModel):
    """One letter to one recipient on which the accounts do not agree, or that was not to arrive.

    ``sent`` and ``received`` tell how often it was listed (``null``: not asked), ``evidence`` names journal entries.
    """

    outcome: Outcome
    document_id: str
    sender: str = Field(alias="from")
    to: str
    sent: int | None
    held: int
    received: int | None
    expected: str
    got: str
    copies: list[Copy]
    evidence: list[int]
    text: str


class ReconciliationReport(BaseModel):
    """``counts`` has every outcome and adds up to ``letters``; ``differences`` has all but what is agreed."""

    at: str
    system: str | None
    letters: int
    counts: dict[Outcome, int]
    reconciled: bool
    differences: list[Difference]


_BODY = {"required": True, "content": {"application/json": {"schema": ReconciliationEntry.model_json_schema()}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": ReconciliationReport, "content": {"text/csv": {}}}}


def router(axis: Axis) -> APIRouter:
    """Build the routes."""
    routes = APIRouter(tags=["statistics"])

    @routes.post(
        "/reconciliation",
        summary="Compare what was sent, held and received",
        responses=_ANSWERS,
        openapi_extra={"requestBody": _BODY},
    )
    async def reconcile(
        request: Request,
        form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
        lang: Literal["vi", "en"] = "vi",
    ) -> Response:
        """Hold a sender's list, the ledger and the receivers' lists against each other, letter by letter.

        Up to 100,000 lines in each list. ``reconciled`` tells that nothing is amiss: what was returned (02), refused
        (``fail``) or recalled is not lost.
        """
        body = await request.body()
        question = await asyncio.to_thread(_question, body)
        try:
            found = await axis.store.read_aside(lambda connection: reconciliation.reconcile(connection, question))
        except TooManyCopies:
            rule = f"from, to: the axis holds more than {MOST_COPIES} copies of that period; choose a shorter one"
            raise Problem(422, "too-many-copies", rule) from None
        at = iso(axis.clock.milliseconds())
        if form == "csv":
            return StreamingResponse(_csv(found, axis, lang), media_type="text/csv; charset=utf-8")
        return StreamingResponse(_json(found, axis, lang, at, question.system), media_type="application/json")

    return routes


def _question(body: bytes) -> Question:
    try:
        entry = ReconciliationEntry.model_validate_json(body)
    except ValidationError as error:
        parts = [
            f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg']}"
            for item in error.errors(include_url=False)[:20]
        ]
        raise Problem(422, "invalid-request", "; ".join(parts)[:2000]) from None
    return Question(
        read_period(entry.start, entry.end),
        entry.messagetype,
        entry.system,
        None if entry.receivers is None else tuple(entry.receivers),
        None if entry.sent is None else tuple(each.claim() for each in entry.sent),
        None if entry.received is None else tuple(each.claim() for each in entry.received),
    )


def _json(found: Reconciliation, axis: Axis, lang: str, at: str, system: str | None) -> Iterator[bytes]:
    head = {
        "at": at,
        "system": system,
        "letters": len(found.entries),
        "counts": found.counts,
        "reconciled": all(entry.outcome in correspondence.SETTLED for entry in found.entries),
    }
    yield json.dumps(head, ensure_ascii=False).encode("utf-8", "replace")[:-1] + b', "differences": ['
    before = b""
    for batch in _batches(found):
        shown = [axis.redaction.of().shown(_difference(number, entry, found, lang)) for number, entry in batch]
        lines = b", ".join(json.dumps(each, ensure_ascii=False).encode("utf-8", "replace") for each in shown)
        yield before + lines
        before = b", "
    yield b"]}"


def _csv(found: Reconciliation, axis: Axis, lang: str) -> Iterator[bytes]:
    target = io.StringIO()
    target.write("\ufeff")
    writer = csv.writer(target)
    writer.writerow([messages.text(f"reconciliation.column.{name}", lang) for name in _COLUMNS])
    for batch in _batches(found):
        for number, entry in batch:
            told = axis.redaction.of().shown(_difference(number, entry, found, lang))
            evidence = " ".join(map(str, told["evidence"]))
            names = ("outcome", "document_id", "from", "to", "sent", "held", "received", "expected", "got")
            cells = [*(told[name] for name in names), evidence, told["text"]]
            writer.writerow([cell(each) if isinstance(each, str) else each for each in cells])
        yield target.getvalue().encode("utf-8", "replace")
        target.seek(0)
        target.truncate()
    yield target.getvalue().encode("utf-8", "replace")


def _batches(found: Reconciliation) -> Iterator[list[tuple[int, Entry]]]:
    told = [(number, entry) for number, entry in enumerate(found.entries) if entry.outcome != "agreed"]
    for start in range(0, len(told), _BATCH):
        yield told[start : start + _BATCH]


def _difference(number: int, entry: Entry, found: Reconciliation, lang: str) -> dict[str, Any]:
    said = entry.accounts
    return {
        "outcome": entry.outcome,
        "document_id": entry.document_id,
        "from": entry.sender,
        "to": entry.recipient,
        "sent": None if said.sent is None else len(said.sent),
        "held": len(said.held),
        "received": None if said.received is None else len(said.received),
        "expected": entry.expected,
        "got": entry.got,
        "copies": [
            {
                "sender_id": copy.sender_id,
                "receiver_id": copy.receiver_id,
                "at": iso(copy.at),
                "state": copy.state,
                "business_status": copy.status,
            }
            for copy in said.held
        ],
        "evidence": found.evidence.get(number, []),
        "text": messages.text(
            f"reconciliation.{entry.outcome}",
            lang,
            document=entry.document_id,
            to=entry.recipient,
            expected=entry.expected,
            got=entry.got,
        ),
    }
