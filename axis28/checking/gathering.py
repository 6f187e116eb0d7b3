"""From the words of the command line to the files that are meant."""

from __future__ import annotations

import os
import stat
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from axis28.checking.examination import STDIN

ENDINGS = (".edxml", ".xml")


@dataclass(frozen=True, slots=True)
class Missed:
    """What was named or found and cannot be checked. ``key`` names the message that says why."""

    path: str
    key: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A regular file: the name to open it by, and what makes it the same file under another name."""

    name: str
    identity: Hashable


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files to check, each once, and what stands in the way of the others. ``STDIN`` is standard input."""

    files: tuple[str, ...]
    missed: tuple[Missed, ...]


def gather(given: Sequence[str]) -> Gathered:
    """Give the files in the order of the arguments, those of a folder sorted; each once, by its first name.

    A link, symbolic or hard, is the file that it leads to.

    A file that is named is taken whatever its name; of folders (with all below them) only ``*.edxml`` and ``*.xml``.
    ``-`` is standard input. Only regular files are read: a pipe or a device might never end.
    """
    found = [each for path in given for each in _expanded(path)]
    names: dict[Hashable, str] = {}
    for each in found:
        if isinstance(each, _Found):
            names.setdefault(each.identity, each.name)
    missed = dict.fromkeys(each for each in found if isinstance(each, Missed))
    return Gathered(tuple(names.values()), tuple(missed))


def _expanded(path: str) -> Iterator[_Found | Missed]:
    if path == "-":
        yield _Found(STDIN, STDIN)
        return
    if path == STDIN:
        path = os.path.join(os.curdir, path)  # noqa: PTH118 - a file of that name must not pass for standard input
    try:
        found = os.stat(path)  # noqa: PTH116 - a name as it was given, also one that Path would rewrite
    except (OSError, ValueError) as error:
        gone = isinstance(error, FileNotFoundError) and not os.path.islink(path)  # noqa: PTH114 - as above
        yield Missed(path, "no-such-file") if gone else Missed(path, "unreadable", _problem(error))
        return
    if stat.S_ISDIR(found.st_mode):
        yield from list(_below(path)) or [Missed(path, "no-packages")]
    elif stat.S_ISREG(found.st_mode):
        yield _Found(path, _identity(path, found))
    else:
        yield Missed(path, "no-regular-file")


def _identity(path: str, found: os.stat_result) -> Hashable:
    # Some network folders number no file: there only the resolved name tells one from another.
    return (found.st_dev, found.st_ino) if found.st_ino else os.path.realpath(path)


def _below(folder: str) -> Iterator[_Found | Missed]:
    refused: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=refused.append):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(ENDINGS):
                yield from _expanded(os.path.join(root, name))  # noqa: PTH118 - keeps "./" as it was given
    for error in refused:
        yield Missed(os.fsdecode(error.filename), "unreadable", _problem(error))


def _problem(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
