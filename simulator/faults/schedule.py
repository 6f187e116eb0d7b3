"""When a rule fires and by how much: a pure function of seed, operation, request index and rule.

The draw is a SHA-512 digest, read as whole numbers: no state, no hash seed and no version of Python has a part in it,
so the same seed makes the same faults anywhere (decision 0021).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_UNIT = 2**53
_PARTS = 12


@dataclass(frozen=True, slots=True)
class Draw:
    """What one rule draws for one request: ``chance`` from 0 up to 1, and ``normal`` with mean 0 and deviation 1.

    ``normal`` is the sum of twelve even draws less six: from -6 to 6, exact on every machine because it needs no
    logarithm.
    """

    chance: float
    normal: float


def draw(seed: int, operation: str, index: int, rule_id: str) -> Draw:
    """Draw for the request that is number ``index`` (from 1) of its operation and system."""
    text = f"axis28-faults/1\n{seed}\n{operation}\n{index}\n{rule_id}"
    digest = hashlib.sha512(text.encode("utf-8")).digest()
    chance = (int.from_bytes(digest[:8], "big") >> 11) / _UNIT
    total = sum(int.from_bytes(digest[8 + 4 * part : 12 + 4 * part], "big") for part in range(_PARTS))
    return Draw(chance, total / 2**32 - _PARTS / 2)
