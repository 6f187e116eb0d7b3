"""The project's data: JSON Schemas, registries, catalogues and plans, read as package data and never by file path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


class DataError(Exception):
    """A file of this package is missing, unreadable or contradicts another; the text names file, rule and fix."""


def _located(name: str) -> Traversable:
    if not name or name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise DataError(f"{name!r} is no name of a data file: give a path below schemas/, such as 'report.schema.json'")
    return files(__name__).joinpath(name)


def data(name: str) -> bytes:
    """Read the data file ``name`` (``/``-separated, relative to this package).

    Raises ``DataError`` when there is no such file.
    """
    try:
        return _located(name).read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise DataError(f"schemas/{name} does not exist in this installation") from error


def json_data(name: str) -> Any:
    """Read the data file ``name`` as JSON (UTF-8), refusing a key that stands twice in one object.

    Raises ``DataError`` naming the file, and the line where it is no JSON.
    """
    try:
        return json.loads(data(name).decode("utf-8"), object_pairs_hook=_without_doubles)
    except (UnicodeDecodeError, json.JSONDecodeError, _DoubledKeyError) as error:
        raise DataError(f"schemas/{name}: {error}") from error


def names(folder: str, ending: str) -> Iterator[str]:
    """Yield, sorted, the names of the files of ``folder`` that end with ``ending``; nothing where it is absent."""
    place = _located(folder) if folder else files(__name__)
    if not place.is_dir():
        return
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_file() and entry.name.endswith(ending):
            yield f"{folder}/{entry.name}" if folder else entry.name


@lru_cache(maxsize=32)
def json_schema(name: str) -> Any:
    """Read ``schemas/<name>.schema.json`` once and share it; callers must not change what they get."""
    return json_data(f"{name}.schema.json")


class _DoubledKeyError(ValueError):
    pass


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise _DoubledKeyError(f"the key {key!r} stands twice in one object; remove one")
        values[key] = value
    return values
