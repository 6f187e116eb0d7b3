"""Files that appear when they are complete, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast


@contextlib.contextmanager
def complete_file(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """Open a file beside ``path`` for writing and put it in its place when the block ends well.

    ``FileExistsError`` where ``replace`` is false and something is there, before anything is written; ``OSError``
    where the folder cannot be written to. A block that raises leaves nothing.
    """
    if not replace and path.exists():
        raise FileExistsError(f"{path} exists")
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:64]}.", delete=False) as stream:
        partial = Path(stream.name)
        try:
            yield cast("BinaryIO", stream)
            stream.flush()
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    mask = os.umask(0)
    os.umask(mask)
    partial.chmod(0o666 & ~mask)  # as any other new file; temporary ones are made for their owner alone
    partial.replace(path)
