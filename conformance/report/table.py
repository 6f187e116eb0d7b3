"""The verdicts as a table for a terminal, and what changed since an earlier report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from conformance.report import raw
from conformance.settings import SetupFailure
from schemas.messages import text

PLAIN_WIDTH = 160
BLOCKING = ("fail", "wrong-reason")
STYLES = {"pass": "green", "fail": "red", "wrong-reason": "red", "error": "red", "inconclusive": "red"}


def write(report: Mapping[str, Any], stream: TextIO, lang: str) -> None:
    """Write one line per check, then the verdict, then what to fix first."""
    from rich.console import Console  # noqa: PLC0415 - heavy, and only the end of a run needs it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else PLAIN_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("check", "level", "verdict", "about"):
        table.add_column(text(f"suite.{key}", lang), no_wrap=key != "about")
    for check in report["checks"]:
        word = Text(text(f"suite.check-{check['verdict']}", lang), STYLES.get(check["verdict"], "yellow"))
        if not check["scored"]:
            word.append(" *")
        table.add_row(check["id"], check["level"], word, check["message"][lang])
    console.print(table)
    if not all(check["scored"] for check in report["checks"]):
        console.print(f"* {text('suite.not-scored', lang)}")
    first = next((check for check in report["checks"] if check["verdict"] in BLOCKING and check["scored"]), None)
    if first is not None:
        console.print(text("suite.first-to-fix", lang, id=first["id"], message=first["fix"][lang]))
    draft = " DRAFT" if report["plan"]["draft"] else ""
    verdict = text(f"suite.verdict-{report['verdict']}", lang)
    summary = ", ".join(
        f"{text(f'suite.check-{name}', lang)} {number}" for name, number in report["counts"].items() if number
    )
    style = "bold green" if report["exit_code"] == 0 else "bold red"
    console.print(Text(f"{text('suite.verdict', lang)}: {verdict}{draft} ({summary})", style))


def earlier(path: Path, lang: str) -> Mapping[str, str]:
    """Read the verdicts of an earlier report by check id; ``SetupFailure`` where that is no report."""
    try:
        report = json.loads(path.read_text("utf-8"))
        raw.validate(report)
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else error
        raise SetupFailure(text("suite.bad-baseline", lang, path=path, problem=problem)) from error
    return {str(check["id"]): str(check["verdict"]) for check in report["checks"]}


def changes(before: Mapping[str, str], report: Mapping[str, Any], lang: str) -> list[str]:
    """Say, one line each, what changed since an earlier report."""
    after = {check["id"]: check["verdict"] for check in report["checks"]}
    name = {verdict: text(f"suite.check-{verdict}", lang) for verdict in report["counts"]}
    lines = [
        text(
            "suite.baseline-change",
            lang,
            id=check_id,
            before=name.get(before[check_id], before[check_id]),
            after=name[now],
        )
        for check_id, now in after.items()
        if check_id in before and before[check_id] != now
    ]
    lines += [
        text("suite.baseline-new", lang, id=check_id, after=name[now])
        for check_id, now in after.items()
        if check_id not in before
    ]
    lines += [
        text("suite.baseline-gone", lang, id=check_id, before=name.get(was, was))
        for check_id, was in before.items()
        if check_id not in after
    ]
    return lines or [text("suite.baseline-same", lang)]
