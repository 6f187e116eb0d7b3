"""The report of a load run: within its schema, in both languages, with the raw values beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance.load import report
from conformance.load.latency import Distribution
from conformance.load.report import Ran
from conformance.load.verdict import decide
from schemas import messages
from tests.conformance.load.profiles import measurement, profile

FAST, SLOW = measurement(), measurement(acknowledged_s=Distribution.of([3.0] * 100), errors={"http-500": 2})
SICK = measurement(missing=7, status_01_s=None)


def ran(measured: object) -> Ran:
    chosen, now = profile(), datetime(2026, 11, 21, tzinfo=UTC)
    of = measured if measured is not None else FAST
    return Ran(chosen, of, decide(chosen, of), None, "http://127.0.0.1:1", True, now, now, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("measured", "result", "code"), [(FAST, "passed", 0), (SLOW, "failed", 1), (SICK, "invalid", 3)]
)
def test_a_report_is_written_within_its_schema(measured: object, result: str, code: int, tmp_path: Path) -> None:
    path = report.write(ran(measured), tmp_path / "out")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert (written["schema"], written["verdict"], written["exit_code"]) == ("axis28/load/1", result, code)
    values = json.loads((tmp_path / "out" / "load-values.json").read_text(encoding="utf-8"))
    assert len(values["send_ms"]) == written["send_ms"]["n"] == 100
    summary = report.summary(written)
    assert (summary["profile"], summary["verdict"]) == ("thu", result)


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_the_table_explains_what_was_not_held(lang: str) -> None:
    text = report.table(ran(SLOW), lang)
    assert messages.text("load.line.acknowledged", lang) in text
    assert "RCV-09" in text
    assert "http-500 × 2" in text
    assert messages.text("load.failed", lang, name="thu") in text


def test_two_profiles_that_differ_in_one_limit_have_two_fingerprints() -> None:
    other = profile(thresholds={"lost": 1})
    assert report.fingerprint(profile()) == report.fingerprint(profile())
    assert report.fingerprint(profile()) != report.fingerprint(other)
