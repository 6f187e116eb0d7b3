"""Reads the text of attached files in a child process of its own, so that a hostile file takes nothing down."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from protocol.content.answer import decode, longest
from protocol.content.bounds import Bounds
from protocol.content.confined import ConfinedReader, Stopped
from protocol.content.text import FileText
from protocol.package.filename import extension

_DEFAULTS = Bounds()


class ContentReader(ConfinedReader[FileText]):
    """Reads the text of files; a context manager, safe to share between threads (they take turns).

    ``with ContentReader() as contents: judge(…, contents=contents)``. ``Bounds`` say how much of a file is read and
    what it may cost. A process that is forked while a reader is open has a child of its own.
    """

    module = "protocol.content.worker"

    def __init__(self, bounds: Bounds = _DEFAULTS) -> None:
        super().__init__(bounds)

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        """Read the text of one file of ``size`` bytes; ``name`` is its real name.

        Never raises on bad files: a file that crashes the child is ``damaged``, one that does not end in time
        ``too-slow``. ``OSError`` where no child can be started at all, which says nothing about the file.
        """
        try:
            return self._answer(name, open_file, size)
        except Stopped as stopped:
            known = extension(name) == "pdf" and size <= self.bounds.file_bytes
            return FileText("pdf" if known else "other", unread=stopped.unread)

    def _longest(self) -> int:
        return longest(self.bounds)

    def _decode(self, answer: bytes) -> FileText:
        return decode(answer, self.bounds)
