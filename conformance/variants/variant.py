"""What a legal variant of the reference DMS is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.office import Settings


def _as_it_is(settings: Settings) -> Settings:
    return settings


@dataclasses.dataclass(frozen=True, slots=True)
class Variant:
    """Another lawful way: functions that take the place of those of ``Behaviour``, and other settings."""

    name: str
    replace: Mapping[str, Callable[..., Any]]
    settle: Callable[[Settings], Settings] = _as_it_is

    def applied(self, behaviour: Behaviour, settings: Settings) -> tuple[Behaviour, Settings]:
        """Give behaviour and settings of this variant."""
        return dataclasses.replace(behaviour, **self.replace), self.settle(settings)
