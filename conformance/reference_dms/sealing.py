"""Signs the files of an outgoing document: the competent person first, the agency after, and each appendix (SIG-01).

ND 30/2020 Art. 32(2)(d): the agency's signature comes after the person's. Appendix I, part I, II.8: an appendix in a
file of its own carries the agency's signature. Only a PDF can be signed; other files go out as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.reference_dms.credentials import Credentials, Keys
from conformance.reference_dms.drafts import Draft, File
from conformance.reference_dms.office import Office, Refusal, Refused, explain_code, listed, say
from protocol.package.filekind import PDF_WITHIN, sniff

if TYPE_CHECKING:
    from datetime import datetime

    from fixtures.signedpaper import Place
    from protocol.signatures.outcome import Check
    from protocol.signatures.pdf.sign import Look
    from protocol.signatures.pdf.structures import Manner
    from protocol.signatures.pki.identity import Identity

PERSON_FIELD, AGENCY_FIELD = "NguoiKy", "CoQuan"
APART = timedelta(seconds=1)
"""How long before the agency the person signs: times of signatures are whole seconds."""
_MIDDLE, _TOP, _BOTTOM = 405.0, 560.0, 640.0
"""Points from the upper left corner of the page: where the signature of a letter of one page stands."""


async def sign_files(office: Office, draft: Draft) -> tuple[File, ...]:
    """Give the files of a draft, signed; ``Refused`` without keys, with a certificate that is not good, or no PDF."""
    keys = office.behaviour.keys_of(office, draft.sender)
    if keys is None:
        raise Refused("signature", say("signing.no-keys", sender=draft.sender))
    at = office.clock().replace(microsecond=0)
    for identity in (keys.person, keys.agency):
        if refusal := office.behaviour.check_signer(office, identity, at):
            raise Refused(refusal.category, refusal.text)
    try:
        return await asyncio.to_thread(office.behaviour.seal, draft, keys, at)
    except ValueError as error:
        raise Refused("signature", say("signing.unsignable", problem=error)) from error


def keys_to_take(office: Office, given: Credentials) -> Refusal | None:
    """Take every key that can be read: whether its certificate is good is asked each time before it signs."""
    del office, given
    return None


def keys_of(office: Office, sender: str) -> Keys | None:
    """Give the keys with which the documents of one of our agencies are signed; ``None`` where it has none."""
    return office.credentials.keys.get(sender) if office.credentials else None


def check_signer(office: Office, identity: Identity, at: datetime) -> Refusal | None:
    """Refuse to sign with a certificate that does not prove good at this moment (SIG-10)."""
    return complaint(identity, [check for check in signer_checks(office, identity, at) if check.result != "good"])


def signer_checks(office: Office, identity: Identity, at: datetime) -> tuple[Check, ...]:
    """Judge the certificate of one who is about to sign."""
    from protocol.signatures.trust import Times, judge  # noqa: PLC0415 - takes time to import

    assert office.credentials is not None
    return judge(identity.der, identity.issuer_ders, office.credentials.trust, Times(at, at))


def complaint(identity: Identity, bad: Sequence[Check]) -> Refusal | None:
    """Give the refusal that answers speak for; ``None`` where there are none."""
    if not bad:
        return None
    name = identity.certificate.subject.rfc4514_string()
    return Refusal("signature", say("signing.bad-certificate", name=name, reasons=listed(map(explain_check, bad))))


def explain_check(check: Check) -> str:
    """Say in Vietnamese what an answer about a signature means."""
    return explain_code(check.reason)


def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
    """Sign the main document, which is the first PDF, as person and agency, and every other PDF as the agency."""
    return with_signatures(draft, keys, at)


def with_signatures(
    draft: Draft,
    keys: Keys,
    at: datetime,
    *,
    order: tuple[str, ...] = ("person", "agency"),
    appendixes: bool = True,
    manner: Manner | None = None,
) -> tuple[File, ...]:
    """Sign as ``order`` says; the defects of the reference DMS ask for other orders and manners."""
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - as above

    from protocol.signatures.pdf.sign import sign  # noqa: PLC0415 - as above

    signed: list[File] = []
    main = next((file for file in draft.files if _is_pdf(file)), None)
    if main is None:
        raise Refused("signature", say("signing.no-pdf"))
    for file in draft.files:
        data = file.data
        try:
            if file is main:
                data = _main(data, keys, at, order, manner)
            elif _is_pdf(file) and appendixes:
                data = sign(data, keys.agency, at, field=AGENCY_FIELD, look=_appendix_look(draft, at), manner=manner)
        except (PdfError, ValueError, KeyError) as error:
            raise ValueError(f"{file.name}: {error}") from error
        signed.append(File(file.name, data))
    return tuple(signed)


def _main(data: bytes, keys: Keys, at: datetime, order: tuple[str, ...], manner: Manner | None) -> bytes:
    from fixtures.signedpaper import agency_look, person_look  # noqa: PLC0415 - as above
    from protocol.signatures.pdf.sign import sign  # noqa: PLC0415 - as above

    for number, who in enumerate(order):
        moment = at - (len(order) - 1 - number) * APART
        person = who == "person"
        identity, field = (keys.person, PERSON_FIELD) if person else (keys.agency, AGENCY_FIELD)
        look = person_look(_place()) if person else agency_look(_place(), moment)
        data = sign(data, identity, moment, field=field, look=look, manner=manner)
    return data


def _appendix_look(draft: Draft, at: datetime) -> Look:
    from fixtures.signedpaper import appendix_look  # noqa: PLC0415 - as above

    return appendix_look(say("signing.sign-line", number=draft.number, notation=draft.notation or ""), at)


def _place() -> Place:
    from fixtures.signedpaper import Place  # noqa: PLC0415 - as above

    return Place(1, _MIDDLE, _TOP, _BOTTOM)


def _is_pdf(file: File) -> bool:
    return sniff(file.data[:PDF_WITHIN]) == "pdf"
