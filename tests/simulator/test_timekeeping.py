"""Two clocks on one store show one time, whoever changes it and whenever they learn of it."""

from __future__ import annotations

import json
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
    """Whoever asks two workers in turn sees time go on, over every change that does not set it.

    One learns of each change at once, the other only when it has begun: until then it must not have run ahead.
    """
    early, late = Clock(), Clock()
    shown, uninformed = [0.0], 0

    def look(clock: Clock) -> None:
        shown.append(clock.epoch())
        assert shown[-1] >= shown[-2], f"a step back by {shown[-2] - shown[-1]} s"

    for rate, frozen in ((1000, False), (1, False), (500, True), (500, False), (0.5, False)) * 3:
        with store.begin() as connection:
            begin = timekeeping.change(connection, rate=float(rate), frozen=frozen)
        while True:
            ahead = late.epoch()
            if time.monotonic() >= begin:  # it would have to know by now, and what it read does not count
                break
            uninformed += 1
            assert ahead >= shown[-1], f"a step back by {shown[-1] - ahead} s"
            shown.append(ahead)
            _load(store, early)
            look(early)
        _load(store, late)
        look(late)
        look(early)
    assert uninformed >= 15


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
        begin = timekeeping.change(connection, frozen=True)
    _load(store, clock)
    before = clock.state()
    assert before.now.year < 2040 or time.monotonic() >= begin
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
    assert clock.epoch() == first
    host -= 3600
    assert clock.epoch() == pytest.approx(first - 3605, abs=60)
