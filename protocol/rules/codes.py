"""What the axis takes for an organisation code at all; the official forms stand in ``protocol.organisation``."""

from __future__ import annotations

import re

from protocol import organisation

LONGEST = organisation.LONGEST

_TOKEN = re.compile(rf"[A-Za-z0-9.]{{1,{LONGEST}}}")


def is_token(code: str) -> bool:
    """Whether the axis takes it for a code at all: 1 to 35 of letters, digits and dots (as observed)."""
    return _TOKEN.fullmatch(code) is not None


def is_official(code: str) -> bool:
    """Whether a code has a form that an act gives it (QCVN 102, QD 20/2020 Art. 4 and 5)."""
    return organisation.is_official(code)
