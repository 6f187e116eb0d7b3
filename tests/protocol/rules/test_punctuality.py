"""Time of sending: what is certain is found, what is not is left alone, for any day and any clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.casebook.case import NOW
from fixtures.casebook.timing import signed
from protocol import calendar
from protocol.rules import judge
from protocol.rules.surroundings import Surroundings

NOON = timedelta(hours=12)
TIMING = {
    "sent-late",
    "urgent-sent-late",
    "urgent-sent-next-day",
    "sent-before-issue",
    "calendar-unknown",
    "due-before-sending",
}
DAYS = st.dates(date(2019, 1, 2), date(2027, 11, 30))
LATER = st.timedeltas(timedelta(0), timedelta(days=14))


def found(day: date, sent: datetime, *, priority: str = "0", known: bool = True) -> set[str]:
    """Give what is said about the time of a letter signed on a day and sent at a Vietnamese wall time."""
    hop = sent.strftime("%Y/%m/%d %H:%M:%S")
    now = datetime.fromisoformat(f"{sent.isoformat()}+07:00") + timedelta(days=400)
    around = Surroundings(sent_at=datetime.fromisoformat(f"{sent.isoformat()}+07:00") if known else None)
    with judge(signed(day.strftime("%Y/%m/%d"), hop, priority=priority)(), now=now, surroundings=around) as reading:
        return {finding.reason for finding in reading.findings} & TIMING


@given(DAYS, LATER)
def test_late_is_what_comes_after_noon_of_the_next_working_day(day: date, later: timedelta) -> None:
    sent = datetime.combine(day, datetime.min.time()) + timedelta(seconds=int(later.total_seconds()))
    limit = calendar.vietnam().latest_sending(day)
    assert limit is not None
    assert found(day, sent) == ({"sent-late"} if sent > limit else set())


@given(DAYS, LATER)
def test_the_trace_alone_says_the_same_unless_it_says_only_the_day(day: date, later: timedelta) -> None:
    sent = datetime.combine(day, datetime.min.time()) + timedelta(seconds=int(later.total_seconds()))
    if sent.time() != datetime.min.time():
        assert found(day, sent, known=False) == found(day, sent)
    elif found(day, sent, known=False):
        assert found(day, sent) == {"sent-late"}


@given(DAYS, LATER)
def test_an_urgent_document_goes_out_on_its_day(day: date, later: timedelta) -> None:
    sent = datetime.combine(day, datetime.min.time()) + timedelta(seconds=int(later.total_seconds()))
    said = found(day, sent, priority="2")
    assert bool(said) is (sent.date() > day)
    certain = sent > datetime.combine(day, datetime.min.time()) + timedelta(days=1) + NOON
    assert said <= ({"sent-late", "urgent-sent-late"} if certain else {"urgent-sent-next-day"})
    assert len(said) <= 1


@pytest.mark.parametrize("priority", ["0", "4", "Khẩn", ""])
def test_only_the_three_urgencies_of_the_law_are_urgent(priority: str) -> None:
    assert found(date(2026, 11, 19), datetime.fromisoformat("2026-11-20T08:00:00"), priority=priority) == set()


@given(st.dates(date(1900, 1, 1), date(2018, 12, 1)), LATER)
def test_a_year_that_is_not_known_is_never_called_late(day: date, later: timedelta) -> None:
    sent = datetime.combine(day, datetime.min.time()) + timedelta(seconds=int(later.total_seconds()))
    in_time_anyway = sent <= datetime.combine(day, datetime.min.time()) + timedelta(days=1) + NOON
    assert found(day, sent) == (set() if in_time_anyway else {"calendar-unknown"})


def test_somebody_elses_hop_is_not_the_time_of_sending() -> None:
    raw = signed("2026/11/10", "2026/11/20 16:30:00")()
    start = raw.index(b"<edXML:TraceHeader>")
    foreign = raw[:start] + raw[start:].replace(b"H99.01", b"H97.55", 1)
    with judge(foreign, now=datetime.fromisoformat("2026-11-21T09:00:00+07:00")) as reading:
        assert not {finding.reason for finding in reading.findings} & TIMING
    with judge(raw, now=datetime.fromisoformat("2026-11-21T09:00:00+07:00")) as reading:
        assert {finding.reason for finding in reading.findings} & TIMING == {"sent-late"}


@pytest.mark.parametrize("times", [("9999/12/31 12:00:00",), ("2026/11/20 10:00:00", "9999/12/31 23:59:59")])
@pytest.mark.parametrize("day", ["2026/11/20", "9999/12/31", "0001/01/01"])
def test_the_ends_of_the_calendar_are_judged_and_not_stumbled_over(day: str, times: tuple[str, ...]) -> None:
    raw = signed(day, *times)()
    for profile in ("axis", "strict"):
        with judge(raw, profile=profile, now=datetime.fromisoformat(NOW)) as reading:
            assert "timestamp-in-future" in {finding.reason for finding in reading.findings}
