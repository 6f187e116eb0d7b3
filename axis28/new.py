"""``axis28 new``: makes a valid package of any kind, from flags or a JSON file."""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from axis28.check import instant
from axis28.errors import CommandError
from axis28.output import complete_file, destination, overwritten
from schemas import messages

if TYPE_CHECKING:
    from axis28.checking.result import FileReport
    from axis28.command import Subparsers
    from axis28.making.document import Desk
    from protocol.package.model import Package

KINDS = ("new", "recall", "update", "replace")
STATUS_CODES = ("01", "02", "03", "04", "05", "06", "13", "15", "16")
_STDIO = "-"
_STDOUT = "<stdout>"
_IN_MEMORY = 1024 * 1024
MOST_JSON = 400_000_000
"""Bytes of a JSON file: more than the base64 of the largest package."""


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    lang = messages.language()

    def text(key: str) -> str:
        return messages.text(f"new.{key}", lang)

    parser = subparsers.add_parser("new", help=text("help"), description=text("description"))
    packages = parser.add_subparsers(
        dest="package", required=True, metavar=text("metavar"), title=text("title"), help=text("title")
    )
    document = packages.add_parser("document", help=text("document"), description=text("document"))
    document.add_argument("--kind", choices=KINDS, default=argparse.SUPPRESS, help=text("kind"))
    _add(document, {"from": "CODE=NAME"}, organisation)
    _add(document, {"to": "CODE=NAME", "add": "CODE=NAME"}, organisation, many=True)
    _add(document, {"number": "N", "notation": "TEXT", "place": "TEXT", "document-id": "ID", "type": "NAME"})
    _add(document, {"date": "DATE", "due-date": "DATE"}, _date)
    _add(document, {"subject": "TEXT", "content": "TEXT", "reason": "TEXT"})
    _add(document, {"signer-authority": "TEXT", "signer-position": "TEXT", "signer-name": "NAME"})
    document.add_argument(
        "--priority", type=int, choices=range(5), default=argparse.SUPPRESS, metavar="0-4", help=text("priority")
    )
    _add(document, {"pages": "N"}, _pages)
    _add(document, {"appendix": "TEXT", "to-place": "TEXT", "remove": "CODE", "attach": "FILE"}, many=True)
    document.add_argument("--paper", action="store_true", default=argparse.SUPPRESS, help=text("paper"))
    status = packages.add_parser("status", help=text("status"), description=text("status"))
    status.add_argument("--code", choices=STATUS_CODES, default=argparse.SUPPRESS, help=text("code"))
    _add(status, {"from": "CODE=NAME"}, organisation, words="-status")
    _add(status, {"addressee": "CODE"})
    _add(status, {"description": "TEXT"}, words="-text")
    for each in (document, status):
        _add(each, {"about": "FILE", "officer": "NAME", "officer-department": "TEXT"})
        _add(each, {"officer-email": "ADDRESS", "officer-mobile": "NUMBER"})
        each.add_argument("--from-json", metavar="FILE", help=text("from-json"))
        each.add_argument("--sample", action="store_true", help=text("sample"))
        each.add_argument("--now", type=instant, metavar="ISO", help=text("now"))
        each.add_argument("-o", "--output", type=destination, required=True, metavar="FILE", help=text("output"))
        each.add_argument("--force", action="store_true", help=text("force"))
        each.add_argument("--lang", choices=messages.LANGUAGES, default=lang, help=text("lang"))


def _add(
    parser: argparse.ArgumentParser, flags: dict[str, str], kind: Any = str, *, many: bool = False, words: str = ""
) -> None:
    """Add flags that leave no trace where they are not given, so that the JSON file's members stand."""
    for name, metavar in flags.items():
        parser.add_argument(
            f"--{name}",
            type=kind,
            metavar=metavar,
            default=argparse.SUPPRESS,
            action="append" if many else "store",
            help=messages.text(f"new.{name}{words}", messages.language()),
        )


def run(args: argparse.Namespace) -> int:
    """Make, check and write; 0 written, 1 refused because of its findings, 2 usage."""
    from axis28.making.document import Desk, make_document
    from axis28.making.order import OrderRefused
    from axis28.making.sample import sample_document, sample_status
    from axis28.making.status import make_status
    from protocol.rules.context import VIETNAM

    lang: str = args.lang
    with ExitStack() as held:
        folder = Path() if args.from_json in (None, _STDIO) else Path(args.from_json).parent
        desk = Desk(folder, args.now or datetime.now(VIETNAM), lang, held, _from_flags(vars(args)))
        package: Package
        try:
            order = _order(args, desk)
            _refuse_to_overwrite(order, args, desk)
            if args.package == "document":
                package = make_document(sample_document(order, desk) if args.sample else order, desk)
            else:
                package = make_status(sample_status(order, desk) if args.sample else order, desk)
        except OrderRefused as refusal:
            raise CommandError(refusal.text) from refusal
        made = held.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="axis28-"))
        report = _checked(package, made, desk, _STDOUT if args.output == _STDIO else args.output)
        if report.remarks:
            _show(report, lang)
        if report.verdict != "pass" and not args.force:
            raise CommandError(messages.text("new.refused", lang), 1)
        _write(made, args, lang)
    if args.output != _STDIO:
        verdict = messages.text(f"check.verdict.{report.verdict}", lang)
        words = {"path": args.output, "verdict": verdict, "size": report.size, "document_id": report.document_id}
        print(messages.text("new.written", lang, **words), file=sys.stderr)
    return 0


