"""``axis28 load``: open arrivals by a profile, documents followed to their acknowledgement, thresholds that decide."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from axis28.errors import INVALID, CommandError
from axis28.joining import client_certificate, control_token, join_options, run_to_end
from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from conformance.load.connection import LoadSettings
    from conformance.load.profile import Profile
    from conformance.load.report import Ran


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    from conformance.load import profile

    lang = messages.language()
    parser = subparsers.add_parser(
        "load", help=messages.text("load.help", lang), description=messages.text("load.description", lang)
    )
    names = ", ".join(profile.names())
    parser.add_argument(
        "--profile", required=True, metavar="NAME", help=messages.text("load.profile", lang, names=names)
    )
    parser.add_argument("--driver", metavar="SPEC", help=messages.text("load.driver", lang))
    join_options(parser, lang)
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help=messages.text("load.out", lang))
    processes = messages.text("load.processes", lang)
    parser.add_argument("--processes", type=int, default=1, metavar="N", help=processes)
    parser.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=messages.text("fuzz.lang", lang))


def run(args: argparse.Namespace) -> int:
    """Run a profile; 0 held, 1 not held, 2 usage or set-up, 3 when generator or axis were sick."""
    from conformance.load import profile, report
    from conformance.load.connection import LoadSettings
    from conformance.settings import SetupFailure
    from conformance.violation import JudgeBlind

    if args.driver is None and args.axis is None:
        raise CommandError(messages.text("load.target-missing", args.lang))
    if args.processes < 1:
        wrong = messages.text("fuzz.number", args.lang, name="processes", value=args.processes, least=1)
        raise CommandError(wrong)
    try:
        chosen = profile.load(args.profile)
    except profile.ProfileUnusable as error:
        raise CommandError(str(error)) from error
    _writable(args)
    settings = LoadSettings(
        driver=args.driver, axis=args.axis, token=control_token(args), system=args.system, ca=args.ca,
        shown=client_certificate(args),
    )  # fmt: skip
    _announce(chosen, args.lang)
    try:
        ran = run_to_end(_conduct(chosen, settings, args.processes, args.lang))
        report.write(ran, args.out)
    except SetupFailure as failure:
        raise CommandError(failure.text, failure.exit_code) from failure
    except JudgeBlind as blind:
        raise CommandError(messages.text("fuzz.blind", args.lang, problem=blind), INVALID) from blind
    except OSError as error:
        problem = error.strerror or error
        raise CommandError(messages.text("fuzz.unwritable", args.lang, out=args.out, problem=problem)) from error
    print(report.table(ran, args.lang))
    return ran.verdict.exit_code


async def _conduct(chosen: Profile, settings: LoadSettings, processes: int, lang: str) -> Ran:
    from conformance.load import session, verdict
    from conformance.load.connection import connected
    from conformance.load.report import Ran

    started = datetime.now(UTC)
    async with connected(settings) as target:
        measured = await session.run(
            chosen, target.axis, target.recipient, processes=processes, ca=settings.ca, shown=settings.shown,
            started=lambda pids: _tell(messages.text("load.released", lang, pids=", ".join(map(str, pids)))),
        )  # fmt: skip
        return Ran(
            profile=chosen, measured=measured, verdict=verdict.decide(chosen, measured), system=target.system,
            axis_url=target.axis.url, axis_started=settings.axis is None, started=started, ended=datetime.now(UTC),
            processes=processes,
        )  # fmt: skip


def _announce(chosen: Profile, lang: str) -> None:
    arrivals = chosen.arrivals
    _tell(
        messages.text(
            "load.start", lang, name=chosen.name, title=chosen.title[lang], rate=arrivals.rate_per_s,
            seconds=arrivals.duration_s, drain=arrivals.drain_s,
        )
    )  # fmt: skip


def _writable(args: argparse.Namespace) -> None:
    try:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "load.json").unlink(missing_ok=True)
    except OSError as error:
        problem = error.strerror or error
        raise CommandError(messages.text("fuzz.unwritable", args.lang, out=args.out, problem=problem)) from error


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
