"""Defects of signing what is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from conformance.mutants.defect import Defect
from conformance.mutants.misreading import misread
from conformance.reference_dms import sealing, verifying
from conformance.reference_dms.credentials import Credentials, Keys
from conformance.reference_dms.drafts import Draft, File
from conformance.reference_dms.office import Office, Refusal

if TYPE_CHECKING:
    from protocol.signatures.outcome import Check
    from protocol.signatures.pki.identity import Identity

_Seal = Callable[[Draft, Keys, datetime], tuple[File, ...]]
_WORDS, _PARAGRAPHS = 20, 6
"""Of a page with all the letters of whatever it takes the place of."""


async def _nothing_signed(office: Office, draft: Draft) -> tuple[File, ...]:
    del office
    return draft.files


def _in_order(*order: str) -> _Seal:
    def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
        return sealing.with_signatures(draft, keys, at, order=order)

    return seal


def _appendixes_left_out(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    return sealing.with_signatures(draft, keys, at, appendixes=False)


def _without_chain(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    from protocol.signatures.pdf.structures import Manner  # noqa: PLC0415 - takes time to import

    return sealing.with_signatures(draft, keys, at, manner=Manner(chain=False))


def _by_sha1(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    from protocol.signatures.pdf.structures import Manner  # noqa: PLC0415 - as above

    return sealing.with_signatures(draft, keys, at, manner=Manner(digest="sha1"))


def _self_certified(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Sign by certificates of an authority of its own."""
    del keys
    from protocol.signatures.pki import Pki  # noqa: PLC0415 - as above

    pki = Pki(at, name="tự lập")
    person = pki.person(draft.full_name or "Nguyễn Văn Thử", draft.sender, "Sở Thử nghiệm")
    return sealing.with_signatures(draft, Keys(person, pki.agency(draft.sender, "Sở Thử nghiệm")), at)


