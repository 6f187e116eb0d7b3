"""From the words of the command line to the files that are meant."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from axis28.checking.examination import STDIN

ENDINGS = (".edxml", ".xml")


class NothingThere(Exception):  # noqa: N818 - an answer about the arguments, not a fault of the program
    """A path that does not exist, or a folder without packages. ``key`` names the message that says so."""

    def __init__(self, key: str, path: str, problem: str = "") -> None:
        super().__init__(path)
        self.key = key
        self.path = path
        self.problem = problem


def gather(given: Sequence[str]) -> list[str]:
    """Give the files in the order of the arguments, those of a folder sorted; each once.

    A file that is named is taken whatever its name; of folders (with all below them) only ``*.edxml`` and ``*.xml``.
    ``-`` is standard input. Raises ``NothingThere``.
    """
    files: dict[str, None] = {}
    for path in given:
        files.update(dict.fromkeys(_expanded(path)))
    return list(files)


def _expanded(path: str) -> Iterator[str]:
    if path == "-":
        yield STDIN
    elif not os.path.lexists(path):
        raise NothingThere("no-such-file", path)
    elif Path(path).is_dir():
        found = list(_below(path))
        if not found:
            raise NothingThere("no-packages", path)
        yield from found
    else:
        yield path


def _below(folder: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise NothingThere("unreadable-folder", str(error.filename), error.strerror or "")

    for root, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(names):
            file = os.path.join(root, name)  # noqa: PTH118 - keeps "./" and everything else as it was given
            if name.lower().endswith(ENDINGS) and Path(file).is_file():
                yield file
