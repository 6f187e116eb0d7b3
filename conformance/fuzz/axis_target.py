"""An axis as the system under test: a peer sends it packages and requests, the recipients look at what came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from conformance.fuzz import answers, requests
from conformance.fuzz.comparison import packages_differ
from conformance.fuzz.failure import Dead, Failure, Verdict
from conformance.fuzz.oracle import Expectation, Judgement, judge
from conformance.fuzz.recipe import Recipe, Rendered, Stamp, render
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError, AxisRefused
from protocol.wire.operations import MessageType, QueueStatus, SentRow

ANSWER_LIMIT_S = 30.0
AT_ONCE = 6
# A request that names other recipients, or another kind of package (H-W07), need not go where its document says.
ROUTED_OTHERWISE = frozenset({"odd-to", "odd-type"})


@dataclass(frozen=True, slots=True)
class Accepted:
    """A package that the axis took: its bytes and the axis' id for the sender."""

    rendered: Rendered
    doc_id: str
    routed_otherwise: bool


class AxisTarget:
    """Sends each example as one signed ``sendEdoc`` and checks the answer, the deliveries and what is handed over.

    ``sender`` and ``receiver`` are clients of two registered peer systems; ``stamps`` gives the identity of each
    rendering, whose recipients are agencies of the receiver.
    """

    batch = 24

    def __init__(
        self,
        url: str,
        client: httpx.AsyncClient,
        credentials: requests.Sender,
        *,
        stamps: Callable[[], Stamp],
        sender: AxisClient,
        receiver: AxisClient,
    ) -> None:
        self._url = f"{url.rstrip('/')}/sendEdoc"
        self._client = client
        self._credentials = credentials
        self._stamps = stamps
        self._sender = sender
        self._receiver = receiver
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def examine(self, recipes: tuple[Recipe, ...]) -> tuple[Verdict, ...]:
        """Send the examples and judge each."""
        rendered = [render(recipe, self._stamps()) for recipe in recipes]
        sent = await asyncio.gather(*(self._send(one) for one in rendered))
        accepted = [one for one in sent if isinstance(one, Accepted)]
        delivered = await self._deliveries(accepted)
        verdicts = []
        for one, outcome in zip(rendered, sent, strict=True):
            failure = outcome if isinstance(outcome, Failure) else None
            if isinstance(outcome, Accepted):
                failure = delivered.get(outcome.doc_id)
            verdicts.append(Verdict(one, failure))
        await self._alive(tuple(rendered))
        return tuple(verdicts)

    async def _send(self, rendered: Rendered) -> Accepted | Failure | None:
        """Send one example; ``None`` when it was refused and might be, or could not be put on the wire."""
        damage = rendered.recipe.request
        if damage is None:
            request = requests.sound(rendered.raw, self._credentials)
        else:
            request = requests.damaged(rendered.raw, self._credentials, damage)
        try:
            async with self._slots:
                answer = await self._client.post(
                    self._url, headers=list(request.headers), content=request.body, timeout=ANSWER_LIMIT_S
                )
        except httpx.LocalProtocolError:
            return None  # our own HTTP library refuses to write it, so nothing was tried
        except httpx.ConnectError as error:
            raise Dead(_silent("axis-gone", f"connection refused: {error}"), (rendered,)) from error
        except httpx.TransportError as error:
            aspect = "silent" if isinstance(error, httpx.TimeoutException) else "closed"
            return _silent(aspect, f"{type(error).__name__} {error}".strip())
        return _answered(rendered, answers.read(answer.status_code, answer.content))

    async def _deliveries(self, accepted: list[Accepted]) -> dict[str, Failure]:
        """Look at every delivery of what was accepted, and take it off the queue."""
        if not accepted:
            return {}
        try:
            listing = await self._receiver.received(MessageType.EDOC)
            listed = Counter(item.doc_id for item in listing.items)
            found = await asyncio.gather(*(self._delivery(one, listed) for one in accepted))
        except AxisError as error:
            return {accepted[0].doc_id: _silent("after-accepting", str(error))}
        return {one.doc_id: failure for one, failure in zip(accepted, found, strict=True) if failure is not None}

    async def _delivery(self, one: Accepted, listed: Counter[str]) -> Failure | None:
        async with self._slots:
            rows = (await self._sender.sent(MessageType.EDOC, one.doc_id)).items
            expected, exact = _recipients(one)
            named = Counter(row.to_code for row in rows)
            wrong = expected is not None and (named != expected if exact else set(named) != set(expected))
            if expected is not None and wrong:
                return Failure(
                    "fuzz-not-delivered-once",
                    "AXS-07",
                    f"one delivery for each of {', '.join(sorted(expected))}",
                    f"deliveries for {', '.join(sorted(str(code) for code in named.elements())) or 'nobody'}",
                )
            failure = None
            for row in rows:
                failure = failure or await self._handed_over(one, row, listed)
            return failure

    async def _handed_over(self, one: Accepted, row: SentRow, listed: Counter[str]) -> Failure | None:
        receiver_id = row.receiver_doc_id or ""
        if listed[receiver_id] != 1:
            times = f"listed {listed[receiver_id]} times for {row.to_code}"
            return Failure("fuzz-not-delivered-once", "AXS-07", "listed once to each recipient", times)
        try:
            raw = await self._receiver.fetch(receiver_id)
        except AxisError as error:
            return Failure("fuzz-not-handed-over", "AXS-08", "the package, fetched with getEdoc", str(error))
        finally:
            await self._receiver.update_status(receiver_id, QueueStatus.DONE)
        return _changed(one.rendered.raw, raw)

    async def _alive(self, suspects: tuple[Rendered, ...]) -> None:
        try:
            await self._sender.count_received()
        except AxisRefused:
            return
        except AxisError as error:
            raise Dead(_silent("axis-gone", str(error)), suspects) from error


