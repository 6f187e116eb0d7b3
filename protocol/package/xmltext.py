"""Pieces of XML text as the official builder writes them."""

from __future__ import annotations

import re
from collections.abc import Callable

UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Finds the characters that XML 1.0 cannot carry at all, not even escaped (XML 1.0, production 2)."""

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ATTRIBUTE_ESCAPES = {**_ESCAPES, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_TEXT = re.compile("[&<>\r]")
_ATTRIBUTE = re.compile('[&<>\r"\n\t]')

INDENT = "  "
_HELD = 200
"""Pieces of text that are written together: a package has a hundred lines and one write of each costs more than it."""


class UnwritableCharacter(ValueError):  # noqa: N818 - an answer about the text, not a fault of the program
    """A text with a character that XML cannot carry at all.

    ``path`` is the element (or ``@attribute``) as a path of local names, ``index`` the place in the text (code points,
    from 0).
    """

    def __init__(self, path: str, character: str, index: int) -> None:
        self.path = path
        self.code_point = f"U+{ord(character):04X}"
        self.index = index
        super().__init__(f"{path}: XML cannot carry the character {self.code_point} (at index {index}); remove it")


class XmlText:
    """Writes elements line by line: prefix, indent of two blanks, the line end of choice.

    ``write`` takes UTF-8 bytes; it gets texts some lines at a time, so call ``flush`` at the end.
    ``UnwritableCharacter`` for characters that XML cannot carry at all.
    """

    def __init__(self, write: Callable[[bytes], object], line_end: str = "\r\n") -> None:
        self._write = write
        self._line_end = line_end
        self._open: list[str] = []
        self._held: list[str] = []

    def raw(self, text: str | bytes) -> None:
        """Write as it is."""
        if isinstance(text, bytes):
            self.flush()
            self._write(text)
            return
        self._held.append(text)
        if len(self._held) >= _HELD:
            self.flush()

    def flush(self) -> None:
        """Write what is still held back."""
        if self._held:
            self._write("".join(self._held).encode())
            self._held.clear()

    def line(self, text: str) -> None:
        """Write one line at the current depth."""
        self.raw(f"{INDENT * len(self._open)}{text}{self._line_end}")

    def begin(self, name: str, attributes: str = "") -> None:
        """Open an element that holds elements."""
        self.line(f"<{name}{attributes}>")
        self._open.append(name)

    def end(self) -> None:
        """Close the element opened last."""
        name = self._open.pop()
        self.line(f"</{name}>")

    def leaf(self, name: str, text: str | None, attributes: str = "") -> None:
        """Write an element with text; absent and empty text write nothing, as the official builder does."""
        if text:
            self.line(f"<{name}{attributes}>{self.escape(text, name)}</{name}>")

    def empty(self, name: str, attributes: str = "") -> None:
        """Write an element without content."""
        self.line(f"<{name}{attributes} />")

    def start_of_line(self, text: str) -> None:
        """Begin a line whose rest is written raw."""
        self.raw(INDENT * len(self._open) + text)

    def end_of_line(self, text: str) -> None:
        """End a line whose begin was written raw."""
        self.raw(text + self._line_end)

    def escape(self, text: str, name: str) -> str:
        """Escape character content; names the field where XML cannot carry a character."""
        self._refuse(text, name)
        return _TEXT.sub(lambda found: _ESCAPES[found[0]], text)

    def attribute(self, name: str, value: str) -> str:
        """Give `` name="value"``."""
        self._refuse(value, f"@{name}")
        escaped = _ATTRIBUTE.sub(lambda found: _ATTRIBUTE_ESCAPES[found[0]], value)
        return f' {name}="{escaped}"'

    def _refuse(self, text: str, name: str) -> None:
        found = UNWRITABLE.search(text)
        if found:
            place = "/".join([*(step.partition(":")[2] or step for step in self._open), name.partition(":")[2] or name])
            raise UnwritableCharacter(place, found[0], found.start())
