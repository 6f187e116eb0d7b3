"""Connecting: signed requests, both queues, the right time."""

from __future__ import annotations

from datetime import datetime, timedelta

from conformance.case import Case, Exchange
from conformance.checks import check
from conformance.observer import COUNTS, LIST
from conformance.scenarios.sightings import fetched, reported
from conformance.stage import VIETNAM
from conformance.told import told

UNAUTHENTIC = "15"
SKEW = timedelta(seconds=2)
TIMESTAMP = "%Y/%m/%d %H:%M:%S"
QUEUES = {"edoc": "edoc-queue-not-polled", "status": "status-queue-not-polled"}


@check("SND-09/every-request-is-signed")
async def test_every_request_is_signed(case: Case) -> None:
    """Every request carries a valid signature of the account that it names."""
    peer = await case.peer()
    arrived = await case.deliver(case.letter(sender=peer, to=[case.sut]), sender=peer)
    await case.dms.send(case.draft(to=[peer]))
    await fetched(case, arrived)
    await case.exchange(
        lambda seen: seen.operation == "sendEdoc",
        reason="not-fetched",
        expected=told("a sendEdoc of the document or of a 01"),
    )
    await case.intervals(1)
    refused = case.exchanges(lambda seen: seen.error_code == UNAUTHENTIC)
    operations = sorted({seen.operation for seen in refused})
    case.require(
        not refused,
        "unsigned-request",
        expected=told("the axis authenticates every request"),
        got=told(
            "ErrorCode {code} on {operations} ({count} requests)",
            code=UNAUTHENTIC,
            operations=", ".join(operations),
            count=len(refused),
        ),
        witnesses=refused[:1],
    )


@check("RCV-09/both-queues-are-polled")
async def test_both_queues_are_polled(case: Case) -> None:
    """A system asks for documents and for statuses, again and again."""
    for message_type, reason in QUEUES.items():

        def asks(seen: Exchange, kind: str = message_type) -> bool:
            # A client may ask for the number first and list only what is there: that is polling too.
            listed = seen.operation == LIST and seen.message_type == kind
            return seen.accepted and (listed or seen.operation == COUNTS[kind])

        first = await case.exchange(
            asks, reason=reason, expected=told("the queue {message_type!r} is asked for", message_type=message_type)
        )
        await case.exchange(
            lambda seen, asks=asks, first=first: seen.seq > first.seq and asks(seen),  # type: ignore[misc] # bound per round
            reason=reason,
            expected=told("the queue {message_type!r} is asked for again", message_type=message_type),
        )


@check("TIM-09/vietnamese-wall-time")
async def test_the_time_in_a_status_is_vietnamese(case: Case) -> None:
    """A status tells its time as Vietnamese wall time, by a clock that agrees with the axis."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    available = case.now()
    await case.deliver(letter, sender=peer)
    report = await reported(
        case, letter, "01", to=peer, reason="arrival-not-reported", expected=told("status 01 with its Timestamp")
    )
    written = report.package.header.timestamp or ""
    try:
        stamp = datetime.strptime(written, TIMESTAMP).replace(tzinfo=VIETNAM)
    except ValueError:
        raise case.fail(
            "timestamp-malformed", expected="yyyy/MM/dd HH:mm:ss", got=written, witnesses=[report.exchange]
        ) from None
    # The wire has no fractions of a second: a time cut to the second is up to one second early.
    earliest, latest = available - SKEW - timedelta(seconds=1), report.exchange.at + SKEW
    case.require(
        earliest <= stamp <= latest,
        "not-vietnamese-time" if _looks_like_a_zone(stamp - report.exchange.at) else "clock-skewed",
        expected=told(
            "between {earliest} and {latest}, Vietnamese time",
            earliest=earliest.strftime(TIMESTAMP),
            latest=latest.strftime(TIMESTAMP),
        ),
        got=written,
        witnesses=[report.exchange],
    )


def _looks_like_a_zone(difference: timedelta) -> bool:
    """Zones differ by multiples of a quarter of an hour; a clock that is merely wrong seldom does."""
    quarters = difference / timedelta(minutes=15)
    return abs(quarters) >= 2 and abs(quarters - round(quarters)) * 15 < 1.5
