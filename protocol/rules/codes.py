"""The forms of organisation codes (mã định danh)."""

from __future__ import annotations

import re

LONGEST = 35
"""Characters, by QD 20/2020 Art. 4(1)."""

_TOKEN = re.compile(r"[A-Za-z0-9.]{1,35}")
_QCVN_102 = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}")
_QD_20 = re.compile(r"(?=.{1,35}\Z)[A-Z][0-9]{2}(?:\.[A-Z0-9]+)*")
_ENTERPRISE = re.compile(r"[0-9]{10,14}")


def is_token(code: str) -> bool:
    """Whether the axis takes it for a code at all: 1 to 35 of letters, digits and dots (as observed)."""
    return _TOKEN.fullmatch(code) is not None


def is_official(code: str) -> bool:
    """Whether a code has a form that an act gives it.

    13 characters of QCVN 102 (``000.00.13.H53``), QD 20/2020 (``H01.13``, top level first, at most 35), or the digits
    of an enterprise's registration (QD 20/2020 Art. 5).
    """
    return any(form.fullmatch(code) for form in (_QCVN_102, _QD_20, _ENTERPRISE))
