"""How the text of a signed header may have been changed on its way, and how it is read back.

The signature covers UTF-8, but headers travel in whatever the sender's HTTP library makes of them: UTF-8, Latin-1, or
only the low byte of each UTF-16 unit (observed on the wire with the official client when the endpoint names a port,
H-T16). Line breaks in a value become a blank in the header while the signed text keeps them; proxies add and remove
white space (H-S10). Each of these is recognised; anything else is a difference.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from enum import Enum
from itertools import combinations, islice, product

LETTERS = (
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
)
"""The 134 letters of Vietnamese that ASCII does not have, as single code points (NFC)."""

MAX_READINGS = 1024
MAX_WORK = 4_000_000
"""How many readings of a low-byte text are tried at most, and how many bytes are hashed for all of them together.

That is enough for ten ambiguous letters in a request of the usual size, and a stranger's request costs no more than
some ten milliseconds.
"""
MAX_PLAIN_READINGS = 256
"""The same where every byte is printable ASCII: most such texts are just signed with a wrong secret."""
MAX_SHADOWS = 3
"""How many printable bytes are taken for letters at once: ``ĩ ũ Ĩ Ũ`` arrive as ``) i ( h`` (one or two to a title)."""

_VALUE = re.compile(rb'(?<=":")(?:[^"\\]|\\.)*', re.DOTALL)
_NUMBERED = {byte: tuple(char.encode() for char in LETTERS if ord(char) & 0xFF == byte) for byte in range(256)}


class Change(Enum):
    """What happened to a header value between its signing and its arrival."""

    NONE = "none"
    ENCODING = "encoding"
    LINE_BREAK = "line-break"
    WHITE_SPACE = "white-space"


def low_bytes(text: str) -> bytes:
    """Write a text as the low byte of each of its UTF-16 units: ``Đ`` (U+0110) becomes the byte 0x10."""
    return text.encode("utf-16-le", "surrogatepass")[0::2]


def change(signed: str, received: bytes) -> Change | None:
    """Say how the header value ``received`` came from the signed value, or ``None`` when it is another value."""
    if signed.encode("utf-8", "surrogatepass") == received and signed == signed.strip(" \t"):
        return Change.NONE
    for text, found in (
        (signed, Change.NONE),
        (signed.replace("\r\n", " ").replace("\n", " ").replace("\r", " "), Change.LINE_BREAK),
        (" ".join(signed.split()), Change.WHITE_SPACE),
    ):
        arrived = _squeezed(received) if found is Change.WHITE_SPACE else received.strip(b" \t")
        if text.strip(" \t").encode("utf-8", "surrogatepass") == arrived:
            if found is Change.NONE and text != text.strip(" \t"):
                return Change.WHITE_SPACE
            return found
        if not text.isascii() and low_bytes(text.strip(" \t")) == arrived:
            return Change.ENCODING
    return None


def _squeezed(value: bytes) -> bytes:
    return b" ".join(value.split())


def signed_text(received: bytes, presented: bytes, secret: bytes) -> bytes | None:
    """Find the UTF-8 text which the signature ``presented`` covers and which arrived as ``received``.

    ``presented`` is an HMAC-SHA256 (32 bytes) under ``secret``. Gives ``received`` itself in every ordinary case; else
    tries the Latin-1 reading and then the readings as Vietnamese low bytes, within the limits. Only a reading that the
    signature confirms is ever given.
    """
    if _confirms(received, presented, secret):
        return received
    latin = received.decode("latin-1").encode("utf-8")
    if latin != received and _confirms(latin, presented, secret):
        return latin
    return next((text for text in _vietnamese_readings(received) if _confirms(text, presented, secret)), None)


def _vietnamese_readings(received: bytes) -> Iterator[bytes]:
    """Give the texts whose low bytes are ``received``, the likeliest first and no more than the limits allow.

    A byte outside printable ASCII is one of the letters with that low byte. A printable one is the character that it
    shows, or, in the value of a parameter, one of the few letters that show as such.
    """
    limit = min(MAX_READINGS, MAX_WORK // max(1, len(received)))
    letters = [at for at, byte in enumerate(received) if not 0x20 <= byte <= 0x7E]
    readings = 1
    for at in letters:
        readings *= len(_NUMBERED[received[at]])
        if not 0 < readings <= limit:
            return iter(())
    return islice(_shadowed(received, letters), limit if letters else min(limit, MAX_PLAIN_READINGS))


def _shadowed(received: bytes, letters: list[int]) -> Iterator[bytes]:
    """Read no printable byte as a letter first, then one of them, then two, and so on."""
    places = _shadows(received)
    for count in range(min(MAX_SHADOWS, len(places)) + 1):
        for chosen in combinations(places, count):
            parts: list[tuple[bytes, ...]] = []
            start = 0
            for at in sorted((*letters, *chosen)):
                parts += ((received[start:at],), _NUMBERED[received[at]])
                start = at + 1
            yield from map(b"".join, product(*parts, (received[start:],)))


def _shadows(received: bytes) -> list[int]:
    """Find the printable bytes that may stand for a letter: those in values, and first those beside other letters.

    The official client writes compact JSON, so a value begins after ``":"`` and ends before ``"``.
    """
    places: list[int] = []
    for value in sorted(_VALUE.finditer(received), key=lambda found: found[0].isascii()):
        places += [at for at in range(*value.span()) if 0x20 <= received[at] <= 0x7E and _NUMBERED[received[at]]]
    return places


def _confirms(text: bytes, presented: bytes, secret: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(secret, text, "sha256"), presented)
