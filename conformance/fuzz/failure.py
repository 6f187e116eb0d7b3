"""What the fuzzer found: one failure of one example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from conformance.fuzz.recipe import Recipe, Rendered

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "fuzz-answer-malformed": ("AXS-03",),
    "fuzz-changed-in-transit": ("PKG-11",),
    "fuzz-damaged-accepted": ("PKG-02", "PKG-09", "SND-09"),
    "fuzz-damaged-arrived": ("PKG-02", "PKG-09", "ATT-02"),
    "fuzz-dms-gone": ("RCV-09",),
    "fuzz-no-answer": ("AXS-03",),
    "fuzz-not-acknowledged": ("RCV-09",),
    "fuzz-not-delivered-once": ("AXS-07",),
    "fuzz-not-handed-over": ("AXS-08",),
    "fuzz-shown-differently": ("REC-03",),
    "fuzz-shown-twice": ("RCV-10",),
    "fuzz-valid-not-shown": ("REC-03",),
    "fuzz-valid-refused": ("AXS-03", "RCV-09", "REC-03"),
}
"""What is asked of every example: the reason of a failure and the requirements that it can break."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One broken expectation.

    ``reason`` is a code of the registry and ``requirement`` an id of the catalogue; ``aspect`` tells failures of one
    reason apart that have different causes (the field that differs, the class of damage), so that each is kept once.
    ``ends`` says that nothing sensible can be learnt after it: a queue that does not drain starves all behind it.
    """

    reason: str
    requirement: str
    expected: str
    got: str
    aspect: str = ""
    ends: bool = False

    @property
    def signature(self) -> tuple[str, str]:
        """What makes two failures the same finding."""
        return self.reason, self.aspect


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one example: its bytes as they were sent and, where it went wrong, the failure."""

    rendered: Rendered
    failure: Failure | None = None


class Dead(Exception):  # noqa: N818 - says what the system under test is
    """The system under test answers nothing any more.

    ``failure`` says how that was seen and ``suspects`` what it had been given last.
    """

    def __init__(self, failure: Failure, suspects: tuple[Rendered, ...] = ()) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.suspects = suspects


class Target(Protocol):
    """A system under test. It takes a batch of recipes and says for each what became of it.

    ``examine`` attributes every failure to the one example that causes it. Raises ``JudgeBlind`` when the fuzzer's own
    side fails and ``Dead`` when the system does not live any more.
    """

    @property
    def batch(self) -> int:
        """How many examples are best given at once."""

    async def examine(self, recipes: tuple[Recipe, ...]) -> tuple[Verdict, ...]:
        """Give the examples to the system and judge what it makes of each."""
