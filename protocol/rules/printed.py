"""Defect D2: what the header says and what is printed on the document (ND 30/2020 Art. 16(1), 21(2), 22(1)).

A contradiction is said only when both sides were read and the file is certainly the document that the header means; a
number whose place was left free for a stamp, a second sign that is right, a name that stands elsewhere are none.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.content import names
from protocol.content.letterhead import straight
from protocol.content.maindocument import MainDocument
from protocol.finding import Finding, quote
from protocol.package.model import DocumentPackage
from protocol.rules.attached import certified_copy, main_document, stranger
from protocol.rules.context import ATTACHMENT, HEADER, Context, DocumentRule
from protocol.rules.wiretime import parse_date


def sign(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-09: number and notation are the printed ones."""
    main = _main(context, package)
    code = package.header.code
    if main is None or not main.letterhead.signs:
        return
    signs = main.letterhead.signs
    number, notation = (code.number or "").partition("/")[0], code.notation or ""
    first = signs[0]
    if number and all(each.number for each in signs) and not any(each.same_number(number) for each in signs):
        expected = _printed(main, first.number, first.index)
        yield from context.breach(
            "printed-number-differs", f"{HEADER}/Code/CodeNumber", expected=expected, got=code.number
        )
    if notation and not any(each.same_notation(notation) for each in signs):
        expected = _printed(main, first.notation, first.index)
        yield from context.breach(
            "printed-notation-differs", f"{HEADER}/Code/CodeNotation", expected=expected, got=notation
        )


def date(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-10: the date of issue is the printed one; the pages behind the first may be scans."""
    main = main_document(context, package)
    day = parse_date(package.header.promulgation.date)
    if main is None or not main.sure_of_letterhead or day is None or not main.letterhead.dates:
        return
    dates = main.letterhead.dates
    if all(printed.day not in {None, day} for printed in dates):
        expected = _printed(main, f"{dates[0].day:%Y/%m/%d}", dates[0].index)
        path = f"{HEADER}/PromulgationInfo/PromulgationDate"
        yield from context.breach("printed-date-differs", path, expected=expected, got=f"{day:%Y/%m/%d}")


def signer(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-10: who signed is who stands below the printed signature."""
    main = _main(context, package)
    name = (package.header.signer.full_name if package.header.signer else None) or ""
    if main is None or not name or not main.letterhead.signatures:
        return
    ours = _heard(name)
    together = "".join(ours)  # H' Mẫu, a name whose blanks or letters stand apart
    if any(together in "".join(_heard(line.text)) for line in main.text.lines):
        return
    last = main.letterhead.signatures[-1]
    if all(not set(_heard(each.name)) <= set(ours) for each in main.letterhead.signatures):
        expected = _printed(main, last.name, last.index)
        yield from context.breach(
            "printed-signer-differs", f"{HEADER}/SignerInfo/FullName", expected=expected, got=name
        )


def _heard(name: str) -> list[str]:
    """Give the words of a person's name with one letter for the two of one sound: Lý Mỹ and Lí Mĩ."""
    return [word.replace("y", "i") for word in names.words(name)]


def capacity(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-10: authority and position are the printed ones (told, never more: they are abbreviated in many ways)."""
    main = _main(context, package)
    signed = package.header.signer
    if main is None or signed is None or not main.letterhead.signatures:
        return
    last = main.letterhead.signatures[-1]
    shown = straight(" ".join(last.capacity))
    for field, text in (("Competence", signed.competence), ("Position", signed.position)):
        if text and not names.within(text, shown) and not set(names.words(text)) <= set(names.words(shown)):
            expected = _printed(main, shown, last.index)
            yield from context.breach(
                "printed-capacity-differs", f"{HEADER}/SignerInfo/{field}", expected=expected, got=text
            )


def document(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-09: the document that the header describes is attached, and not only one that has no fact in common with it.

    Told as a warning: how the attached document relates to the header is for a person to say.
    """
    code = package.header.code
    found = stranger(context, package)
    if found is None or not code.number or not code.notation or certified_copy(package.header):
        return
    file, letterhead = found
    first = letterhead.signs[0]
    got = quote(f"{first.text} ({file.name} {file.text.place(first.index)})")
    yield from context.breach(
        "printed-other-document", f"{ATTACHMENT}[{file.number}]", expected=f"{code.number}/{code.notation}", got=got
    )


def _main(context: Context, package: DocumentPackage) -> MainDocument | None:
    main = main_document(context, package)
    return main if main and main.sure else None


def _printed(main: MainDocument, value: str, index: int) -> str:
    return quote(f"{value} ({main.place(index)})")


RULES: tuple[DocumentRule, ...] = (sign, date, signer, capacity, document)
