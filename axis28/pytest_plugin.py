"""The door through which every pytest of an environment finds the suite's plugin.

pytest loads this module wherever axis28 is installed, also in a vendor's own project that happens to have a folder
``conformance/``. So the start-up guard stands here too: where another package has taken one of our names, the vendor's
own tests run on undisturbed, and only whoever asks for the suite is told why it cannot run.
"""

from __future__ import annotations

import pytest

from axis28.origin import intruder

COMPLAINT = intruder()

if COMPLAINT is None:
    from conformance.plugin import pytest_addoption, pytest_configure
else:

    def pytest_addoption(parser: pytest.Parser) -> None:
        """Know the one option by which the suite is asked for."""
        parser.getgroup("axis28").addoption("--axis28-driver", default=None, help="not available here")

    @pytest.hookimpl(trylast=True)
    def pytest_configure(config: pytest.Config) -> None:
        """Say what stands in the way, if the suite is asked for."""
        if config.getoption("--axis28-driver") is not None:
            pytest.exit(COMPLAINT or "", returncode=2)


__all__ = ["COMPLAINT", "pytest_addoption", "pytest_configure"]
