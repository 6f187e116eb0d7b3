"""Judges the file as a whole: is it signed, by a person and an agency, and in that order (SIG-01, SIG-02)."""

from __future__ import annotations

from protocol.signatures.outcome import Check, Role, SignatureOutcome
from protocol.signatures.pdf.facts import PaperFacts
from protocol.signatures.pdf.sequence import order

_MISSING: dict[Role, str] = {"person": "pdf-person-signature-missing", "agency": "pdf-agency-signature-missing"}


def judge_whole(
    facts: PaperFacts, outcomes: tuple[SignatureOutcome, ...], *, needed: tuple[Role, ...] = ("person", "agency")
) -> tuple[Check, ...]:
    """Judge what no signature says alone; ``needed`` are those who have to sign, an appendix needs the agency only.

    Signatures count here whether they hold or not: that is said of each for itself. A file that could not be read is
    ``bad`` where signed bytes in it were altered, and else ``unknown``: viewers open files that are a little damaged.
    """
    if facts.unread == "damaged" and facts.traces:
        return (Check("integrity", "bad", "pdf-signed-file-damaged"),)
    if facts.unread:
        return (Check("form", "unknown", "pdf-signatures-unread", got=facts.unread),)
    signing = [outcome for outcome, each in zip(outcomes, facts.signatures, strict=True) if each.kind == "signature"]
    if not facts.signatures and facts.traces:
        return (Check("changes", "bad", "pdf-signature-removed", got=", ".join(facts.empty)),)
    if not signing:
        return (Check("party", "bad", "pdf-not-signed", got=", ".join(facts.empty)),)
    revisions = {each.field: each.revision for each in facts.signatures}
    return (*_parties(signing, needed), *order(signing, revisions))


def _parties(signing: list[SignatureOutcome], needed: tuple[Role, ...]) -> tuple[Check, ...]:
    roles: list[Role] = [each.signer.role if each.signer else "unknown" for each in signing]
    checks = []
    for role in needed:
        if role in roles:
            checks.append(Check("party", "good", got=role))
        else:
            told: Check = Check(
                "party", "unknown" if "unknown" in roles else "bad", _MISSING[role], role, ", ".join(roles)
            )
            checks.append(told)
    return tuple(checks)
