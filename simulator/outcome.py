"""What an operation came to, before it is put on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from simulator.answers import Answer
from simulator.blobs import Content

Rest = Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and the stored package that it carries, if it carries one.

    ``rest`` gives what follows the answer's body where that is too long to stand in memory; it reads from the store and
    belongs on a thread.
    """

    answer: Answer
    content: Content | None = None
    rest: Rest | None = None

    def whole(self) -> Outcome:
        """Give the same answer with its whole body in memory; on a thread, where there is a rest."""
        if self.rest is None:
            return self
        return Outcome(replace(self.answer, body=b"".join((self.answer.body, *self.rest()))), self.content)