def _order(args: argparse.Namespace, desk: Desk) -> dict[str, Any]:
    from axis28.making.order import merged, parse, validate

    lang, base = desk.lang, {"package": args.package}
    if args.from_json is not None:
        try:
            read = _json(args.from_json)
        except OSError as error:
            raise _complaint(lang, "json-unreadable", path=args.from_json, problem=error.strerror or error) from error
        if len(read) > MOST_JSON:
            raise _complaint(lang, "json-too-large", path=args.from_json, most=MOST_JSON)
        base = parse(read, lang)
        if base["package"] != args.package:
            raise _complaint(lang, "other-package", given=base["package"], wanted=args.package)
    order = merged(base, desk.flags)
    validate(order, lang, desk.flags)
    return order


def _json(path: str) -> bytes:
    if path != _STDIO:
        with Path(path).open("rb") as stream:
            return stream.read(MOST_JSON + 1)
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdin.buffer.read(MOST_JSON + 1)


def _refuse_to_overwrite(order: dict[str, Any], args: argparse.Namespace, desk: Desk) -> None:
    """Refuse to write, even when told to force it, over what the package is made from."""
    if args.output == _STDIO:
        return
    paths = [order.get("about"), *(file.get("path") for file in order.get("files", []))]
    files = [str(desk.folder / path) for path in paths if isinstance(path, str)]
    orders = [args.from_json] if args.from_json is not None else []
    lost = overwritten(Path(args.output), files) or overwritten(Path(args.output), orders, stdin=_STDIO)
    if lost is not None:
        raise _complaint(desk.lang, "output-is-input", path=args.output, lost=lost)


def _from_flags(given: dict[str, Any]) -> dict[str, Any]:
    """Give the members that flags stand for; a path on the command line starts where the command does."""
    plain = (
        "kind", "from", "to", "number", "notation", "date", "place", "document_id", "type", "subject", "content",
        "priority", "pages", "due_date", "paper", "reason", "code", "addressee", "description",
    )  # fmt: skip
    order = {name: given[name] for name in plain if name in given}
    renamed = {"appendix": "appendixes", "to_place": "to_places", "add": "added", "remove": "removed"}
    order |= {member: given[flag] for flag, member in renamed.items() if flag in given}
    if "about" in given:
        order["about"] = str(Path(given["about"]).absolute())
    if "attach" in given:
        order["files"] = [{"path": str(Path(file).absolute())} for file in given["attach"]]
    for group, members in (
        ("signer", ("authority", "position", "name")),
        ("officer", ("department", "email", "mobile")),
    ):
        found = {name: given[f"{group}_{name}"] for name in members if f"{group}_{name}" in given}
        if group == "officer" and "officer" in given:
            found["name"] = given["officer"]
        if found:
            order[group] = found
    return order


def _checked(package: Package, made: IO[bytes], desk: Desk, name: str) -> FileReport:
    """Write the package aside and give what `axis28 check --profile strict` says of it."""
    from axis28.checking.examination import Examiner, Settings
    from protocol.package.writer import write_package_to
    from protocol.package.xmltext import UnwritableCharacter

    try:
        write_package_to(cast("BinaryIO", made), package)
    except UnwritableCharacter as error:
        where = {"path": error.path, "position": error.index + 1, "character": error.code_point}
        raise _complaint(desk.lang, "bad-text", **where) from error
    made.seek(0)
    with Examiner(Settings("strict", desk.now)) as examiner:
        return examiner.examine(cast("BinaryIO", made), name)


def _show(report: FileReport, lang: str) -> None:
    from axis28.checking.text import TextReport

    TextReport(sys.stderr, lang, "strict").add(report)


def _write(made: IO[bytes], args: argparse.Namespace, lang: str) -> None:
    made.seek(0)
    if args.output == _STDIO:
        sys.stdout.flush()
        shutil.copyfileobj(made, sys.stdout.buffer)
        return
    try:
        with complete_file(Path(args.output), replace=args.force) as stream:
            shutil.copyfileobj(made, stream)
    except BrokenPipeError:
        raise  # a reader that went away ends us as one of standard output does
    except FileExistsError as error:
        raise _complaint(lang, "output-exists", path=args.output) from error
    except OSError as error:
        raise _complaint(lang, "output-unwritable", path=args.output, problem=error.strerror or error) from error


def organisation(text: str) -> dict[str, str]:
    """Read ``CODE=NAME``; the name may be left out."""
    code, _, name = text.partition("=")
    if not code.strip():
        raise argparse.ArgumentTypeError(messages.text("new.bad-organisation", messages.language(), value=text))
    return {"code": code.strip(), **({"name": name.strip()} if name.strip() else {})}


def _date(text: str) -> str:
    try:
        return datetime.strptime(text.replace("/", "-"), "%Y-%m-%d").strftime("%Y-%m-%d")  # noqa: DTZ007 - a day only
    except ValueError:
        raise argparse.ArgumentTypeError(messages.text("new.bad-date", messages.language(), value=text)) from None


def _pages(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) > 0):
        raise argparse.ArgumentTypeError(messages.text("new.bad-pages", messages.language(), value=text))
    return int(text)


def _complaint(lang: str, key: str, **values: object) -> CommandError:
    return CommandError(messages.text(f"new.{key}", lang, **values))
