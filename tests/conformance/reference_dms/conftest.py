"""One axis for all tests of a module; a world of fresh codes for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.axis_process import RunningAxis, running_axis
from tests.conformance.reference_dms.office_world import World


@pytest.fixture(scope="module")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    with running_axis(tmp_path_factory.mktemp("axis")) as started:
        yield started


@pytest.fixture
def world(axis: RunningAxis, tmp_path: Path) -> World:
    return World(axis, tmp_path / "dms")
