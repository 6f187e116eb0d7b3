"""Lawful systems pass: the reference DMS and its legal variants, each certified whole.

Every system takes a whole run, so that `make test` takes the reference DMS and a seeded sample and `make proof` all.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest

from conformance.variants import VARIANTS
from schemas import registry
from tests.conformance.certification import GRACE, certified_apart, failed, in_words, undecided

REFERENCE = "reference"
LAWFUL = {REFERENCE: "python:conformance.reference_dms.local:make"} | {
    name: f"python:conformance.variants:{name.replace('-', '_')}" for name in sorted(VARIANTS)
}
SAMPLE_SEED = int(os.environ.get("AXIS28_SAMPLE_SEED", "28"))
SAMPLE_SIZE = 2
SAMPLE = [REFERENCE, *sorted(random.Random(SAMPLE_SEED).sample(sorted(VARIANTS), SAMPLE_SIZE))]


def require_passes(name: str) -> None:
    """Certify one system and compare: every check judged, none failed, warned or undecided."""
    # A sound system waits for no deadline: the long grace costs nothing but on a machine that needs it.
    verdicts = certified_apart(LAWFUL[name], grace=4 * GRACE)
    against = failed(verdicts) | set(undecided(verdicts))
    assert not against, in_words(verdicts, against)
    assert set(verdicts) == set(registry.checks())


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", SAMPLE)
def test_a_sampled_lawful_system_passes_every_check(name: str, record_property: Callable[[str, object], None]) -> None:
    record_property("sample", f"{len(SAMPLE)} of {len(LAWFUL)} lawful systems, seed {SAMPLE_SEED}")
    require_passes(name)


@pytest.mark.proof
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", sorted(set(LAWFUL) - set(SAMPLE)))
def test_every_other_lawful_system_passes_every_check(name: str) -> None:
    require_passes(name)
