"""Writes the raw report and every view of it below the output folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.evidence import Evidence, Unwritable
from conformance.report import junit, page
from conformance.settings import SetupFailure


def write(report: Mapping[str, Any], evidence: Evidence) -> None:
    """Write ``report.json``, ``report.html`` and ``junit.xml``; ``SetupFailure`` where the folder cannot be written."""
    try:
        evidence.write("report.json", json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        evidence.write("report.html", page.render(report, evidence.out))
        evidence.write("junit.xml", junit.render(report))
    except Unwritable as error:
        raise SetupFailure(str(error)) from error
