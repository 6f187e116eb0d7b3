"""All signatures of a package with what the rules found out about them, the good ones too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from protocol.finding import Finding
from protocol.rules.context import ATTACHMENT, PACKAGE_SIGNATURE, Context
from protocol.signatures.outcome import PlacedSignature, SignatureOutcome


def signatures(context: Context, findings: Iterable[Finding]) -> tuple[PlacedSignature, ...]:
    """Give the package's own signature first, then those of the attached files, in their order.

    What ``findings`` say of who signed stands with the signature. How it looks does not: that breaks a rule of form and
    makes no signature bad.
    """
    told = [finding for finding in findings if finding.signature is not None]
    return tuple(_placed(context, told))


def _placed(context: Context, told: list[Finding]) -> Iterator[PlacedSignature]:
    where, line = context.reading.locate(PACKAGE_SIGNATURE)
    for outcome in context.sealed:
        yield PlacedSignature(where, line, None, outcome)
    for paper in context.papers:
        where, line = context.reading.locate(f"{ATTACHMENT}[{paper.number}]")
        for outcome in paper.outcomes:
            yield PlacedSignature(where, line, paper.path, _with_party(outcome, where, told))


def _with_party(outcome: SignatureOutcome, where: str, told: list[Finding]) -> SignatureOutcome:
    more = [
        check
        for finding in told
        if finding.signature is not None and (finding.where, finding.signature.place) == (where, outcome.place)
        for check in finding.signature.checks
        if check.question == "party" and check not in outcome.checks
    ]
    return replace(outcome, checks=(*outcome.checks, *more))
