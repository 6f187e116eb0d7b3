"""Names of attachments made safe to store under.

They come from strangers: a full Windows path, ``../``, control characters, device names, five hundred letters (H-A11).
"""

from __future__ import annotations

import re
import unicodedata

from protocol.composition import composed

LONGEST = 200
"""Characters; the longest attachment name that receivers in the field provide for (ATT-07)."""
LONGEST_BYTES = 255
"""Bytes of UTF-8; what common file systems take for one name."""
UNNAMED = "unnamed"

_SEPARATORS = re.compile(r"[/\\]")
_DRIVE = re.compile(r"\A[A-Za-z]:")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"\A(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³]|CONIN\$|CONOUT\$)\s*(?:\.|\Z)", re.IGNORECASE)
_LONGEST_EXTENSION = 16
_ABSURD = 4096


def safe_name(name: str | None) -> str:
    """Give a name that can be one entry of a directory on any system, as close to the original as that allows.

    Paths are cut to their last part, Vietnamese letters stay (composed, NFC), control and formatting characters go,
    characters that file systems forbid become ``_``, device names get a ``_`` in front, names over 200 characters are
    shortened before their extension. Nothing left gives ``unnamed``. Applying it twice changes nothing more.
    """
    text = name or ""
    if len(text) > _ABSURD:  # the part that remains lies at the ends
        text = text[: _ABSURD // 2] + text[-_ABSURD // 2 :]
    text = composed(text)
    text = _DRIVE.sub("", _SEPARATORS.split(text)[-1])
    text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    text = _FORBIDDEN.sub("_", text)
    text = _trim(text)
    if _RESERVED.match(text):
        text = f"_{text}"
    return _shorten(text) or UNNAMED


def is_safe(name: str) -> bool:
    """Whether a name can be stored under as it is (length apart)."""
    return bool(name) and (len(name) > LONGEST or safe_name(name) == composed(name))


def extension(name: str) -> str:
    """Give the extension without its dot, in lower case; ``""`` where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem and last and len(last) <= _LONGEST_EXTENSION else ""


def _trim(text: str) -> str:
    """Take blanks off both ends and dots off the right (Windows drops them); names of dots alone vanish."""
    text = text.strip().rstrip(". ")
    return "" if set(text) <= {".", " "} else text


def _shorten(text: str) -> str:
    if len(text) <= LONGEST and len(text.encode()) <= LONGEST_BYTES:
        return text
    last = extension(text)
    ending = text[len(text) - len(last) - 1 :] if last else ""
    stem = text[: len(text) - len(ending)][: LONGEST - len(ending)]
    while len((stem + ending).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return _trim(stem) + ending
