"""A seeded sample of the tests stays green where the clock is years off; ``make test-clock`` runs all of them so."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clock import shim

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SEED = int(os.environ.get("AXIS28_SAMPLE_SEED", "28"))

pytestmark = [
    pytest.mark.skipif(shim.moved(), reason="the clock of this very run is moved: that says more"),
    pytest.mark.skipif(shim.obstacle() is not None, reason=str(shim.obstacle())),
]


ELSEWHERE = ("acceptance", "clock", "house")
"""Whole runs of minutes, this very folder, and what looks at the tree: no sample is taken of these."""


def _packages() -> dict[str, list[str]]:
    """Give the modules by package (``protocol/wire``; what lies deeper counts for that).

    Modules with a long proof, which take samples of their own, are left to ``make test-clock``.
    """
    found: dict[str, list[str]] = {}
    for module in sorted(TESTS.rglob("test_*.py")):
        folders = module.relative_to(TESTS).parts[:-1]
        text = module.read_text("utf-8")
        if folders[0] not in ELSEWHERE and "record_property" not in text and "mark.proof" not in text:
            found.setdefault("/".join(folders[:2]), []).append(module.relative_to(ROOT).as_posix())
    return found


PACKAGES = _packages()


def _drawn() -> dict[int, list[str]]:
    """Draw a module of each package, and which way the clock is moved for it: half of the packages each."""
    draw = random.Random(SEED)
    modules = [draw.choice(known) for known in PACKAGES.values()]
    draw.shuffle(modules)
    return {years: sorted(modules[number :: len(shim.SHIFTS)]) for number, years in enumerate(shim.SHIFTS)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("years", shim.SHIFTS)
def test_a_module_of_every_package_is_green_with_the_clock_moved_one_way(
    years: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    modules = _drawn()[years]
    everything = sum(map(len, PACKAGES.values()))
    taken = f"{len(modules)} of {everything} modules, one each of half of the packages"
    record_property("sample", f"{taken}, with the clock moved by {years:+d} years, seed {SEED} (all: make test-clock)")
    pytest_here = [sys.executable, "-m", "pytest", "-n", "0", "-q", "--tb=short", "-p", "no:cacheprovider"]
    # What the worker of the outer run was told is not for the inner one.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*pytest_here, "--basetemp", str(tmp_path / "inner"), *modules],
        cwd=ROOT,
        env=shim.environment(shim.build(tmp_path, years), clean),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
