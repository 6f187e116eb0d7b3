"""Everything that the command says, in Vietnamese and in English.

The texts stand beside this module in ``<area>.vi.toml`` and ``<area>.en.toml``: nested tables whose leaves are strings,
named by their dotted path (``[certify] done = "…"`` is ``certify.done``). Placeholders are those of ``str.format``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Literal

import schemas

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
_FOLDER = "messages"
preferred: ContextVar[Language | None] = ContextVar("preferred", default=None)
"""The language that this command was told to speak; ``None`` where the locale decides."""


def text(key: str, lang: str, **values: object) -> str:
    """Give the message ``key`` in ``lang``, its placeholders filled.

    Raises ``KeyError`` for a key that the catalogue of that language does not hold, for an unknown language and for a
    placeholder without a value.
    """
    try:
        pattern = catalogue(lang)[key]
    except KeyError:
        raise KeyError(f"no message {key!r} in language {lang!r}") from None
    try:
        return pattern.format(**values)
    except KeyError as error:
        raise KeyError(f"message {key!r} ({lang}) needs a value for {error.args[0]!r}") from None


def language(environ: Mapping[str, str] = os.environ) -> Language:
    """Choose the reader's language: the preferred one, else as POSIX does.

    That is the first of LC_ALL, LC_MESSAGES, LANG that is set; English where none is.
    """
    told = preferred.get()
    if told is not None and environ is os.environ:
        return told
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(lang: str) -> Mapping[str, str]:
    """Merge all areas of one language into dotted key → text.

    Raises ``KeyError`` for an unknown language, ``schemas.DataError`` for a file that is no catalogue and for a key
    that two areas define.
    """
    if lang not in LANGUAGES:
        raise KeyError(f"no catalogue for language {lang!r}; there are {', '.join(LANGUAGES)}")
    merged: dict[str, str] = {}
    homes: dict[str, str] = {}
    for name in schemas.names(_FOLDER, f".{lang}.toml"):
        for key, value in _flattened(name, _tables(name)):
            if key in merged:
                raise schemas.DataError(f"schemas/{name}: {key!r} stands in schemas/{homes[key]} already; rename one")
            merged[key] = value
            homes[key] = name
    return merged


def _tables(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(schemas.data(name).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise schemas.DataError(f"schemas/{name}: {error}") from error


def _flattened(name: str, table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flattened(name, value, f"{path}.")
        elif isinstance(value, str):
            yield path, value
        else:
            raise schemas.DataError(f"schemas/{name}: {path} is {value!r}; a message is a string")
