"""What is asked all day finds its rows by an index, on either store, however much the store holds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from benchmarks.population import INBOXES, Population, fill
from simulator import journal, queues
from simulator.store import hot
from simulator.store.store import Store

_OTHER = "TEST.OTHER.150"  # sent a two-hundredth of everything
_QUESTIONS: dict[str, tuple[Callable[[Connection], object], str]] = {
    "inbox": (lambda connection: queues.pending(connection, "TEST.POP.10", "edoc", None), "deliveries_waiting"),
    "count": (lambda connection: queues.count(connection, "TEST.POP.10", "edoc"), "deliveries_waiting"),
    "sent": (lambda connection: queues.sent(connection, _OTHER, "edoc", None, None), "documents_by_system"),
    "journal": (lambda connection: journal._page(connection, 100, 10, None), "exchanges"),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with enough in it for a planner to prefer an index."""
    url = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    store = Store(tmp_path, url)
    fill(store, Population(packages=20_000, agencies=100))
    yield store
    store.close()


@pytest.mark.parametrize("name", _QUESTIONS)
def test_what_is_asked_all_day_is_found_by_an_index(filled: Store, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hot, "_driver", lambda _: None)  # the same text goes to the driver unseen otherwise
    question, index = _QUESTIONS[name]
    plan = "\n".join(_plans(filled, question))
    assert index in plan, plan
    assert "Seq Scan" not in plan, plan
    assert not [line for line in plan.splitlines() if "SCAN" in line and "INDEX" not in line], plan


def _plans(store: Store, question: Callable[[Connection], object]) -> list[str]:
    """Ask, and let the database explain each statement with the values that it was given."""

    def explained(connection: Connection) -> list[str]:
        asked: list[tuple[str, Any]] = []

        def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
            asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", note)
        question(connection)
        event.remove(connection, "before_cursor_execute", note)
        word = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        return [
            str(row[-1])
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"{word} {statement}", parameters)
        ]

    return store.read(explained)


def test_the_generator_fills_inboxes_of_the_sizes_that_it_says(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store, Population(packages=100_000, agencies=1000))
    sizes = {system: store.read(partial(queues.count, system_id=system, message_type="edoc")) for system in INBOXES}
    store.close()
    assert sizes == INBOXES


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("place", ["sqlite", "postgresql"])
def test_an_inbox_costs_what_waits_in_it_and_not_what_the_store_holds(
    tmp_path: Path, place: str, request: pytest.FixtureRequest
) -> None:
    """The same inboxes among 100,000 and among 1,000,000 packages, within generous bounds."""
    taken = {}
    for packages in (100_000, 1_000_000):
        url = request.getfixturevalue("postgres").database() if place == "postgresql" else None
        folder = tmp_path / str(packages)
        folder.mkdir()
        store = Store(folder, url)
        fill(store, Population(packages=packages))
        for system, size in INBOXES.items():
            taken[packages, size] = _median(store, system, size)
        store.close()
    for size in INBOXES.values():
        assert taken[1_000_000, size] <= 3 * taken[100_000, size] + 0.005, taken
    assert taken[1_000_000, 10_000] / 10_000 <= taken[1_000_000, 10] / 10, taken


def _median(store: Store, system: str, size: int) -> float:
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        rows = store.read(lambda connection: queues.pending(connection, system, "edoc", None))
        times.append(time.perf_counter() - begun)
        assert len(rows) == size
    return statistics.median(times)
