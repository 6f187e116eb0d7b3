"""Dates of a document package (QD 28/2018 Art. 10(2) points d, o; ND 30/2020 Phụ lục I, II.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.rules.context import HEADER, TRACE, Context, DocumentRule
from protocol.rules.wiretime import DATE_FORM, TIME_FORM, date_fault, parse_date, parse_time

TOLERANCE = timedelta(minutes=2)
"""How far ahead of the axis another clock may be before its times count as future."""


def promulgation_date(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-07, HDR-08: the date of issue is there, in the wire's form, a real day, not in the future (H-X09, H-X10)."""
    text, path = package.header.promulgation.date, f"{HEADER}/PromulgationInfo/PromulgationDate"
    if not text:
        yield from context.breach("date-missing", path, expected=DATE_FORM)
        return
    yield from form(context, text, path, "HDR-07")
    day = parse_date(text)
    today = context.wall_time.date()
    if day and day > today:
        yield from context.breach("date-in-future", path, expected=f"<= {today:%Y/%m/%d}", got=text)


def due_date(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-18: a deadline, where there is one (H-X15), has the wire's form and does not lie before the date of issue."""
    text, path = package.header.due_date, f"{HEADER}/DueDate"
    if not text:
        return
    yield from form(context, text, path, "HDR-18")
    due, issued = parse_date(text), parse_date(package.header.promulgation.date)
    if due and issued and due < issued:
        yield from context.breach(
            "due-before-promulgation", path, expected=f">= {package.header.promulgation.date}", got=text
        )


def answered_dates(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-25: the dates of documents that this one answers."""
    for number, answered in enumerate(package.header.response_for, 1):
        if answered.promulgation_date:
            path = f"{HEADER}/ResponseFor[{number}]/PromulgationDate"
            yield from form(context, answered.promulgation_date, path, "HDR-25")


def trace_times(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-26: every hop has a time in the wire's form, none of them in the future."""
    for number, hop in enumerate(package.trace.hops if package.trace else (), 1):
        path = f"{TRACE}/TraceHeader[{number}]/Timestamp"
        time = parse_time(hop.timestamp)
        if time is None:
            yield from context.breach("trace-time-malformed", path, expected=TIME_FORM, got=hop.timestamp)
        elif time - context.wall_time > TOLERANCE:
            yield from context.breach(
                "timestamp-in-future", path, expected=f"<= {context.wall_time:%Y/%m/%d %H:%M:%S}", got=hop.timestamp
            )


def form(context: Context, text: str, path: str, requirement: str) -> Iterator[Finding]:
    """Judge the form of one date for the requirement of its field."""
    fault = date_fault(text)
    if fault:
        yield from context.breach(fault, path, expected=DATE_FORM, got=text, requirement=requirement)


RULES: tuple[DocumentRule, ...] = (promulgation_date, due_date, answered_dates, trace_times)
