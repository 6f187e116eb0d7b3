"""Defect D3: what the header or the document says is enclosed has to be there (QD 28/2018 Art. 9(1), 10(1)).

An appendix inside the file of the document is there. Nothing is said where enclosures may hide: in an archive, in a
file that could not be read, on pages behind the signature without a heading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protocol.composition import composed
from protocol.content import names
from protocol.content.enclosures import Enclosures, roman
from protocol.content.maindocument import MainDocument
from protocol.finding import Finding, quote
from protocol.package.filename import extension
from protocol.package.model import DocumentPackage
from protocol.rules.attached import attached, has_archive, main_document
from protocol.rules.context import ATTACHMENT, HEADER, Context, DocumentRule

_LONGEST_ENDING = 5
_EMPTY_WORDS = frozenset(
    {"phu", "luc", "kem", "theo", "tai", "lieu", "van", "ban", "so", "va", "cua", "ve", "da", "ky"}
)


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """The document, what it says is enclosed, and the names and first lines of the other attachments."""

    main: MainDocument
    says: Enclosures
    others: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the attachment of the document stands in the package."""
        return f"{ATTACHMENT}[{self.main.file.number}]"

    @property
    def there(self) -> int:
        """How many enclosures there are, in files of their own or in the document's."""
        return len(self.others) + len(self.says.headings)


def in_header(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-01: every enclosure of the header's list is attached, or an appendix in the document's own file."""
    listed = package.header.other.appendixes if package.header.other else ()
    enclosed = _enclosed(context, package)
    if enclosed is None or not listed:
        return
    own = enclosed.main.file.name
    inside = [f"Phụ lục {heading.numeral}" for heading in enclosed.says.headings]
    missing = _missing([text for text in listed if not _means(text, own)], [*enclosed.others, *inside])
    for number, text in enumerate(listed, 1):
        if text in missing:
            path = f"{HEADER}/OtherInfo/Appendixes/Appendix[{number}]"
            expected = quote(" | ".join([*enclosed.others, *inside]) or "0")
            yield from context.breach("enclosure-in-header-missing", path, expected=expected, got=text)


def in_text(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-02: every appendix that the text calls by its number, and every enclosure that it lists, is there."""
    enclosed = _enclosed(context, package)
    if enclosed is None:
        return
    says = enclosed.says
    inside = [f"Phụ lục {heading.numeral}".strip() for heading in says.headings]
    for wanted in (says.appendixes, says.listed):
        missing = _missing([enclosure.text for enclosure in wanted], [*enclosed.others, *inside])
        for enclosure in wanted:
            if enclosure.text in missing:
                got = f"{enclosure.text} ({enclosed.main.place(enclosure.index)})"
                expected = quote(" | ".join([*enclosed.others, *inside]) or "0")
                yield from context.breach("enclosure-in-text-missing", enclosed.path, expected=expected, got=got)


def count(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-02: as many enclosures are there as the text counts (``Gửi kèm: 03 tài liệu``)."""
    enclosed = _enclosed(context, package)
    for wanted, index in enclosed.says.counts if enclosed else ():
        if enclosed and wanted > enclosed.there:
            expected = f"{wanted} ({enclosed.main.place(index)})"
            yield from context.breach(
                "enclosure-count-differs", enclosed.path, expected=expected, got=str(enclosed.there)
            )


def numbering(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-06: several appendices have Roman numerals, and the text refers to them (ND 30/2020 Phụ lục I, III.1)."""
    main = main_document(context, package)
    if main is None or not main.sure:
        return
    headings, path = main.enclosures.headings, f"{ATTACHMENT}[{main.file.number}]"
    numbered = [heading for heading in headings if heading.numeral]
    if len(numbered) > 1:
        for heading in numbered:
            if heading.numeral.isdigit():
                got = f"{heading.numeral} ({main.place(heading.index)})"
                yield from context.breach("appendix-not-roman", path, expected="I, II, III", got=got)
    if headings and not any(names.within("phụ lục", line.text) for line in main.text.lines[: headings[0].index]):
        yield from context.breach("appendix-not-mentioned", path, got=main.place(headings[0].index))


def unlisted(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """HDR-19: where the header lists enclosures, it lists all of them (told only: titles and file names differ)."""
    listed = package.header.other.appendixes if package.header.other else ()
    enclosed = _enclosed(context, package)
    if enclosed and listed and len(enclosed.others) > len(listed):
        expected, got = str(len(enclosed.others)), str(len(listed))
        yield from context.breach("enclosure-not-listed", f"{HEADER}/OtherInfo/Appendixes", expected=expected, got=got)


def _enclosed(context: Context, package: DocumentPackage) -> _Enclosed | None:
    main = main_document(context, package)
    if main is None or not main.sure or main.text.unread or has_archive(package):
        return None
    if "embedded-files" in main.text.marks:
        return None
    says = main.enclosures
    if not says.headings and _pages_behind(main):
        return None
    others = tuple(_described(package, file.number) for file in attached(context, package) if file != main.file)
    return _Enclosed(main, says, others) if len(package.attachments) <= len(others) + 1 else None


def _pages_behind(main: MainDocument) -> bool:
    """Whether pages follow the one with the block of recipients: enclosures that nobody headed."""
    block = main.recipients
    last = main.text.lines[block[-1].index].page if block else 0
    return main.text.pages > max(last, 1)


def _described(package: DocumentPackage, number: int) -> str:
    attachment = package.attachments[number - 1]
    manifest = package.manifest or ()
    description = manifest[number - 1].description if number <= len(manifest) else None
    return " ".join(part for part in (attachment.name, attachment.description, description) if part)


def _missing(wanted: Sequence[str], there: Sequence[str]) -> frozenset[str]:
    """Give the wanted that nothing can be: each thing is one of them, and one that matches none may be any."""
    left = list(there)
    unmatched: list[str] = []
    for text in wanted:
        match = next((each for each in left if _means(text, each)), None)
        if match is None:
            unmatched.append(text)
        else:
            left.remove(match)
    return frozenset(unmatched[len(left) :]) if len(unmatched) > len(left) else frozenset()


def _means(text: str, file: str) -> bool:
    """Whether the text of a list means a file: by its very name, or by a word that tells it."""
    if _folded(text) in _folded(file):
        return True
    if _named_file(text):
        return False
    ours, theirs = _words(text), _words(file)
    return bool(ours & theirs)


def _named_file(text: str) -> bool:
    ending = extension(text.strip())
    return 1 < len(ending) <= _LONGEST_ENDING and ending.isalnum() and not ending.isdigit()


def _words(text: str) -> frozenset[str]:
    plain = names.words(text)
    numerals = [f"#{word}" for word in plain if roman(word.upper()) or word.isdigit()]
    return frozenset([*numerals, *(word for word in plain if len(word) > 1)]) - _EMPTY_WORDS


def _folded(text: str) -> str:
    return " ".join(composed(text).casefold().split())


RULES: tuple[DocumentRule, ...] = (in_header, in_text, count, numbering, unlisted)
