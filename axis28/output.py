"""Files that appear when they are complete, or not at all."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from schemas import messages


@contextlib.contextmanager
def complete_file(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` for writing and put it in its place when the block ends well.

    A link is followed; a device or a pipe is written to as it is. ``FileExistsError`` where ``replace`` is false and
    something is there (a pipe, a terminal or ``/dev/null`` keeps nothing, so they do not count), ``IsADirectoryError``
    for a folder, before anything is written; ``OSError`` where the folder cannot be written to. A block that raises
    leaves nothing.
    """
    if not replace and os.path.lexists(path) and not _keeps_nothing(path):
        raise FileExistsError(f"{path} exists")
    target = Path(os.path.realpath(path))
    if path.exists() and not path.is_dir() and not target.is_file():
        # Under the name that was given: what a shell's /dev/fd/63 or /dev/stdout leads to may have no other.
        with path.open("wb") as device:
            yield cast("BinaryIO", device)
        return
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:32]}.", delete=False) as stream:
        partial = Path(stream.name)
        try:
            yield cast("BinaryIO", stream)
            stream.flush()
            mask = os.umask(0)
            os.umask(mask)
            partial.chmod(0o666 & ~mask)  # as any other new file; temporary ones are made for their owner alone
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _keeps_nothing(path: Path) -> bool:
    return path.is_char_device() or path.is_fifo()


def destination(text: str) -> str:
    """Read what ``-o`` says; an empty name, such as that of a variable that is not set, would be the folder itself."""
    if not text:
        raise argparse.ArgumentTypeError(messages.text("command.output-empty", messages.language()))
    return text


def overwritten(path: Path, inputs: Iterable[str], *, stdin: str = "") -> str | None:
    """Give the first of some inputs that is the very file that would be written to ``path``, under whatever name.

    ``stdin`` is the one among them that names standard input, where it is read at all.
    """
    try:
        target = path.stat()
    except OSError:
        return None  # nothing is there, so no input is
    if stat.S_ISCHR(target.st_mode):
        return None  # a terminal or /dev/null holds nothing to lose, and may well be both
    for name in inputs:
        try:
            found = os.fstat(0) if stdin and name == stdin else Path(name).stat()
        except (OSError, ValueError):  # gone, closed, or no name that a file can have: whoever reads it says so
            continue
        if os.path.samestat(target, found):
            return name
    return None
