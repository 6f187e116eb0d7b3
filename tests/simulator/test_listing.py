"""The directory leaves in slices and is, byte for byte, what one list would have been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from simulator import listing
from simulator.answers import success
from simulator.axis import build
from simulator.directory import Agency
from simulator.outcome import Outcome
from simulator.settings import Settings
from simulator.store.tables import agencies


def shown(agency: Agency) -> dict[str, Any]:
    return {"code": agency.code, "name": agency.name}


def even(agency: Agency) -> dict[str, Any] | None:
    return shown(agency) if int(agency.code[-1]) % 2 == 0 else None


def late(agency: Agency) -> dict[str, Any] | None:
    return shown(agency) if agency.code > "H99.02000" else None


@pytest.mark.parametrize("number", [0, 1, 999, 1000, 1001, 2000, 2500])
@pytest.mark.parametrize("choice", [shown, even, late])
def test_slices_make_the_same_bytes_as_one_list(tmp_path: Path, number: int, choice: listing.Shown) -> None:
    axis = build(Settings(data=tmp_path, token="not-a-real-token"))
    try:
        names = [(f"H99.{each:05d}", f"Sở Thử nghiệm {each}") for each in range(number)]
        with axis.store.opening() as connection:
            for code, name in names:
                connection.execute(insert(agencies).values(code=code, name=name, modified_at=0))

        def ask(connection: Connection) -> Outcome:
            return listing.listed(axis.store, connection, "getAgenciesList", choice)

        outcome = axis.store.read(ask)
        assert (outcome.rest is None) == (number < listing.SLICE)
        items = [item for code, name in names if (item := choice(Agency(code, name))) is not None]
        assert outcome.whole().answer.body == success("getAgenciesList", data=items).body
    finally:
        axis.close()
