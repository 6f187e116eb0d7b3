"""What the header says about the document (QD 28/2018 Art. 10(2); ND 30/2020 Phụ lục I and VI)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.composition import composed
from protocol.finding import Finding
from protocol.package.identity import document_id as compose
from protocol.package.identity import is_composed
from protocol.package.model import DocumentPackage
from protocol.rules.context import HEADER, Context, DocumentRule

LONGEST_SUBJECT = 500
"""Characters (code points after NFC), ND 30/2020 Phụ lục VI."""
PRIORITIES = range(5)
STEERING_TYPES = range(4)
AMOUNTS = range(1000)

_ABSURD = 10_000
_NUMBER = re.compile(r"[0-9]{1,9}")
_DIGITS = re.compile(r"[0-9]{1,99}")  # a number too long for its field is told as that
_SUFFIXED = re.compile(r"[0-9]{2,9}[A-Za-zĐđ]")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
TIMED = "4"
"""Urgency "hỏa tốc hẹn giờ" of systems in the field; ND 30/2020 Phụ lục I, III.2(b) knows three levels without it."""


def length(text: str) -> int:
    """Count characters the way a person does: code points of the composed form, not bytes."""
    if len(text) > _ABSURD:
        return len(text)  # beyond every limit either way, and composing could take for ever
    return len(composed(text))


def identifier(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-04, ID-13: the identifier is there; one in the form of the wire says what the header says.

    Any other form is opaque and legal, since the act asks for no more than that it names one document: only told.
    """
    header = package.header
    path = f"{HEADER}/DocumentId"
    if not header.document_id:
        yield from context.breach("document-id-missing", path, expected="H99.01,2026/11/21,05/QĐ-STN")
        return
    organ_id, date, code = header.sender.organ_id, header.promulgation.date, header.code
    if not (organ_id and date and code.number and code.notation):
        return  # what is missing is said where it is missing
    expected = compose(organ_id, date, code)
    if header.document_id != expected:
        reason = "document-id-differs" if is_composed(header.document_id) else "document-id-opaque"
        yield from context.breach(reason, path, expected=expected, got=header.document_id)


