"""Dates and times of the exchange."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from conformance.reference_dms import vietnam


def test_a_moment_is_written_in_vietnamese_wall_time_whatever_its_zone() -> None:
    new_year = datetime(2026, 12, 31, 17, 30, 5, tzinfo=UTC)
    assert vietnam.wall_time(new_year) == "2027/01/01 00:30:05"
    assert vietnam.moment(new_year) == "2027-01-01T00:30:05.000+07:00"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        vietnam.wall_time(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake is the point


@pytest.mark.parametrize(
    "text", ["30/09/2015", "2015-09-30", "2015/9/30", "2014/02/30", "2015/09/30 11:08:36", "", None]
)
def test_what_lenient_parsers_take_for_a_day_is_none(text: str | None) -> None:
    """H-X09."""
    assert vietnam.read_day(text) is None


def test_a_day_comes_back_as_it_was_written() -> None:
    assert vietnam.read_day(" 2015/09/30 ") == date(2015, 9, 30)
    assert vietnam.day_on_wire(date(2015, 9, 30)) == "2015/09/30"


@pytest.mark.parametrize("text", ["2015/09/30", "21/11/2026 08:00:00", "2026-11-21 08:00:00", "", None])
def test_a_timestamp_of_another_form_is_none(text: str | None) -> None:
    assert vietnam.read_wall_time(text) is None


def test_decomposed_letters_are_the_same_identifier() -> None:
    """ID-18."""
    assert vietnam.key("05/QĐ-SỞ") == vietnam.key("05/QĐ-SO\u031b\u0309")
