"""``axis28 pki init``: a test PKI for one's own DMS, with keys, certificates and a trust folder; of no legal value."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from axis28 import ending
from axis28.axisclock import axis_time
from axis28.check import instant
from axis28.errors import CommandError
from axis28.joining import client_certificate
from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from protocol.signatures.pki.folder import PkiFile

KEYS = ("p-256", "p-384", "rsa-2048", "rsa-3072")
DEFAULT_CODE = "H99.01"
DEFAULT_YEARS = 3
MOST_YEARS = 20
MOST_CODES = 200
_YEARS = range(1971, 9000)
"""Certificates know the years from 1950 to 9999, numbers of revocation lists are seconds since 1970; a PKI has roots
that are two years older than itself, and certificates that end some decades after its beginning."""


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()

    def text(key: str, **values: object) -> str:
        return messages.text(f"pki.{key}", lang, **values)

    parser = subparsers.add_parser("pki", help=text("help"), description=text("description"))
    actions = parser.add_subparsers(
        dest="action", required=True, metavar=text("metavar"), title=text("title"), help=text("title")
    )
    init = actions.add_parser("init", help=text("init"), description=text("init-description"))
    init.add_argument("folder", type=Path, metavar="DIR", help=text("folder"))
    init.add_argument(
        "--codes", type=codes, default=DEFAULT_CODE, metavar="CODE[=NAME],…", help=text("codes", default=DEFAULT_CODE)
    )
    init.add_argument("--key", choices=KEYS, default=KEYS[0], help=text("key", default=KEYS[0]))
    time = init.add_mutually_exclusive_group()
    time.add_argument("--now", type=instant, metavar="ISO", help=text("now"))
    time.add_argument("--clock", metavar="URL", help=text("clock"))
    init.add_argument("--ca", metavar="FILE", help=text("ca"))
    for name in ("client-cert", "client-key"):
        init.add_argument(f"--{name}", metavar="FILE", help=messages.text(f"fuzz.{name}", lang))
    init.add_argument(
        "--years", type=_years, default=DEFAULT_YEARS, metavar="N", help=text("years", default=DEFAULT_YEARS)
    )
    init.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=text("lang"))


def run(args: argparse.Namespace) -> int:
    """Make the PKI and write its folder; 0 written, 2 usage. A folder that holds something is left alone."""
    from protocol.rules.context import VIETNAM
    from protocol.signatures.pki import Pki
    from protocol.signatures.pki.folder import files

    now: datetime = args.now or datetime.now(VIETNAM)
    if args.clock:
        now = axis_time(args.clock, args.lang, ca=args.ca, shown=client_certificate(args))
    if now.year not in _YEARS:
        ends = {"least": _YEARS[0], "most": _YEARS[-1]}
        raise CommandError(messages.text("pki.far-now", args.lang, value=now.isoformat(), **ends))
    pki = Pki(now, kind=args.key, years=args.years, fresh=True)
    begin, end = (f"{each.astimezone(VIETNAM):%Y-%m-%d}" for each in pki.validity)
    values = {"begin": begin, "end": end, "codes": ", ".join(args.codes), "folder": args.folder}
    readme = "\n\n".join(messages.text("pki.readme", lang, **values).strip() for lang in messages.LANGUAGES)
    try:
        if _taken(args.folder):
            raise CommandError(messages.text("pki.taken", args.lang, folder=args.folder))
        with ending.in_order():
            _write(args.folder, files(pki, args.codes), readme + "\n")
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise CommandError(messages.text("pki.unwritable", args.lang, folder=args.folder, problem=problem)) from error
    print(messages.text("pki.written", args.lang, **values))
    return 0


def codes(given: str) -> dict[str, str]:
    """Read ``CODE[=NAME],…`` as code → name; a name that is left out is made of the code."""
    from protocol.organisation import is_official, parse

    lang = messages.language()
    found: dict[str, str] = {}
    for part in given.split(","):
        code, _, name = (word.strip() for word in part.partition("="))
        if parse(code) is None or not is_official(code):
            raise argparse.ArgumentTypeError(messages.text("pki.bad-code", lang, value=part.strip()))
        found[code] = name or f"Cơ quan Thử nghiệm {code}"
    if len(found) > MOST_CODES:
        raise argparse.ArgumentTypeError(messages.text("pki.many-codes", lang, count=len(found), most=MOST_CODES))
    return found


def _years(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) <= 2 and 1 <= int(given) <= MOST_YEARS):
        raise argparse.ArgumentTypeError(
            messages.text("pki.bad-years", messages.language(), value=given, most=MOST_YEARS)
        )
    return int(given)


def _taken(folder: Path) -> bool:
    """Whether something stands there; an empty folder is nothing."""
    if folder.is_dir() and not folder.is_symlink():
        return any(folder.iterdir())
    return os.path.lexists(folder)


def _remove(made: Path) -> None:
    """Take away a folder with keys in it, also where a second signal comes before signals are held back."""
    try:
        with ending.blocked():
            shutil.rmtree(made, ignore_errors=True)
    finally:
        if made.exists():
            with ending.blocked():
                shutil.rmtree(made, ignore_errors=True)


def _write(folder: Path, files: Iterable[PkiFile], readme: str) -> None:
    """Put the whole folder in place at once, or nothing; ``OSError`` where something stands there."""
    target = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a link and replace what it names
    target.parent.mkdir(parents=True, exist_ok=True)
    made: Path | None = None
    try:
        with ending.blocked():  # a signal between the making and the name would leave the folder
            made = Path(tempfile.mkdtemp(prefix=".axis28-pki-", dir=target.parent))
        for file in files:
            _write_file(made / file.name, file.content, 0o600 if file.secret else 0o666)
        _write_file(made / "README.md", readme.encode(), 0o666)
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(0o777 & ~mask)
        made.rename(target)  # takes the place of an empty folder, and of nothing else
    except BaseException:
        if made is not None:
            _remove(made)
        raise


def _write_file(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:  # noqa: PTH123 - a descriptor
        stream.write(content)
