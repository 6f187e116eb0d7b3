"""How the text of a signed header may have been changed on its way, and how it is read back.

The signature covers UTF-8, but headers travel in whatever the sender's HTTP library makes of them: UTF-8, Latin-1, or
only the low byte of each UTF-16 unit (observed on the wire with the official client when the endpoint names a port,
H-T16). Line breaks in a value become a blank in the header while the signed text keeps them; proxies add and remove
white space (H-S10). Each of these is recognised; anything else is a difference.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from enum import Enum
from itertools import product

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

_NUMBERED = {byte: tuple(char for char in LETTERS if ord(char) & 0xFF == byte) for byte in range(256)}


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

    ``presented`` is an HMAC-SHA256 (32 bytes) under ``secret``. Gives ``received`` itself in every ordinary
    case; for a header that holds anything but printable ASCII also the Latin-1 reading and then the readings as
    Vietnamese low bytes, within ``MAX_READINGS``. Only a reading that the signature confirms is ever given.
    """
    if _confirms(received, presented, secret):
        return received
    if all(0x20 <= byte <= 0x7E for byte in received):
        return None
    latin = received.decode("latin-1").encode("utf-8")
    if _confirms(latin, presented, secret):
        return latin
    return next((text for text in _vietnamese_readings(received) if _confirms(text, presented, secret)), None)


def _vietnamese_readings(received: bytes) -> Iterator[bytes]:
    """Yield the texts whose low bytes are ``received``, reading each byte outside printable ASCII as Vietnamese.

    A low byte below 0x80 that is printable is taken for the ASCII character that it shows (``ũ`` would show as ``i``).
    """
    choices: list[tuple[str, ...]] = []
    limit = min(MAX_READINGS, MAX_WORK // max(1, len(received)))
    readings = 1
    for byte in received:
        if 0x20 <= byte <= 0x7E:
            choices.append((chr(byte),))
            continue
        letters = _NUMBERED[byte]
        if not letters:
            return
        choices.append(letters)
        readings *= len(letters)
        if readings > limit:
            return
    for letters in product(*choices):
        yield "".join(letters).encode("utf-8")


def _confirms(text: bytes, presented: bytes, secret: bytes) -> bool:
    return hmac.compare_digest(hmac.digest(secret, text, "sha256"), presented)
