"""The texts of all attached files, also of those inside attached zips, each read once and all within one budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from protocol.content.text import AttachedText, Contents, FileText
from protocol.package.attachment import AttachmentRefused, original, travels_zipped
from protocol.package.limits import Limits
from protocol.package.model import Attachment, DocumentPackage
from protocol.rules.context import Context
from protocol.rules.zipmembers import members

MOST_FILES = 50
"""Files of one package that are read, those in zips among them; each may take its whole time."""
MOST_SLOW = 2
"""Files that may use up their whole time; after them nothing more of the package is read."""
MOST_LETTERS, MOST_LINES, MOST_SECONDS = 2_000_000, 100_000, 60.0
"""What is read of all files of one package together: every rule of contents looks at all of it."""


def attached(context: Context, package: DocumentPackage) -> tuple[AttachedText, ...]:
    """Give the texts of the attachments, one for each; none where nobody asked for contents."""
    return tuple(text for text in looked_into(context, package) if not text.member)


def looked_into(context: Context, package: DocumentPackage) -> tuple[AttachedText, ...]:
    """Give the texts of the attachments and of the files in attached zips, read at the first call.

    What was not read says so in ``unread``: ``refused`` for what the rules of packing refuse, ``too-many`` beyond the
    number of files that are read, ``too-large`` and ``too-slow`` also where the others used up the budget.
    """
    if context.contents is not None and not context.texts:
        ends = time.monotonic() + MOST_SECONDS
        budget = _Budget(context.contents, ends, MOST_FILES, MOST_SLOW, MOST_LETTERS, MOST_LINES)
        for number, attachment in enumerate(package.attachments, 1):
            context.texts.extend(_of_attachment(context.limits, budget, number, attachment))
    return tuple(context.texts)


@dataclass(slots=True)
class _Budget:
    """What is left of a package's share, and who reads."""

    contents: Contents
    ends: float
    files: int
    slow: int
    letters: int
    lines: int

    @property
    def spent(self) -> str:
        """Say why nothing more is read; ``""`` where something may be."""
        if self.slow <= 0 or time.monotonic() > self.ends:
            return "too-slow"
        if self.letters <= 0 or self.lines <= 0:
            return "too-large"
        return "" if self.files > 0 else "too-many"

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        """Read a file and cut its text to what is left."""
        self.files -= 1
        text = self.contents.read(name, open_file, size)
        self.slow -= text.unread == "too-slow"
        for kept, line in enumerate(text.lines):
            if self.letters <= 0 or self.lines <= 0:
                return replace(text, lines=text.lines[:kept], unread="too-large")
            self.letters -= len(line.text)
            self.lines -= 1
        return text


def _of_attachment(limits: Limits, budget: _Budget, number: int, attachment: Attachment) -> Iterator[AttachedText]:
    name = attachment.name or ""
    text = _text(limits, budget, attachment)
    yield AttachedText(number, name, text)
    if "archive" in text.marks and not travels_zipped(attachment):
        for member, inside in _members(limits, budget, attachment):
            yield AttachedText(number, name, inside, member)


def _text(limits: Limits, budget: _Budget, attachment: Attachment) -> FileText:
    if spent := budget.spent:
        return _unread(spent)
    try:
        file = original(attachment, limits)
    except AttachmentRefused:
        return _unread("refused")
    return budget.read(file.name, file.open, file.size)


def _members(limits: Limits, budget: _Budget, attachment: Attachment) -> Iterator[tuple[str, FileText]]:
    """Yield names and texts of the files in a zip; archives in archives are not opened."""
    try:
        for member in members(attachment, limits):
            why = budget.spent or member.unread
            text = _unread(why) if why else budget.read(member.name, member.open, member.size)
            yield member.name, text
            if text.unread == "too-many":
                return  # one line for all that follow
    except AttachmentRefused:
        yield "*", _unread("too-large")


def _unread(why: str) -> FileText:
    return FileText("other", unread=why)
