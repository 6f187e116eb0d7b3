"""Packages whose body is gone, as the control API shows them: said as a problem, and nothing else is lost with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from simulator.blobs import INLINE
from tests.axis_process import running_axis, start_axis
from tests.simulator.conftest import Office


@pytest.mark.parametrize("large", [False, True], ids=["its-row", "its-file"])
def test_a_package_whose_body_is_gone_is_a_problem_that_says_what_to_do(tmp_path: Path, *, large: bool) -> None:
    running = start_axis(tmp_path)
    office = Office(running)
    sender, receiver = office.participant(), office.participant()
    letter = office.letter(sender, receiver) + b" " * (2 * INLINE if large else 0)
    package = running.inject(letter, sender.code, to=receiver.code, as_is="true")["sender_id"]
    running.stop()
    if large:
        [file] = [file for file in (tmp_path / "axis" / "bodies").glob("??/*") if file.is_file()]
        file.unlink()
    else:
        engine = create_engine(f"sqlite:///{tmp_path / 'axis' / 'axis.sqlite3'}")
        with engine.begin() as connection:
            assert connection.execute(text("DELETE FROM contents")).rowcount
        engine.dispose()
    with running_axis(tmp_path, token=running.token) as again:
        found = again.call("GET", f"/documents/{package}")
        assert (found.status_code, found.json()["type"]) == (503, "urn:axis28:problem:body-lost"), found.text
        assert "restore it from a backup" in found.json()["detail"]
        [listed] = again.call("GET", "/documents").json()["documents"]
        assert listed["id"] == package
