"""When a document was sent, against the day of its signature and the clock of the axis (defect D4).

The day of signature is ``PromulgationDate``, which the law sets at the signing of the document; the time inside a
digital signature is not read here. The time of sending is what is known beside the package, else what the sender wrote
into the trace. A trace of midnight, as the official sample programs write it, says only the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from protocol import calendar
from protocol.finding import Finding
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reserialise import UNKNOWN_ORGAN
from protocol.rules.business import NEW, REPLACEMENT
from protocol.rules.context import HEADER, TRACE, VIETNAM, Context, DocumentRule, StatusRule
from protocol.rules.timing import TOLERANCE
from protocol.rules.wiretime import parse_date, parse_time

ZONE = timedelta(hours=7)
FIRST_HOP = f"{TRACE}/TraceHeader[1]/Timestamp"
DATE = f"{HEADER}/PromulgationInfo/PromulgationDate"

URGENT = frozenset({"1", "2", "3"})
"""Khẩn, thượng khẩn, hỏa tốc (ND 30/2020 Phụ lục I); the field's fourth, timed, has an hour of its own to come."""

_MIDNIGHT = time()
_SHOWN = "%Y/%m/%d %H:%M:%S"
_SHOWN_DAY = "%Y/%m/%d"


@dataclass(frozen=True, slots=True)
class Sending:
    """When a package was sent, as Vietnamese wall time; ``exact`` where more than the day is known."""

    at: datetime
    exact: bool
    path: str

    @property
    def day(self) -> date:
        """Give the day."""
        return self.at.date()

    @property
    def shown(self) -> str:
        """Give the time the way the wire writes it, as far as it is known."""
        return self.at.strftime(_SHOWN if self.exact else _SHOWN_DAY)

    def is_after(self, limit: datetime) -> bool:
        """Whether it certainly was after a moment."""
        return self.at > limit if self.exact else self.day > limit.date()


def sending(context: Context, package: DocumentPackage) -> Sending | None:
    """Find when the sender sent a package; ``None`` where nobody says."""
    if context.surroundings.sent_at is not None:
        return Sending(_wall(context.surroundings.sent_at), exact=True, path=DATE)
    hops = package.trace.hops if package.trace else ()
    if not hops:
        return None
    by = hops[0].organ_id
    if by and by != UNKNOWN_ORGAN and not context.surroundings.same_body(by, package.header.sender.organ_id):
        return None
    at = parse_time(hops[0].timestamp)
    return Sending(at, exact=at.time() != _MIDNIGHT, path=FIRST_HOP) if at else None


