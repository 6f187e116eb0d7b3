"""``axis28 simulate``: run an axis as a process."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from axis28.errors import CommandError
from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from simulator.directory import System

_TOKEN = "AXIS28_CONTROL_TOKEN"  # noqa: S105 - the name of the variable
_DEFAULT_PORT = 2828


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()

    def text(key: str) -> str:
        return messages.text(f"simulator.command.{key}", lang)

    parser = subparsers.add_parser("simulate", help=text("help"), description=text("description"))
    parser.add_argument("--host", default="127.0.0.1", help=text("host"))
    parser.add_argument("--port", type=_port, default=_DEFAULT_PORT, metavar="N", help=text("port"))
    parser.add_argument("--data", type=Path, metavar="DIR", help=text("data"))
    parser.add_argument("--profile", choices=("axis", "strict"), default="axis", help=text("profile"))
    parser.add_argument("--reserialise", choices=("on", "off"), default="on", help=text("reserialise"))
    parser.add_argument("--systems", type=Path, metavar="FILE", help=text("systems"))
    parser.add_argument("--body-limit", type=_megabytes, default=None, metavar="MB", help=text("body-limit"))
    parser.add_argument("--control-token-file", type=Path, metavar="FILE", help=text("token-file"))
    parser.add_argument("--stop-with-stdin", action="store_true", help=text("stop-with-stdin"))


def run(args: argparse.Namespace) -> int:
    """Run the axis until SIGTERM or SIGINT; exit code 0 after a clean stop, 2 when it cannot start."""
    from sqlalchemy.exc import SQLAlchemyError

    from simulator.axis import build
    from simulator.directory import DirectoryError
    from simulator.folder import FolderHeld
    from simulator.serve import addresses, listen, serve
    from simulator.settings import BODY_LIMIT, Settings
    from simulator.store.store import UnusableStore

    lang = messages.language()
    token, minted = _token(args.control_token_file, lang)
    systems = _systems(args.systems, lang)
    starting = _Starting()
    os.umask(0o077)  # packages and secrets are nobody else's
    if args.stop_with_stdin:
        threading.Thread(target=_stop_with_stdin, name="stdin-watch", daemon=True).start()
    try:
        listening = listen(args.host, args.port)
    except OSError as error:
        raise _complaint(
            lang, "cannot-listen", host=args.host, port=args.port, problem=error.strerror or error
        ) from error
    with listening, _folder(args.data, lang) as data:
        settings = Settings(
            data=data,
            token=token,
            host=args.host,
            port=args.port,
            profile=args.profile,
            reserialise=args.reserialise == "on",
            systems=systems,
            minted=minted,
            temporary=args.data is None,
            body_limit=args.body_limit or BODY_LIMIT,
        )
        try:
            axis = build(settings)
        except FolderHeld as error:
            raise _complaint(lang, "data-held", folder=data) from error
        except (UnusableStore, DirectoryError) as error:
            raise _complaint(lang, "cannot-start", problem=error) from error
        except (OSError, SQLAlchemyError) as error:
            raise _complaint(lang, "unusable-data", folder=data, problem=error) from error
        url, control = addresses(listening)

        def ready() -> None:
            starting.over = True
            line: dict[str, object] = {"event": "ready", "url": url, "control": control, "pid": os.getpid()}
            if minted:
                line["token"] = token
            print(json.dumps(line), flush=True)
            if settings.temporary:
                print(messages.text("simulator.command.temporary", lang, folder=data), file=sys.stderr, flush=True)

        serve(axis, listening, ready)
    return 0


class _Starting:
    """Makes SIGTERM and SIGINT a normal end: at once while the axis starts; later the server stops by them itself.

    The server raises the signal again when it has stopped; by then nobody needs it.
    """

    def __init__(self) -> None:
        self.over = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)

    def _end(self, *_: object) -> None:
        if not self.over:
            sys.exit(0)


def _stop_with_stdin() -> None:
    """End this process in order once nobody holds the other end of its standard input any more."""
    # Not through sys.stdin: a daemon thread must not hold its lock when the interpreter ends.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _token(path: Path | None, lang: str) -> tuple[str, bool]:
    """Find the control token: the file, the environment, or a new one (which only the ready line tells)."""
    if path is not None:
        try:
            given = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise _complaint(lang, "token-file-unreadable", path=path, problem=error) from error
    elif _TOKEN in os.environ:
        given = os.environ[_TOKEN].strip()
    else:
        return secrets.token_urlsafe(32), True
    if not given or not given.isprintable() or not given.isascii() or " " in given:
        raise _complaint(lang, "token-unusable", source=path or _TOKEN)
    return given, False


def _systems(path: Path | None, lang: str) -> tuple[System, ...]:
    from simulator.systems_file import SystemsFileError, read_systems

    if path is None:
        return ()
    try:
        return read_systems(path, lang)
    except SystemsFileError as error:
        raise CommandError(str(error)) from error


@contextlib.contextmanager
def _folder(given: Path | None, lang: str) -> Iterator[Path]:
    """Give the data folder: the user's, or a temporary one that is removed at the end."""
    if given is not None:
        try:
            given.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _complaint(lang, "unusable-data", folder=given, problem=error.strerror or error) from error
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="axis28-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(messages.text("simulator.command.bad-port", messages.language(), value=text))
    return int(text)


def _megabytes(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= 4096:
        raise argparse.ArgumentTypeError(messages.text("simulator.command.bad-limit", messages.language(), value=text))
    return int(number * 1024 * 1024)


def _complaint(lang: str, key: str, **values: object) -> CommandError:
    return CommandError(messages.text(f"simulator.command.{key}", lang, **values))
