"""All signatures of a package with what the rules found out about them, the good ones too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocol.rules.context import ATTACHMENT, PACKAGE_SIGNATURE, Context
from protocol.signatures.outcome import PlacedSignature


def signatures(context: Context) -> tuple[PlacedSignature, ...]:
    """Give the package's own signature first, then those of the attached files, in their order.

    What the rules say of who signed stands with the signature, also where so many findings say so that the rest is left
    out. How it looks does not: that breaks a rule of form and makes no signature bad.
    """
    return tuple(_placed(context))


def _placed(context: Context) -> Iterator[PlacedSignature]:
    where, line = context.reading.locate(PACKAGE_SIGNATURE)
    for outcome in context.sealed:
        yield PlacedSignature(where, line, None, outcome)
    for paper in (paper for papers in context.papers for paper in papers):
        where, line = context.reading.locate(f"{ATTACHMENT}[{paper.number}]")
        for outcome in paper.outcomes:
            party = context.parties.get(paper.key(outcome.place))
            told = outcome if party is None else replace(outcome, checks=(*outcome.checks, party))
            yield PlacedSignature(where, line, paper.path, told)
