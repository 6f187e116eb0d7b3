"""A disturbance that a scenario sets on the axis, towards the system under test only, and lifts again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.axis import AxisControl


class Disturbance:
    """One fault rule of the axis."""

    def __init__(self, axis: AxisControl, rule: Mapping[str, Any]) -> None:
        self._axis = axis
        self._rule = dict(rule)
        self._standing = False

    async def set(self) -> None:
        """Put the rule in force."""
        self._standing = True
        await self._axis.put_fault(self._rule)

    async def lift(self) -> None:
        """Take the rule away, once; where that fails it still counts as standing."""
        if self._standing:
            await self._axis.lift_fault(str(self._rule["id"]))
            self._standing = False
