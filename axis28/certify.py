"""``axis28 certify``: a thin layer on pytest and the plugin ``conformance.plugin``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axis28 import ending
from axis28.errors import CommandError
from schemas import messages

if TYPE_CHECKING:
    from conformance.session import Certification

OPTIONS = (
    "plan", "level", "axis", "system", "control-token-file", "listen", "wait", "out", "select", "seed", "baseline",
    "ca", "client-cert", "client-key",
)  # fmt: skip
METAVARS = {
    "plan": "ID",
    "level": "L",
    "axis": "URL",
    "system": "ID",
    "control-token-file": "FILE",
    "listen": "HOST:PORT",
    "wait": "SECONDS",
    "out": "DIR",
    "select": "EXPR",
    "seed": "N",
    "baseline": "REPORT",
    "ca": "FILE",
    "client-cert": "FILE",
    "client-key": "FILE",
}
DEFAULT_PLAN = "2026.0-draft"


def register(subparsers: Any) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()
    purpose = messages.text("suite.help.certify", lang)
    parser = subparsers.add_parser("certify", help=purpose, description=purpose)
    parser.add_argument("--driver", required=True, metavar="SPEC", help=messages.text("suite.help.driver", lang))
    parser.add_argument("--role", choices=("dms",), default="dms", help=messages.text("suite.help.role", lang))
    for name in OPTIONS:
        words = messages.text(f"suite.help.{name}", lang, default=DEFAULT_PLAN)
        parser.add_argument(f"--{name}", metavar=METAVARS[name], help=words)
    parser.add_argument("--dry-run", action="store_true", help=messages.text("suite.help.dry-run", lang))


def run(args: argparse.Namespace) -> int:
    """Certify one system and give the exit code of its report."""
    # Everything below is heavy; `axis28 --help` needs none of it.
    from conformance.options import settings_from
    from conformance.report import table
    from conformance.report.progress import Progress
    from conformance.session import Certification
    from conformance.settings import SetupFailure

    lang = messages.language()
    try:
        given = {name: getattr(args, name.replace("-", "_")) for name in ("driver", *OPTIONS)}
        settings = settings_from(given, os.environ, base=Path.cwd())
        before = None if args.baseline is None else table.earlier(Path(args.baseline), lang)
        certification = Certification(settings, [Progress(sys.stderr, lang)], dry_run=args.dry_run)
    except SetupFailure as failure:
        raise CommandError(failure.text, failure.exit_code) from failure
    status = _pytest(certification, args.select)
    if certification.failure is not None:
        raise CommandError(certification.failure.text, certification.failure.exit_code)
    if certification.preview is not None:
        _show(certification, lang)
        return 0
    report = certification.report
    if report is None:
        return 2 if status == 4 else 3
    table.write(report, sys.stdout, lang)
    if before is not None:
        print(*table.changes(before, report, lang), sep="\n")
    print(messages.text("suite.report", lang, path=settings.out / "report.html"), file=sys.stderr)
    return int(report["exit_code"])


def _pytest(certification: Certification, select: str | None) -> int:
    """Run the scenarios under pytest, shielded from the settings and plugins of the folder that we were started in."""
    import pytest

    scenarios = Path(__file__).resolve().parents[1] / "conformance" / "scenarios"
    arguments = [
        str(scenarios), "--rootdir", str(scenarios), "-c", os.devnull, "--import-mode=importlib", "--capture=no",
        "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:logging", "--disable-plugin-autoload",
        *(("-k", select) if select else ()),
    ]  # fmt: skip
    shielded = {name: os.environ.pop(name) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if name in os.environ}
    try:
        # Ending by SIGTERM removes the residue as Ctrl-C does; without this the axis would outlive its suite.
        with ending.as_by_ctrl_c():
            return int(pytest.main(arguments, plugins=[certification]))
    finally:
        os.environ.update(shielded)


def _show(certification: Certification, lang: str) -> None:
    preview = certification.preview
    assert preview is not None
    interval = preview.system.poll_interval_s
    print(
        messages.text(
            "suite.dry-run",
            lang,
            plan=preview.plan_id + (" DRAFT" if preview.draft else ""),
            level=preview.level,
            count=sum(count for _, count in preview.phases),
            phases=len(preview.phases),
            seconds=preview.budget_s,
            interval=interval,
        )
    )
    for phase, stories in certification.phases:
        seconds = phase.seconds(interval)
        print(messages.text("suite.phase", lang, name=phase.name, count=len(stories), seconds=seconds))
        for story in stories:
            print(messages.text("suite.dry-check", lang, id=story.entry.id, title=story.entry.title[lang]))
