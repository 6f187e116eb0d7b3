"""Which of the attached PDF files is the document, a copy, an appendix, and what is asked of the signatures of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from protocol.composition import composed
from protocol.package.model import DocumentPackage
from protocol.rules.attached import certified_copy, main_document
from protocol.rules.business import NEW, REPLACEMENT, UPDATE
from protocol.rules.context import Context
from protocol.rules.filetexts import attached
from protocol.rules.paperstamps import OF_THE_FILE, with_stamps
from protocol.rules.sealowner import may_be_seal
from protocol.rules.signer import of_party
from protocol.rules.signing import Part, SignedPaper, papers
from protocol.signatures.outcome import Question, SignatureOutcome
from protocol.signatures.pdf.facts import PaperFacts
from protocol.wire.plaintext import ascii_text

WITHOUT_TRUST: frozenset[Question] = OF_THE_FILE.union(("algorithm", "certificate", "time"))
"""What can be said without knowing whom to trust."""
_APPENDIX_NAME = re.compile(r"(?:\A|[\W_])(?:phu[ _-]?luc|pl[ _-]?[0-9ivx]+)(?:[\W_]|\Z)")
_DRAFT_NAME = re.compile(r"(?:\A|[\W_])du[ _-]?thao(?:[\W_]|\Z)")
_APPENDIX_LINE = re.compile(r"Phụ lục\b", re.IGNORECASE)
_DRAFT_LINE = re.compile(r"\W*Dự thảo\b", re.IGNORECASE)
_SLIP = re.compile(r"phiếu\b", re.IGNORECASE)
"""Slips pass from desk to desk; no act says how they are signed (ND 30/2020 Art. 7)."""
_FIRST_LINES = 8


def signed_papers(context: Context, package: DocumentPackage) -> tuple[SignedPaper, ...]:
    """Give the attached PDF files with what is to be said of their signatures; read and judged at the first call.

    None where nobody asked for signatures to be judged.
    """
    if context.signing is not None and not context.papers:
        read = tuple(papers(context.signing, package, context.limits))
        known = [replace(each, outcomes=_outcomes(context, each.facts)) for each in read]
        parts = _parts(context, package, [paper for paper in known if not paper.member])
        judged = []
        for paper in known:
            part = "other" if paper.member else parts.get(paper.number, "other")
            outcomes = tuple(_asked(context, package, part, paper, outcome) for outcome in paper.outcomes)
            judged.append(replace(paper, part=part, outcomes=outcomes))
        context.papers[:] = [tuple(judged)]
    return context.papers[0] if context.papers else ()


def _outcomes(context: Context, facts: PaperFacts) -> tuple[SignatureOutcome, ...]:
    if not facts.signatures or context.signing is None:
        return ()
    from protocol.signatures.anchors import Trust  # noqa: PLC0415 - takes time, and only signed files need it
    from protocol.signatures.pdf.judge import judge  # noqa: PLC0415 - as above

    return judge(facts, context.signing.trust or Trust(), context.now, context.surroundings.sent_at)


def _parts(context: Context, package: DocumentPackage, known: Sequence[SignedPaper]) -> dict[int, Part]:
    """Tell the files apart. What may be a draft, a slip, or a paper of the Party, which has rules of its own, is none.

    Where no file shows that it is the document, that is the first which somebody signed, else the first; where all are
    called appendixes, that which a person signed: the document with its appendix in one file.
    """
    if not is_document(package):
        return {}
    drafts = {paper.number for paper in known if is_draft(context, package, paper.number)}
    parts: dict[int, Part] = {
        paper.number: "appendix"
        for paper in known
        if paper.number not in drafts and is_appendix(context, package, paper.number)
    }
    found = main_document(context, package)
    main = found.file.number if found else _first(known, {*drafts, *parts}) or _signed_by_person(known, drafts)
    if main is not None:
        parts[main] = "copy" if certified_copy(package.header) else "document"
    return parts


def is_document(package: DocumentPackage) -> bool:
    """Whether a document is sent that has to be signed: no recall, no slip, nothing of the Party's."""
    business = package.trace.business if package.trace else None
    if business is not None and business.doc_type not in {NEW, UPDATE, REPLACEMENT}:
        return False
    return not (_SLIP.match(composed(package.header.document_type.type_name or "")) or of_party(package))


def is_draft(context: Context, package: DocumentPackage, number: int) -> bool:
    """Whether an attached file (1-based) says by its name or its first lines that it is a draft."""
    return _says(context, package, number, _DRAFT_NAME, _DRAFT_LINE)


def is_appendix(context: Context, package: DocumentPackage, number: int) -> bool:
    """Whether an attached file (1-based) says by its name or its first lines that it is an appendix."""
    return _says(context, package, number, _APPENDIX_NAME, _APPENDIX_LINE)


def _says(
    context: Context, package: DocumentPackage, number: int, in_name: re.Pattern[str], in_line: re.Pattern[str]
) -> bool:
    name = ascii_text(package.attachments[number - 1].name or "").casefold()
    lines = next((file.text.lines for file in attached(context, package) if file.number == number), ())
    return bool(in_name.search(name)) or any(in_line.match(line.text) for line in lines[:_FIRST_LINES])


def _first(known: Sequence[SignedPaper], excepted: set[int]) -> int | None:
    rest = [paper for paper in known if paper.number not in excepted]
    signed = [paper for paper in rest if paper.facts.signatures]
    return next((paper.number for paper in (*signed, *rest)), None)


def _signed_by_person(known: Sequence[SignedPaper], excepted: set[int]) -> int | None:
    rest = (paper for paper in known if paper.number not in excepted)
    signed = (paper for paper in rest if any(each.is_of("person") for each in paper.outcomes))
    return next((paper.number for paper in signed), None)


def _asked(
    context: Context, package: DocumentPackage, part: Part, paper: SignedPaper, outcome: SignatureOutcome
) -> SignatureOutcome:
    """Keep of an outcome what is asked here.

    Of a copy, the original's signatures have only to hold: the mark of the copy stands behind them.
    """
    if part == "other":
        return _only(outcome, OF_THE_FILE)
    if part == "copy" and outcome is not _last_seal(package, paper.outcomes):
        return _only(outcome, frozenset({"integrity"}))
    if part == "document":
        outcome = with_stamps(context, package, paper, outcome)
    signing = context.signing
    return outcome if signing is not None and signing.trust is not None else _only(outcome, WITHOUT_TRUST)


def _only(outcome: SignatureOutcome, questions: frozenset[Question]) -> SignatureOutcome:
    return replace(outcome.only(lambda check: check.question in questions), proven_at=None)


def _last_seal(package: DocumentPackage, outcomes: Sequence[SignatureOutcome]) -> SignatureOutcome | None:
    return next((each for each in reversed(outcomes) if may_be_seal(package, each)), None)
