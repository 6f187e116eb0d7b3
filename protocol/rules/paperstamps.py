"""Number and date that the registry puts on a document which the person has signed (ND 30/2020 Art. 15 and 16).

They change what the person signed, and the agency's signature covers them: whoever relies on the seal has it from the
agency that they belong there. That holds for the sender's own seal only, and only for what was there before any seal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from protocol.content.letterhead import ZONE
from protocol.package.model import DocumentPackage
from protocol.rules.context import Context
from protocol.rules.sealowner import may_be_seal, seal_reason
from protocol.rules.signing import SignedPaper
from protocol.signatures.outcome import Check, Question, Result, SignatureOutcome
from protocol.signatures.pdf.facts import STAMPED, Change, Stamp

LARGEST_STAMP = 0.1
"""Share of a page: number, date and a mark of urgency in their frames need half of that."""
MOST_ADDED = 20
"""Changes; of very many not all are told of."""
OF_THE_FILE: frozenset[Question] = frozenset({"form", "integrity", "coverage", "changes"})
"""What the file alone decides."""
_HOLDING: frozenset[Question] = OF_THE_FILE.union(("chain", "usage", "validity", "revocation"))
_STRANGE = frozenset({"seal-of-other-agency", "seal-name-differs"})


def with_stamps(
    context: Context, package: DocumentPackage, paper: SignedPaper, outcome: SignatureOutcome
) -> SignatureOutcome:
    """Take what came between a person's signature and the first seal for number and date where it may be that.

    It is ``good`` in the upper part of a page below a seal of the sender that holds, ``unknown`` where one of these is
    in doubt; larger than any stamp, or below somebody else's seal, it stays what it was. Where several signatures may
    be the first seal, the first that makes it number and date is taken for it.
    """
    revisions = {each.field: each.revision for each in paper.facts.signatures}
    later = [each for each in paper.outcomes if revisions[each.place] > revisions[outcome.place]]
    if not outcome.may_be_of("person"):
        return outcome
    readings = _readings([each for each in later if may_be_seal(package, each)])
    read = (_below(context, package, paper, outcome, seals) for seals in readings)
    said = next((check for check in read if check), None)
    return replace(outcome, checks=tuple(_put(check, said) for check in outcome.checks)) if said else outcome


def _readings(seals: Sequence[SignatureOutcome]) -> Iterator[Sequence[SignatureOutcome]]:
    """Yield what may be the seals, each time from another first one: none behind an agency's that is certain."""
    for number, each in enumerate(seals):
        yield seals[number:]
        if each.is_of("agency"):
            return


def _below(
    context: Context,
    package: DocumentPackage,
    paper: SignedPaper,
    outcome: SignatureOutcome,
    seals: Sequence[SignatureOutcome],
) -> Check | None:
    """Judge what came between a person's signature and these seals; ``None`` where it cannot be number and date."""
    facts = {each.field: each for each in paper.facts.signatures}
    own = facts[outcome.place]
    first = facts[seals[0].place].revision
    added = [change for change in own.changes if change.permitted is False and change.revision <= first]
    if not 0 < len(added) <= MOST_ADDED or any(change.kind not in STAMPED for change in added) or _is_changed(seals[0]):
        return None
    held = {_holds(context, package, each) for each in seals}
    drawn = [each for each in paper.facts.stamps if not each.revision or own.revision < each.revision <= first]
    size = _size(drawn)
    if held == {"bad"} or size == "bad":
        return None
    size = "unknown" if size == "good" and _is_unseen(added, drawn) else size
    reason = "pdf-changed-before-seal" if size == "good" else "pdf-body-changed-before-seal"
    got = " ".join(f"r{change.revision} {change.kind} {change.where}" for change in added[:3])
    return Check("changes", "good" if "good" in held and size == "good" else "unknown", reason, got=got)


def _is_changed(seal: SignatureOutcome) -> bool:
    """Whether something came after the first seal that may not: what came later is for it to say."""
    found = seal.answer("changes")
    return found is None or found.result == "bad"


def _holds(context: Context, package: DocumentPackage, seal: SignatureOutcome) -> Result:
    """Say whether a seal is the sender's and holds; without trust a code in a certificate proves nothing."""
    assert seal.signer is not None
    trusted = context.signing is not None and context.signing.trust is not None
    asked = _HOLDING if trusted else OF_THE_FILE
    results = {check.result for check in seal.checks if check.question in asked}
    reason = seal_reason(context, package, seal.signer)
    if "bad" in results or reason in _STRANGE:
        return "bad"
    sure = trusted and seal.is_of("agency") and bool(package.header.sender.organ_id) and reason != "seal-name-unclear"
    return "good" if sure and "unknown" not in results else "unknown"


def _is_unseen(added: Iterable[Change], drawn: Sequence[Stamp]) -> bool:
    """Whether a field or the form was changed, and nothing was drawn: nobody can say where that shows."""
    measured = {stamp.revision for stamp in drawn}
    return not measured or any(change.kind == "form-field" and change.revision not in measured for change in added)


def _size(stamps: Iterable[Stamp]) -> Result:
    """Say whether what was drawn can be number and date, by its size and by how far down a page it reaches."""
    pages: dict[int, float] = defaultdict(float)
    down = 0.0
    for stamp in stamps:
        pages[stamp.page] += stamp.share
        down = max(down, stamp.down)
    if any(share > LARGEST_STAMP for page, share in pages.items() if page):
        return "bad"
    return "unknown" if 0 in pages or down > ZONE else "good"


def _put(check: Check, said: Check) -> Check:
    """Put an answer in the place of that about changes; what was in doubt stays so."""
    if check.question != "changes" or check.result != "bad":
        return check
    doubts = tuple(part for part in check.parts if part.result == "unknown")
    return replace(said, result="unknown", parts=doubts) if doubts else said