def _appendixes_by_another(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Seal the appendixes by a certificate of its own making, the main document by the right ones."""
    from protocol.signatures.pki import Pki  # noqa: PLC0415 - as above

    own = replace(keys, agency=Pki(at, name="tự lập").agency(draft.sender, "Sở Thử nghiệm"))
    right = sealing.with_signatures(draft, keys, at)
    wrong = sealing.with_signatures(draft, own, at)
    main = next(place for place, file in enumerate(draft.files) if verifying.is_pdf(file.data))
    return tuple(file if place == main else wrong[place] for place, file in enumerate(right))


def _another_page(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Put a page of its own making in the place of every PDF, and sign that."""
    from fixtures.pdf import new_pdf  # noqa: PLC0415 - as above

    page = new_pdf(Random(28))  # noqa: S311 - a page, not a secret
    files = tuple(File(each.name, page) if verifying.is_pdf(each.data) else each for each in draft.files)
    return sealing.with_signatures(replace(draft, files=files), keys, at)


def _page_out_of_order(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Put another page in the place of every PDF, whose letters stand in its file in no order; and sign that."""
    from fixtures import vietnamese  # noqa: PLC0415 - as above
    from fixtures.letterhead import DECISION  # noqa: PLC0415 - as above
    from fixtures.paper import new_pdf_document  # noqa: PLC0415 - as above
    from fixtures.twofonts import with_a_second_font  # noqa: PLC0415 - as above

    seeded = Random(28)  # noqa: S311 - a page, not a secret
    body = tuple(vietnamese.sentence(seeded, _WORDS) for _ in range(_PARAGRAPHS))
    page = with_a_second_font(new_pdf_document(replace(DECISION, subject=vietnamese.subject(seeded), body=body)))
    files = tuple(File(each.name, page) if verifying.is_pdf(each.data) else each for each in draft.files)
    return sealing.with_signatures(replace(draft, files=files), keys, at)


def _unreadable_page(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Let the letters of every PDF be read as others than those that are seen, and sign that."""
    files = tuple(File(each.name, misread(each.data)) if verifying.is_pdf(each.data) else each for each in draft.files)
    return sealing.with_signatures(replace(draft, files=files), keys, at)


def _without_marks(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Draw every PDF anew, the letters with marks last and in a font that has no marks; and sign that."""
    from fixtures.twofonts import without_marks  # noqa: PLC0415 - as above

    files = tuple(
        File(each.name, without_marks(each.data)) if verifying.is_pdf(each.data) else each for each in draft.files
    )
    return sealing.with_signatures(replace(draft, files=files), keys, at)


def _main_file_again(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Put the main document in the place of every other file."""
    main = next(file for file in draft.files if verifying.is_pdf(file.data))
    files = tuple(File(each.name, main.data) for each in draft.files)
    return sealing.with_signatures(replace(draft, files=files), keys, at)


def _dated_back(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    return sealing.with_signatures(draft, keys, at - timedelta(days=3))


def _no_new_keys(office: Office, given: Credentials) -> Refusal | None:
    """Refuse every key but the first, whatever its certificate."""
    del given
    known = office.credentials is not None and bool(office.credentials.keys)
    return Refusal("signature", "Khóa ký không phải là khóa đã đăng ký.") if known else None


def _unchecked(office: Office, identity: Identity, at: datetime) -> Refusal | None:
    del office, identity, at
    return None


def _first_keys(office: Office, sender: str) -> Keys | None:
    """Sign as the first of the agencies that the system serves, whoever issues the document."""
    del sender
    return next(iter(office.credentials.keys.values()), None) if office.credentials else None


def _person_only(office: Office, identity: Identity, at: datetime) -> Refusal | None:
    """Check the person's certificate, and never that of the agency."""
    mine = [keys.agency for keys in office.credentials.keys.values()] if office.credentials else []
    return None if identity in mine else sealing.check_signer(office, identity, at)


def _sisters_seal(office: Office, sender: str) -> Keys | None:
    """Take the seal of another agency that the same system serves, where there is one."""
    keys = sealing.keys_of(office, sender)
    if keys is None or office.credentials is None:
        return keys
    other = next((pair for code, pair in office.credentials.keys.items() if code != sender), keys)
    return replace(keys, agency=other.agency)


def _sisters_person(office: Office, sender: str) -> Keys | None:
    """Let the person of another agency sign, where the same system serves one."""
    keys = sealing.keys_of(office, sender)
    if keys is None or office.credentials is None:
        return keys
    other = next((pair for code, pair in office.credentials.keys.items() if code != sender), keys)
    return replace(keys, person=other.person)


def _overlooking(wrong: Callable[[Check], bool]) -> Callable[[Office, Identity, datetime], Refusal | None]:
    def check_signer(office: Office, identity: Identity, at: datetime) -> Refusal | None:
        checks = sealing.signer_checks(office, identity, at)
        return sealing.complaint(identity, [each for each in checks if each.result != "good" and not wrong(each)])

    return check_signer


def _revoked(check: Check) -> bool:
    return check.reason == "certificate-revoked"


def _expired(check: Check) -> bool:
    """Whether an answer follows from the end of the validity: lists of today say nothing about what ended before."""
    return check.question == "validity" or (check.question == "revocation" and check.result == "unknown")


DEFECTS = (
    Defect("sends-unsigned", "SIG-01", {"sign_files": _nothing_signed}),
    Defect("seal-without-person", "SIG-01", {"seal": _in_order("agency")}),
    Defect("signs-another-page", "SIG-01", {"seal": _another_page}),
    Defect("signs-another-page-out-of-order", "SIG-01", {"seal": _page_out_of_order}),
    Defect("signs-without-marks", "SIG-01", {"seal": _without_marks}),
    Defect("signs-an-unreadable-page", "SIG-01", {"seal": _unreadable_page}),
    Defect("dates-back", "SIG-01", {"seal": _dated_back}),
    Defect("agency-signs-first", "SIG-02", {"seal": _in_order("agency", "person")}),
    Defect("certifies-itself", "SIG-03", {"seal": _self_certified}),
    Defect("chain-left-out", "SIG-23", {"seal": _without_chain}),
    Defect("sisters-seal", "SIG-20", {"keys_of": _sisters_seal}),
    Defect("sisters-person", "SIG-20", {"keys_of": _sisters_person}),
    Defect("first-agencys-keys", "SIG-20", {"keys_of": _first_keys}),
    Defect("signs-by-sha1", "SIG-07", {"seal": _by_sha1}),
    Defect("appendixes-unsigned", "ATT-05", {"seal": _appendixes_left_out}),
    Defect("appendixes-by-itself", "ATT-05", {"seal": _appendixes_by_another}),
    Defect("main-file-again", "ATT-05", {"seal": _main_file_again}),
    Defect("keeps-first-keys", "SIG-10", {"keys_to_take": _no_new_keys, "check_signer": _unchecked}),
    Defect("signs-when-revoked", "SIG-10", {"check_signer": _overlooking(_revoked)}),
    Defect("signs-when-expired", "SIG-10", {"check_signer": _overlooking(_expired)}),
    Defect("seal-not-checked", "SIG-10", {"check_signer": _person_only}),
)
