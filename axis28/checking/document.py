"""The report as one JSON document (``schemas/check-report.schema.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from axis28.checking.result import FileReport, Remark
from axis28.checking.wording import wording

SCHEMA = "axis28/check/1"


def document(reports: Iterable[FileReport], lang: str) -> dict[str, Any]:
    """Give the report; ``message`` and ``fix`` of each finding in ``lang``."""
    return {"schema": SCHEMA, "files": [_file(report, lang) for report in reports]}


def render(reports: Iterable[FileReport], lang: str) -> str:
    """Give the report as text, with a line break at its end."""
    return json.dumps(document(reports, lang), ensure_ascii=False, indent=2) + "\n"


def _file(report: FileReport, lang: str) -> dict[str, Any]:
    return {
        "file": report.file,
        "kind": report.kind,
        "document_id": report.document_id,
        "verdict": report.verdict,
        "findings": [_finding(remark, lang) for remark in report.remarks],
        "signatures": [placed.to_json() for placed in report.signatures],
    }


def _finding(remark: Remark, lang: str) -> dict[str, Any]:
    words = wording(remark.finding, lang)
    said = {**remark.finding.to_json(), "line": remark.line, "message": words.message, "fix": words.fix}
    return {**said, "more": remark.more} if remark.more else said
