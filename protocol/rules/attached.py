"""The attached files of a package as the rules of contents see them: read once, the document itself told apart."""

from __future__ import annotations

from protocol.content import names
from protocol.content.letterhead import Letterhead, read_letterhead
from protocol.content.maindocument import MainDocument
from protocol.content.text import AttachedText, FileText
from protocol.package.attachment import original
from protocol.package.filename import extension
from protocol.package.model import DocumentHeader, DocumentPackage
from protocol.package.unzip import AttachmentRefused
from protocol.rules.context import Context
from protocol.rules.wiretime import parse_date

MOST_FILES = 50
"""Files of one package that are read; further ones are rare, and reading each may take its whole time."""
MOST_SLOW = 2
"""Files that may use up their whole time; after them nothing more of the package is read."""
ARCHIVES = frozenset({"zip", "rar", "7z", "gz", "tar", "tgz", "jar"})
_READABLE = frozenset({"pdf", "word"})


def attached(context: Context, package: DocumentPackage) -> tuple[AttachedText, ...]:
    """Give the texts of the attachments, read at the first call; none where nobody asked for contents."""
    if context.contents is None:
        return ()
    if not context.texts:
        for number, attachment in enumerate(package.attachments[:MOST_FILES], 1):
            if sum(1 for each in context.texts if each.text.unread == "too-slow") >= MOST_SLOW:
                context.texts.append(AttachedText(number, attachment.name or "", FileText("other", unread="too-slow")))
                continue
            try:
                file = original(attachment, context.limits)
                text = context.contents.read(file.name, file.open, file.size)
            except AttachmentRefused:
                text = FileText("other", unread="damaged")
            context.texts.append(AttachedText(number, attachment.name or "", text))
    return tuple(context.texts)


def main_document(context: Context, package: DocumentPackage) -> MainDocument | None:
    """Give the document itself among the attachments; ``None`` where no file shows that it is the one."""
    if not context.main:
        context.main.append(_find_main(context, package))
    return context.main[0]


def _find_main(context: Context, package: DocumentPackage) -> MainDocument | None:
    files = attached(context, package)
    heads = {file.number: read_letterhead(file.text) for file in files if file.text.kind in _READABLE}
    bare = sum(1 for file in files if not _explained(file, heads.get(file.number)))
    best: MainDocument | None = None
    for file in files:
        letterhead = heads.get(file.number)
        if letterhead is None or not letterhead.found:
            continue
        anchors = _anchors(context, package.header, letterhead)
        if anchors and (best is None or _rank(anchors, file) > _rank(best.anchors, best.file)):
            best = MainDocument(file, letterhead, anchors, bare == 0)
    return best


def _explained(file: AttachedText, letterhead: Letterhead | None) -> bool:
    """Whether it is known what a file is: a table or plain text, or a document with a letterhead of its own."""
    return file.text.kind in {"sheet", "text"} or (letterhead is not None and letterhead.found)


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
        "issuer": any(issuer and names.telling(issuer) <= names.telling(letterhead.issuer) for issuer in issuers),
    }
    return frozenset(fact for fact, holds in facts.items() if holds)


def known_names(context: Context, code: str | None) -> tuple[str, ...]:
    """Give the names that the directory, where there is one, has for a code."""
    agency = context.surroundings.directory.get(code or "")
    return (agency.name,) if agency and agency.name else ()
