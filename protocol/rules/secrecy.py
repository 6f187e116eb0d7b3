"""Defect D1: state secrets do not travel here, neither in the header nor in attached files (QD 28/2018 Art. 1(2)).

Findings name the degree and the place and quote nothing else (SEC-05).
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.content.secrecy import doubtful_mark, mark_in_field, marks
from protocol.content.secretnames import doubtful_mark_in_name, mark_in_name
from protocol.content.text import AttachedText
from protocol.finding import Finding
from protocol.package.filekind import ARCHIVES, WITHOUT_TEXT
from protocol.package.filename import extension
from protocol.package.model import DocumentPackage, OtherInfo
from protocol.rules.context import ATTACHMENT, HEADER, MANIFEST, Context, DocumentRule
from protocol.rules.files import EXECUTABLE
from protocol.rules.filetexts import looked_into

_TOLD_ELSEWHERE = frozenset({"", "encrypted", "misnamed", "refused"})

_REASONS = {
    ("sure", True): "secrecy-mark-in-file",
    ("sure", False): "secrecy-mark-doubtful",
    ("possible", True): "secrecy-mark-possible",
    ("possible", False): "secrecy-mark-possible",
}
"""By the place of a mark, and by whether its letters are those that are printed."""


def header_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-01: no field of the header carries a degree of secrecy."""
    header, other = package.header, package.header.other or OtherInfo()
    fields = {
        "Subject": header.subject,
        "Content": header.content,
        "Code/CodeNotation": header.code.notation,
        "DocumentType/TypeName": header.document_type.type_name,
        "OtherInfo/SphereOfPromulgation": other.sphere_of_promulgation,
        "OtherInfo/TyperNotation": other.typer_notation,
        **{f"OtherInfo/Appendixes/Appendix[{at}]": text for at, text in enumerate(other.appendixes, 1)},
    }
    for path, text in fields.items():
        degree = mark_in_field(text)
        if degree:
            yield from context.breach("secrecy-mark-in-header", f"{HEADER}/{path}", got=degree)
        elif doubt := doubtful_mark(text):
            place = f"{HEADER}/{path}"
            yield from context.breach("secrecy-mark-doubtful", place, got=doubt, requirement="SEC-01")


def name_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no attached file has a degree of secrecy in its name or description."""
    for number, attachment in enumerate(package.attachments, 1):
        degree = mark_in_name(attachment.name)
        if degree:
            yield from context.breach("secrecy-mark-in-file-name", f"{ATTACHMENT}[{number}]/AttachmentName", got=degree)
        elif doubt := doubtful_mark_in_name(attachment.name):
            yield from context.breach("secrecy-mark-doubtful", f"{ATTACHMENT}[{number}]/AttachmentName", got=doubt)
    for number, line in enumerate(package.manifest or (), 1):
        degree = mark_in_field(line.description)
        if degree:
            yield from context.breach(
                "secrecy-mark-in-file-name", f"{MANIFEST}/Reference[{number}]/Description", got=degree
            )


def file_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no attached file carries the stamp of a secret document."""
    for file in looked_into(context, package):
        for mark in marks(file.text):
            reason = _REASONS[mark.certainty, file.text.exact_on(file.text.lines[mark.index].page)]
            got = f"{mark.degree} ({file.place(mark.index)})"
            yield from context.breach(reason, f"{ATTACHMENT}[{file.number}]", got=got)


def unread_files(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: say which files nobody could look into, so that silence is not taken for a clean bill.

    Passwords, programs, and files that are not what they say have reasons of their own. Pictures, sound and archives
    of other kinds than zip are ordinary enclosures; but an archive in a zip is told.
    """
    for file in looked_into(context, package):
        unread = file.text.unread or ("ocr" if "ocr" in file.text.marks else "")
        if unread in _TOLD_ELSEWHERE or (unread == "unsupported" and _is_ordinary(file)):
            continue
        pages = f"{unread}, {file.text.pages} p." if file.text.pages else unread
        got = f"{pages} ({file.name}/{file.member})" if file.member else pages
        yield from context.breach("file-text-unread", f"{ATTACHMENT}[{file.number}]", got=got)


def _is_ordinary(file: AttachedText) -> bool:
    if file.member:
        return extension(file.member) in WITHOUT_TEXT | EXECUTABLE
    return "archive" in file.text.marks or extension(file.name) in WITHOUT_TEXT | ARCHIVES


RULES: tuple[DocumentRule, ...] = (header_marks, name_marks, file_marks, unread_files)
"""``header_marks`` and ``name_marks`` need no contents."""
