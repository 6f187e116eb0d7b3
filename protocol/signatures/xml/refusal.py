"""The way out of a verification: the first thing that makes a signature worthless ends it."""

from __future__ import annotations

from protocol.finding import quote
from protocol.signatures.outcome import Check, Question, Result


class Refused(Exception):  # noqa: N818 - an answer about the signature, not a fault of the program
    """Carries the answer that ends a verification: ``bad``, or ``unknown`` where nothing here can tell."""

    def __init__(
        self,
        question: Question,
        reason: str,
        *,
        expected: str = "",
        got: str | bytes | None = "",
        result: Result = "bad",
    ) -> None:
        super().__init__(reason)
        self.check = Check(question, result, reason, expected, quote(got))
