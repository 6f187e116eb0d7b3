"""The ``hash-file`` of ``sendEdoc``: SHA-256 of the file in two notations.

The official client (both versions, observed on the wire) writes each byte of the digest in hex *without* its leading
zero, so that ``0x09`` becomes ``9`` and ``0x00`` becomes ``0``; the text is then 32 to 64 characters long and cannot
be turned back. Other clients send the usual 64 characters. Both are accepted (H-S01). The same client appends CR LF to
the body that the hash does not cover (H-T02), so a verifier has to know the digest with and without that line end.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

_LINE_END = b"\r\n"


def unpadded(digest: bytes) -> str:
    """Write a digest as the official client does: lower-case hex, each byte without its leading zero."""
    return "".join(f"{byte:x}" for byte in digest)


def padded(digest: bytes) -> str:
    """Write a digest as everyone else does: lower-case hex, two characters for each byte."""
    return digest.hex()


@dataclass(frozen=True, slots=True)
class HashForm:
    """How a ``hash-file`` was found to match a body.

    ``padded`` is true for the usual notation (also where both notations coincide), ``covers_line_end`` is true when the
    hash includes the trailing CR LF of the body, ``upper_case`` when its hex digits were capitals. ``size`` is the
    number of bytes of the file that the hash stands for and ``sha256`` their digest in padded lower-case hex.
    """

    padded: bool
    covers_line_end: bool
    upper_case: bool
    size: int
    sha256: str


class BodyDigest:
    """The running SHA-256 of a body which may end in one CR LF that is not part of the file."""

    __slots__ = ("_content", "_size", "_tail")

    def __init__(self) -> None:
        self._content = hashlib.sha256()
        self._tail = b""
        self._size = 0

    def update(self, chunk: bytes) -> None:
        """Take the next piece of the body, of any length."""
        self._size += len(chunk)
        if len(chunk) < 2:
            chunk = self._tail + chunk
        elif self._tail:
            self._content.update(self._tail)
        self._content.update(memoryview(chunk)[:-2])
        self._tail = bytes(chunk[-2:])

    @property
    def size(self) -> int:
        """Bytes seen, the trailing CR LF included."""
        return self._size

    @property
    def ends_in_line_end(self) -> bool:
        """Whether the last two bytes seen are CR LF."""
        return self._tail == _LINE_END

    def whole(self) -> bytes:
        """Give the digest of everything seen so far."""
        running = self._content.copy()
        running.update(self._tail)
        return running.digest()

    def file(self) -> bytes:
        """Give the digest of everything but one trailing CR LF, if there is one."""
        return self._content.digest() if self.ends_in_line_end else self.whole()

    def matches(self, hash_file: str) -> HashForm | None:
        """Find the form in which ``hash_file`` stands for this body, or ``None`` when it does not (H-S02)."""
        presented = hash_file.strip().lower().encode("utf-8", "surrogatepass")
        candidates = [(self.whole(), self._size, self.ends_in_line_end)]
        if self.ends_in_line_end:
            candidates.insert(0, (self._content.digest(), self._size - 2, False))
        for digest, size, covers_line_end in candidates:
            for text, is_padded in ((padded(digest), True), (unpadded(digest), False)):
                if hmac.compare_digest(text.encode("ascii"), presented):
                    return HashForm(
                        padded=is_padded,
                        covers_line_end=covers_line_end,
                        upper_case=hash_file.strip() != hash_file.strip().lower(),
                        size=size,
                        sha256=padded(digest),
                    )
        return None