def punctual(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """TIM-01, TIM-03, TIM-05: sent on the day of signature, at the latest on the morning of the next working day.

    Only new documents and replacements: a recall or an update comes when it is needed. What is urgent goes out on the
    very day, for the law says "at once" and a package knows no more than the day of its signature. A few hours beyond
    midnight may still be at once: certain is only what comes after the next day's morning, working day or not.
    A document that was sent before goes to further recipients when it is needed, too.
    """
    signed, sent = parse_date(package.header.promulgation.date), sending(context, package)
    part = package.trace.business if package.trace else None
    if signed is None or sent is None or (part and part.doc_type not in {NEW, REPLACEMENT}):
        return
    if signed > context.wall_time.date():
        return  # a date in the future has a reason of its own, and the last of all days has no morrow
    if sent.day < signed:
        expected = f">= {signed.strftime(_SHOWN_DAY)}"
        yield from context.breach("sent-before-issue", sent.path, expected=expected, got=sent.shown)
        return
    if context.surroundings.sent_before(package.header.document_id, package.header.sender.organ_id):
        return  # to further recipients: the first sending was the one that had to be in time
    year = calendar.vietnam()
    if context.surroundings.end_of_morning is not None:
        year = replace(year, end_of_morning=context.surroundings.end_of_morning)
    limit = year.latest_sending(signed)
    if limit is not None and sent.is_after(limit):
        yield from context.breach("sent-late", sent.path, expected=f"<= {limit.strftime(_SHOWN)}", got=sent.shown)
    elif _is_urgent(package) and sent.day > (urgent := signed + timedelta(days=year.urgent_days)):
        reason = "urgent-sent-late" if sent.is_after(_next_morning(urgent, year)) else "urgent-sent-next-day"
        yield from context.breach(reason, sent.path, expected=f"<= {_day(urgent)}", got=sent.shown)
    elif limit is None and sent.is_after(_next_morning(signed, year)):
        yield from context.breach("calendar-unknown", sent.path, expected=_years(year), got=str(signed.year))


def deadline(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-18: the deadline given to the recipients was still to come when the document was sent."""
    due, sent = parse_date(package.header.due_date), sending(context, package)
    issued = parse_date(package.header.promulgation.date)
    if due and sent and due < sent.day and not (issued and due < issued):
        expected = f">= {sent.day.strftime(_SHOWN_DAY)}"
        yield from context.breach("due-before-sending", f"{HEADER}/DueDate", expected=expected, got=_day(due))


def trace_order(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-26: the hops of the trace follow one another, as far as their clocks can tell."""
    hops = package.trace.hops if package.trace else ()
    before: datetime | None = None
    for number, hop in enumerate(hops, 1):
        at = parse_time(hop.timestamp)
        if at is None:
            continue
        if before is not None and _certainly_before(at, before):
            path = f"{TRACE}/TraceHeader[{number}]/Timestamp"
            expected = f">= {before.strftime(_SHOWN)}"
            yield from context.breach("trace-out-of-order", path, expected=expected, got=hop.timestamp)
        before = at if before is None else max(before, at)


def trace_clock(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """TIM-08, TIM-09: the sender's entry in the trace agrees with the axis about when the package was sent."""
    hops = package.trace.hops if package.trace else ()
    if hops:
        yield from _clock(context, hops[0].timestamp, FIRST_HOP)


def status_clock(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """TIM-08, TIM-09: the time of a status agrees with the axis about when it was sent."""
    yield from _clock(context, package.header.timestamp, f"{HEADER}/Timestamp")


def status_after_document(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-12: nothing is reported about a document before its day of issue."""
    issued = parse_date(package.header.response_for.promulgation_date)
    at = parse_time(package.header.timestamp)
    if issued and at and at.date() < issued:
        path = f"{HEADER}/Timestamp"
        yield from context.breach("status-before-document", path, expected=f">= {_day(issued)}", got=_moment(at))


def _clock(context: Context, text: str | None, path: str) -> Iterator[Finding]:
    at, sent_at = parse_time(text), context.surroundings.sent_at
    if at is None or sent_at is None or at.time() == _MIDNIGHT:
        return
    sent = _wall(sent_at)
    if abs(sent - at - ZONE) <= TOLERANCE:
        yield from context.breach("time-in-utc", path, expected=_moment(sent), got=text)
    elif at - sent > TOLERANCE:
        yield from context.breach("time-after-sending", path, expected=f"<= {_moment(sent)}", got=text)


def _certainly_before(one: datetime, other: datetime) -> bool:
    if _MIDNIGHT in {one.time(), other.time()}:
        return one.date() < other.date()
    return other - one > TOLERANCE


def _next_morning(day: date, year: calendar.Calendar) -> datetime:
    """Give the end of the next day's morning, working day or not."""
    return datetime.combine(day + timedelta(days=1), year.end_of_morning)


def _is_urgent(package: DocumentPackage) -> bool:
    return bool(package.header.other and package.header.other.priority in URGENT)


def _years(year: calendar.Calendar) -> str:
    return f"{min(year.years)}-{max(year.years)}"


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(VIETNAM).replace(tzinfo=None)


def _moment(at: datetime) -> str:
    return at.strftime(_SHOWN)


def _day(day: date) -> str:
    return day.strftime(_SHOWN_DAY)


RULES: tuple[DocumentRule, ...] = (punctual, deadline, trace_order, trace_clock)
STATUS_RULES: tuple[StatusRule, ...] = (status_clock, status_after_document)
