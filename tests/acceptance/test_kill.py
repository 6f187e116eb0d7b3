"""Killed at any instant under load, an axis holds what it acknowledged: once, whole, byte for byte.

That proves that a package is there wholly or not at all, and that a start recovers. It does not prove that the disk has
it: a killed process leaves its writes to the kernel. For that see ``test_order.py``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.killing import campaign
from tests.postgres import cluster, why_not
from tests.proof import write_proof

_SEED = 28
_KILLS = int(os.environ.get("AXIS28_KILLS", "200"))
_SAMPLE = 2


def _run(folder: Path, store: str, workers: int, kills: int) -> dict[str, Any]:
    folder.mkdir()
    extra = ("--workers", str(workers))
    seed = f"{_SEED}:{store}:{workers}"
    if store == "sqlite":
        tally = campaign(folder, *extra, kills=kills, seed=seed)
    else:
        with cluster() as server:
            tally = campaign(folder, *extra, "--store", server.database(), kills=kills, seed=seed)
    return {"store": store, "workers": workers, **asdict(tally)}


@pytest.mark.parametrize(("store", "workers"), [("sqlite", 1), ("postgresql", 2)])
def test_what_was_acknowledged_survives_kill_9(
    tmp_path: Path, store: str, workers: int, record_property: Callable[[str, object], None]
) -> None:
    if store == "postgresql" and (reason := why_not()):
        pytest.skip(reason)
    seen = _run(tmp_path / "axis", store, workers, _SAMPLE)
    assert seen["acknowledged"] >= _SAMPLE
    record_property("sample", f"{_SAMPLE} of {_KILLS} kills of an axis, {store}, {workers} workers, seed {_SEED}")


@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_200_kills_on_both_stores_lose_nothing(tmp_path: Path) -> None:
    runs = [("sqlite", 1), ("sqlite", 2), ("postgresql", 1), ("postgresql", 2)]
    seen = [_run(tmp_path / f"{store}-{workers}", store, workers, _KILLS // 4) for store, workers in runs]
    write_proof("kills", {"seed": _SEED, "kills": sum(each["kills"] for each in seen), "lost": 0, "runs": seen})
    assert all(each["acknowledged"] > each["kills"] for each in seen)
