"""The working days of Vietnam's agencies: what was announced, and that no working day is skipped."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from protocol import calendar

CONTENT = schemas.json_data("calendar/vietnam.json")
YEARS = {int(year): entry for year, entry in CONTENT["years"].items()}
DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 20))
DAY = timedelta(days=1)


def works(day: date) -> bool:
    working = calendar.vietnam().is_working_day(day)
    assert working is not None
    return working


@pytest.mark.parametrize(
    ("signed", "next_day"),
    [
        ("2019-04-26", "2019-05-02"),  # 29 April swapped with 4 May
        ("2019-05-03", "2019-05-04"),
        ("2020-01-22", "2020-01-30"),
        ("2021-02-09", "2021-02-17"),
        ("2021-09-01", "2021-09-06"),
        ("2022-01-28", "2022-02-07"),
        ("2022-04-29", "2022-05-04"),
        ("2022-08-31", "2022-09-05"),
        ("2023-01-19", "2023-01-27"),
        ("2023-04-28", "2023-05-04"),
        ("2023-08-31", "2023-09-05"),
        ("2024-02-07", "2024-02-15"),
        ("2024-04-26", "2024-05-02"),
        ("2024-05-03", "2024-05-04"),
        ("2024-08-30", "2024-09-04"),
        ("2025-01-24", "2025-02-03"),
        ("2025-04-25", "2025-04-26"),
        ("2025-04-29", "2025-05-05"),
        ("2025-08-29", "2025-09-03"),
        ("2025-12-31", "2026-01-05"),
        ("2026-01-09", "2026-01-10"),
        ("2026-02-13", "2026-02-23"),
        ("2026-08-21", "2026-08-22"),
        ("2026-08-28", "2026-09-03"),
        ("2026-11-23", "2026-11-25"),
        ("2027-02-03", "2027-02-11"),
        ("2027-04-29", "2027-05-04"),
        ("2027-09-01", "2027-09-06"),
    ],
)
def test_the_breaks_that_were_announced(signed: str, next_day: str) -> None:
    year = calendar.vietnam()
    assert year.next_working_day(date.fromisoformat(signed)) == date.fromisoformat(next_day)
    assert year.latest_sending(date.fromisoformat(signed)) == datetime.fromisoformat(f"{next_day}T12:00:00")


@given(DAYS)
def test_no_working_day_is_skipped(day: date) -> None:
    found = calendar.vietnam().next_working_day(day)
    assert found is not None
    assert found > day
    assert works(found)
    between = [day + DAY * number for number in range(1, (found - day).days)]
    assert not any(works(each) for each in between)


@given(DAYS)
def test_the_last_moment_comes_after_the_day_and_never_earlier_for_a_later_day(day: date) -> None:
    year = calendar.vietnam()
    first, second = year.latest_sending(day), year.latest_sending(day + DAY)
    assert first is not None
    assert second is not None
    assert first.date() > day
    assert first.time() == time(12)
    assert first <= second


@given(DAYS)
def test_at_most_ten_days_lie_between_two_working_days(day: date) -> None:
    found = calendar.vietnam().next_working_day(day)
    assert found is not None
    assert (found - day).days <= 11


@pytest.mark.parametrize("day", ["2018-06-01", "2028-01-01", "9999-12-31", "0001-01-01"])
def test_about_other_years_nothing_is_said(day: str) -> None:
    year = calendar.vietnam()
    assert year.is_working_day(date.fromisoformat(day)) is None
    assert year.latest_sending(date.fromisoformat(day)) is None


def test_the_end_of_the_last_known_year_is_not_guessed() -> None:
    last = date(max(YEARS), 12, 31)
    assert calendar.vietnam().next_working_day(last) is None


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_the_days_off_that_the_law_gives(year: int) -> None:
    holidays = {date.fromisoformat(day): name for day, name in YEARS[year]["holidays"].items()}
    weekdays = [day for day in holidays if day.weekday() < 5]
    assert len(weekdays) == (10 if year < 2021 else 11 if year < 2026 else 12)
    assert all(day.year == year for day in holidays)
    assert all(day.weekday() < 5 for day, name in holidays.items() if name.endswith("-in-lieu"))
    assert len([name for name in holidays.values() if name == "tet"]) == 5


@pytest.mark.parametrize("year", YEARS)
def test_a_swapped_day_is_a_working_day_for_a_day_of_rest(year: int) -> None:
    for off, worked in YEARS[year]["swapped"].items():
        assert date.fromisoformat(off).weekday() < 5
        assert off not in YEARS[year]["holidays"]
        assert date.fromisoformat(worked).weekday() >= 5
        assert works(date.fromisoformat(worked))
        if off[:4] in CONTENT["years"]:
            assert not works(date.fromisoformat(off))


def test_every_year_says_where_it_comes_from_and_every_name_is_explained() -> None:
    assert list(YEARS) == list(range(min(YEARS), max(YEARS) + 1))
    used = set()
    for entry in YEARS.values():
        assert entry["sources"]
        assert isinstance(entry["verified"], bool)
        used |= set(entry["holidays"].values())
    assert used == set(CONTENT["names"])
    assert all(set(text) == {"vi", "en"} for text in CONTENT["names"].values())


def test_a_calendar_of_another_shape_is_refused() -> None:
    with pytest.raises(schemas.DataError):
        calendar.from_json({**CONTENT, "years": []})
    with pytest.raises(schemas.DataError):
        calendar.from_json({**CONTENT, "days_of_rest": "sunday"})
