"""``axis28 trace``: how each requirement of the catalogue is verified, what is still to come, and what is wrong."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from schemas.traceability import Gap, Trace

SCHEMA = "axis28/trace/1"
_WIDTH = 110


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()
    parser = subparsers.add_parser(
        "trace", help=messages.text("trace.help", lang), description=messages.text("trace.description", lang)
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help=messages.text("trace.format", lang))
    parser.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=messages.text("explain.lang", lang))


def run(args: argparse.Namespace) -> int:
    """Print the trace; 0 when every requirement is accounted for, 1 when something does not hold together."""
    from axis28.citations import every_citation
    from schemas.traceability import trace

    found = trace(every_citation())
    if args.format == "json":
        print(json.dumps(_document(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines(found, args.lang)))
    for gap in found.gaps:
        print(complaint(gap, args.lang), file=sys.stderr)
    return 0 if found.whole else 1


def lines(found: Trace, lang: str) -> Iterator[str]:
    """Give the trace as the lines that a person reads: the counts, then what is pending and what is open."""
    yield summary(found, lang)
    yield ""
    yield from table(found, lang)
    for key, parted in (("trace.pending", found.pending), ("trace.later", found.later)):
        for part, names in parted.items():
            if names:
                yield ""
                bringing = messages.text(f"trace.part.{part}", lang)
                yield messages.text(key, lang, part=bringing, count=len(names))
                yield from _listed(names)
    if found.open:
        yield ""
        yield messages.text("trace.open", lang, count=len(found.open))
        yield from _listed(found.open)


def summary(found: Trace, lang: str) -> str:
    """Give the one line that says whether the catalogue is whole, and how much of it is verified already."""
    return messages.text(
        "trace.summary",
        lang,
        accounted=found.accounted,
        total=found.total,
        verified=found.verified,
        partly=sum(map(len, found.later.values())),
        waiting=sum(found.waiting.values()),
        declared=found.of_kind("declaration"),
        excluded=found.of_kind("excluded"),
        gaps=len(found.gaps),
    )


def table(found: Trace, lang: str) -> Iterator[str]:
    """Give the counts by kind of verification and by level, and how many of each kind nothing verifies yet."""
    levels = list(next(iter(found.counts.values())))
    every = messages.text("trace.all", lang)
    rows = {messages.text(f"trace.kind.{kind}", lang): row for kind, row in found.counts.items()}
    rows[every] = {level: sum(row[level] for row in found.counts.values()) for level in levels}
    waiting = [*found.waiting.values(), sum(found.waiting.values())]
    width = max(map(len, rows))
    pending = messages.text("trace.waiting", lang)
    yield " ".join([" " * width, *(f"{level:>5}" for level in levels), f"{every:>7}", f"{pending:>10}"])
    for (name, row), still in zip(rows.items(), waiting, strict=True):
        numbers = [*(f"{row[level]:>5}" for level in levels), f"{sum(row.values()):>7}", f"{still:>10}"]
        yield " ".join([name.ljust(width), *numbers])


def complaint(gap: Gap, lang: str) -> str:
    """Give one sentence that says what is wrong and how to mend it."""
    return messages.text(f"trace.gap.{gap.code}", lang, id=gap.id, detail=gap.detail)


def _listed(names: tuple[str, ...]) -> Iterator[str]:
    yield from textwrap.wrap(
        ", ".join(names), _WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )


def _document(found: Trace) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "total": found.total,
        "accounted": found.accounted,
        "verified": found.verified,
        "waiting": found.waiting,
        "counts": found.counts,
        "pending": found.pending,
        "later": found.later,
        "open": found.open,
        "gaps": [
            {
                "code": gap.code,
                "id": gap.id,
                "detail": gap.detail,
                "message": {lang: complaint(gap, lang) for lang in messages.LANGUAGES},
            }
            for gap in found.gaps
        ],
    }
