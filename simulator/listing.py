"""The directory as an answer: 111,339 agencies leave slice by slice and never stand in memory all at once.

Each slice is read by a short query of its own, so that a client who takes its time holds up nobody; what is registered
meanwhile may stand in the list already or not yet, but no agency stands in it twice and none is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection

from simulator import answers, directory
from simulator.answers import Answer
from simulator.directory import Agency
from simulator.outcome import Outcome
from simulator.store.store import Store

SLICE = 1000
"""Agencies in a slice: some 150 kB, more than the journal keeps of an answer."""
_END = b"]}"

Shown = Callable[[Agency], dict[str, Any] | None]


def listed(store: Store, connection: Connection, operation: str, shown: Shown, *, closed: bool = False) -> Outcome:
    """Answer with all agencies by code; ``shown`` makes the item of one, or ``None`` for one that is left out.

    A directory that fits into one slice is answered whole, a longer one by what ``Outcome.rest`` gives.
    """
    first = directory.page(connection, "", SLICE, closed=closed)
    items = _written(first, shown)
    head = answers.list_prefix(operation) + items
    if len(first) < SLICE:
        return Outcome(Answer(head + _END, "OK", answers.OK))

    def rest() -> Iterator[bytes]:
        yield from _rest(store, first[-1].code, shown, closed=closed, begun=bool(items))

    return Outcome(Answer(head, "OK", answers.OK), rest=rest)


def _rest(store: Store, after: str, shown: Shown, *, closed: bool, begun: bool) -> Iterator[bytes]:
    while after:
        found = store.read(partial(directory.page, after=after, limit=SLICE, closed=closed))
        items = _written(found, shown)
        if items:
            yield b"," + items if begun else items
            begun = True
        after = found[-1].code if len(found) == SLICE else ""
    yield _END


def _written(found: list[Agency], shown: Shown) -> bytes:
    """Write items as they stand inside the brackets of a list."""
    items = [item for item in map(shown, found) if item is not None]
    return json.dumps(items, ensure_ascii=True, separators=(",", ":"))[1:-1].encode("ascii")
