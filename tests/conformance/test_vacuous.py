"""Doing nothing passes nothing: seven systems that only describe themselves score no pass at all."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from conformance.vacuous import KINDS
from conformance.verdict import Verdict
from schemas import registry
from tests.conformance.certification import ROOT, certified_apart, failed, in_words

SHORT = 0.2
"""There is nothing to wait for: a vacuous system would not do in a minute what it did not do in three seconds."""
LONGER = {"hang": 0.5}
"""Who waits behind a call that hangs may blame the system after a second only, so that the story has to come early."""


@contextlib.contextmanager
def _serving(kind: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance.vacuous", kind],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        yield str(json.loads(process.stdout.readline())["url"])
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_vacuous_system_passes_no_check(kind: str) -> None:
    with _serving(kind) as url:
        verdicts = certified_apart(f"http:{url}", grace=LONGER.get(kind, SHORT))
    passed = {name for name, (verdict, *_) in verdicts.items() if verdict == Verdict.PASS}
    assert not passed, in_words(verdicts, passed)
    assert failed(verdicts) == set(registry.checks()), in_words(verdicts, set(verdicts) - failed(verdicts))


POLLING = "RCV-09/both-queues-are-polled"


@pytest.mark.timeout(600)
def test_a_system_that_polls_and_refuses_everything_proves_only_that_it_polls() -> None:
    verdicts = certified_apart("python:tests.conformance.odd_systems:polls_and_refuses", grace=SHORT)
    passed = {name for name, (verdict, *_) in verdicts.items() if verdict == Verdict.PASS}
    assert passed == {POLLING}, in_words(verdicts, passed)
    assert failed(verdicts) == set(registry.checks()) - {POLLING}, in_words(verdicts, set(verdicts) - failed(verdicts))
