"""The level for signatures is for those who declare them; whoever does not is told so, and certified at business."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conformance.checks import scenarios
from conformance.evidence import Evidence
from conformance.plan import load
from conformance.report import raw
from conformance.run import Run
from conformance.settings import Settings
from conformance.verdict import REQUIRED, Verdict
from tests.conformance.certification import GRACE, certified_apart, failed, in_words, undecided

WITHOUT = "python:tests.conformance.odd_systems:without_signatures"


def test_a_system_that_declares_no_signatures_gets_no_certificate_at_their_level(tmp_path: Path) -> None:
    plan = load()
    stories = [each for each in scenarios().values() if each.entry.level == "signing"]
    settings = Settings(driver=WITHOUT, out=tmp_path, level="signing")
    run = asyncio.run(Run(settings, plan, stories, Evidence(tmp_path)).conduct())
    assert {(each.verdict, each.reason) for each in run.outcomes} == {(Verdict.NOT_SUPPORTED, REQUIRED)}
    assert len(run.outcomes) == len(stories)
    assert raw.build(run)["verdict"] == "not-certified"


@pytest.mark.timeout(300)
def test_what_rests_on_a_text_that_was_not_read_is_shown_and_costs_nothing(tmp_path: Path) -> None:
    """A system that judges certificates as of today goes against such a text alone (open question Q12)."""
    names = ("SIG-13/expired-since-signing", "SIG-05/altered-after-signing")
    settings = Settings(driver="python:conformance.mutants:judged_as_of_today", out=tmp_path, level="signing")
    run = Run(settings, load(), [scenarios()[name] for name in names], Evidence(tmp_path))
    report = raw.build(asyncio.run(run.conduct()))
    shown = {check["id"]: (check["verdict"], check["scored"]) for check in report["checks"]}
    assert shown == {names[0]: ("fail", False), names[1]: ("pass", True)}
    assert report["exit_code"] == 0


@pytest.mark.timeout(600)
def test_a_system_that_declares_no_signatures_passes_every_check_of_business() -> None:
    verdicts = certified_apart(WITHOUT, grace=4 * GRACE, level="business")
    against = failed(verdicts) | set(undecided(verdicts))
    assert not against, in_words(verdicts, against)
    assert set(verdicts) == set(load().checks("business"))
