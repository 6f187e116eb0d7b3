"""The options by which a subcommand joins an axis that runs already."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from axis28.errors import CommandError
from schemas import messages

TOKEN_VARIABLE = "AXIS28_CONTROL_TOKEN"  # noqa: S105 - the name of the variable, not a token


def join_options(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add ``--axis``, ``--system``, ``--control-token-file`` and ``--ca``."""
    parser.add_argument("--axis", metavar="URL", help=messages.text("fuzz.axis", lang))
    parser.add_argument("--system", metavar="ID", help=messages.text("fuzz.system", lang))
    token = messages.text("fuzz.token-file", lang)
    parser.add_argument("--control-token-file", type=Path, metavar="FILE", help=token)
    parser.add_argument("--ca", metavar="FILE", help=messages.text("fuzz.ca", lang))


def control_token(args: argparse.Namespace) -> str | None:
    """Give the control token from the file that was named, else from the environment; never from the command line."""
    file: Path | None = args.control_token_file
    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        lang = messages.language()
        raise CommandError(messages.text("fuzz.token-unreadable", lang, file=file, problem=error)) from error
