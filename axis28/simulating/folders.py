"""The data folder: the user's, or a temporary one."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from axis28.simulating.complaint import complaint


@contextlib.contextmanager
def data_folder(given: Path | None) -> Iterator[Path]:
    """Give the data folder; a temporary one is removed at the end. Raises ``CommandError``."""
    if given is not None:
        try:
            given.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise complaint("unusable-data", folder=given, problem=error.strerror or error) from error
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="axis28-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
