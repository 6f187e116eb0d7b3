"""Whose seal it is: that of the agency that issues the document (SIG-20), or that delegated its signing (SIG-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.rules.context import ATTACHMENT, Context, DocumentRule
from protocol.rules.paperparts import signed_papers
from protocol.rules.sealowner import seal_reason
from protocol.rules.signing import SignedPaper
from protocol.signatures.outcome import Check, SignatureOutcome, Signer

_FARTHEST_LAST = (
    "seal-name-unclear",
    "seal-of-superior",
    "seal-of-delegate",
    "seal-name-differs",
    "seal-of-other-agency",
)


def seal(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SIG-20, SIG-21: among the agencies that signed is the sender, or the agency that delegated the signing.

    Where none is, that one is told which comes nearest: of a document that two agencies issue, the sender's own.
    """
    if context.signing is None or context.signing.trust is None:
        return
    for paper in signed_papers(context, package):
        sealed = [(each, each.signer) for each in paper.outcomes if each.signer and each.signer.role == "agency"]
        if paper.part == "other" or not sealed:
            continue
        told = [seal_reason(context, package, signer) for _, signer in sealed]
        if "" not in told:
            index = max(range(len(told)), key=lambda each: (-_FARTHEST_LAST.index(told[each]), each))
            outcome, signer = sealed[index]
            yield from _breach(context, package, paper, outcome, signer, reason=told[index])


def _breach(
    context: Context,
    package: DocumentPackage,
    paper: SignedPaper,
    outcome: SignatureOutcome,
    signer: Signer,
    *,
    reason: str,
) -> tuple[Finding, ...]:
    sender = package.header.sender
    expected, got = sender.organ_id, ", ".join(signer.codes)
    if reason.startswith("seal-name-") or not got:
        expected, got = sender.organ_name, signer.organisation or signer.name
    elif reason == "seal-of-delegate":
        expected = f"TUQ. ≠ {got}"
    party = Check("party", "bad" if reason == "seal-of-other-agency" else "unknown", reason, expected or "", got)
    return context.breach(
        reason,
        f"{ATTACHMENT}[{paper.number}]",
        expected=party.expected,
        got=f"{outcome.place}: {got}",
        signature=replace(outcome, checks=(*outcome.checks, party)),
    )


RULES: tuple[DocumentRule, ...] = (seal,)
