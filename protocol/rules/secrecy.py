"""Defect D1: state secrets do not travel here, neither in the header nor in attached files (QD 28/2018 Art. 1(2)).

Findings name the degree and the place and quote nothing else (SEC-05).
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol.content.secrecy import mark_in_field, mark_in_name, marks
from protocol.finding import Finding
from protocol.package.model import DocumentPackage, OtherInfo
from protocol.rules.attached import attached
from protocol.rules.context import ATTACHMENT, HEADER, MANIFEST, Context, DocumentRule

_WHATEVER_IT_IS = frozenset({"no-text", "too-large", "too-slow"})


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


def name_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no attached file has a degree of secrecy in its name or description."""
    for number, attachment in enumerate(package.attachments, 1):
        degree = mark_in_name(attachment.name)
        if degree:
            yield from context.breach("secrecy-mark-in-file-name", f"{ATTACHMENT}[{number}]/AttachmentName", got=degree)
    for number, line in enumerate(package.manifest or (), 1):
        degree = mark_in_field(line.description)
        if degree:
            yield from context.breach(
                "secrecy-mark-in-file-name", f"{MANIFEST}/Reference[{number}]/Description", got=degree
            )


def file_marks(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: no attached file carries the stamp of a secret document."""
    for file in attached(context, package):
        for mark in marks(file.text):
            reason = "secrecy-mark-in-file" if mark.certainty == "sure" else "secrecy-mark-possible"
            got = f"{mark.degree} ({file.text.place(mark.index)})"
            yield from context.breach(reason, f"{ATTACHMENT}[{file.number}]", got=got)


def unread_files(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """SEC-04: say which files nobody could look into, so that silence is not taken for a clean bill.

    Passwords, and files that are not what their names say, have reasons of their own.
    """
    for file in attached(context, package):
        unread = file.text.unread
        if unread in _WHATEVER_IT_IS or (file.text.kind == "pdf" and unread == "damaged"):
            got = f"{unread}, {file.text.pages} p." if file.text.pages else unread
            yield from context.breach("file-text-unread", f"{ATTACHMENT}[{file.number}]", got=got)


RULES: tuple[DocumentRule, ...] = (header_marks, name_marks, file_marks, unread_files)
"""``header_marks`` and ``name_marks`` need no contents."""
