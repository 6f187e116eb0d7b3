"""What ``fuzz`` and ``load`` share: the options by which they join an axis, and how they run to their end."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from axis28.errors import CommandError
from schemas import messages

if TYPE_CHECKING:
    from protocol.wire.tls import ClientCertificate

_Result = TypeVar("_Result")
TOKEN_VARIABLE = "AXIS28_CONTROL_TOKEN"  # noqa: S105 - the name of the variable, not a token


def run_to_end(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine; SIGTERM unwinds it as Ctrl-C does, so that nothing it started or registered outlives it."""
    import asyncio

    async def watched() -> _Result:
        task = asyncio.current_task()
        assert task is not None
        # Not by way of SIGINT: a shell that runs us in the background has us ignore that.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await main

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def join_options(parser: argparse.ArgumentParser, lang: str) -> None:
    """Add ``--axis``, ``--system``, ``--control-token-file``, ``--ca``, ``--client-cert`` and ``--client-key``."""
    parser.add_argument("--axis", metavar="URL", help=messages.text("fuzz.axis", lang))
    parser.add_argument("--system", metavar="ID", help=messages.text("fuzz.system", lang))
    token = messages.text("fuzz.token-file", lang)
    parser.add_argument("--control-token-file", type=Path, metavar="FILE", help=token)
    for name in ("ca", "client-cert", "client-key"):
        parser.add_argument(f"--{name}", metavar="FILE", help=messages.text(f"fuzz.{name}", lang))


def client_certificate(args: argparse.Namespace) -> ClientCertificate | None:
    """Give the certificate that we show to an axis that asks for one. Raises ``CommandError``."""
    from conformance import options
    from conformance.settings import SetupFailure

    try:
        return options.client_certificate(args.client_cert, args.client_key, Path.cwd())
    except SetupFailure as failure:
        raise CommandError(failure.text, failure.exit_code) from failure


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
