"""``axis28 fuzz``: hundreds of valid and damaged packages for a DMS or an axis, and what breaks, kept as bytes."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from axis28.errors import INVALID, CommandError
from axis28.joining import client_certificate, control_token, join_options, run_to_end
from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from conformance.fuzz.campaign import Outcome
    from conformance.fuzz.session import FuzzSettings

DEFAULT_EXAMPLES = 200
DEFAULT_SEED = 28
FOLDER = "fuzz"


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()
    parser = subparsers.add_parser(
        "fuzz", help=messages.text("fuzz.help", lang), description=messages.text("fuzz.description", lang)
    )
    parser.add_argument("--driver", metavar="SPEC", help=messages.text("fuzz.driver", lang))
    join_options(parser, lang)
    examples = messages.text("fuzz.examples", lang, default=DEFAULT_EXAMPLES)
    parser.add_argument("--examples", type=int, default=DEFAULT_EXAMPLES, metavar="N", help=examples)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="N", help=messages.text("fuzz.seed", lang))
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help=messages.text("fuzz.out", lang))
    parser.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=messages.text("fuzz.lang", lang))


def run(args: argparse.Namespace) -> int:
    """Fuzz; 0 nothing found, 1 found, 2 usage or set-up, 3 when the run could not see or stimulate."""
    from conformance.fuzz import session
    from conformance.settings import SetupFailure
    from conformance.violation import JudgeBlind

    for name, least in (("examples", 1), ("seed", 0)):
        if getattr(args, name) < least:
            raise CommandError(
                messages.text("fuzz.number", args.lang, name=name, value=getattr(args, name), least=least)
            )
    settings = session.FuzzSettings(
        driver=args.driver,
        axis=args.axis,
        token=control_token(args),
        system=args.system,
        examples=args.examples,
        seed=args.seed,
        ca=args.ca,
        shown=client_certificate(args),
    )
    _prepare(args, settings.kind)
    target = messages.text(f"fuzz.target-{settings.kind}", args.lang)
    _tell(messages.text("fuzz.start", args.lang, target=target, examples=args.examples, seed=args.seed))
    try:
        with _scratch():
            outcome = run_to_end(session.run(settings, lambda done, every: _progress(args.lang, done, every)))
    except SetupFailure as failure:
        raise CommandError(failure.text, failure.exit_code) from failure
    except JudgeBlind as blind:
        raise CommandError(messages.text("fuzz.blind", args.lang, problem=blind), INVALID) from blind
    _report(args, settings, outcome, target)
    return 1 if outcome.found else 0


@contextmanager
def _scratch() -> Iterator[None]:
    """Keep Hypothesis from leaving its caches (``.hypothesis/``) in the user's working directory."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with TemporaryDirectory(prefix="axis28-fuzz-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _prepare(args: argparse.Namespace, kind: str) -> None:
    """Make the folder and clear away what an earlier session on the same kind of target left."""
    folder = args.out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"{kind}-*"):
            if (old / "finding.json").exists():
                shutil.rmtree(old)
        (folder / f"{kind}.json").write_bytes(b"")
    except OSError as error:
        problem = error.strerror or error
        raise CommandError(messages.text("fuzz.unwritable", args.lang, out=args.out, problem=problem)) from error


def _report(args: argparse.Namespace, settings: FuzzSettings, outcome: Outcome, target: str) -> None:
    from conformance.fuzz import kept

    asked = f"--driver {args.driver}" if args.driver else "--axis URL" if args.axis else ""
    records: list[dict[str, Any]] = []
    try:
        for number, found in enumerate(outcome.found, start=1):
            folder = args.out / FOLDER / f"{settings.kind}-{kept.name(found, number)}"
            record = kept.save(found, folder, seed=args.seed, examples=args.examples, target=asked)
            records.append({**record, "folder": str(folder)})
        summary = {
            "schema": "axis28/fuzz/1",
            "target": settings.kind,
            "seed": args.seed,
            "examples_asked": args.examples,
            "examples": outcome.examples,
            "failing": outcome.failing,
            "ended_early": outcome.ended,
            "findings": records,
        }
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (args.out / FOLDER / f"{settings.kind}.json").write_text(text, encoding="utf-8")
    except OSError as error:
        problem = error.strerror or error
        raise CommandError(messages.text("fuzz.unwritable", args.lang, out=args.out, problem=problem)) from error
    key = "fuzz.found" if records else "fuzz.clean"
    print(messages.text(key, args.lang, count=len(records), examples=outcome.examples, target=target))
    for number, record in enumerate(records, start=1):
        print(_finding(number, record, args.lang))
    if outcome.ended:
        print(messages.text("fuzz.ended", args.lang))


def _finding(number: int, record: dict[str, Any], lang: str) -> str:
    made = record["made_of"][0] if record["made_of"] else {}
    request = [made["request"]] if made.get("request") else []
    parts = [*made.get("variations", ()), *made.get("damages", ()), *request]
    return messages.text(
        "fuzz.finding",
        lang,
        number=number,
        text=record["message"][lang],
        cause=record["cause"][lang],
        fix=record["fix"][lang],
        made="; ".join(parts) or messages.text("fuzz.made-valid", lang),
        **{name: record[name] for name in ("requirement", "examples", "expected", "got", "folder", "replay")},
    )


def _progress(lang: str, done: int, every: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{messages.text('fuzz.progress', lang, done=done, all=every)}", end="", file=sys.stderr, flush=True)
        if done >= every:
            print(file=sys.stderr)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
