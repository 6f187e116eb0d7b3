"""The spool of a request: nothing of it stays behind."""

from __future__ import annotations

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
