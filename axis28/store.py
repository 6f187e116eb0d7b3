"""``axis28 store``: back up what an axis keeps, check a backup, restore it into an empty place."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from axis28 import ending
from axis28.errors import USAGE, CommandError
from axis28.simulating import bodies
from schemas import messages

if TYPE_CHECKING:
    from axis28.command import Subparsers
    from simulator.portable import Listing
    from simulator.shelves import Shelf
    from simulator.store.store import Store

BAD = 1


def register(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the subcommand's parser."""
    parser = subparsers.add_parser("store", help=_text("help"), description=_text("description"))
    actions = parser.add_subparsers(
        dest="action", required=True, metavar=_text("metavar"), title=_text("title"), help=_text("title")
    )
    for action in ("backup", "restore", "inspect"):
        one = actions.add_parser(action, help=_text(f"{action}-help"), description=_text(f"{action}-description"))
        one.add_argument("backup", type=Path, metavar="BACKUP", help=_text(f"{action}-folder"))
        if action != "inspect":
            one.add_argument("--data", type=Path, required=True, metavar="DIR", help=_text("data"))
            one.add_argument("--store", metavar="URL", help=_text("store"))
            one.add_argument("--blobs", metavar="PLACE", help=_text("blobs"))


def run(args: argparse.Namespace) -> int:
    """Do it: 0 done, 1 the backup is damaged or could not be made, 2 usage or a place that cannot be used."""
    from simulator.folder import FolderHeld
    from simulator.portable import BackupError
    from simulator.store.failure import StorageFailed, UnusableStore

    os.umask(0o077)  # packages and secrets are nobody else's
    if args.action != "inspect":
        args.blobs = bodies.place(args.blobs)
    try:
        with ending.in_order():
            return _ACTIONS[args.action](args)
    except BackupError as error:
        raise CommandError(str(error), BAD) from error
    except FolderHeld as error:
        raise CommandError(messages.text("simulator.command.data-held", messages.language(), folder=error)) from error
    except (UnusableStore, StorageFailed, OSError) as error:
        raise CommandError(_text("failed", problem=error), USAGE) from error


def _backup(args: argparse.Namespace) -> int:
    from simulator.backup import make
    from simulator.portable import BackupError
    from simulator.store.sqlite import FILE

    if args.store is None and not (args.data / FILE).exists():
        raise BackupError("nothing-there", folder=args.data)
    store = _store(args)
    try:
        found = make(store, _shelf(args), args.backup, _say)
    finally:
        store.close()
    _summary("backup-done", args.backup, found)
    return 0


def _restore(args: argparse.Namespace) -> int:
    from simulator.folder import Folder
    from simulator.portable import listing
    from simulator.restoring import restore

    found = listing(args.backup)
    if _damaged(args.backup, found):
        return BAD
    folder = Folder(args.data)
    try:
        store = _store(args)
        try:
            restore(args.backup, found, store, _shelf(args), room=args.data / "bodies" / "incoming", say=_say)
        finally:
            store.close()
    finally:
        folder.release()
    _summary("restore-done", args.data, found)
    _say(_text("bring-key", folder=args.data))
    return 0


def _inspect(args: argparse.Namespace) -> int:
    from simulator.portable import listing

    found = listing(args.backup)
    if _damaged(args.backup, found):
        return BAD
    _summary("inspect-done", args.backup, found)
    return 0


_ACTIONS = {"backup": _backup, "restore": _restore, "inspect": _inspect}


def _damaged(folder: Path, found: Listing) -> bool:
    from simulator.restoring import damage

    damaged = False
    for line in damage(folder, found):
        damaged = True
        _say(line)
    return damaged


def _store(args: argparse.Namespace) -> Store:
    from simulator.store.store import Store

    return Store(args.data, args.store)


def _shelf(args: argparse.Namespace) -> Shelf:
    from simulator.shelves import FolderShelf, shelf_at

    if args.blobs is None:
        return FolderShelf(args.data / "bodies", "")
    return shelf_at(args.blobs, f"restore-{os.getpid()}")


def _summary(key: str, place: Path, found: Listing) -> None:
    documents, exchanges = found.rows.get("documents", 0), found.rows.get("exchanges", 0)
    values = {"documents": documents, "exchanges": exchanges, "bodies": found.bodies, "made": found.made}
    print(_text(key, place=place, **values))


def _say(line: str) -> None:
    print(f"axis28 store: {line}", file=sys.stderr, flush=True)


def _text(key: str, **values: object) -> str:
    return messages.text(f"store.{key}", messages.language(), **values)
