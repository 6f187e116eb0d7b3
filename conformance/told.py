"""What a verdict says was expected and seen, in English and in Vietnamese at once.

The English sentence is its own key, as with gettext: ``schemas/told/vi.toml`` gives each its Vietnamese. A ``Told`` is
the English text wherever a plain string will do, so that data (a code, a digest, what a system answered) needs no
wrapping and stands in both languages as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Self

import schemas

CATALOGUE = "told/vi.toml"


class Told(str):
    """An English text that carries the same in Vietnamese."""

    __slots__ = ("vi",)

    vi: str

    def __new__(cls, en: str, vi: str) -> Self:
        """Pair the two texts."""
        made = super().__new__(cls, en)
        made.vi = vi
        return made


def told(sentence: str, /, **values: object) -> Told:
    """Say a sentence of the catalogue, its ``str.format`` placeholders filled; a ``Told`` value goes in by language.

    A sentence that the catalogue lacks stands in English on both sides: whoever certifies a system gets the verdict.
    """
    vietnamese = {name: in_language(value, "vi") if isinstance(value, str) else value for name, value in values.items()}
    return Told(sentence.format(**values), catalogue().get(sentence, sentence).format(**vietnamese))


def joined(separator: str, texts: Iterable[str]) -> Told:
    """Join texts of both kinds as ``str.join`` does."""
    parts = list(texts)
    return Told(separator.join(parts), separator.join(in_language(part, "vi") for part in parts))


def in_language(text: str, lang: str) -> str:
    """Give a text in one language, as a plain ``str``; one that is no ``Told`` is the same in all."""
    return text.vi if lang == "vi" and isinstance(text, Told) else str(text)


def changed(text: str, change: Callable[[str], str]) -> str:
    """Apply a change, such as taking secrets out, to the text in every language that it has."""
    return Told(change(str(text)), change(text.vi)) if isinstance(text, Told) else change(text)


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, str]:
    """Read English sentence → Vietnamese sentence; raises ``schemas.DataError`` where the file is no catalogue."""
    try:
        sentences = tomllib.loads(schemas.data(CATALOGUE).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise schemas.DataError(f"schemas/{CATALOGUE}: {error}") from error
    for sentence, text in sentences.items():
        if not isinstance(text, str):
            raise schemas.DataError(f"schemas/{CATALOGUE}: {sentence!r} is {text!r}; quote the key and give a string")
    return sentences
