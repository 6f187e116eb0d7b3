"""Ties a scenario to the check that it decides: ``@check("RCV-10/same-package-twice")``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from schemas.registry import CheckEntry
from schemas.registry import check as registered

if TYPE_CHECKING:
    from conformance.case import Case

Story = Callable[["Case"], Awaitable[None]]
_Story = TypeVar("_Story", bound=Story)

MARK = "axis28_check"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One check and the story, a coroutine function of one ``Case``, that decides it."""

    entry: CheckEntry
    story: Story


def check(subject: str | CheckEntry) -> Callable[[_Story], _Story]:
    """Mark a coroutine function as the scenario of a check.

    ``subject`` is a check id of the registry, from which level, phase, title and law come; a whole ``CheckEntry``
    stands for a check that the registry does not know (a vendor's own, or one of the suite's own tests).
    """

    def mark(story: _Story) -> _Story:
        vars(story)[MARK] = subject
        return story

    return mark


def entry_of(story: object) -> CheckEntry | None:
    """Give the registry entry of a marked function, ``None`` for any other; an unknown id raises ``UnknownId``."""
    subject = getattr(story, MARK, None)
    return registered(subject) if isinstance(subject, str) else subject


def scenarios(package: str = "conformance.scenarios") -> Mapping[str, Scenario]:
    """Import every ``test_*`` module of a package and give its scenarios by check id, in the order they stand.

    Raises ``ValueError`` where two scenarios claim one check.
    """
    found: dict[str, Scenario] = {}
    home = importlib.import_module(package)
    for module in sorted(pkgutil.iter_modules(home.__path__), key=lambda module: module.name):
        if not module.name.startswith("test_"):
            continue
        for story in vars(importlib.import_module(f"{package}.{module.name}")).values():
            entry = entry_of(story) if callable(story) else None
            if entry is None:
                continue
            if entry.id in found and found[entry.id].story is not story:
                raise ValueError(f"two scenarios claim the check {entry.id}")
            found[entry.id] = Scenario(entry, story)
    return found
