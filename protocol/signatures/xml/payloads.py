"""The payloads of a package as they stand in the bytes received: their text for the digest, their content to compare.

A second pass over the bytes, by the parser of the reader, in pieces: what is signed is the text of the base64 with its
line breaks, which the reader does not keep. What this text decodes to has to be what the reader took for the
attachment, so that a package cannot be verified by one file and used by another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from lxml import etree

from protocol.package.base64text import Base64Decoder
from protocol.package.encoding import CHUNK, NotText, open_text
from protocol.package.scanner import PAYLOAD_ELEMENT
from protocol.signatures.xml import sections
from protocol.signatures.xml.refusal import Refused

_NAME = PAYLOAD_ELEMENT.decode("ascii")
_ESCAPES = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b"\r", b"&#xD;"))
_SPECIAL = (b"&", b"<", b">", b"\r")
LARGE = 1024
MOST_WAITING = 3000
"""Pieces of text that wait to be taken together, each shorter than ``LARGE`` characters."""


@dataclass(frozen=True, slots=True)
class Content:
    """What one payload decodes to: bytes and SHA-256 (lower-case hex)."""

    size: int
    sha256: str


def digest(source: BinaryIO | bytes, pieces: Sequence[bytes], algorithm: str) -> tuple[bytes, tuple[Content, ...]]:
    """Give the digest of a canonical form whose payloads come from the source, and what they decode to.

    ``pieces`` is the canonical form around the payloads, ``algorithm`` a name that ``hashlib`` knows. Reads the source
    once, in pieces of 64 KiB. Raises ``Refused`` where it does not have the payloads that the pieces leave room for.
    """
    digested = hashlib.new(algorithm)
    taken = _Taken(digested.update, pieces)
    opened = open_text(source)
    parser = etree.XMLParser(
        target=cast("Any", taken),  # the stubs ask for methods that would only cost time
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        encoding="utf-8" if opened.transcoded else None,
    )
    try:
        pieces_read = (chunk[at : at + CHUNK] for chunk in opened.chunks for at in range(0, len(chunk), CHUNK))
        for piece in sections.shortened(pieces_read):
            parser.feed(piece)
        parser.close()
    except (etree.XMLSyntaxError, NotText) as error:
        raise _differ(len(pieces) - 1, len(taken.contents)) from error
    if len(taken.contents) != len(pieces) - 1:
        raise _differ(len(pieces) - 1, len(taken.contents))
    return digested.digest(), tuple(taken.contents)


def _differ(expected: int, got: int) -> Refused:
    return Refused("coverage", "xml-signature-bytes-differ", expected=str(expected), got=str(got))


class _Counted:
    """Takes decoded bytes and keeps only their size and digest."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._size += len(data)

    @property
    def content(self) -> Content:
        return Content(self._size, self._digest.hexdigest())


class _Taken:
    """Receives the events of the parser; between payloads the next piece of the canonical form is due."""

    def __init__(self, update: Callable[[bytes], None], pieces: Sequence[bytes]) -> None:
        self._update = update
        self.contents: list[Content] = []
        self._pieces = pieces
        self._inside = False
        self._waiting: list[str] = []
        self._counted = _Counted()
        self._decoder = Base64Decoder(self._counted)

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag.rpartition("}")[2] != _NAME:
            return
        if len(self.contents) + 1 >= len(self._pieces):
            raise _differ(len(self._pieces) - 1, len(self.contents) + 1)
        self._next_piece()
        self._inside = True
        self._counted = _Counted()
        self._decoder = Base64Decoder(self._counted)

    def data(self, text: str) -> None:
        # Text comes in three pieces a line where its carriage returns are escaped.
        if self._inside:
            self._waiting.append(text)
            if len(self._waiting) >= MOST_WAITING or len(text) >= LARGE:
                self._flush()

    def end(self, tag: str) -> None:
        if self._inside and tag.rpartition("}")[2] == _NAME:
            self._flush()
            self._inside = False
            self._decoder.finish()
            self.contents.append(self._counted.content)

    def comment(self, _text: str) -> None:
        """Pass over a comment: the canonical form has none."""

    def pi(self, _target: str, _data: str) -> None:
        """Pass over an instruction: it is in the pieces, or has been refused before inside a payload."""

    def close(self) -> None:
        self._next_piece()

    def _flush(self) -> None:
        raw = "".join(self._waiting).encode()
        self._waiting.clear()
        self._decoder.feed(raw)
        self._update(_escaped(raw))

    def _next_piece(self) -> None:
        if len(self.contents) < len(self._pieces):
            self._update(self._pieces[len(self.contents)])


def _escaped(raw: bytes) -> bytes:
    if any(letter in raw for letter in _SPECIAL):
        for letter, escape in _ESCAPES:
            raw = raw.replace(letter, escape)
    return raw
