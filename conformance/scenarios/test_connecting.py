"""Connecting: signed requests, both queues, the right time."""

from __future__ import annotations

from datetime import datetime, timedelta

from conformance.case import Case, Exchange
from conformance.checks import check
from conformance.observer import LIST
from conformance.scenarios.sightings import fetched, reported
from conformance.stage import VIETNAM

UNAUTHENTIC = "15"
SKEW = timedelta(seconds=2)
TIMESTAMP = "%Y/%m/%d %H:%M:%S"
QUEUES = (
    ("edoc", "countReceiveEdoc", "edoc-queue-not-polled"),
    ("status", "countReceiveStatus", "status-queue-not-polled"),
)


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
        expected="a sendEdoc of the document or of a 01",
    )
    await case.intervals(1)
    refused = case.exchanges(lambda seen: seen.error_code == UNAUTHENTIC)
    operations = sorted({seen.operation for seen in refused})
    case.require(
        not refused,
        "unsigned-request",
        expected="the axis authenticates every request",
        got=f"ErrorCode {UNAUTHENTIC} on {', '.join(operations)} ({len(refused)} requests)",
        witnesses=refused[:1],
    )


@check("RCV-09/both-queues-are-polled")
async def test_both_queues_are_polled(case: Case) -> None:
    """A system asks for documents and for statuses, again and again."""
    for message_type, count, reason in QUEUES:

        def asks(seen: Exchange, kind: str = message_type, counting: str = count) -> bool:
            # A client may ask for the number first and list only what is there: that is polling too.
            listed = seen.operation == LIST and (seen.message_type or kind).lower() == kind
            return listed or seen.operation == counting

        first = await case.exchange(asks, reason=reason, expected=f"the queue {message_type!r} is asked for")
        await case.exchange(
            lambda seen, asks=asks, first=first: seen.seq > first.seq and asks(seen),  # type: ignore[misc] # bound per round
            reason=reason,
            expected=f"the queue {message_type!r} is asked for again",
        )


@check("TIM-09/vietnamese-wall-time")
async def test_the_time_in_a_status_is_vietnamese(case: Case) -> None:
    """A status tells its time as Vietnamese wall time, by a clock that agrees with the axis."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    available = case.now()
    await case.deliver(letter, sender=peer)
    told = await reported(
        case, letter, "01", to=peer, reason="arrival-not-reported", expected="status 01 with its Timestamp"
    )
    written = told.package.header.timestamp or ""
    try:
        stamp = datetime.strptime(written, TIMESTAMP).replace(tzinfo=VIETNAM)
    except ValueError:
        raise case.fail(
            "timestamp-malformed", expected="yyyy/MM/dd HH:mm:ss", got=written, witnesses=[told.exchange]
        ) from None
    # The wire has no fractions of a second: a time cut to the second is up to one second early.
    earliest, latest = available - SKEW - timedelta(seconds=1), told.exchange.at + SKEW
    case.require(
        earliest <= stamp <= latest,
        "not-vietnamese-time" if _looks_like_a_zone(stamp - told.exchange.at) else "clock-skewed",
        expected=f"between {earliest.strftime(TIMESTAMP)} and {latest.strftime(TIMESTAMP)}, Vietnamese time",
        got=written,
        witnesses=[told.exchange],
    )


def _looks_like_a_zone(difference: timedelta) -> bool:
    """Zones differ by multiples of a quarter of an hour; a clock that is merely wrong seldom does."""
    quarters = difference / timedelta(minutes=15)
    return abs(quarters) >= 2 and abs(quarters - round(quarters)) * 15 < 1.5
