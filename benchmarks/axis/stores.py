"""The same work on PostgreSQL and on SQLite."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.axis.accepting import SMALL, Plan, Stream, sender
from benchmarks.axis.asking import letters
from benchmarks.axis.rounds import Row, alternating, compared
from benchmarks.axis.servers import axis
from tests import postgres


def stores(plan: Plan) -> Iterator[Row]:
    """Accept 10 KB on both; PostgreSQL's own processes run where they like, as they would beside a server."""
    problem = postgres.why_not()
    if problem is not None:
        print(problem)
        return
    make = sender(letters(SMALL))
    with (
        postgres.cluster() as server,
        axis(plan.folder / "file", name="SQLite") as file,
        axis(plan.folder / "server", "--store", server.database(), name="PostgreSQL") as ours,
    ):
        competitors = {
            "PostgreSQL": Stream(ours, make, plan.seconds).round,
            "SQLite": Stream(file, make, plan.seconds).round,
        }
        found = alternating(competitors, plan.rounds)
    yield compared("PostgreSQL against SQLite", "requests/s", found, "PostgreSQL", "SQLite", goal=None)
