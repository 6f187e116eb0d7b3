"""One entry of a registry, read field by field with errors that say where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import schemas
from schemas.messages import LANGUAGES


@dataclass(frozen=True, slots=True)
class Fields:
    """The raw ``entry`` with the id ``key`` of the file ``schemas/<name>``; ``path`` leads to a nested object.

    Every method raises ``schemas.DataError`` naming file, entry, field and rule.
    """

    name: str
    key: str
    entry: Mapping[str, Any]
    path: str = ""

    def wrong(self, field: str, rule: str) -> schemas.DataError:
        """Make the error of a field."""
        return schemas.DataError(f"schemas/{self.name}: {self.key!r}, field {self.path + field!r}: {rule}")

    def string(self, field: str) -> str:
        """Give a text that is not empty."""
        value = self.entry.get(field)
        if not isinstance(value, str) or not value:
            raise self.wrong(field, "must be a text that is not empty")
        return value

    def choice(self, field: str, choices: Collection[str]) -> str | None:
        """Give one of ``choices``, or ``None`` where the field is absent or null."""
        value = self.entry.get(field)
        if value is not None and value not in choices:
            raise self.wrong(field, f"must be one of {', '.join(choices)}, or null")
        return value

    def chosen(self, field: str, choices: Collection[str]) -> str:
        """Give one of ``choices``."""
        value = self.entry.get(field)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(field, f"must be one of {', '.join(choices)}")
        return value

    def flag(self, field: str, *, default: bool) -> bool:
        """Give a truth value."""
        value = self.entry.get(field, default)
        if not isinstance(value, bool):
            raise self.wrong(field, "must be true or false")
        return value

    def strings(self, field: str, *, optional: bool = False) -> tuple[str, ...]:
        """Give a list of different texts; a single text counts as a list of one."""
        value = self.entry.get(field, [] if optional else None)
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong(field, "must be a list of texts")
        if len(set(value)) != len(value):
            raise self.wrong(field, "names something twice")
        return tuple(value)

    def bilingual(self, field: str, *, optional: bool = False) -> Mapping[str, str]:
        """Give a text in both languages; two empty ones where it is optional and absent."""
        value = self.entry.get(field)
        if value is None and optional:
            return dict.fromkeys(LANGUAGES, "")
        if not isinstance(value, dict) or set(value) != set(LANGUAGES) or not all(_worded(v) for v in value.values()):
            raise self.wrong(field, "must be an object with the two texts 'vi' and 'en'")
        return dict(value)

    def nested(self, field: str) -> Fields:
        """Give the object of a field, to be read in turn."""
        value = self.entry.get(field)
        if not isinstance(value, dict):
            raise self.wrong(field, "must be an object")
        return Fields(self.name, self.key, value, f"{self.path}{field}.")

    def each(self, field: str) -> Iterator[Fields]:
        """Give the objects of a list that is not empty."""
        values = self.entry.get(field)
        if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
            raise self.wrong(field, "must be a list of objects that is not empty")
        for number, value in enumerate(values, 1):
            yield Fields(self.name, self.key, value, f"{self.path}{field}[{number}].")


def _worded(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
