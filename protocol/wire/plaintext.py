"""Text for places that carry ASCII only: error descriptions of the axis and free-text header parameters.

The official client reads the answer of ``sendEdoc`` as US-ASCII, and a non-ASCII parameter cannot be verified reliably,
because the same client may write only the low byte of each character into the header (H-T16, observed on the wire).
"""

from __future__ import annotations

import unicodedata

_WITHOUT_DECOMPOSITION = str.maketrans({"đ": "d", "Đ": "D", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'"})


def ascii_text(text: str) -> str:
    """Give the text as one line of printable ASCII: ``Đơn vị`` becomes ``Don vi``, what has no base letter ``?``."""
    flat = " ".join(text.translate(_WITHOUT_DECOMPOSITION).split())
    letters = (char for char in unicodedata.normalize("NFD", flat) if not unicodedata.combining(char))
    return "".join(char if " " <= char <= "~" else "?" for char in letters)


def is_header_text(text: str) -> bool:
    """Tell whether a text can travel as the value of a header without loss: printable ASCII without outer blanks."""
    return text == text.strip(" ") and all(" " <= char <= "~" for char in text)
