"""The store on SQLite and on PostgreSQL: what it keeps, what it tells other processes, and that nothing stops it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from simulator.store import address, tables
from simulator.store.failure import StorageFailed, UnusableStore
from simulator.store.generation import bump
from simulator.store.store import Store
from simulator.store.tables import agencies, exchanges, facts
from tests.postgres import Cluster, cluster, why_not

Opener = Callable[[], Store]


@pytest.fixture(params=["sqlite", "postgresql"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens one and the same store again and again, as several processes do."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").database()
    opened: list[Store] = []

    def another() -> Store:
        opened.append(Store(tmp_path, url))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


def _put(name: str, value: str = "1") -> Callable[[Connection], str]:
    def action(connection: Connection) -> str:
        connection.execute(insert(facts).values(name=name, value=value))
        return name

    return action


def _names(connection: Connection) -> set[str]:
    return set(connection.execute(select(facts.c.name)).scalars()) - {"version", "generation"}


def test_one_failing_piece_of_work_undoes_only_itself(opener: Opener) -> None:
    store = opener()

    def half(connection: Connection) -> None:
        _put("half")(connection)
        raise ValueError("no more")

    async def run() -> list[Any]:
        store.start(asyncio.get_running_loop())
        works = [store.write(_put("a")), store.write(half), store.write(_put("b")), store.write(_put("a"))]
        return list(await asyncio.gather(*works, return_exceptions=True))

    first, second, third, fourth = asyncio.run(run())
    assert (first, third) == ("a", "b")
    assert isinstance(second, ValueError)
    assert isinstance(fourth, StorageFailed)
    assert store.read(_names) == {"a", "b"}


def test_a_change_is_known_to_every_process_at_its_next_question(opener: Opener) -> None:
    one, other = opener(), opener()

    async def run() -> list[int]:
        one.start(asyncio.get_running_loop())
        seen = [await other.generation()]
        for number in range(3):
            await one.write(_put(str(number)))
            seen.append(await other.generation())
            await one.write(bump)
            seen += await asyncio.gather(other.generation(), other.generation(), one.generation())
        return seen

    first, *rest = asyncio.run(run())
    assert rest == [first + step for step in (0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3)]


def test_a_commit_of_another_process_is_felt(opener: Opener) -> None:
    one, other = opener(), opener()

    async def run() -> None:
        one.start(asyncio.get_running_loop())
        before = await other.pulse()
        assert await other.pulse() == before
        await one.write(_enter(1))
        assert await other.pulse() != before

    asyncio.run(run())


def _enter(at: int) -> Callable[[Connection], object]:
    headers = {"request_headers": b"", "answer_headers": b""}
    entry = insert(exchanges).values(at=at, operation="getEdoc", method="GET", path="/", **headers)
    return lambda connection: connection.execute(entry)


def _after(last: int) -> Callable[[Connection], Any]:
    query = select(exchanges.c.seq, exchanges.c.at).where(exchanges.c.seq > last).order_by(exchanges.c.seq)
    return lambda connection: connection.execute(query).all()


def test_who_reads_the_journal_after_a_number_misses_nothing_of_several_writers(opener: Opener) -> None:
    """Numbers are given in one transaction and seen with its commit: two writers must not overtake each other."""
    writers = [opener() for _ in range(3)]
    total = 60

    async def write(store: Store, share: range) -> None:
        for number in share:
            await store.write(_enter(number))

    async def follow(store: Store) -> list[int]:
        seen: list[int] = []
        last = 0
        while len(seen) < total:
            rows = await store.read_aside(_after(last))
            seen += [row.at for row in rows]
            last = rows[-1].seq if rows else last
        return seen

    async def run() -> list[int]:
        for store in writers:
            store.start(asyncio.get_running_loop())
        follower = asyncio.create_task(follow(writers[0]))
        shares = [range(start, total, len(writers)) for start in range(len(writers))]
        await asyncio.gather(*(write(store, share) for store, share in zip(writers, shares, strict=True)))
        return await asyncio.wait_for(follower, 60)

    assert sorted(asyncio.run(run())) == list(range(total))


def test_texts_of_any_length_and_with_any_character_are_taken(opener: Opener) -> None:
    store = opener()
    code = "x" * 5000

    def enter(connection: Connection) -> None:
        connection.execute(insert(agencies).values(code="H99.01", name="\0" + code, system_id=code, modified_at=1))

    async def run() -> None:
        store.start(asyncio.get_running_loop())
        await store.write(enter)

    asyncio.run(run())
    query = select(agencies.c.system_id, agencies.c.name).where(agencies.c.name.in_(["\0" + code]))
    found = store.read(lambda connection: connection.execute(query).one())
    assert found.system_id == code
    assert found.name.endswith(code)


def test_a_read_that_fails_leaves_nothing_behind(opener: Opener) -> None:
    store = opener()

    def broken(connection: Connection) -> None:
        connection.execute(select(facts)).all()
        connection.exec_driver_sql("SELECT 1 FROM nowhere")

    for _ in range(20):
        with pytest.raises(StorageFailed, match="nowhere"):
            store.read(broken)

    async def run() -> None:
        store.start(asyncio.get_running_loop())
        await store.write(_put("after"))

    asyncio.run(run())
    assert store.read(_names) == {"after"}


def test_a_store_of_a_newer_version_is_not_touched(opener: Opener) -> None:
    with opener().opening() as connection:
        connection.execute(facts.update().where(facts.c.name == "version").values(value="99"))
    with pytest.raises(UnusableStore, match="format 99"):
        opener()


def test_tables_of_somebody_else_are_not_touched(postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.database()
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.ask("CREATE TABLE documents (id int)", name)
    with pytest.raises(UnusableStore, match="documents"):
        Store(tmp_path, url)
    assert postgres.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == ([1],)


def test_a_file_of_the_first_version_is_completed_and_keeps_its_rows(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "axis.sqlite3")
    old.executescript((Path(__file__).parent / "version1.sql").read_text(encoding="utf-8"))
    old.close()
    store = Store(tmp_path)
    fresh = Store(_folder(tmp_path / "fresh"))
    try:
        shape = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        indexes = "SELECT name FROM sqlite_schema WHERE type = 'index'"
        for question in (shape, indexes):
            completed, made = (
                {tuple(row) for row in each.read(lambda connection: connection.exec_driver_sql(question).all())}  # noqa: B023
                for each in (store, fresh)
            )
            assert completed == made
        version = select(facts.c.value).where(facts.c.name == "version")
        assert store.read(lambda connection: connection.execute(version).scalar()) == str(tables.VERSION)
        assert store.read(lambda connection: connection.execute(select(agencies.c.code)).scalars().all()) == ["H99.01"]
        assert asyncio.run(store.generation()) == 1
    finally:
        store.close()
        fresh.close()


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_the_log_is_synchronised_at_every_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.opening() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    store.close()


def test_a_full_disk_is_told_and_ends_when_there_is_room_again(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        _put("large", "x" * 100_000)(connection)

    async def run() -> list[Any]:
        store.start(asyncio.get_running_loop())
        await store.write(_put("kept"))
        store.write_later(_put("later"))
        results = await asyncio.gather(
            store.write(_put("a")), store.write(fill), store.write(_put("b")), return_exceptions=True
        )
        await store.write(_put("after"))
        return list(results)

    results = asyncio.run(run())
    assert isinstance(results[1], StorageFailed)
    assert "full" in str(results[1])
    stored = {result for result in results if isinstance(result, str)}
    assert store.read(_names) == {"kept", "later", "after"} | stored
    store.close()


def test_a_lock_that_another_program_holds_too_long_is_told_and_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.store.sqlite._BUSY", 0.1)
    monkeypatch.setattr("simulator.store.writer._PATIENCE", 0.3)
    store = Store(tmp_path)
    other = sqlite3.connect(tmp_path / "axis.sqlite3", isolation_level=None)

    async def run() -> None:
        store.start(asyncio.get_running_loop())
        other.execute("BEGIN IMMEDIATE")
        store.write_later(_put("later"))
        with pytest.raises(StorageFailed, match="locked"):
            await store.write(_put("refused"))
        assert store.read(_names) == set()
        other.execute("ROLLBACK")
        await store.write(_put("after"))

    asyncio.run(run())
    store.close()
    with contextlib.closing(Store(tmp_path)) as again:
        assert again.read(_names) == {"later", "after"}
    other.close()


def test_a_restart_of_postgresql_needs_none_of_the_axis(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reads and writes come back by themselves, and so does what nobody waited for while the server was away."""
    if reason := why_not():
        pytest.skip(reason)
    monkeypatch.setattr("simulator.store.writer._PATIENCE", 60.0)  # a busy machine takes its time for a restart
    with cluster() as server:
        store = Store(tmp_path, server.database())

        async def run() -> None:
            store.start(asyncio.get_running_loop())
            await store.write(_put("before"))
            await store.look(_names)
            for how in (signal.SIGINT, signal.SIGQUIT):
                server.stop(how)
                store.write_later(_put(f"later-{how}"))
                with pytest.raises(StorageFailed):
                    await store.look(_names)
                with pytest.raises(StorageFailed):
                    await store.generation()
                during = asyncio.create_task(store.write(_put(f"during-{how}")))
                await asyncio.sleep(0.2)
                await asyncio.to_thread(server.start)
                assert "before" in await store.look(_names)
                assert await during == f"during-{how}"
                assert await store.generation() == 1

        asyncio.run(run())
        store.close()
        with contextlib.closing(Store(tmp_path, store_address(server))) as again:
            expected = {"before", "later-2", "later-3", "during-2", "during-3"}
            assert again.read(_names) == expected
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def store_address(server: Cluster) -> str:
    return server.address("axis_1")