def number(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-05, HDR-06, ID-16: digits alone, two at least, counted from 01; 05a is only told (H-X16)."""
    text, notation = package.header.code.number, package.header.code.notation
    path = f"{HEADER}/Code/CodeNumber"
    if not text:
        yield from context.breach("code-missing", path)
    elif "/" in text or (notation and notation in text):
        yield from context.breach("code-number-holds-sign", path, expected=text.partition("/")[0], got=text)
    elif _SUFFIXED.fullmatch(text):
        yield from context.breach("code-number-suffixed", path, expected=text[:-1], got=text)
    elif not _DIGITS.fullmatch(text):
        yield from context.breach("code-number-unusual", path, expected="0-9", got=text)
    elif int(text) == 0:
        yield from context.breach("code-number-zero", path, expected=">= 01", got=text)
    elif len(text) == 1:
        yield from context.breach("code-number-without-zero", path, expected=f"0{text}", got=text)
    elif text.startswith("0") and text != f"{int(text):02d}":
        yield from context.breach("code-number-padded", path, expected=f"{int(text):02d}", got=text)


def notation(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-05, HDR-06: the notation without the number before it, no blanks, its groups joined by plain hyphens."""
    code, path = package.header.code, f"{HEADER}/Code/CodeNotation"
    text = code.notation
    if not text:
        yield from context.breach("code-missing", path)
        return
    if re.search(r"\s", text) or text.startswith("/"):
        expected = re.sub(r"\s", "", text).lstrip("/")
        yield from context.breach("code-notation-malformed", path, expected=expected, got=text)
    if _DASHES.search(text):
        yield from context.breach("code-notation-dash", path, expected=_DASHES.sub("-", text), got=text)
    if code.number and text.startswith(f"{code.number}/") and not _YEAR.fullmatch(code.number):
        # 01/2026/TT-B: a year may stand before the slash
        expected = text.removeprefix(f"{code.number}/")
        yield from context.breach("code-notation-holds-number", path, expected=expected, got=text)


def document_type(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-11: the type has a name; its numbers are numbers, whichever list they come from (H-X19, H-X20)."""
    kind = package.header.document_type
    path = f"{HEADER}/DocumentType"
    if not kind.type_name:
        yield from context.breach("type-name-missing", f"{path}/TypeName")
    if not _NUMBER.fullmatch(kind.type or ""):
        yield from context.breach("type-not-number", f"{path}/Type", expected="0-9", got=kind.type)
    if not kind.type_detail:
        yield from context.breach("type-detail-missing", f"{path}/TypeDetail")
    elif not _INTEGER.fullmatch(kind.type_detail):
        yield from context.breach("type-not-number", f"{path}/TypeDetail", expected="0-9", got=kind.type_detail)


def subject(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-12: the abstract is there and has at most 500 characters."""
    text, path = package.header.subject, f"{HEADER}/Subject"
    if not text:
        yield from context.breach("subject-missing", path)
    elif length(text) > LONGEST_SUBJECT:
        yield from context.breach("subject-too-long", path, expected=f"<= {LONGEST_SUBJECT}", got=str(length(text)))


def other_info(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-17, HDR-23: urgency 0 to 4, amounts 0 to 999, all of them numbers where they are there."""
    other, path = package.header.other, f"{HEADER}/OtherInfo"
    if other is None:
        return
    if other.priority and not _INTEGER.fullmatch(other.priority):
        yield from context.breach("priority-not-number", f"{path}/Priority", expected="0-4", got=other.priority)
    elif other.priority and int(other.priority) not in PRIORITIES:
        yield from context.breach("priority-out-of-range", f"{path}/Priority", expected="0-4", got=other.priority)
    elif other.priority == TIMED:
        yield from context.breach("priority-timed", f"{path}/Priority", expected="0-3", got=other.priority)
    for name, text in (("PromulgationAmount", other.promulgation_amount), ("PageAmount", other.page_amount)):
        if text and not (_NUMBER.fullmatch(text) and int(text) in AMOUNTS):
            yield from context.breach("amount-not-number", f"{path}/{name}", expected="0-999", got=text)


def steering_type(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-24: the official parser throws on an empty or non-numeric value (H-X08); an absent one is only told."""
    value, path = package.header.steering_type, f"{HEADER}/SteeringType"
    if value is None:
        yield from context.breach("steering-type-missing", path, expected="0")
    elif not _INTEGER.fullmatch(value):
        yield from context.breach("steering-type-not-number", path, expected="0-3", got=value)
    elif int(value) not in STEERING_TYPES:
        yield from context.breach("steering-type-unknown", path, expected="0-3", got=value)


def lengths(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """Lengths of the other fields: by decree where ND 30/2020 has one, else what receivers in the field provide for."""
    for path, limit, requirement, text in _by_decree(package):
        if text and length(text) > limit:
            yield from context.breach(
                "field-too-long", path, expected=f"<= {limit}", got=str(length(text)), requirement=requirement
            )
    for path, limit, requirement, text in _by_custom(package):
        if text and length(text) > limit:
            yield from context.breach(
                "field-longer-than-usual", path, expected=f"<= {limit}", got=str(length(text)), requirement=requirement
            )


Limited = tuple[str, int, str, str | None]


def _by_decree(package: DocumentPackage) -> Iterator[Limited]:
    header = package.header
    yield f"{HEADER}/From/OrganName", 200, "HDR-01", header.sender.organ_name
    for number, recipient in enumerate(header.to, 1):
        yield f"{HEADER}/To[{number}]/OrganName", 200, "HDR-02", recipient.organ_name
    yield f"{HEADER}/Code/CodeNumber", 11, "HDR-05", header.code.number
    yield f"{HEADER}/Code/CodeNotation", 30, "HDR-05", header.code.notation
    yield f"{HEADER}/DocumentType/TypeName", 100, "HDR-11", header.document_type.type_name
    if header.signer:
        yield f"{HEADER}/SignerInfo/Position", 100, "HDR-14", header.signer.position
        yield f"{HEADER}/SignerInfo/FullName", 50, "HDR-14", header.signer.full_name


def _by_custom(package: DocumentPackage) -> Iterator[Limited]:
    header = package.header
    bodies = [("From", header.sender), *((f"To[{n}]", body) for n, body in enumerate(header.to, 1))]
    for name, body in bodies:
        yield f"{HEADER}/{name}/OrganizationInCharge", 500, "HDR-28", body.organization_in_charge
        yield f"{HEADER}/{name}/OrganAdd", 500, "HDR-28", body.organ_add
        yield f"{HEADER}/{name}/Email", 100, "HDR-28", body.email
        yield f"{HEADER}/{name}/Telephone", 20, "HDR-28", body.telephone
        yield f"{HEADER}/{name}/Fax", 20, "HDR-28", body.fax
    yield f"{HEADER}/PromulgationInfo/Place", 50, "HDR-07", header.promulgation.place
    yield f"{HEADER}/Content", 500, "HDR-13", header.content
    if header.signer:
        yield f"{HEADER}/SignerInfo/Competence", 100, "HDR-15", header.signer.competence
    if header.other:
        other = f"{HEADER}/OtherInfo"
        yield f"{other}/SphereOfPromulgation", 100, "HDR-19", header.other.sphere_of_promulgation
        yield f"{other}/TyperNotation", 10, "HDR-19", header.other.typer_notation
        for number, appendix in enumerate(header.other.appendixes, 1):
            yield f"{other}/Appendixes/Appendix[{number}]", 250, "HDR-19", appendix
    for number, place in enumerate(header.to_places, 1):
        yield f"{HEADER}/ToPlaces/Place[{number}]", 150, "HDR-29", place


RULES: tuple[DocumentRule, ...] = (
    identifier,
    number,
    notation,
    document_type,
    subject,
    other_info,
    steering_type,
    lengths,
)
