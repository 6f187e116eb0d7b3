"""Forgetting bodies: what somebody is about to refer to stays, or he is told; no row ever dangles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from simulator import forgetting
from simulator.blobs import INLINE, Blobs, Content
from simulator.store.contents import find_content, put_content
from simulator.store.failure import StorageFailed
from simulator.store.store import Store
from simulator.store.tables import discarded

LARGE = bytes(INLINE + 1)


class Process:
    """One of several processes on one store and one shelf: it knows nothing of what another one holds."""

    def __init__(self, folder: Path, number: int) -> None:
        self.store = Store(folder)
        self.blobs = Blobs(folder / "bodies", number)

    def keep(self) -> Content:
        spool = self.blobs.spool()
        spool.write(LARGE)
        return self.blobs.keep(spool)

    def refer(self, content: Content) -> None:
        try:
            with self.store.opening() as connection:
                put_content(connection, content)
        finally:
            self.blobs.release([content])

    def discard(self, content: Content) -> None:
        with self.store.opening() as connection:
            forgetting.discard(connection, [content.sha256])

    def sweep(self, grace: int = 0) -> int:
        with self.store.opening() as connection:
            return forgetting.sweep(connection, self.blobs, grace)

    def noted(self) -> int:
        return len(self.store.read(lambda connection: connection.execute(select(discarded)).all()))

    def readable(self, content: Content) -> bool:
        found = self.store.read(lambda connection: find_content(connection, content.sha256))
        if found is None:
            return False
        with self.blobs.open(found) as stream:
            return stream.read() == LARGE


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[tuple[Process, Process]]:
    both = Process(tmp_path, 1), Process(tmp_path, 2)
    yield both
    for process in both:
        process.store.close()


def test_a_discarded_body_is_removed_after_its_time_of_grace(processes: tuple[Process, Process]) -> None:
    one, two = processes
    content = one.keep()
    one.refer(content)
    one.discard(content)
    assert two.sweep(forgetting.GRACE) == 0
    assert list(two.blobs.shelf.names())
    assert two.sweep() == 1
    assert not list(two.blobs.shelf.names())
    assert two.noted() == 0


def test_a_body_that_gets_a_row_again_before_the_sweep_stays(processes: tuple[Process, Process]) -> None:
    one, two = processes
    content = one.keep()
    one.refer(content)
    again = two.keep()
    one.discard(content)
    two.refer(again)
    assert one.sweep() == 0
    assert two.readable(again)
    assert two.noted() == 0


def test_who_refers_to_a_body_after_the_sweep_is_told_and_can_send_it_again(
    processes: tuple[Process, Process],
) -> None:
    one, two = processes
    content = one.keep()
    one.refer(content)
    again = two.keep()
    one.discard(content)
    assert one.sweep() == 1
    with pytest.raises(StorageFailed, match="send it again"):
        two.refer(again)
    once_more = two.keep()
    two.refer(once_more)
    assert one.readable(once_more)


def test_a_sweep_that_was_killed_before_its_commit_leaves_no_dangling_row(processes: tuple[Process, Process]) -> None:
    one, two = processes
    content = one.keep()
    one.refer(content)
    one.discard(content)
    again = two.keep()
    one.blobs.shelf.remove(content.sha256)  # as far as the killed sweep came
    with pytest.raises(StorageFailed):
        two.refer(again)
    assert two.sweep() == 1


def test_what_this_process_itself_is_about_to_refer_to_is_not_swept(processes: tuple[Process, Process]) -> None:
    one, _ = processes
    content = one.keep()
    one.refer(content)
    one.discard(content)
    held = one.keep()
    assert one.sweep() == 0
    one.refer(held)
    assert one.readable(held)
