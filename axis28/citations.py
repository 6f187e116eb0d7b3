"""Everything in this installation that cites a requirement: registries, vectors, load thresholds and fuzzing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import schemas
from schemas.traceability import Citation, registered

_INDEX = "vectors/index.json"


def every_citation() -> Iterator[Citation]:
    """Give all citations; the packages that hold them are imported here, because not every command needs them."""
    from conformance.fuzz.failure import PROPERTIES
    from conformance.load.verdict import THRESHOLDS

    yield from registered()
    yield from (Citation("load", name, requirement) for name, requirement in THRESHOLDS.items())
    yield from (
        Citation("fuzz", name, requirement) for name, requirements in PROPERTIES.items() for requirement in requirements
    )
    for vector in vectors():
        yield Citation("vector", vector["id"], vector["requirement"], proves=vector["reason"] is not None)


@lru_cache(maxsize=1)
def vectors() -> tuple[dict[str, Any], ...]:
    """Give the entries of the vector index, as ``schemas/vectors.schema.json`` describes them.

    ``schemas.DataError`` where the index is missing or is no JSON.
    """
    place = files("fixtures").joinpath(_INDEX)
    try:
        return tuple(json.loads(place.read_text("utf-8"))["vectors"])
    except (OSError, ValueError, KeyError) as error:
        raise schemas.DataError(f"fixtures/{_INDEX}: {type(error).__name__}: {error}") from error
