"""The pytest plugin ``axis28``: does nothing unless ``--axis28-driver`` is given.

``pytest --pyargs conformance.scenarios --axis28-driver SPEC`` runs the suite as pytest items, with ``-k``, ``-m`` and
JUnit. This module is loaded by every pytest of an environment that has the suite, so it imports next to nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

OPTIONS = (
    ("driver", "how the system under test is driven: python:MODULE:CALLABLE, exec:COMMAND or http:URL"),
    ("plan", "the plan (default: the newest)"),
    ("level", "certify up to this level of the plan (default: the one that the plan names)"),
    ("axis", "an axis that the system is connected to already (default: start one)"),
    ("system", "which system of that axis it is (default: what describe says)"),
    ("control-token-file", "file with the control token of that axis (default: AXIS28_CONTROL_TOKEN)"),
    ("listen", "HOST:PORT of the axis that is started"),
    ("wait", "seconds to wait for the first call of a system that is configured by hand"),
    ("out", "folder for report and evidence (default: out)"),
    ("seed", "seed of all random content (default: a random one, printed)"),
    ("ca", "PEM file with the authority that signed the axis's or the driver's certificate"),
    ("client-cert", "PEM file with the certificate that the suite shows to an axis that asks for one"),
    ("client-key", "PEM file with its key, without a passphrase (default: in the same file)"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, each with the prefix ``--axis28-``."""
    group = parser.getgroup("axis28", "conformance of a document-management system (axis28)")
    for name, text in OPTIONS:
        group.addoption(f"--axis28-{name}", default=None, metavar=name.upper(), help=text)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Become active when a driver is given; refuse to share the run among processes."""
    driver = config.getoption("--axis28-driver")
    if driver is None:
        return
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        pytest.exit("axis28: the scenarios run together inside one process; leave out -n (pytest-xdist)", returncode=2)
    # Only an active plugin may cost anything.
    from conformance.options import settings_from  # noqa: PLC0415
    from conformance.session import Certification  # noqa: PLC0415
    from conformance.settings import SetupFailure  # noqa: PLC0415
    from schemas import DataError  # noqa: PLC0415

    given = {name: config.getoption(f"--axis28-{name}") for name, _ in OPTIONS}
    try:
        certification = Certification(settings_from(given, os.environ, base=Path.cwd()))
    except DataError as error:
        pytest.exit(f"axis28: {error}", returncode=2)
    except SetupFailure as failure:
        pytest.exit(f"axis28: {failure.text}", returncode=failure.exit_code)
    config.pluginmanager.register(certification, "axis28-certification")
