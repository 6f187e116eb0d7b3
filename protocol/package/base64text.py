"""The base64 of an attachment, decoded as it streams by.

Wrapped lines and blanks are normal. Characters outside the alphabet are counted and skipped, which is what the axis
was seen to do (H-X25: a placeholder left in place of the base64 crossed as 17 bytes); whoever judges decides what they
mean.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from typing import Protocol

import pybase64

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
PADDING = b"="
BLANKS = b" \t\r\n"
SHOWN = 40
"""Characters of a flawed text that are kept to show it."""
_KEPT = ALPHABET + PADDING
_NOT_KEPT = bytes(set(range(256)) - set(_KEPT))


class Sink(Protocol):
    """Where the decoded bytes go."""

    def write(self, data: bytes) -> None:
        """Take the next decoded bytes."""


@dataclass(slots=True)
class Flaws:
    """What was wrong with the text.

    ``illegal`` counts the characters outside the alphabet, ``first_illegal`` has the first of them, ``start`` how the
    text begins; ``padding`` says that it did not end where a group ends.
    """

    illegal: int = 0
    first_illegal: bytes = b""
    start: bytes = b""
    padding: bool = False

    def __bool__(self) -> bool:
        """Whether anything was wrong."""
        return bool(self.illegal or self.padding)


class Base64Decoder:
    """Takes text in pieces of any size, writes bytes to a sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._carry = b""
        self._ended = False
        self._padding_owed = 0
        self.flaws = Flaws()

    def feed(self, text: bytes) -> bytes:
        """Decode the next piece and give back the characters of it that are neither base64 nor blank."""
        if len(self.flaws.start) < SHOWN:
            self.flaws.start += text[: SHOWN - len(self.flaws.start)]
        if self._take_plain(text):
            return b""
        text = text.translate(None, BLANKS)
        illegal = text.translate(None, _KEPT)
        if illegal:
            self.note_illegal(illegal)
            text = text.translate(None, _NOT_KEPT)
        self._take(text)
        return illegal

    def note_illegal(self, characters: bytes) -> None:
        """Count characters that have no business in base64."""
        self.flaws.first_illegal += characters[: SHOWN - len(self.flaws.first_illegal)]
        self.flaws.illegal += len(characters)

    def finish(self) -> None:
        """Decode what is left; a group that was not filled up is a flaw."""
        if self._carry:
            self.flaws.padding = True
            self._write_tail(self._carry)
            self._carry = b""
        if self._padding_owed:
            self.flaws.padding = True

    def _take_plain(self, text: bytes) -> bool:
        """Take the usual case, letters without a break, at the decoder's own speed: it refuses everything else."""
        joined = self._carry + text if self._carry else text
        whole = len(joined) - len(joined) % 4
        rest = joined[whole:]
        if self._ended or rest.translate(None, ALPHABET):
            return False
        try:
            decoded = pybase64.b64decode(memoryview(joined)[:whole], validate=True)
        except binascii.Error:
            return False
        ends = joined[max(0, whole - 1) : whole] == PADDING
        if ends and rest:
            return False
        self._sink.write(decoded)
        self._carry, self._ended = rest, ends
        return True

    def _take(self, text: bytes) -> None:
        if self._ended:
            self._after_end(text)
            return
        text = self._carry + text
        end = text.find(PADDING)
        letters = text if end < 0 else text[:end]
        whole = len(letters) - len(letters) % 4
        if whole:
            self._sink.write(pybase64.b64decode(letters[:whole], validate=True))
        self._carry = letters[whole:]
        if end >= 0:
            self._ended = True
            self._padding_owed = 4 - len(self._carry) if len(self._carry) > 1 else 0
            self.flaws.padding = self.flaws.padding or len(self._carry) < 2
            self._write_tail(self._carry)
            self._carry = b""
            self._after_end(text[end:])

    def _write_tail(self, letters: bytes) -> None:
        """Two letters carry one byte, three carry two, one carries nothing."""
        if len(letters) > 1:
            self._sink.write(pybase64.b64decode(letters + PADDING * (4 - len(letters))))

    def _after_end(self, text: bytes) -> None:
        """Swallow the padding that is still owed; anything behind it is a flaw and is left out."""
        padding = len(text) - len(text.lstrip(PADDING))
        self.flaws.padding = self.flaws.padding or padding > self._padding_owed or padding < len(text)
        self._padding_owed = max(0, self._padding_owed - padding)
