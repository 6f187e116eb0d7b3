"""The document itself among the attached files, and what it says, each part read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from protocol.content.enclosures import Enclosures, read_enclosures
from protocol.content.letterhead import Letterhead
from protocol.content.recipients import Named, addressees, recipients
from protocol.content.text import AttachedText, FileText

_SIGN = frozenset({"number", "notation"})
"""Anchors that one document of an agency has and no other: date, signer and issuer fit every paper of that day."""


@dataclass(frozen=True)
class MainDocument:
    """The file that the header describes. ``anchors`` are the facts that tie the two together.

    ``alone`` says that no other attachment can be the document: each was read and is a table, an appendix or a document
    of its own.
    """

    file: AttachedText
    letterhead: Letterhead
    anchors: frozenset[str]
    alone: bool

    @property
    def text(self) -> FileText:
        """What was read of it."""
        return self.file.text

    @property
    def sure(self) -> bool:
        """Whether a difference from the header is a contradiction, and not another document."""
        return self.text.exact and self._is_the_one

    @property
    def sure_of_letterhead(self) -> bool:
        """The same for its first page alone, where later pages may be scans."""
        return self.text.exact_on(1) and self._is_the_one

    @property
    def _is_the_one(self) -> bool:
        return self.alone or self.anchors >= _SIGN

    @cached_property
    def enclosures(self) -> Enclosures:
        """What it says is enclosed."""
        return read_enclosures(self.text)

    @cached_property
    def addressees(self) -> tuple[Named, ...]:
        """Who stands behind ``Kính gửi``."""
        return addressees(self.text)

    @cached_property
    def recipients(self) -> tuple[Named, ...]:
        """Who stands below ``Nơi nhận``."""
        return recipients(self.text)

    def place(self, index: int) -> str:
        """Say where one of its lines stands, in no language."""
        return f"{self.file.name} {self.text.place(index)}"
