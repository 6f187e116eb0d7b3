"""The report for people: every finding in its place in the source, what it means and what mends it."""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from axis28.checking.excerpt import Excerpt
from axis28.checking.result import FileReport, Outcome, Remark, Unread
from axis28.checking.signatures import line, speaks_for_itself, tree
from axis28.checking.visible import cells, escaped, fitting, in_place
from axis28.checking.wording import wording
from protocol.finding import Severity
from protocol.signatures.outcome import signature_key
from schemas import messages

WIDEST = 120
"""Columns of running text on a terminal; elsewhere a line is never broken."""
STYLES = {"fail": "bold red", "warn": "bold yellow", "info": "bold cyan", "pass": "bold green"}
_BAR = "blue"

Piece = tuple[str, str]
"""A text and its style."""
Row = tuple[Piece, ...]


@dataclass
class TextReport:
    """Writes findings as they come; the summary at the end. On a terminal in colour, unless ``NO_COLOR`` forbids."""

    stream: TextIO
    lang: str
    profile: str
    quiet: bool = False
    verbose: bool = False
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Find out what the stream can show."""
        self._terminal = self.stream.isatty()
        self._width = min(WIDEST, shutil.get_terminal_size().columns) if self._terminal else None
        self._console = None
        if self._terminal:
            from rich.console import Console

            self._console = Console(file=self.stream, highlight=False, soft_wrap=True)

    def add(self, outcome: Outcome) -> None:
        """Show what came out of one file."""
        if isinstance(outcome, Unread):
            self.counts["unread"] += 1
            return
        self.counts[outcome.verdict] += 1
        for row in file_rows(outcome, self.lang, quiet=self.quiet, verbose=self.verbose, width=self._width):
            self._show(row)

    def finish(self) -> None:
        """Show the summary."""
        if self.quiet:
            return
        passed, warned, failed = (self.counts[verdict] for verdict in ("pass", "warn", "fail"))
        total = messages.text(
            "check.summary",
            self.lang,
            count=passed + warned + failed,
            passed=passed,
            warned=warned,
            failed=failed,
            profile=self.profile,
        )
        self._show(((total, STYLES["fail" if failed else "warn" if warned else "pass"]),))
        if self.counts["unread"]:
            unread = messages.text("check.unread", self.lang, count=self.counts["unread"])
            self._show(((unread, STYLES["fail"]),))

    def _show(self, row: Row) -> None:
        fitted = [(fitting(text, self.stream.encoding), style) for text, style in row]
        if self._console is not None:
            from rich.text import Text

            self._console.print(Text.assemble(*fitted), soft_wrap=True)
        else:
            print("".join(text for text, _ in fitted), file=self.stream)


def file_rows(
    report: FileReport, lang: str, *, quiet: bool = False, verbose: bool = False, width: int | None = None
) -> Iterator[Row]:
    """Give the lines about one file: its findings, its signatures, then its verdict with what was counted."""
    shown = [remark for remark in report.remarks if not quiet or remark.finding.severity is not Severity.INFO]
    for remark in shown:
        yield from _remark_rows(report.file, remark, lang, width)
        yield ()
    if quiet and not shown:
        return
    yield from _signature_rows(report, shown, lang, quiet=quiet, verbose=verbose)
    counted = Counter(remark.finding.severity.value for remark in report.remarks)
    counts = ", ".join(
        messages.text(f"check.count.{severity}", lang, count=counted[severity])
        for severity in ("fail", "warn", "info")
        if counted[severity]
    )
    verdict = messages.text(f"check.verdict.{report.verdict}", lang)
    key = "check.file-counts" if counts else "check.file"
    line = messages.text(key, lang, file=escaped(report.file), verdict=verdict, counts=counts)
    yield ((line, STYLES[report.verdict]),)
    if shown:
        yield ()


def _remark_rows(file: str, remark: Remark, lang: str, width: int | None) -> Iterator[Row]:
    finding, words = remark.finding, wording(remark.finding, lang)
    severity = messages.text(f"check.severity.{finding.severity.value}", lang)
    style = STYLES[finding.severity.value]
    yield (f"{severity}[{finding.reason}]", style), (f": {words.message}", "bold")
    gutter = len(str(remark.line or ""))
    place = ":".join(str(part) for part in (escaped(file), remark.line, remark.column) if part)
    yield (f"{'':{gutter}}--> ", _BAR), (place, "")
    if remark.excerpt is not None and not remark.excerpt.blank:
        yield from _source_rows(remark.excerpt, gutter, style)
    labelled = (
        ("attachment", escaped(remark.attachment)),
        ("where", escaped(finding.where)),
        ("expected", escaped(finding.expected)),
        ("got", escaped(finding.got)),
        ("more", more(remark, lang)),
        ("law", words.law),
        ("cause", words.cause),
        ("fix", words.fix),
    )
    shown = [(messages.text(f"check.{key}", lang) + ":", text) for key, text in labelled if text]
    longest = max(cells(name) for name, _ in shown)
    for name, text in shown:
        lead, indent = f"{'':{gutter}} = ", gutter + 3 + longest + 1
        first, *rest = _wrapped(text, width, indent)
        yield (lead, _BAR), (f"{name}{' ' * (longest - cells(name))} ", "bold"), (first, "")
        yield from (((f"{'':{indent}}{line}", ""),) for line in rest)


def _signature_rows(
    report: FileReport, shown: Sequence[Remark], lang: str, *, quiet: bool, verbose: bool
) -> Iterator[Row]:
    """Give each signature in a line; as a tree where one asks for it or something about the signature was found."""
    found = (each.finding for each in shown)
    told = {signature_key(each.where, each.signature) for each in found if each.signature is not None}
    listed = [(each, each.key in told) for each in report.signatures]
    listed = [(each, named) for each, named in listed if named or not quiet]
    if not listed:
        return
    yield ((f"{messages.text('check.signature.signatures', lang)}:", "bold"),)
    for placed, named in listed:
        whole = verbose or not speaks_for_itself(placed) or (named and placed.result == "good")
        for branch in tree(placed, lang) if whole else (line(placed, lang),):
            style = {"bad": STYLES["fail"], "unknown": STYLES["warn"]}.get(branch.result or "", "")
            yield ("  " * (branch.depth + 1), _BAR), (branch.text, style)
    if shown:
        yield ()


def more(remark: Remark, lang: str) -> str:
    """Say how many findings of the same reason were left out; ``""`` where none was."""
    return messages.text("check.left-out", lang, count=remark.more) if remark.more else ""


def _source_rows(excerpt: Excerpt, gutter: int, style: str) -> Iterator[Row]:
    before = ("…" if excerpt.cut_before else "") + in_place(excerpt.before)
    marked, after = in_place(excerpt.marked), in_place(excerpt.after)
    if not excerpt.cut_before:
        # Indentation tells nothing here and takes the room of what does.
        before = before.lstrip(" ")
    end = "…" if excerpt.cut_after else ""
    yield ((f"{'':{gutter}} |", _BAR),)
    yield (f"{excerpt.line:>{gutter}} | ", _BAR), (before, ""), (marked, style), (after + end, "")
    if marked:
        yield (f"{'':{gutter}} | ", _BAR), (" " * cells(before) + "^" * max(1, cells(marked)), style)
    else:
        yield ((f"{'':{gutter}} |", _BAR),)


def _wrapped(text: str, width: int | None, indent: int) -> list[str]:
    if width is None or width - indent < 30:
        return [text]
    return textwrap.wrap(text, width - indent, break_long_words=False, break_on_hyphens=False) or [""]
