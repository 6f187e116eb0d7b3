"""The document itself among the attached files of a package, told apart from its enclosures."""

from __future__ import annotations

import re
from dataclasses import replace

from protocol.composition import composed
from protocol.content import names
from protocol.content.copystamp import is_copy
from protocol.content.letterhead import Letterhead, bare_notation, read_letterhead
from protocol.content.maindocument import MainDocument
from protocol.content.text import AttachedText
from protocol.package.filekind import ARCHIVES
from protocol.package.filename import extension
from protocol.package.model import DocumentHeader, DocumentPackage
from protocol.rules.context import Context
from protocol.rules.filetexts import attached
from protocol.rules.wiretime import parse_date

_READABLE = frozenset({"pdf", "word"})
_APPENDIX = re.compile(r"(?:Phụ lục|Biểu (?:mẫu|số)|Mẫu số|Danh (?:sách|mục)|Bảng|Dự thảo)\b", re.IGNORECASE)
_FIRST_LINES = 5
_COPY_NOTATION = re.compile(r"(?:SY|SL|TRS|TS)[-/]")
_COPY_NAME = re.compile(r"\bsao (?:y|lục)\b|\btrích sao\b|\bbản sao\b", re.IGNORECASE)
"""Notations and names of certified copies (ND 30/2020 Art. 25 and Phụ lục III)."""


def certified_copy(header: DocumentHeader) -> bool:
    """Whether what is sent is a certified copy: its sign is the copy's own, and all that is printed the original's.

    By ND 30/2020 Art. 25 the original below the certificate keeps its number, date, signer and recipients.
    """
    named = header.document_type.type_name or ""
    return bool(_COPY_NOTATION.match(bare_notation(header.code.notation or "")) or _COPY_NAME.search(composed(named)))


def main_document(context: Context, package: DocumentPackage) -> MainDocument | None:
    """Give the document itself among the attachments; ``None`` where no file shows that it is the one.

    A certified copy has none: its paper is another document than the one that the header describes.
    """
    if not context.main:
        context.main.append(_find_main(context, package))
    return context.main[0]


def _find_main(context: Context, package: DocumentPackage) -> MainDocument | None:
    if certified_copy(package.header):
        return None
    files = attached(context, package)
    heads = _letterheads(files)
    alone = all(_explained(file, heads.get(file.number)) for file in files)
    found = []
    for file in files:
        letterhead = heads.get(file.number)
        if letterhead is not None and letterhead.found and not is_copy(file.text):
            anchors = _anchors(context, package.header, letterhead)
            found.append(MainDocument(file, letterhead, anchors, alone))
    best = max(found, key=lambda each: _rank(each.anchors, each.file), default=None)
    if best is None or not best.anchors:
        return None
    rivals = {_signs(each.letterhead) for each in found if len(each.anchors) == len(best.anchors)}
    return replace(best, alone=False) if len(rivals) > 1 else best


def _signs(letterhead: Letterhead) -> frozenset[str]:
    return frozenset(bare_notation(sign.text) for sign in letterhead.signs)


def stranger(context: Context, package: DocumentPackage) -> tuple[AttachedText, Letterhead] | None:
    """Give a complete document that has nothing in common with the header, where no attachment can be the right one.

    A certified copy (sao y, sao lục, trích sao) is the document of somebody else and none.
    """
    files = attached(context, package)
    if main_document(context, package) is not None or len(files) < len(package.attachments):
        return None
    heads = _letterheads(files)
    if not all(_explained(file, heads.get(file.number)) for file in files):
        return None
    for file in files:
        head = heads.get(file.number)
        if head and head.complete and file.text.exact and not is_copy(file.text):
            return file, head
    return None


def _letterheads(files: tuple[AttachedText, ...]) -> dict[int, Letterhead]:
    return {file.number: read_letterhead(file.text) for file in files if file.text.kind in _READABLE}


def _explained(file: AttachedText, letterhead: Letterhead | None) -> bool:
    """Whether it is known what a file is: a table, plain text, an appendix, or a document with its own letterhead.

    A file that nobody could read, or only in parts, may be the document itself.
    """
    if file.text.kind in {"sheet", "slides", "text"}:
        return True
    if letterhead is None or not file.text.exact:
        return False
    return letterhead.found or any(_APPENDIX.match(line.text) for line in file.text.lines[:_FIRST_LINES])


def has_archive(package: DocumentPackage) -> bool:
    """Whether an archive is attached, which may hold anything."""
    return any(extension(attachment.name or "") in ARCHIVES for attachment in package.attachments)


def _rank(anchors: frozenset[str], file: AttachedText) -> tuple[int, bool]:
    return len(anchors), file.text.kind == "pdf"


def _anchors(context: Context, header: DocumentHeader, letterhead: Letterhead) -> frozenset[str]:
    day = parse_date(header.promulgation.date)
    name = header.signer.full_name if header.signer else None
    issuers = [header.sender.organ_name, *known_names(context, header.sender.organ_id)]
    facts = {
        "number": any(sign.number and sign.same_number(header.code.number or "") for sign in letterhead.signs),
        "notation": any(sign.same_notation(header.code.notation or "") for sign in letterhead.signs),
        "date": day is not None and any(printed.day == day for printed in letterhead.dates),
        "signer": bool(name) and any(names.same(name or "", signed.name) for signed in letterhead.signatures),
        "issuer": any(issuer and _issued_by(issuer, letterhead.issuer) for issuer in issuers),
    }
    return frozenset(fact for fact, holds in facts.items() if holds)


def _issued_by(issuer: str, printed: str) -> bool:
    """Whether the printed agency is the issuer; a name that nothing tells apart (``Tỉnh ủy``) has to stand there."""
    told = names.telling(issuer)
    return told <= names.telling(printed) if told else names.within(issuer, printed)


def known_names(context: Context, code: str | None) -> tuple[str, ...]:
    """Give the names that the directory, where there is one, has for a code."""
    agency = context.surroundings.directory.get(code or "")
    return (agency.name,) if agency and agency.name else ()
