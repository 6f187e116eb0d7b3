from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.axis_process import RunningAxis, running_axis


@pytest.fixture(scope="module")
def axis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    """One axis for all tests of a module; each registers systems of its own on it."""
    with running_axis(tmp_path_factory.mktemp("axis")) as running:
        yield running
