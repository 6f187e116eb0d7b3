"""One damage, as Hypothesis draws it and a person reads it."""

from __future__ import annotations

from dataclasses import dataclass

THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage: its kind, the element or variant it means (``name``), the place in thousandths and an amount."""

    kind: str
    name: str = ""
    where: int = 0
    amount: int = 1
