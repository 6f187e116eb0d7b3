"""Kind of document: its name, its numbers, the notation that goes with it, and whether paper follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocol.composition import composed
from protocol.finding import Finding
from protocol.package.model import DocumentPackage
from protocol.rules import doctypes
from protocol.rules.context import HEADER, TRACE, Context, DocumentRule
from protocol.rules.signer import of_party

_BEFORE = re.compile(r"[-/ ]*(?:[0-9]+/)*")
"""What may stand before the abbreviation: the year of a normative document (05/2026/TT-B); a number has a reason."""
_OFFICIAL_LETTER = "Công văn"
_UNMISTAKABLE = frozenset({"QĐ", "QyĐ", "TTr", "CTr", "GUQ", "BGN", "BTT", "GGT", "GNP"})
"""Abbreviations of kinds that no agency bears as its own; ``CT`` or ``TB`` may be an agency and say nothing."""
_ASSEMBLY = re.compile(r"(?:UBTV)?QH[0-9]{1,3}")
"""The National Assembly and its Standing Committee put themselves and their term there: 28/2026/QH16."""
_INITIALS = re.compile(r"[A-ZĐ][^A-ZĐ]*")
_PARTY_FORM = re.compile(r"[^\W\d]/")
"""A slash between kind and body (``QĐ/TU``): the Party and organisations beside it, which abbreviate otherwise."""
_LONGEST_NAME = 200
_LIST_NUMBERS = range(3, 33)
"""Numbers of the flat list of QCVN 102; 1 and 2 may also mean normative and administrative (open question Q5)."""
_GOVERNMENT = re.compile(r"G22(?:\..*)?|(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)G22")


def type_name(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-30: the name is one of the kinds that the law knows, with or without words behind it ("Báo cáo tháng").

    Only told: courts, procuracies, the Party and other laws have kinds of their own that no list holds all of.
    """
    name = package.header.document_type.type_name
    if name and doctypes.roughly(name) is None:
        yield from context.breach("type-name-unknown", f"{HEADER}/DocumentType/TypeName", got=name)


def type_number(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-11: a number of the flat list belongs to the kind that is named; every other number is taken (H-X20)."""
    kind = package.header.document_type
    known = doctypes.exactly(kind.type_name or "")
    if known is None or not known.numbers or not re.fullmatch(r"[0-9]{1,3}", kind.type or ""):
        return
    number = int(kind.type or "")
    if number in _LIST_NUMBERS and number not in known.numbers:
        expected = " | ".join(str(each) for each in sorted(known.numbers))
        yield from context.breach(
            "type-differs-from-name", f"{HEADER}/DocumentType/Type", expected=expected, got=kind.type
        )


def notation(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-31: a notation begins with the abbreviation of the kind, letter for letter; that of a công văn with none.

    The abbreviations are those of ND 30/2020; the Party has others (``QĐ`` and ``QĐi`` for Quy định).
    """
    known = doctypes.exactly(package.header.document_type.type_name or "")
    text = package.header.code.notation
    if known is None or not text or _PARTY_FORM.search(text) or of_party(package):
        return
    path = f"{HEADER}/Code/CodeNotation"
    first = _first_group(text)
    if known.name == _OFFICIAL_LETTER and first in _UNMISTAKABLE and not _may_name_issuer(package, first):
        yield from context.breach("notation-has-type", path, expected=text.partition("-")[2], got=text)
    if known.name.startswith("Nghị quyết") and _ASSEMBLY.fullmatch(first):
        return
    if not known.abbreviations or any(_begins(first, short) for short in known.abbreviations):
        return
    expected = " | ".join(f"{short}-" for short in known.abbreviations)
    misspelt = first not in doctypes.abbreviations() and any(
        _plain(first).startswith(_plain(short)) for short in known.abbreviations
    )
    reason = "notation-type-misspelt" if misspelt else "notation-lacks-type"
    yield from context.breach(reason, path, expected=expected, got=text)


def paper(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """GEN-04, GEN-08: paper follows (1) or does not (0); for the kinds on the paperless list it need not.

    Documents to the Government go on paper too (QD 28/2018 Art. 7(2)), so nothing is said of them.
    """
    business = package.trace.business if package.trace else None
    said = business.paper if business else None
    path = f"{TRACE}/Bussiness/Paper"
    if said and said not in {"0", "1"}:
        yield from context.breach("paper-unknown", path, expected="0 | 1", got=said)
    known = doctypes.exactly(package.header.document_type.type_name or "")
    to_government = any(_GOVERNMENT.fullmatch(body.organ_id or "") for body in package.header.to)
    if said == "1" and known is not None and known.paperless and not to_government:
        yield from context.breach("paper-not-needed", path, expected="0", got=f"1 ({known.name})")


def _first_group(text: str) -> str:
    first = _BEFORE.sub("", composed(text), count=1)
    return re.split(r"[-/]", first, maxsplit=1)[0].strip()


def _may_name_issuer(package: DocumentPackage, abbreviation: str) -> bool:
    """Whether words of the issuer's name make these letters: TTr of a Thanh tra, QĐ of a Quân đoàn."""
    initials = [part.casefold() for part in _INITIALS.findall(abbreviation)]
    sender = package.header.sender
    for name in filter(None, (sender.organ_name, sender.organization_in_charge)):
        words = re.split(r"\W+", composed(name[:_LONGEST_NAME]).casefold())
        rows = (words[at : at + len(initials)] for at in range(len(words)))
        if any(len(row) == len(initials) and all(map(str.startswith, row, initials)) for row in rows):
            return True
    return False


def _begins(group: str, abbreviation: str) -> bool:
    """Whether a group is the abbreviation or one that goes on with capitals (HDLN, joint guidance), not CTr for CT."""
    return group.startswith(abbreviation) and not group[len(abbreviation) :][:1].islower()


def _plain(text: str) -> str:
    """Take away what people confuse: case, Đ and D, and the Icelandic Ð that looks like Đ."""
    return text.casefold().replace("đ", "d").replace("ð", "d").upper()


RULES: tuple[DocumentRule, ...] = (type_name, type_number, notation, paper)
