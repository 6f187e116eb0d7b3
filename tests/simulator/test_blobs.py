"""The spool of a request: nothing of it stays behind."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest

from simulator.blobs import INLINE, Spool


def test_a_thread_that_writes_on_after_the_request_was_given_up_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(bytes(INLINE + 1))
    spool.close()
    with pytest.raises(ValueError, match="closed"):
        spool.write(bytes(INLINE + 1))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_begun_while_the_request_is_given_up_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    begin = tempfile.mkstemp

    def slowly(dir: Path) -> tuple[int, str]:  # noqa: A002 - the name that mkstemp gives it
        begun.set()
        go_on.wait(10)
        return begin(dir=dir)

    monkeypatch.setattr(tempfile, "mkstemp", slowly)
    spool = Spool(tmp_path)
    writer = threading.Thread(target=spool.write, args=(bytes(INLINE + 1),))
    closer = threading.Thread(target=spool.close)
    writer.start()
    assert begun.wait(10)
    closer.start()
    closer.join(0.2)  # a spool that does not wait for its writer is closed by now
    go_on.set()
    writer.join(10)
    closer.join(10)
    assert not writer.is_alive()
    assert not closer.is_alive()
    assert list(tmp_path.iterdir()) == []
