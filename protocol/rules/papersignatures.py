"""Signatures of the attached PDF files: by whom, in which order, whole, in force, in the form that the decree wants.

Each finding carries everything that was found out about the signature that it is about. The document itself and its
appendixes are judged in full; of other attached files, which may be anybody's, only what the file alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from protocol.finding import Finding, quote
from protocol.package.model import DocumentPackage
from protocol.rules import otherformats
from protocol.rules.attached import main_document
from protocol.rules.context import ATTACHMENT, Context, DocumentRule
from protocol.rules.filetexts import attached
from protocol.rules.paperparts import is_appendix, is_document, is_draft, signed_papers
from protocol.rules.sealowner import may_be_seal
from protocol.rules.signing import SignedPaper
from protocol.signatures.outcome import Check, Question, Role, SignatureOutcome

_NEEDED: dict[str, tuple[Role, ...]] = {
    "document": ("person", "agency"),
    "copy": ("agency",),
    "appendix": ("agency",),
}
_DEMANDS: frozenset[Question] = frozenset({"party", "order"})
_TOLD_IN_DOUBT = frozenset({"pdf-signatures-unread", "pdf-signing-times-out-of-order"})
_SUMMED_UP: frozenset[Question] = frozenset({"timestamp"})
"""Questions whose parts speak of somebody else's certificate: only the answer as a whole is told."""


def whole(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SIG-01, SIG-02, ATT-05: who has to sign did, the person first; the signatures of each file could be read."""
    signing = context.signing
    if signing is None:
        return
    from protocol.signatures.pdf.whole import judge_whole  # noqa: PLC0415 - only where signatures are judged

    for paper in signed_papers(context, package):
        needed = _NEEDED.get(paper.part, ())
        for check in judge_whole(paper.facts, paper.outcomes, needed=needed):
            demanded = bool(needed) and signing.demands
            if check.reason and (check.result == "bad" or check.reason in _TOLD_IN_DOUBT):
                if check.question in _DEMANDS and (not demanded or (check.question, paper.part) == ("order", "copy")):
                    continue
                requirement = "ATT-05" if check.question == "party" and paper.part == "appendix" else ""
                unread = paper.member and check.reason == "pdf-signatures-unread"
                yield from context.breach(
                    "archived-signatures-unread" if unread else check.reason,
                    f"{ATTACHMENT}[{paper.number}]",
                    expected=quote(check.expected),
                    got=": ".join(filter(None, (paper.member, check.got))),
                    requirement=requirement,
                )


def unsigned(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SIG-01 where no attached file is a PDF that may be the document: nobody signed it, or nobody can tell.

    No act says that a document has to be a PDF to be sent, but whatever it is, the competent person and the agency
    sign it (QD 28/2018 Art. 4(1)).
    """
    if context.signing is None or not context.signing.demands or not is_document(package):
        return
    known, found = signed_papers(context, package), main_document(context, package)
    main = found.file.number if found else None
    if any(_may_be_signed_document(paper, main) for paper in known):
        return
    excepted = {paper.number for paper in known if not paper.member}
    rest = [
        (number, attachment, otherformats.may_be_signed(attachment, context.limits))
        for number, attachment in enumerate(package.attachments, 1)
        if number not in excepted
        and not is_draft(context, package, number)
        and not is_appendix(context, package, number)
    ]
    for number, attachment, doubtful in sorted(rest, key=lambda each: not each[2])[:1]:
        reason = "document-signatures-unread" if doubtful else "document-not-signed"
        yield from context.breach(reason, f"{ATTACHMENT}[{number}]", expected="pdf", got=quote(attachment.name or ""))


def _may_be_signed_document(paper: SignedPaper, main: int | None) -> bool:
    """Whether a PDF settles the question: what is asked of it as the document, or of its signatures, is told elsewhere.

    A person signs no appendix, and who signed one alone did so for the agency. ``main``: the number of the file that
    shows that it is the document, if one does.
    """
    if paper.part == "appendix":
        return bool(paper.facts.unread) or _has_person(paper.outcomes) or _is_mixed(paper.outcomes)
    if paper.member or paper.facts.signatures:
        return bool(paper.facts.signatures)
    return bool(paper.facts.unread) or paper.facts.traces or main in (None, paper.number)


def _has_person(outcomes: Iterable[SignatureOutcome]) -> bool:
    return any(outcome.is_of("person") for outcome in outcomes)


def _is_mixed(outcomes: Iterable[SignatureOutcome]) -> bool:
    """Whether of several signatures one shows no role: a file called an appendix may be the document with its own."""
    signed = [outcome for outcome in outcomes if outcome.kind == "signature"]
    return len(signed) > 1 and any(outcome.is_of("unknown") for outcome in signed)


def _has_several_persons(package: DocumentPackage, outcomes: Iterable[SignatureOutcome]) -> bool:
    """Whether several persons signed; where no certificate shows the agency, one of those that may be it counts so."""
    persons = [outcome for outcome in outcomes if outcome.may_be_of("person")]
    sealed = any(outcome.is_of("agency") for outcome in outcomes)
    hidden_seal = not sealed and any(may_be_seal(package, person) for person in persons)
    return len(persons) - hidden_seal > 1


def each(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SIG-03 to SIG-13, SIG-19, SIG-23: what is wrong with each signature, or not known of it."""
    for paper in signed_papers(context, package):
        for outcome in paper.outcomes:
            for check in told(outcome.checks):
                yield from _breach(context, paper, outcome, check)


def looks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SIG-14, SIG-15, SIG-16, ATT-05: what a reader sees of the signatures.

    Where several persons signed, some may have put their initials there only, which no act gives a form.
    """
    if context.signing is None or context.signing.trust is None:
        return
    from protocol.signatures.pdf.appearance import judge_looks  # noqa: PLC0415 - only where signatures are judged

    texts = {file.number: file.text for file in attached(context, package)}
    for paper in signed_papers(context, package):
        if paper.part != "document" and paper.part != "appendix":  # noqa: PLR1714 - says the type as well
            continue
        shown = judge_looks(paper.facts, paper.outcomes, texts.get(paper.number), paper.part)
        if _is_mixed(paper.outcomes) if paper.part == "appendix" else _has_several_persons(package, paper.outcomes):
            continue
        for outcome in paper.outcomes:
            for check in shown.get(outcome.place, ()):
                if check.result == "bad":
                    yield from _breach(context, paper, replace(outcome, checks=(*outcome.checks, check)), check)


def told(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Give the answers that have something to say, parents before their parts; each reason once."""
    found: dict[tuple[str, str], Check] = {}
    for check in checks:
        parts = [check] if check.question in _SUMMED_UP else [*check.walk()]
        for part in parts:
            if part.reason:
                found.setdefault((part.reason, part.expected), part)
    return tuple(found.values())


def _breach(context: Context, paper: SignedPaper, outcome: SignatureOutcome, check: Check) -> tuple[Finding, ...]:
    place = paper.place(outcome.place)
    got = f"{place}: {check.got}" if check.got else place
    return context.breach(
        check.reason,
        f"{ATTACHMENT}[{paper.number}]",
        expected=quote(check.expected),
        got=got,
        signature=outcome,
    )


RULES: tuple[DocumentRule, ...] = (whole, unsigned, each, looks)
