"""What the axis takes for an organisation code at all; the official forms stand in ``protocol.organisation``."""

from __future__ import annotations

import re

from protocol import organisation

LONGEST = organisation.LONGEST

_TOKEN = re.compile(rf"[A-Za-z0-9.]{{1,{LONGEST}}}")


_OLD = re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+){3}")
_DIGITS = re.compile(r"[0-9]+")
_NEW = re.compile(r"[A-Z][0-9]+(?:\.[0-9A-Z]+)*")


def is_token(code: str) -> bool:
    """Whether the axis takes it for a code at all: 1 to 35 of letters, digits and dots (as observed)."""
    return _TOKEN.fullmatch(code) is not None


def is_official(code: str) -> bool:
    """Whether a code has a form that an act gives it (QCVN 102, QD 20/2020 Art. 4 and 5)."""
    return organisation.is_official(code)


def requirement(code: str) -> str:
    """Give the requirement that a code without an official form misses, by the form that it comes nearest to.

    Digits alone try to be an enterprise (ID-09), four groups that end in the top level an old code (ID-02), groups
    that begin with a top level of another length a new one (ID-05); everything else breaks ID-04.
    """
    if _DIGITS.fullmatch(code):
        return "ID-09"
    if _OLD.fullmatch(code) and code[0].isdecimal():
        return "ID-02"
    return "ID-05" if _NEW.fullmatch(code) else "ID-04"
