"""Reads the signatures of PDF files in a child process of its own, so that a hostile file takes nothing down."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO, cast

from protocol.content.bounds import Bounds
from protocol.content.confined import ConfinedReader, Stopped
from protocol.signatures.pdf.answer import LONGEST, decode
from protocol.signatures.pdf.facts import PaperFacts, Unread

_DEFAULTS = Bounds(seconds=20.0)
"""A tagged document of some hundred pages has twenty thousand objects, which take five seconds to compare."""


class SignatureReader(ConfinedReader[PaperFacts]):
    """Reads signatures; a context manager, safe to share between threads (they take turns).

    ``Bounds`` say how large a file may be and what reading it may cost.
    """

    module = "protocol.signatures.pdf.worker"

    def __init__(self, bounds: Bounds = _DEFAULTS) -> None:
        super().__init__(bounds)

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> PaperFacts:
        """Read the signatures of one file of ``size`` bytes; ``name`` is its real name.

        Never raises on bad files: a file that crashes the child is ``damaged``, one that does not end in time
        ``too-slow``. ``OSError`` where no child can be started at all, which says nothing about the file.
        """
        try:
            return self._answer(name, open_file, size)
        except Stopped as stopped:
            return PaperFacts(cast("Unread", stopped.unread))

    def read_bytes(self, data: bytes) -> PaperFacts:
        """Read the signatures of a file that is in memory."""
        return self.read("document.pdf", lambda: BytesIO(data), len(data))

    def _longest(self) -> int:
        return LONGEST

    def _decode(self, answer: bytes) -> PaperFacts:
        return decode(answer)