def test_an_ended_backend_costs_no_read_and_no_work_that_nobody_waits_for(postgres: Cluster, tmp_path: Path) -> None:
    url = postgres.database()
    name = url.partition("?")[0].rpartition("/")[2]
    store = Store(tmp_path, url)
    end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"

    def interrupted(connection: Connection) -> str:
        _put("half")(connection)
        postgres.ask(end)
        return _put("other half")(connection)

    async def run() -> None:
        store.start(asyncio.get_running_loop())
        await store.write(_put("before"))
        for number in range(3):
            await asyncio.to_thread(postgres.ask, end)
            store.write_later(_put(f"later-{number}"))
            assert "before" in await store.look(_names)
            assert await store.generation() == 1
            assert await store.write(_put(f"write-{number}")) == f"write-{number}"
        store.write_later(_put("company"))
        with pytest.raises(StorageFailed):
            await store.write(interrupted)
        await store.write(_put("after"))

    asyncio.run(run())
    store.close()
    with contextlib.closing(Store(tmp_path, url)) as again:
        numbered = {f"{word}-{number}" for word in ("later", "write") for number in range(3)}
        assert again.read(_names) == numbered | {"before", "company", "after"}


def test_a_commit_whose_answer_was_lost_is_not_reported_as_failed(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may have committed when the connection goes: it is asked, instead of telling a client wrongly."""
    store = Store(tmp_path, postgres.database())
    lost: list[str] = []

    class Losing:
        """Passes everything on, and loses the answer to one COMMIT."""

        def __init__(self, connection: Connection) -> None:
            self._connection = connection

        def __getattr__(self, name: str) -> Any:
            return getattr(self._connection, name)

        def exec_driver_sql(self, statement: str) -> Any:
            done = self._connection.exec_driver_sql(statement)
            if statement == "COMMIT" and not lost:
                lost.append(statement)
                self._connection.connection.driver_connection._usock.close()  # type: ignore[union-attr]
                return self._connection.exec_driver_sql("SELECT 1")
            return done

    async def run() -> str:
        store.start(asyncio.get_running_loop())
        writer = store._writer
        assert writer is not None
        begun = writer._begun

        def losing(patience: float) -> Any:
            connection, mark = begun(patience)
            return Losing(connection), mark

        monkeypatch.setattr(writer, "_begun", losing)
        return await store.write(_put("once"))

    assert asyncio.run(run()) == "once"
    assert lost
    assert store.read(_names) == {"once"}
    store.close()


@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_writers_take_turns_whatever_isolation_the_database_has_by_default(
    postgres: Cluster, tmp_path: Path, level: str
) -> None:
    """A writer that saw the state from before its turn could change nothing that another had changed."""
    url = postgres.database()
    name = url.partition("?")[0].rpartition("/")[2]
    postgres.ask(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")
    stores = [Store(tmp_path, url) for _ in range(2)]

    async def run() -> list[int]:
        for store in stores:
            store.start(asyncio.get_running_loop())
        for _ in range(10):
            await asyncio.gather(*(store.write(bump) for store in stores))
        return [await store.generation() for store in stores]

    try:
        assert asyncio.run(run()) == [21, 21]
    finally:
        for store in stores:
            store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://axis:not-a-real-secret@db.invalid/", "database is missing"),
        ("mysql://axis:not-a-real-secret@db.invalid/axis", "mysql is not known"),
        ("postgresql://axis:not-a-real-secret@db.invalid/axis?sslmode=off", "sslmode is not known"),
        ("postgresql://axis:not-a-real-secret@/axis?host=/nowhere&port=x", "port x"),
        ("postgresql://axis:not-a-real-secret@/axis?host=/nowhere", "cannot be used"),
        ("postgresql://axis@/axis?password_file=/nowhere", "password_file /nowhere"),
        ("not-a-real-secret", "no address"),
    ],
)
def test_an_unusable_address_is_explained_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(UnusableStore, match=said) as told:
        Store(tmp_path, url)
    assert "not-a-real-secret" not in str(told.value)


def test_the_password_comes_from_its_file_the_address_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from-file\n", encoding="utf-8")

    def password(url: str) -> Any:
        return address.connect_arguments(address.parsed(url), {"PGPASSWORD": "from-environment"})["password"]

    assert password(f"postgresql://a:from-url@h/d?password_file={file}") == "from-file"
    assert password("postgresql://a:from-url@h/d") == "from-url"
    assert password("postgresql://a@h/d") == "from-environment"
    assert "from-url" not in address.shown(address.parsed("postgresql://a:from-url@h/d"))
