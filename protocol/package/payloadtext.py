"""The character content of one ``ContentTransferEncoded``: decoded, and reduced to what the skeleton keeps of it."""

from __future__ import annotations

import re

from protocol.package.base64text import Base64Decoder, Flaws
from protocol.package.spool import Intake, Stored

_BLANK_REFERENCE = re.compile(rb"&#(?:0*(?:9|10|13|32)|x0*(?:9|[aA]|[dD]|20));")
_REFERENCE = re.compile(rb"&(?:#0*(?P<decimal>[0-9]{1,7})|#x0*(?P<hex>[0-9A-Fa-f]{1,6})|[A-Za-z][A-Za-z0-9]*);")
_LETTERS = re.compile(rb"[A-Za-z0-9+/=]+")


class PayloadText:
    """Decodes into the spool; gives back the line breaks and whatever is not base64, for the parser to judge."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._decoder = Base64Decoder(intake)
        self._touchy = False

    @property
    def size(self) -> int:
        """Bytes decoded so far."""
        return self._intake.size

    def take(self, data: bytes) -> tuple[bytes, int]:
        """Take text with its character references; gives what the skeleton keeps, and how many references it met."""
        if b"&" not in data:
            return self.letters(data), 0
        # Writers that keep CRLF escape the CR of every line: these are many, quickly told and not counted.
        data = _BLANK_REFERENCE.sub(b" ", data)
        kept = bytearray()
        at = count = 0
        while (ampersand := data.find(b"&", at)) >= 0:
            count += 1
            kept += self.letters(data[at:ampersand])
            reference = _REFERENCE.match(data, ampersand)
            at = reference.end() if reference else ampersand + 1
            kept += self._reference(reference)
        kept += self.letters(data[at:])
        return bytes(kept), count

    def letters(self, data: bytes) -> bytes:
        """Take text as it is, the way it stands in a CDATA section; gives what the skeleton keeps."""
        if not data:
            return data
        if self._decoder.feed(data):
            self._touchy = True
            return _LETTERS.sub(b"A", data)
        # Most text has none at all, and to look for one is faster than to count.
        breaks = b"\n" * data.count(b"\n") if b"\n" in data else b""
        if self._touchy:
            # One letter keeps apart what must not touch: "]]" and ">" would read as the end of a CDATA section.
            self._touchy = False
            return b"A" + breaks
        return breaks

    def finish(self) -> tuple[Stored, Flaws]:
        """End the payload; say where it lies and what was wrong with it."""
        self._decoder.finish()
        return self._intake.finish(), self._decoder.flaws

    def _reference(self, reference: re.Match[bytes] | None) -> bytes:
        """Take one reference: to a letter of base64 it counts as that letter, anything else has no business here."""
        number = -1
        if reference and reference["decimal"]:
            number = int(reference["decimal"])
        elif reference and reference["hex"]:
            number = int(reference["hex"], 16)
        letter = bytes([number]) if 0 <= number < 128 else b""
        if _LETTERS.fullmatch(letter):
            return self.letters(letter)
        raw = reference[0] if reference else b"&"
        self._decoder.note_illegal(raw)
        self._touchy = True
        return raw
