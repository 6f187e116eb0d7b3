"""Lawful systems pass: the reference DMS and its legal variants, each certified whole."""

from __future__ import annotations

import pytest

from conformance.variants import VARIANTS
from schemas import registry
from tests.conformance.certification import GRACE, certified_apart, failed, in_words, undecided

REFERENCE = "python:conformance.reference_dms.local:make"
LAWFUL = {"reference": REFERENCE} | {
    name: f"python:conformance.variants:{name.replace('-', '_')}" for name in sorted(VARIANTS)
}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", LAWFUL)
def test_a_lawful_system_passes_every_check(name: str) -> None:
    # A sound system waits for no deadline: the long grace costs nothing but on a machine that needs it.
    verdicts = certified_apart(LAWFUL[name], grace=4 * GRACE)
    against = failed(verdicts) | set(undecided(verdicts))
    assert not against, in_words(verdicts, against)
    assert set(verdicts) == set(registry.checks())
