"""Who signs in these tests, and what is asked of a signed file; made once for each process that runs tests."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from fixtures.letterhead import DECISION
from fixtures.paper import new_pdf_document
from fixtures.signedpaper import signed_by_agency, signed_by_person, signed_paper
from protocol.signatures.anchors import Trust
from protocol.signatures.outcome import Check, SignatureOutcome
from protocol.signatures.pdf.facts import PaperFacts, SignatureFacts
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pki import Identity, Pki
from tests.protocol.signatures.moments import HOUR, NOW

LATER = NOW + HOUR
AFTER = NOW + timedelta(minutes=5)
"""When the agency signs."""


@lru_cache(maxsize=1)
def pki() -> Pki:
    return Pki(NOW)


@lru_cache(maxsize=1)
def person() -> Identity:
    return pki().person("Trần Thị Mẫu", "H99.01", "Sở Thử nghiệm", position="Phó Giám đốc")


@lru_cache(maxsize=1)
def agency() -> Identity:
    return pki().agency("H99.01", "Sở Thử nghiệm")


@lru_cache(maxsize=1)
def trusted() -> Trust:
    return pki().trust(LATER)


@lru_cache(maxsize=1)
def paper() -> bytes:
    return new_pdf_document(DECISION)


@lru_cache(maxsize=1)
def signed() -> bytes:
    return signed_paper(DECISION, person(), agency(), NOW)


def signed_twice(data: bytes) -> bytes:
    """Sign a drawn decision as both."""
    return signed_by_agency(signed_by_person(data, DECISION, person(), NOW), DECISION, agency(), AFTER)


def facts_of(data: bytes, field: str) -> SignatureFacts:
    return next(each for each in read_signatures(data).signatures if each.field == field)


def judged(data: bytes, trust: Trust | None = None) -> dict[str, SignatureOutcome]:
    facts = read_signatures(data)
    return {each.place: each for each in outcomes(facts, trust)}


def outcomes(facts: PaperFacts, trust: Trust | None = None) -> tuple[SignatureOutcome, ...]:
    return judge(facts, trust or trusted(), LATER)


def told(outcome: SignatureOutcome) -> set[tuple[str, str, str]]:
    """Give question, result and reason of every answer at the top that is not plainly good."""
    return {(each.question, each.result, each.reason) for each in outcome.checks if each.reason}


def asked(outcome: SignatureOutcome) -> dict[str, Check]:
    return {each.question: each for each in outcome.checks}
