"""Which of the statuses about a recipient decides what is shown."""

from __future__ import annotations

import itertools

import pytest

from conformance.reference_dms.tracking import Told, decisive


def _told(*codes_and_seconds: tuple[str, int]) -> list[Told]:
    return [Told(code, f"2026/11/21 08:00:{second:02d}") for code, second in codes_and_seconds]


def _code(told: list[Told]) -> str | None:
    found = decisive(told)
    return found.code if found else None


@pytest.mark.parametrize("length", range(1, 6))
def test_the_furthest_step_counts_in_whatever_order_it_came(length: int) -> None:
    steps = list(zip(("01", "03", "04", "05", "06")[:length], range(length), strict=True))
    for order in itertools.permutations(steps):
        assert _code(_told(*order)) == steps[-1][0]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ((), None),
        ((("99", 1),), None),
        ((("01", 1), ("99", 9)), "01"),
        ((("05", 1), ("05", 9), ("03", 20)), "05"),
        ((("01", 5), ("02", 3)), "02"),
        ((("02", 3), ("03", 9)), "03"),
        ((("03", 9), ("02", 3)), "03"),
        ((("03", 3), ("02", 9)), "02"),
        ((("03", 1), ("16", 5)), "16"),
        ((("16", 5), ("05", 4)), "16"),
        ((("16", 5), ("05", 6)), "05"),
        ((("16", 2), ("15", 1)), "15"),
        ((("15", 1), ("06", 9)), "15"),
    ],
)
def test_refusals_and_answers_to_recalls_have_their_place(told: tuple[tuple[str, int], ...], code: str | None) -> None:
    assert _code(_told(*told)) == code


def test_a_repeated_step_is_shown_with_its_latest_time() -> None:
    found = decisive(_told(("05", 1), ("05", 30), ("05", 7)))
    assert found is not None
    assert found.timestamp.endswith(":30")
