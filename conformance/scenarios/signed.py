"""Signed letters of peers: by whom and how they are made, and how they are handed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from conformance.case import Case, Delivered
from conformance.scenarios.arrivals import deliver_bytes
from conformance.scenarios.turned_away import Spoiled, looked_at
from conformance.scenarios.verified import require_taken
from conformance.signatures import DAY, Hierarchy, Signatures, signers_of
from conformance.system import Agency, Peer
from fixtures.letterhead import Letterhead
from protocol.package.attachment import attach
from protocol.package.model import DocumentPackage, OtherInfo
from protocol.package.writer import write_package

if TYPE_CHECKING:
    from protocol.signatures.pdf.structures import Manner, Stamping
    from protocol.signatures.pki import Identity

EARLIER = timedelta(minutes=10)
"""How long before its delivery a letter was signed."""
LATER = timedelta(minutes=5)
"""How long after the person the agency signs."""
SINCE = 2 * DAY
"""How long the time of an expired seal has been over."""
FILE_NAME, APPENDIX_NAME = "Văn bản đã ký số.pdf", "Phụ lục.pdf"


async def signatures(case: Case) -> Signatures:
    """Give the test PKI of the run; the system trusts it and has its keys before a story begins."""
    world = case.stage.signatures
    async with world.handing:
        world.open(case.now())
        if not world.taken:
            values = await world.made(lambda: world.configuration(signers_of(case.sut)))
            await case.dms.do("trust", values, by=world.hand)
    return world


async def tell_trust(case: Case, world: Signatures) -> None:
    """Hand the system the trust data of this moment; its keys stay as they are."""
    async with world.handing:
        await case.dms.do("trust", {"trust": world.trust_json(case.now())})


@dataclass(frozen=True, slots=True)
class Hands:
    """Who signs a letter of a peer, when and how. ``stamping`` says when a timestamp was had, if one was."""

    person: Identity
    seal: Identity
    at: datetime
    manner: Manner | None = None
    stamping: Stamping | None = None


async def hands(
    case: Case,
    peer: Peer,
    *,
    hierarchy: Hierarchy = "public-duty",
    certified: Callable[[Any, Agency], Identity] | None = None,
) -> Hands:
    """Certify person and seal of a peer; ``certified`` makes another certificate of the seal."""
    world, agency = await signatures(case), peer.agencies[0]
    pki, name, now = world.pki(hierarchy), person_of(case), case.now()

    def make() -> Hands:
        person = pki.person(name, agency.code, agency.name, position="Giám đốc")
        seal = pki.agency(agency.code, agency.name) if certified is None else certified(pki, agency)
        return Hands(person, seal, now - EARLIER)

    return await world.made(make)


def expired(pki: Any, agency: Agency) -> Identity:
    """Certify a seal whose time was over ``SINCE`` ago."""
    from protocol.signatures.pki import Validity  # noqa: PLC0415 - most runs need no signatures

    made: Identity = pki.agency(agency.code, agency.name, validity=Validity(pki.now - 200 * DAY, pki.now - SINCE))
    return made


def person_of(case: Case) -> str:
    """Give the name of the person who signs in this story."""
    return f"Nguyễn Văn {case.random.choice(('Thử', 'Mẫu', 'Nghiệm', 'Định', 'Kiểm'))}"


async def signed_letter(
    case: Case, peer: Peer, by: Hands, *, bend: Callable[[bytes], bytes] = lambda data: data
) -> DocumentPackage:
    """Make a letter whose one file says what the header says, signed by person and agency; ``bend`` spoils the file."""
    return await letter_of(case, peer, by, lambda paper: [bend(signed_by_both(paper, by))])


def signed_by_both(paper: Letterhead, by: Hands) -> bytes:
    """Draw a paper and sign it as the person, and as the agency after that."""
    from fixtures.signedpaper import signed_paper  # noqa: PLC0415 - takes time to import

    return signed_paper(paper, by.person, by.seal, by.at, manner=by.manner, stamping=by.stamping)


def appendix(paper: Letterhead, by: Hands) -> bytes:
    """Draw an appendix in a file of its own, and seal it."""
    from fixtures.paper import new_pdf_document  # noqa: PLC0415 - takes time to import
    from fixtures.signedpaper import signed_appendix  # noqa: PLC0415 - as above

    drawn = new_pdf_document(replace(paper, type_name="PHỤ LỤC", subject="Kèm theo văn bản", addressees=()))
    return signed_appendix(drawn, by.seal, paper.sign_line, by.at + LATER)


async def letter_of(
    case: Case, peer: Peer, by: Hands, draw: Callable[[Letterhead], Sequence[bytes]]
) -> DocumentPackage:
    """Make a letter of what is drawn of its header: the document itself, and an appendix in a file of its own."""
    world = await signatures(case)
    letter = case.letter(sender=peer, to=[case.sut])
    header = letter.header
    assert header.signer is not None
    signer = replace(header.signer, competence="TM. CƠ QUAN", position="Giám đốc", full_name=person_of_key(by.person))
    letter = replace(letter, header=replace(header, signer=signer))
    paper = letterhead_of(letter, peer.name)
    drawn = await world.made(lambda: draw(paper))
    if len(drawn) > 1:
        other = replace(header.other or OtherInfo(), appendixes=(APPENDIX_NAME.removesuffix(".pdf"),))
        letter = replace(letter, header=replace(letter.header, other=other))
    files = [attach(name, data) for name, data in zip((FILE_NAME, APPENDIX_NAME), drawn, strict=False)]
    return replace(
        letter,
        manifest=tuple(reference for _, reference in files),
        attachments=tuple(attachment for attachment, _ in files),
    )


def person_of_key(identity: Identity) -> str:
    """Give the name in a certificate."""
    from cryptography.x509.oid import NameOID  # noqa: PLC0415 - as above

    return str(identity.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def letterhead_of(letter: DocumentPackage, agency: str) -> Letterhead:
    """Lay out what a header says."""
    header = letter.header
    signer, code = header.signer, header.code
    year, month, day = (header.promulgation.date or "").split("/")
    name = header.document_type.type_name or ""
    letter_like = name == "Công văn"
    return Letterhead(
        agency=agency.upper(),
        sign_line=f"Số: {code.number}/{code.notation}",
        date_line=f"{header.promulgation.place}, ngày {day} tháng {month} năm {year}",
        type_name="" if letter_like else name.upper(),
        subject=f"V/v {header.subject}" if letter_like else header.subject or "",
        addressees=("Các cơ quan có tên ở phần nơi nhận",) if letter_like else (),
        body=("Nội dung thử nghiệm, không có giá trị pháp lý.",),
        authority=((signer.competence or "").upper(), (signer.position or "").upper()) if signer else ("GIÁM ĐỐC",),
        signer=(signer.full_name or "") if signer else "",
    )


async def delivered_letter(case: Case, peer: Peer, letter: DocumentPackage) -> Delivered:
    """Hand a letter to the system exactly as it is."""
    return await deliver_bytes(case, write_package(letter), peer)


async def spoiled_letter(
    case: Case, peer: Peer, by: Hands, expected: str, *, bend: Callable[[bytes], bytes] = lambda data: data
) -> Spoiled:
    """Hand over a letter that must not be taken: spoiled after signing, or signed by the wrong hands."""
    return await spoiled(case, peer, await signed_letter(case, peer, by, bend=bend), expected)


async def spoiled(case: Case, peer: Peer, letter: DocumentPackage, expected: str, *, holds: bool = False) -> Spoiled:
    """Hand over a letter that must not be taken as it is."""
    return Spoiled(letter, await delivered_letter(case, peer, letter), expected, holds)


async def good_letter(case: Case, peer: Peer, by: Hands | None = None) -> DocumentPackage:
    """Let a well signed letter arrive and require it to be taken, with valid signatures: the control of a story."""
    letter = await signed_letter(case, peer, by or await hands(case, peer))
    await _taken(case, peer, letter)
    return letter


async def good_letter_after(
    case: Case,
    peer: Peer,
    *spoiled: Spoiled,
    by: Hands | None = None,
    draw: Callable[[Letterhead], Sequence[bytes]] | None = None,
) -> Mapping[str, Any]:
    """Let bad letters be looked at, and a good one come after them; give its entry once it is taken and shown as valid.

    When that is decided the bad ones are too, also where nothing is decided at once.
    """
    await looked_at(case, *spoiled)
    hand = by or await hands(case, peer)
    letter = await letter_of(case, peer, hand, draw or (lambda paper: [signed_by_both(paper, hand)]))
    return await _taken(case, peer, letter)


async def _taken(case: Case, peer: Peer, letter: DocumentPackage) -> Mapping[str, Any]:
    await delivered_letter(case, peer, letter)
    return await require_taken(case, letter, "good-signature-not-accepted")