def _answered(rendered: Rendered, outcome: answers.SendAnswered | Failure) -> Accepted | Failure | None:
    if isinstance(outcome, Failure):
        return outcome
    judgement = _judgement(rendered)
    if not outcome.accepted:
        return _refused_wrongly(judgement, outcome)
    damage = rendered.recipe.request
    if judgement.expectation is Expectation.REFUSED:
        return _accepted_wrongly(judgement, damage.kind if damage is not None else None)
    return Accepted(rendered, outcome.doc_id, damage is not None and damage.kind in ROUTED_OTHERWISE)


def _judgement(rendered: Rendered) -> Judgement:
    damage = rendered.recipe.request
    if damage is None:
        return judge(rendered.raw, valid=rendered.recipe.valid, by_axis=True)
    wanted = Expectation.REFUSED if damage.kind in requests.REFUSED else Expectation.ANSWERED
    return Judgement(wanted, "SND-09")


def _recipients(one: Accepted) -> tuple[Counter[str] | None, bool]:
    """Say who gets an accepted package and whether each exactly once; ``None`` where that is open."""
    with read_package(one.rendered.raw) as reading:
        package = reading.package
    if one.routed_otherwise or not isinstance(package, DocumentPackage):
        return None, False
    codes = Counter(to.organ_id for to in package.header.to if to.organ_id)
    # An agency that is named twice (H-X22) may get the package once or twice: that is not settled.
    return codes, max(codes.values(), default=0) == 1


def _changed(sent: bytes, handed: bytes) -> Failure | None:
    with read_package(sent) as before, read_package(handed) as after:
        if not isinstance(before.package, DocumentPackage):
            return None
        if not isinstance(after.package, DocumentPackage):
            return Failure(
                "fuzz-changed-in-transit", "PKG-11", "a readable package", f"{after.kind} bytes", "unreadable"
            )
        differences = packages_differ(before.package, after.package)
    if not differences:
        return None
    first = differences[0]
    return Failure(
        "fuzz-changed-in-transit",
        "PKG-11",
        f"{first.path} = {first.expected or '(absent)'}",
        f"{first.path} = {first.got or '(absent)'}",
        first.path.split("[")[0],
    )


def _refused_wrongly(judgement: Judgement, outcome: answers.SendAnswered) -> Failure | None:
    if judgement.expectation is not Expectation.ARRIVES:
        return None
    got = f"FAIL {outcome.error_code}: {outcome.error_desc}"
    return Failure(
        "fuzz-valid-refused", judgement.requirement, "status OK for a valid package", got, outcome.error_code
    )


def _accepted_wrongly(judgement: Judgement, request: str | None) -> Failure:
    what = f"the request was damaged ({request})" if request else f"the package is {judgement.damage}"
    return Failure(
        "fuzz-damaged-accepted",
        judgement.requirement,
        f"status FAIL: {what}",
        "status OK",
        request or str(judgement.damage),
    )


def _silent(aspect: str, got: str) -> Failure:
    return Failure("fuzz-no-answer", "AXS-03", f"an answer within {ANSWER_LIMIT_S:.0f} s", got, aspect)
