"""What pytest meets when somebody runs the scenarios without a system under test."""

from __future__ import annotations

from typing import NoReturn

import pytest


@pytest.fixture
def case() -> NoReturn:
    """Say what is missing; with a driver the plugin collects the scenarios itself and asks for no fixture."""
    pytest.exit("axis28: the scenarios need a system under test: give --axis28-driver SPEC", returncode=2)
