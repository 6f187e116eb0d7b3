"""The child process that reads signatures: ``python -P -m protocol.signatures.pdf.worker BOUNDS``.

It talks as ``protocol.content.worker`` does; an answer is the JSON of ``PaperFacts``.
"""

from __future__ import annotations

import logging
from typing import cast

from protocol.content.bounds import Bounds
from protocol.content.worker import serve
from protocol.signatures.pdf.answer import encode
from protocol.signatures.pdf.facts import PaperFacts, Unread
from protocol.signatures.pdf.reading import read_signatures


def main() -> None:
    """Read the signatures of files until the input ends."""
    logging.disable()  # what pyHanko would warn of is in the facts
    serve(_answer, lambda why: encode(PaperFacts(cast("Unread", why))))


def _answer(_name: str, data: bytes, _bounds: Bounds) -> bytes:
    return encode(read_signatures(data))


if __name__ == "__main__":
    main()
