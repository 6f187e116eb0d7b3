"""How a scenario ends when it does not pass: the system broke a rule, cannot be asked, or the judge itself is blind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.observer import Exchange


class Violation(Exception):  # noqa: N818 - a finding about the system under test, not an error of the suite
    """The system under test broke the rule of the check.

    ``reason`` is a code of the reason registry; ``expected`` and ``got`` are short texts for a person. ``silent`` says
    that nothing but silence was seen, so that the run may ask first whether the whole system went away.
    """

    def __init__(
        self,
        reason: str,
        *,
        expected: str = "",
        got: str = "",
        witnesses: Sequence[Exchange] = (),
        verdict: str = "fail",
        silent: bool = False,
    ) -> None:
        super().__init__(f"{reason}: expected {expected or '-'}; got {got or '-'}")
        self.reason = reason
        self.expected = expected
        self.got = got
        self.witnesses = tuple(witnesses)
        self.verdict = verdict
        self.silent = silent


class NotSupported(Exception):  # noqa: N818 - a declaration of the system under test, not an error
    """The system under test declares that it cannot do what the check needs."""

    def __init__(self, operation: str) -> None:
        super().__init__(f"the system under test does not offer {operation!r}")
        self.operation = operation


class JudgeBlind(Exception):  # noqa: N818 - says what the judge is
    """The suite could not offer its stimulus or could not see the result: nobody's fault but its own."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
