"""``axis28 check``: what is wrong with packages, where, by which rule, and how to mend it."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from axis28 import ending
from axis28.errors import USAGE, CommandError
from axis28.output import complete_file, destination, overwritten
from schemas import messages

if TYPE_CHECKING:
    from axis28.checking.examination import Settings
    from axis28.checking.gathering import Gathered
    from axis28.checking.result import Outcome, Unread
    from axis28.command import Subparsers
    from protocol.rules.surroundings import Surroundings
    from protocol.signatures.anchors import Trust

POLICIES = ("off", "verify-if-present", "required")
FORMATS = ("text", "json", "sarif", "junit")
MOST_JOBS = 256
_STDIO = "-"
MOST_MB = 256
"""Beyond it the reader gives up, whatever was agreed."""


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()

    def text(key: str) -> str:
        return messages.text(f"check.{key}", lang)

    parser = subparsers.add_parser("check", help=text("help"), description=text("description"))
    parser.add_argument("files", nargs="+", metavar="FILE", help=text("files"))
    parser.add_argument("--profile", choices=("axis", "strict"), default="strict", help=text("profile"))
    parser.add_argument("--now", type=instant, metavar="ISO", help=text("now"))
    parser.add_argument("--context", type=Path, metavar="FILE", help=text("context"))
    parser.add_argument("--max-mb", type=_megabytes, metavar="N", help=text("max-mb"))
    parser.add_argument("--trust", type=Path, metavar="DIR", help=text("trust"))
    parser.add_argument(
        "--package-signature", choices=POLICIES, default="verify-if-present", help=text("package-signature")
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help=text("format"))
    parser.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=text("lang"))
    parser.add_argument("--no-contents", action="store_true", help=text("no-contents"))
    parser.add_argument("--jobs", type=_jobs, metavar="N", help=text("jobs"))
    parser.add_argument("-o", "--output", type=destination, metavar="FILE", help=text("output"))
    told = parser.add_mutually_exclusive_group()
    told.add_argument("-q", "--quiet", action="store_true", help=text("quiet"))
    told.add_argument("-v", "--verbose", action="store_true", help=text("verbose"))


def run(args: argparse.Namespace) -> int:
    """Check and report; 0 where no file fails, 1 where one does, 2 where one could not be read."""
    from axis28.checking.examination import Settings
    from axis28.checking.gathering import gather
    from protocol.rules.context import VIETNAM

    lang: str = args.lang
    gathered = gather(args.files)
    output = None if args.output in (None, _STDIO) else Path(args.output)
    _refuse_to_overwrite(output, args, gathered.files)
    if not gathered.files and args.format == "text":
        for unread in _missed(gathered, lang):
            _tell(unread, lang)
        return USAGE
    settings = Settings(
        profile=args.profile,
        now=args.now or datetime.now(VIETNAM),
        surroundings=_within(_surroundings(args.context, lang), args.max_mb),
        contents=not args.no_contents,
        digests=args.format == "sarif",
        trust=_trust(args.trust, lang),
        package_signature=args.package_signature,
    )
    with ending.in_order(), _target(output, lang) as target:
        outcomes = _watched(gathered, settings, args)
        codes = _text(outcomes, target, args) if args.format == "text" else _machine(outcomes, target, args)
    return max(codes, default=0)


def _text(outcomes: Iterator[Outcome], target: TextIO, args: argparse.Namespace) -> set[int]:
    from axis28.checking.text import TextReport

    report = TextReport(target, args.lang, args.profile, quiet=args.quiet, verbose=args.verbose)
    codes = set()
    for outcome in outcomes:
        report.add(outcome)
        codes.add(_code(outcome))
    report.finish()
    return codes


def _machine(outcomes: Iterator[Outcome], target: TextIO, args: argparse.Namespace) -> set[int]:
    """Write one document when everything is known: in UTF-8, whatever the terminal speaks."""
    from axis28.checking import document, junit, sarif
    from axis28.checking.result import FileReport, Unread

    known = list(outcomes)
    reports = [outcome for outcome in known if isinstance(outcome, FileReport)]
    unread = [outcome for outcome in known if isinstance(outcome, Unread)]
    writers: dict[str, Callable[[], str]] = {
        "json": lambda: document.render(reports, args.lang),
        "sarif": lambda: sarif.render(reports, unread, args.lang, args.profile),
        "junit": lambda: junit.render(reports, unread, args.lang),
    }
    target.flush()
    target.buffer.write(writers[args.format]().encode("utf-8", "backslashreplace"))
    return {_code(outcome) for outcome in known}


def _refuse_to_overwrite(output: Path | None, args: argparse.Namespace, files: Sequence[str]) -> None:
    """Refuse a report in the place of what is checked: it would be lost."""
    from axis28.checking.examination import STDIN

    if output is None:
        return
    lost = overwritten(output, files, stdin=STDIN) or overwritten(output, [str(args.context)] if args.context else ())
    if lost is not None:
        raise _complaint(args.lang, "output-is-input", path=output, lost=lost)


def _watched(gathered: Gathered, settings: Settings, args: argparse.Namespace) -> Iterator[Outcome]:
    """Check the files beside each other, tell how far it has come, and say on stderr which could not be read."""
    from concurrent.futures.process import BrokenProcessPool

    from axis28.checking.progress import Progress
    from axis28.checking.result import Unread
    from axis28.checking.work import outcomes

    for unread in _missed(gathered, args.lang):
        _tell(unread, args.lang)
        yield unread
    if not gathered.files:
        return
    progress = Progress(sys.stderr, args.lang, len(gathered.files), quiet=args.quiet)
    try:
        with contextlib.closing(outcomes(gathered.files, settings, args.jobs)) as working:
            for outcome in working:
                progress.clear()
                told = _worded(outcome, args.lang)
                if isinstance(told, Unread):
                    _tell(told, args.lang)
                yield told
                progress.step()
    except BrokenProcessPool as error:
        raise _complaint(args.lang, "worker-lost") from error
    finally:
        progress.clear()


def _missed(gathered: Gathered, lang: str) -> Iterator[Unread]:
    from axis28.checking.result import Unread

    for each in gathered.missed:
        yield Unread(each.path, messages.text(f"check.{each.key}", lang, problem=each.problem))


def _worded(outcome: Outcome, lang: str) -> Outcome:
    """Say in words that the program failed at a file."""
    from axis28.checking.result import Unread

    if not isinstance(outcome, Unread) or not outcome.fault:
        return outcome
    return replace(outcome, problem=messages.text("check.fault", lang, fault=outcome.fault))


def _tell(unread: Unread, lang: str) -> None:
    from axis28.checking.visible import escaped

    words = messages.text("check.unreadable-file", lang, path=escaped(unread.file), problem=unread.problem)
    print(f"axis28: {words}", file=sys.stderr)


def _code(outcome: Outcome) -> int:
    from axis28.checking.result import Unread

    return USAGE if isinstance(outcome, Unread) else int(outcome.verdict == "fail")


def instant(text: str) -> datetime:
    """Read an instant; one without an offset is Vietnamese time."""
    from protocol.rules.context import VIETNAM
    from protocol.rules.surroundings import usable

    try:
        given: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        given = None
    if given is not None and given.utcoffset() is None:
        given = given.replace(tzinfo=VIETNAM)
    if given is None or not usable(given):
        raise CommandError(messages.text("check.bad-now", messages.language(), value=text))
    return given


def _jobs(text: str) -> int:
    return _number(text, MOST_JOBS, "bad-jobs")


def _megabytes(text: str) -> int:
    return _number(text, MOST_MB, "bad-max-mb")


def _number(text: str, most: int, complaint: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= most and len(text) < 4):
        raise argparse.ArgumentTypeError(messages.text(f"check.{complaint}", messages.language(), value=text))
    return int(text)


def _within(surroundings: Surroundings, megabytes: int | None) -> Surroundings:
    """Let the option say how much the files of a package may come to, whatever the context says."""
    from protocol.package.limits import MB

    if megabytes is None:
        return surroundings
    return replace(surroundings, limits=replace(surroundings.limits, policy_bytes=megabytes * MB))


def _surroundings(path: Path | None, lang: str) -> Surroundings:
    from axis28.jsontext import NotJson, parsed
    from protocol.rules.contextfile import SurroundingsError, from_json
    from protocol.rules.surroundings import NOTHING_KNOWN

    if path is None:
        return NOTHING_KNOWN
    try:
        return from_json(parsed(path.read_bytes(), lang))
    except OSError as error:
        raise _complaint(lang, "context-unreadable", path=path, problem=error.strerror or error) from error
    except SurroundingsError as error:
        raise _complaint(lang, "context-unreadable", path=path, problem=error.text(lang)) from error
    except NotJson as error:
        raise _complaint(lang, "context-unreadable", path=path, problem=error) from error


def _trust(folder: Path | None, lang: str) -> Trust | None:
    if folder is None:
        return None
    from protocol.signatures.anchors import TrustError, load

    try:
        return load(folder)
    except TrustError as error:
        raise _complaint(lang, "trust-unusable", problem=error.text(lang)) from error


@contextlib.contextmanager
def _target(path: Path | None, lang: str) -> Iterator[TextIO]:
    """Give where the report goes: standard output, or a file that appears when it is complete."""
    if path is None:
        yield sys.stdout
        return
    try:
        with complete_file(path) as stream:
            text = io.TextIOWrapper(stream, "utf-8", "backslashreplace")
            try:
                yield text
            finally:
                text.detach()  # writes what is left; the file is its owner's to close
    except BrokenPipeError:
        raise  # a reader that went away ends us as one of standard output does
    except OSError as error:
        raise _complaint(lang, "output-unwritable", path=path, problem=error.strerror or error) from error


def _complaint(lang: str, key: str, **values: object) -> CommandError:
    return CommandError(messages.text(f"check.{key}", lang, **values))
