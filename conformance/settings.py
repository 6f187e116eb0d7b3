"""What a person chose for one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from conformance.plan import DEFAULT
from protocol.wire.tls import ClientCertificate

USAGE, INVALID = 2, 3
DEFAULT_WAIT_S = 60.0


class SetupFailure(Exception):  # noqa: N818 - ends the run before it begins
    """The run cannot begin; ``text`` is one line for the person who started it, ``exit_code`` is 2 or 3."""

    def __init__(self, text: str, exit_code: int = USAGE) -> None:
        super().__init__(text)
        self.text = " ".join(text.split())
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Settings:
    """One run: which system (``driver``), against which axis (``None``: start one), how far, and where to write.

    ``token`` opens the control API of a given axis. ``seed`` decides all random content. ``grace_factor`` stretches or
    shrinks the fixed part of every phase: 1 for a real run; the suite's own tests, on a system they know, use less.
    """

    driver: str
    plan: str = DEFAULT
    level: str | None = None
    axis: str | None = None
    system: str | None = None
    token: str | None = field(default=None, repr=False)
    listen: str = "127.0.0.1:0"
    wait_s: float = DEFAULT_WAIT_S
    out: Path = Path("out")
    seed: int = 0
    ca: str | None = None
    shown: ClientCertificate | None = None
    lang: str = "en"
    grace_factor: float = 1.0
