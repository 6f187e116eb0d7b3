"""What a fault can be told beside its name: the arguments of a rule, their kinds, bounds and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. ``low`` and ``high`` bound a number, or the length of a text; no ``default``: it must be given."""

    kind: Literal["number", "whole", "code", "path"]
    low: float = 0
    high: float = 0
    default: float | str | None = None

    def takes(self, value: object) -> bool:
        """Tell whether a value can be this argument."""
        if self.kind in ("code", "path"):
            if not isinstance(value, str) or not self.low <= len(value) <= self.high:
                return False
            return value.isascii() and value.isprintable() and " " not in value and self._begins(value)
        if isinstance(value, bool) or not isinstance(value, int if self.kind == "whole" else int | float):
            return False
        return self.low <= value <= self.high  # NaN is nowhere between, and no integer is too large to compare

    @property
    def wanted(self) -> str:
        """The key of the message that says what is needed."""
        return f"wants-{self.kind}"

    def _begins(self, value: str) -> bool:
        # A path of this axis and of no other host: `//host/…` would be one.
        return self.kind != "path" or (value.startswith("/") and not value.startswith("//") and "\\" not in value)


def seconds(high: float, default: float | None = None, *, low: float = 0) -> Argument:
    """Make an argument that is a time in seconds."""
    return Argument("number", low, high, default)


COMMON: Mapping[str, Argument] = {
    "probability": Argument("number", 0, 1, 1),
    "seed": Argument("whole", 0, MAX_SEED, 0),
}
"""What every fault takes: how often a rule fires, and by which seed instead of the axis's own."""


def value_of(arguments: Mapping[str, Argument], given: Mapping[str, Any], name: str) -> Any:
    """Give an argument of a rule, or its default."""
    return given.get(name, arguments[name].default)
