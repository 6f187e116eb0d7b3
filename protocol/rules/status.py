"""Status packages (QD 28/2018 Art. 10(2)(h); codes and structure as observed on the wire)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.finding import Finding
from protocol.package.model import DocumentPackage, ResponseFor, StatusPackage
from protocol.rules.context import HEADER, Context, StatusRule
from protocol.rules.parties import organ_id
from protocol.rules.timing import TOLERANCE, form
from protocol.rules.wiretime import TIME_FORM, parse_time

REFUSED, TAKE_BACK, DECLINED = "02", "13", "16"
LONGEST_DESCRIPTION = 500
"""Characters, as ND 30/2020 Phụ lục VI provides for descriptions in the register."""
ASSIGNED = frozenset({"01", "02", "03", "04", "05", "06", "13", "15", "16"})
SAMPLE_CODE = "7816/VPCP-TTĐT"
"""The sign of the sample programs' document; in live traffic it is a forgotten constant (H-W11)."""

_TWO_DIGITS = re.compile(r"[0-9]{2}")


def parties(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-07: who reports, and to whom; the addressee is ``ResponseFor/OrganId`` (H-W09)."""
    header = package.header
    if not header.sender.organ_id:
        yield from context.breach("status-sender-missing", f"{HEADER}/From/OrganId")
    else:
        yield from organ_id(context, header.sender.organ_id, f"{HEADER}/From/OrganId")
    if header.sender.organ_id and not header.sender.organ_name:
        yield from context.breach("sender-name-missing", f"{HEADER}/From/OrganName")
    addressee, path = header.response_for.organ_id, f"{HEADER}/ResponseFor/OrganId"
    if not addressee:
        yield from context.breach("status-addressee-missing", path)
    elif "/" in addressee:
        yield from context.breach(
            "status-original-swapped", path, expected=header.response_for.code or "", got=addressee
        )
    else:
        yield from organ_id(context, addressee, path)


def original(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-07: a status names sign, identifier and date of the document that it is about."""
    answered = package.header.response_for
    if answered == ResponseFor():
        return  # its absence is a finding of its own
    for name, text in (
        ("Code", answered.code),
        ("DocumentId", answered.document_id),
        ("PromulgationDate", answered.promulgation_date),
    ):
        if not text:
            yield from context.breach("status-original-incomplete", f"{HEADER}/ResponseFor/{name}", expected=name)
    if answered.promulgation_date:
        path = f"{HEADER}/ResponseFor/PromulgationDate"
        yield from form(context, answered.promulgation_date, path, "STS-07")
    if answered.code == SAMPLE_CODE:
        yield from context.breach("sample-values-left", f"{HEADER}/ResponseFor/Code", got=answered.code)


def code(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-04: two digits, one of the nine that have a meaning (H-W08)."""
    text, path = package.header.status_code, f"{HEADER}/StatusCode"
    expected = " ".join(sorted(ASSIGNED))
    if not text:
        yield from context.breach("status-code-missing", path, expected=expected)
    elif not _TWO_DIGITS.fullmatch(text):
        yield from context.breach("status-code-not-two-digits", path, expected=expected, got=text)
    elif text not in ASSIGNED:
        yield from context.breach("status-code-unassigned", path, expected=expected, got=text)


def reason(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-11, RCL-07: refusing (02), taking back (13), declining to give back (16) need a reason (H-W13, H-W14).

    A dash or a full stop is none.
    """
    said = package.header.description or ""
    if len(said) > LONGEST_DESCRIPTION:
        yield from context.breach(
            "field-longer-than-usual",
            f"{HEADER}/Description",
            expected=f"<= {LONGEST_DESCRIPTION}",
            got=str(len(said)),
            requirement="STS-11",
        )
    if any(letter.isalnum() for letter in said):
        return
    path = f"{HEADER}/Description"
    if package.header.status_code == REFUSED:
        yield from context.breach("status-reason-missing", path)
    elif package.header.status_code == TAKE_BACK:
        yield from context.breach("status-recall-reason-missing", path)
    elif package.header.status_code == DECLINED:
        yield from context.breach("status-answer-reason-missing", path)


def time(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-12: when it happened, as Vietnamese wall time, not in the future."""
    text, path = package.header.timestamp, f"{HEADER}/Timestamp"
    if not text:
        yield from context.breach("status-time-missing", path, expected=TIME_FORM)
        return
    moment = parse_time(text)
    if moment is None:
        yield from context.breach("status-time-malformed", path, expected=TIME_FORM, got=text)
    elif moment > context.wall_time + TOLERANCE:
        now = f"{context.wall_time:%Y/%m/%d %H:%M:%S}"
        yield from context.breach("timestamp-in-future", path, expected=f"<= {now}", got=text)


def direction(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """STS-13: a receiver reports to the sender of the document; taking back (13) goes the other way round.

    Who issued the document is only known where the identifier begins with one of the two parties.
    """
    header = package.header
    reporter, addressee = header.sender.organ_id, header.response_for.organ_id
    if not reporter or not addressee:
        return
    issuer, comma, _ = (header.response_for.document_id or "").partition(",")
    if not comma:
        return
    wrong = addressee if header.status_code == TAKE_BACK else reporter
    if reporter == addressee:
        # Who is among its own recipients reports to itself.
        if not context.surroundings.same_body(issuer, reporter):
            path = f"{HEADER}/ResponseFor/OrganId"
            yield from context.breach("status-to-oneself", path, expected="!= From/OrganId", got=addressee)
    elif issuer == wrong and header.status_code in ASSIGNED:
        expected = reporter if header.status_code == TAKE_BACK else addressee
        yield from context.breach(
            "status-direction-wrong", f"{HEADER}/ResponseFor/DocumentId", expected=f"{expected},…", got=f"{issuer},…"
        )


def staff(context: Context, package: StatusPackage) -> Iterator[Finding]:
    """HDR-27: the officer in charge is named; receivers have to do without (optional in the field)."""
    if package.header.staff is None:
        yield from context.breach("status-staff-missing", f"{HEADER}/StaffInfo")


def message_type(context: Context, package: StatusPackage | DocumentPackage) -> Iterator[Finding]:
    """PKG-10: a status travels as ``status``, a document as ``edoc`` (H-W07)."""
    expected = "status" if isinstance(package, StatusPackage) else "edoc"
    said = context.surroundings.message_type
    if said and said != expected:
        yield from context.breach("message-type-differs", HEADER, expected=expected, got=said)


RULES: tuple[StatusRule, ...] = (parties, original, code, reason, time, direction, staff, message_type)
