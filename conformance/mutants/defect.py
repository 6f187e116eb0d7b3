"""What a named defect of the reference DMS is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from conformance.reference_dms.behaviour import Behaviour


@dataclasses.dataclass(frozen=True, slots=True)
class Defect:
    """One rule broken on purpose, and nothing else.

    ``replace`` maps fields of ``Behaviour`` to the functions that take their place; ``requirement`` is the rule. Which
    checks must notice it stands in ``schemas/mutants.json``. Functions may keep state per DMS only.
    """

    name: str
    requirement: str
    replace: Mapping[str, Callable[..., Any]]

    def applied(self, behaviour: Behaviour) -> Behaviour:
        """Give a behaviour with this defect."""
        return dataclasses.replace(behaviour, **self.replace)
