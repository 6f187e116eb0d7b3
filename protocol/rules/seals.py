"""Whose seal it is: that of the agency that issues the document (SIG-20), or that delegated its signing (SIG-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.rules.context import ATTACHMENT, Context, DocumentRule
from protocol.rules.paperparts import signed_papers
from protocol.rules.sealowner import may_be_seal, seal_reason
from protocol.rules.signing import SignedPaper
from protocol.signatures.outcome import Check, Result, SignatureOutcome, Signer

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
    The others are as good or bad: where one may be right, a second agency may issue the document as well. Of a
    certified copy only the last seal is asked for, that of the copy: the original's are another agency's by right.
    Nothing is said where a signature may be the seal that is missed: its certificate does not show what its holder is,
    and is not in the name of the document's signer.
    """
    if context.signing is None or context.signing.trust is None:
        return
    for paper in signed_papers(context, package):
        signed = [each for each in paper.outcomes if may_be_seal(package, each)]
        asked = signed[-1:] if paper.part == "copy" else signed
        sealed = [(each, each.signer) for each in asked if each.signer and each.is_of("agency")]
        if paper.part == "other" or not sealed or len(sealed) < len(asked):
            continue
        told = [seal_reason(context, package, signer) for _, signer in sealed]
        if "" not in told:
            index = max(range(len(told)), key=lambda each: (-_FARTHEST_LAST.index(told[each]), each))
            result: Result = "bad" if told[index] == "seal-of-other-agency" else "unknown"
            for (outcome, signer), reason in zip(sealed, told, strict=True):
                context.parties[paper.key(outcome.place)] = _party(package, signer, result, reason)
            yield from _breach(context, paper, sealed[index][0])


def _party(package: DocumentPackage, signer: Signer, result: Result, reason: str) -> Check:
    sender = package.header.sender
    expected, got = sender.organ_id, ", ".join(signer.codes)
    if reason.startswith("seal-name-") or not got:
        expected, got = sender.organ_name, signer.organisation or signer.name
    elif reason == "seal-of-delegate":
        expected = f"TUQ. ≠ {got}"
    return Check("party", result, reason, expected or "", got)


def _breach(context: Context, paper: SignedPaper, outcome: SignatureOutcome) -> tuple[Finding, ...]:
    party = context.parties[paper.key(outcome.place)]
    return context.breach(
        party.reason,
        f"{ATTACHMENT}[{paper.number}]",
        expected=party.expected,
        got=f"{outcome.place}: {party.got}",
        signature=replace(outcome, checks=(*outcome.checks, party)),
    )


RULES: tuple[DocumentRule, ...] = (seal,)
