"""The ``axis28`` command line: one module per subcommand, imported only when its name is given (or for ``--help``).

A subcommand's module offers ``register(subparsers)``, which adds its parser and imports nothing heavy, and
``run(args) -> int``, which gives the exit code: 0 good, 1 bad, 2 usage or set-up, 3 invalid run.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

import schemas
from axis28 import __version__
from axis28.errors import USAGE, CommandError
from schemas import messages

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

SUBCOMMANDS = (
    "demo",
    "check",
    "new",
    "pki",
    "simulate",
    "store",
    "reference-dms",
    "certify",
    "fuzz",
    "load",
    "explain",
    "trace",
)
INTERRUPTED = 130
READER_GONE = 141
"""As a shell tells the end by SIGPIPE."""

Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse names the type of add_subparsers() nowhere else


class Subcommand(Protocol):
    """What a module of this package offers to be a subcommand."""

    def register(self, subparsers: Subparsers[argparse.ArgumentParser]) -> None:
        """Add the subcommand's parser."""

    def run(self, args: argparse.Namespace) -> int:
        """Do the work and give the exit code."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and that takes no abbreviated options (they would break later)."""

    def __init__(self, **options: object) -> None:
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)  # type: ignore[arg-type] # handed through: argparse calls this for each subcommand
        self.helper = self.prog
        """The command whose ``--help`` an error points to."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Write help and version as anything else is written: argparse itself hides that it could not."""
        (file or sys.stdout).write(message)

    def error(self, message: str) -> NoReturn:
        """Raise ``CommandError`` instead of printing the usage and leaving the process."""
        raise CommandError(
            messages.text("command.usage-error", messages.language(), problem=message, command=self.helper)
        )


def run(argv: Sequence[str]) -> int:
    """Run one command line and give its exit code; whatever the user did wrong is one line on stderr."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives
    if sys.stdout is None:
        return _complain(messages.text("command.stdout-closed", messages.language()))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks Vietnamese letters must not stop us
    chosen = messages.preferred.set(_language_in(argv))
    try:
        return _guarded(argv)
    finally:
        messages.preferred.reset(chosen)


def _language_in(argv: Sequence[str]) -> messages.Language | None:
    """Find what ``--lang`` says before anything is parsed, because parsing may fail and has to say so."""
    given = [word.removeprefix("--lang=") for word in argv if word.startswith("--lang=")]
    given += [word for before, word in pairwise(argv) if before == "--lang"]
    return next((lang for lang in messages.LANGUAGES if lang in given), None)


def _guarded(argv: Sequence[str]) -> int:
    """Turn whatever ends the command before its time into one line and an exit code."""
    try:
        return _dispatched(argv)
    except CommandError as error:
        return _complain(error.text, error.exit_code)
    except schemas.DataError as error:
        return _complain(messages.text("command.broken-data", messages.language(), problem=error))
    except OSError as error:
        return _stopped(error)
    except KeyboardInterrupt:
        return INTERRUPTED


def _stopped(error: OSError) -> int:
    """Say what stopped a command that did not expect it; nearly always its own output."""
    # Standard output goes elsewhere, so that exit can flush what is left of it.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return READER_GONE  # `axis28 … | head`
    problem = error.strerror or type(error).__name__
    if error.filename is not None:
        return _complain(f"{os.fsdecode(error.filename)}: {problem}")
    return _complain(messages.text("command.stdout-unwritable", messages.language(), problem=problem))


def _dispatched(argv: Sequence[str]) -> int:
    try:
        args = parser(argv).parse_args(argv)
        if args.subcommand is None:
            return _complain(messages.text("command.no-subcommand", messages.language(), names=", ".join(SUBCOMMANDS)))
        return _module(args.subcommand).run(args)
    finally:
        sys.stdout.flush()  # here and not at exit, so that a reader that went away is noticed where it is handled


def parser(argv: Sequence[str] = ()) -> Parser:
    """Build the parser: with every subcommand, or only with the one that ``argv`` names first."""
    lang = messages.language()
    _translate_argparse(lang)
    top = Parser(prog="axis28", description=messages.text("command.description", lang), add_help=True)
    top.add_argument("--version", action="version", version=f"axis28 {__version__}")
    top.epilog = messages.text("command.epilog", lang)
    subparsers = cast(
        "Subparsers[argparse.ArgumentParser]",
        top.add_subparsers(
            dest="subcommand",
            metavar=messages.text("command.metavar", lang),
            title=messages.text("command.title", lang),
        ),
    )
    named = argv[0] if argv and argv[0] in SUBCOMMANDS else None
    if named:
        top.helper = f"axis28 {named}"  # argparse lets the parser at the top complain of what a subcommand left over
    for name in (named,) if named else SUBCOMMANDS:
        _module(name).register(subparsers)
    return top


def _complain(text: str, exit_code: int = USAGE) -> int:
    with contextlib.suppress(OSError):  # nobody can be told; the exit code still says it
        print(f"axis28: {' '.join(text.split())}", file=sys.stderr)
    return exit_code


def _module(name: str) -> Subcommand:
    return cast("Subcommand", importlib.import_module(f"axis28.{name.replace('-', '_')}"))


def _translate_argparse(lang: str) -> None:
    """Give argparse's own words ("usage:", "required") the reader's language.

    argparse asks gettext for them, which would need compiled ``.mo`` files; our catalogues pair its English with ours.
    """
    if lang == "en":
        return
    english, other = messages.catalogue("en"), messages.catalogue(lang)
    pairs = {text: other[key] for key, text in english.items() if key.startswith("argparse.")}
    translate: Callable[[str], str] = lambda text: pairs.get(text, text)  # noqa: E731 - one expression, one use
    vars(argparse)["_"] = translate
