"""Defect D1: state secrets do not travel here, neither in the header nor in attached files (QD 28/2018 Art. 1(2)).

Findings name the degree and the place. Of what a document or a field says they quote nothing else (SEC-05). In a zip
the place is the path to the file, or to the folder that bears the degree: nothing in the XML leads there.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.content.degrees import Mark, degree_of
from protocol.content.secrecy import marks
from protocol.content.secretfields import field_mark
from protocol.content.secretnames import disclaims_marks, name_mark, path_mark
from protocol.content.text import AttachedText
from protocol.finding import Finding
from protocol.package.filekind import ARCHIVES, WITHOUT_TEXT
from protocol.package.filename import extension
from protocol.package.model import DocumentPackage, OtherInfo
from protocol.rules.context import ATTACHMENT, HEADER, MANIFEST, Context, DocumentRule
from protocol.rules.files import EXECUTABLE
from protocol.rules.filetexts import looked_into

_TOLD_ELSEWHERE = frozenset({"", "encrypted", "misnamed", "refused"})


def header_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-01: no field of the header carries a degree of secrecy."""
    header, other = package.header, package.header.other or OtherInfo()
    fields = {
        "Subject": header.subject,
        "Content": header.content,
        "Code/CodeNotation": header.code.notation,
        "DocumentType/TypeName": header.document_type.type_name,
        "OtherInfo/SphereOfPromulgation": other.sphere_of_promulgation,
        **{f"OtherInfo/Appendixes/Appendix[{at}]": text for at, text in enumerate(other.appendixes, 1)},
    }
    for path, text in fields.items():
        yield from _told(context, field_mark(text), "secrecy-mark-in-header", f"{HEADER}/{path}", "SEC-01")
    typist = other.typer_notation and degree_of(other.typer_notation)
    if typist:  # in small letters it is the given name of a person
        yield from context.breach("secrecy-mark-in-header", f"{HEADER}/OtherInfo/TyperNotation", got=typist)


def _told(
    context: Context, mark: Mark | None, reason: str, place: str, requirement: str, *, inside: str = ""
) -> Iterator[Finding]:
    """Tell of a mark in a text of the package by how sure it is; ``reason`` is for one beyond doubt.

    ``inside`` is the path to a name in a zip, which is the place there.
    """
    if mark is None:
        return
    if mark.certainty != "sure":
        reason = "secrecy-mark-doubtful" if mark.certainty == "doubtful" else "secrecy-mark-possible"
    got = f"{mark.degree} ({inside})" if inside else mark.degree
    yield from context.breach(reason, place, got=got, requirement=requirement)


def name_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no attached file has a degree of secrecy in its name or description."""
    reason = "secrecy-mark-in-file-name"
    for number, attachment in enumerate(package.attachments, 1):
        place = f"{ATTACHMENT}[{number}]/AttachmentName"
        yield from _told(context, name_mark(attachment.name), reason, place, "SEC-04")
    for number, line in enumerate(package.manifest or (), 1):
        place = f"{MANIFEST}/Reference[{number}]/Description"
        yield from _told(context, field_mark(line.description), reason, place, "SEC-04")


def names_inside(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no file in an attached zip has a degree of secrecy in its name, nor has a folder there."""
    told: set[tuple[int, Mark, str]] = set()
    for file in looked_into(context, package):
        found = path_mark(file.member, file.name)
        if found and (file.number, *found) not in told:  # one folder may hold many files
            told.add((file.number, *found))
            mark, bearer = found
            place = f"{ATTACHMENT}[{file.number}]"
            yield from _told(
                context, mark, "secrecy-mark-in-file-name", place, "SEC-04", inside=f"{file.name}/{bearer}"
            )


def file_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no attached file carries the stamp of a secret document."""
    for file in looked_into(context, package):
        place = f"{ATTACHMENT}[{file.number}]"
        for mark in marks(file.text):
            reason = "secrecy-mark-possible"
            if mark.certainty == "sure" and not _disclaimed(file):
                exact = file.text.exact_on(file.text.lines[mark.index].page)
                reason = "secrecy-mark-in-file" if exact else "secrecy-mark-doubtful"
            got = f"{mark.degree} ({file.place(mark.index)})"
            yield from context.breach(reason, place, got=got)


def _disclaimed(file: AttachedText) -> bool:
    return disclaims_marks(file.member, file.name) if file.member else disclaims_marks(file.name)


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


RULES: tuple[DocumentRule, ...] = (header_marks, name_marks, names_inside, file_marks, unread_files)
"""``header_marks`` and ``name_marks`` need no contents."""
