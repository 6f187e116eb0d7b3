"""Signed documents of the system under test: how they are asked for, and what is read of those that cross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from conformance.case import Case, Crossing
from conformance.scenarios.sightings import Sign, recognisable
from conformance.scenarios.signed import letterhead_of, signatures
from conformance.system import Agency, Peer
from conformance.told import told
from conformance.violation import JudgeBlind
from fixtures import vietnamese
from fixtures.files import MEDIA_TYPES, File
from protocol.package.attachment import original
from protocol.package.filekind import PDF_WITHIN, sniff

if TYPE_CHECKING:
    from datetime import datetime

    from protocol.signatures.outcome import Check, Role, SignatureOutcome
    from protocol.signatures.pdf.facts import Unread

_TOO_MUCH = ("too-slow", "too-large", "too-many")
"""Why the suite's own reader gives up, which says nothing of the file."""
_NOTICE = "Nội dung thử nghiệm, không có giá trị pháp lý."


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that crossed: the answers about each signature and about the whole."""

    name: str
    data: bytes = field(repr=False)
    outcomes: tuple[SignatureOutcome, ...]
    whole: tuple[Check, ...]

    def of(self, role: str) -> SignatureOutcome | None:
        """Give the signature of a person or an agency."""
        return next((each for each in self.outcomes if each.signer and each.signer.role == role), None)


@dataclass(frozen=True, slots=True)
class Order:
    """A document that the system has to sign: the arguments of ``send``, its files, and how to recognise it."""

    draft: dict[str, Any] = field(repr=False)
    files: tuple[File, ...]
    mark: Sign


@dataclass(frozen=True, slots=True)
class Sent:
    """A document that the system was asked to sign, and that crossed: ``asked`` is when, by the axis clock."""

    files: tuple[File, ...]
    asked: datetime
    crossing: Crossing


async def sent_signed(case: Case, *, appendixes: int = 0, sender: Agency | None = None) -> Sent:
    """Have the system sign and send a document with so many appendixes in files of their own.

    ``sender`` is the agency that issues it, where that is not its first.
    """
    order = await signed_draft(case, appendixes=appendixes, sender=sender)
    asked = case.now()
    return Sent(order.files, asked, await case.crossing(await case.dms.send(order.draft)))


async def signed_draft(case: Case, *, appendixes: int = 0, sender: Agency | None = None) -> Order:
    """Make the draft of a document that the system has to sign."""
    peer, agency = await case.peer(), sender or case.sut.organisations[0]
    draft = case.draft(to=[peer], sign=True)
    draft["from"] = agency.code
    mark = recognisable(case, draft)
    files = await _draft_files(case, peer, agency, draft, appendixes)
    draft["files"] = [file.to_json() for file in files]
    return Order(draft, files, mark)


async def _draft_files(
    case: Case, peer: Peer, agency: Agency, draft: Mapping[str, Any], appendixes: int
) -> tuple[File, ...]:
    """Draw the document of a draft, and appendixes."""
    world = await signatures(case)
    stem = case.letter(sender=peer, to=[case.sut])
    header = replace(
        stem.header,
        subject=draft["subject"],
        code=replace(stem.header.code, number=draft["number"], notation=draft["notation"]),
        promulgation=replace(stem.header.promulgation, date=draft["date"].replace("-", "/")),
        document_type=replace(stem.header.document_type, type_name=draft["type"]["type_name"]),
    )
    # Text that stands in no other document of this run: what is signed has to be this one.
    body = (*(vietnamese.sentence(case.random, 20) for _ in range(3)), _NOTICE)
    paper = replace(letterhead_of(replace(stem, header=header), agency.name), body=body)

    def make() -> tuple[File, ...]:
        from fixtures.paper import new_pdf_document  # noqa: PLC0415 - takes time to import
        from fixtures.pdf import new_pdf  # noqa: PLC0415 - as above

        main = File("01 Văn bản.pdf", new_pdf_document(paper), MEDIA_TYPES["pdf"])
        further = (
            File(f"{number + 2:02d} Phụ lục {number + 1}.pdf", new_pdf(case.random), MEDIA_TYPES["pdf"])
            for number in range(appendixes)
        )
        return (main, *further)

    return await world.made(make)


async def papers(case: Case, crossing: Crossing) -> list[Paper]:
    """Judge every PDF of what crossed, the main document first, by the trust that the system was given."""
    from protocol.signatures.pdf.judge import judge  # noqa: PLC0415 - takes time to import
    from protocol.signatures.pdf.whole import judge_whole  # noqa: PLC0415 - as above

    world = await signatures(case)
    found: list[Paper] = []
    for attachment in crossing.package.attachments:
        file = original(attachment)
        data = file.data
        if sniff(data[:PDF_WITHIN]) != "pdf":
            continue
        facts = await world.read(data)
        _require_read(case, crossing, file.name, facts.unread)
        outcomes = judge(facts, world.trust(case.now()), case.now())
        needed: tuple[Role, ...] = ("agency",) if found else ("person", "agency")
        found.append(Paper(file.name, data, outcomes, judge_whole(facts, outcomes, needed=needed)))
    return found


def _require_read(case: Case, crossing: Crossing, name: str, unread: Unread) -> None:
    """Tell a file that nobody can verify from one that is too much for the suite itself."""
    if unread in _TOO_MUCH:
        raise JudgeBlind(told("the signatures of {name} could not be read: {why}", name=name, why=unread))
    case.require(
        not unread,
        "signed-file-unreadable",
        expected=told("a PDF file whose signatures every recipient can read"),
        got=f"{name}: {unread}",
        witnesses=[crossing.exchange],
    )


async def main_paper(case: Case, crossing: Crossing) -> tuple[Paper, SignatureOutcome, SignatureOutcome]:
    """Give the main document of what crossed with the signatures of person and agency; without either is a breach."""
    return require_both(case, crossing, await papers(case, crossing))


def require_both(case: Case, crossing: Crossing, read: list[Paper]) -> tuple[Paper, SignatureOutcome, SignatureOutcome]:
    """Give the first of these papers with the signatures of person and agency; without either is a breach."""
    person = read[0].of("person") if read else None
    agency = read[0].of("agency") if read else None
    if person is None or agency is None:
        case.fail(
            "sent-without-signature",
            expected=told("the signatures of person and agency on the main document"),
            got=told("signatures of: {roles}", roles=_roles(read)),
            witnesses=[crossing.exchange],
        )
    return read[0], person, agency


def _roles(read: list[Paper]) -> str:
    roles = (each.signer.role if each.signer else "?" for paper in read[:1] for each in paper.outcomes)
    return ", ".join(roles) or told("none")


def against(outcome: SignatureOutcome, *questions: str) -> list[str]:
    """Give the reason codes of what is not good about a signature, among these questions or all."""
    return [
        f"{check.question}: {check.reason}"
        for check in outcome.checks
        if check.result != "good" and (not questions or check.question in questions)
    ]
