"""Two clocks on one store show one time, whoever changes it and whenever they learn of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select, update

from simulator import timekeeping
from simulator.clock import VIETNAM, Clock
from simulator.store.tables import facts, metadata


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    """A store of which only the facts are used."""
    engine = create_engine(f"sqlite:///{tmp_path / 'facts.sqlite3'}")
    metadata.create_all(engine, tables=[facts])
    yield engine
    engine.dispose()


def _load(store: Engine, *all_clocks: Clock) -> None:
    for clock in all_clocks:
        with store.connect() as connection:
            timekeeping.load(connection, clock)


def _change(store: Engine, **values: object) -> None:
    with store.begin() as connection:
        begin = timekeeping.change(connection, **values)  # type: ignore[arg-type]
    time.sleep(max(0.0, begin - time.monotonic()))


def test_clocks_that_learn_at_different_moments_never_show_a_step_back(store: Engine) -> None:
    """Whoever reads in turn from two workers sees time go on, over every change that does not set it."""
    pair, shown, ended = (Clock(), Clock()), [0.0], threading.Event()
    turn = threading.Lock()
    back: list[float] = []

    def learn(clock: Clock, every: float) -> None:
        while not ended.wait(every):
            _load(store, clock)

    def read() -> None:
        while not ended.is_set():
            for clock in pair:
                with turn:
                    now = clock.epoch()
                    back.extend([shown[0] - now] if now < shown[0] else [])
                    shown[0] = now
            time.sleep(0.0005)

    threads = [threading.Thread(target=learn, args=each) for each in zip(pair, (0.003, 0.08), strict=True)]
    threads.append(threading.Thread(target=read))
    for thread in threads:
        thread.start()
    try:
        for rate, frozen in ((1000, False), (1, False), (500, True), (500, False), (0.5, False)):
            _change(store, rate=float(rate), frozen=frozen)
            time.sleep(0.1)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert back == []


def test_two_clocks_show_the_same_instant_to_the_digit(store: Engine) -> None:
    here, there = Clock(), Clock()
    _change(store, now=datetime(2030, 1, 2, 3, 4, 5, tzinfo=VIETNAM), rate=1000.0)
    _load(store, here, there)
    before, between, after = here.epoch(), there.epoch(), here.epoch()
    assert before <= between <= after
    _change(store, frozen=True)
    _load(store, here, there)
    assert here.state() == there.state()


def test_changes_that_overtake_each_other_take_place_in_order(store: Engine) -> None:
    """The second is made before the first has begun: it counts from what the first leads to."""
    clock = Clock()
    with store.begin() as connection:
        timekeeping.change(connection, now=datetime(2040, 1, 1, tzinfo=VIETNAM), rate=10.0)
    with store.begin() as connection:
        timekeeping.change(connection, frozen=True)
    _load(store, clock)
    assert clock.state().now.year < 2040
    time.sleep(timekeeping.LEAD + 0.05)
    state = clock.state()
    assert (state.now.year, state.rate, state.frozen) == (2040, 10.0, True)


def test_after_a_restart_of_the_machine_the_clock_goes_by_the_wall_clock(store: Engine) -> None:
    clock = Clock()
    _change(store, now=datetime(2030, 1, 1, tzinfo=VIETNAM), rate=100.0)
    with store.begin() as connection:
        kept = json.loads(connection.execute(select(facts.c.value)).scalar_one())
        kept["boot"] = "another run of the kernel"
        kept["wall"] -= 60.0
        kept["monotonic"] += 5000.0
        kept["courses"] = [[since if since is None else since + 5000.0, *course] for since, *course in kept["courses"]]
        connection.execute(update(facts).values(value=json.dumps(kept)))
    _load(store, clock)
    assert 6000 <= clock.epoch() - datetime(2030, 1, 1, tzinfo=VIETNAM).timestamp() < 9000, "60 s at 100 x, and some"


def test_a_small_correction_of_the_hosts_clock_is_waited_out_and_a_large_one_is_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, host = Clock(), time.time()
    monkeypatch.setattr("simulator.clock.time.time", lambda: host)
    first = clock.epoch()
    host -= 5
    assert clock.epoch() == pytest.approx(first, abs=0.5)
    host -= 3600
    assert clock.epoch() == pytest.approx(first - 3605, abs=0.5)
