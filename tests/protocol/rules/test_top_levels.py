"""The table of first-level codes is in itself sound: who took over is there and open, and every code has its form."""

from __future__ import annotations

from datetime import date

from protocol import organisation
from protocol.rules.identity import top_levels


def test_every_closed_code_has_an_open_successor() -> None:
    table = top_levels()
    closed = {code: entry for code, entry in table.items() if entry.closed}
    assert closed
    for entry in closed.values():
        assert entry.closed is not None
        assert entry.closed >= date(2025, 4, 14)
        assert table[entry.successor].closed is None


def test_every_code_is_one_of_the_first_level_and_none_is_fictitious() -> None:
    for text, entry in top_levels().items():
        code = organisation.parse(text)
        assert code is not None
        assert (code.form, code.level) == ("qd-20", 1)
        assert text[1] != "9", "codes from 90 belong to the fictitious agencies of the fixtures"
        assert entry.name
