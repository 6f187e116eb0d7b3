"""Files that appear when they are complete, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast


@contextlib.contextmanager
def complete_file(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` for writing and put it in its place when the block ends well.

    A link is followed; a device or a pipe is written to as it is. ``FileExistsError`` where ``replace`` is false and
    something is there, ``IsADirectoryError`` for a folder, before anything is written; ``OSError`` where the folder
    cannot be written to. A block that raises leaves nothing.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(f"{path} exists")
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if target.exists() and not target.is_file():
        with target.open("wb") as device:
            yield cast("BinaryIO", device)
        return
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


def overwritten(path: Path, inputs: Iterable[str], *, stdin: str = "") -> str | None:
    """Give the first of some inputs that is the very file that would be written to ``path``, under whatever name.

    ``stdin`` is the one among them that names standard input, where it is read at all.
    """
    try:
        target = path.stat()
    except OSError:
        return None  # nothing is there, so no input is
    for name in inputs:
        try:
            found = os.fstat(0) if stdin and name == stdin else Path(name).stat()
        except (OSError, ValueError):  # gone, closed, or no name that a file can have: whoever reads it says so
            continue
        if os.path.samestat(target, found):
            return name
    return None
