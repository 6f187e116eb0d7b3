"""Defect D3: what the header or the document says is enclosed has to be there (QD 28/2018 Art. 9(1), 10(1)).

An appendix inside the file of the document is there. Nothing is said where enclosures may hide: in an archive, in a
file that could not be read, on pages behind the signature without a heading, in an attached file that may hold several.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protocol.composition import composed
from protocol.content import names
from protocol.content.enclosers import on_paper
from protocol.content.enclosures import Enclosures, appendix_headings, roman
from protocol.content.hidden import may_hide
from protocol.content.maindocument import MainDocument
from protocol.content.text import AttachedText
from protocol.finding import Finding, quote
from protocol.package.model import DocumentHeader, DocumentPackage
from protocol.rules.attached import has_archive, main_document
from protocol.rules.context import ATTACHMENT, HEADER, Context, DocumentRule
from protocol.rules.filetexts import attached

_EMPTY_WORDS = frozenset(re.findall(r"\w+", "phu luc kem theo tai lieu van ban so va cua ve da ky"))
_FILE_NAME = re.compile(r"\S.*\.[A-Za-z][A-Za-z0-9]{1,4}")
_NUMBERED_NAME = re.compile(
    r"\b(?:phu luc|pl) ?(?:so )?([ivxlc]{1,6}|[0-9]{1,2})\b(?! (?:va |den )?(?:[ivxlc]{1,6}|[0-9]{1,2})\b)"
)
_NOTHING = re.compile(r"không\b.*|[\W\d_]*|n/a|null|none")
_ON_A_SHEET = frozenset({"biểu mẫu", "danh mục"})
"""What one sheet of a table may hold several of."""
_SEVERAL_NUMBERS = re.compile(
    r"\b(?:phu luc|pl) ?(?:so )?(?:[ivxlc]{1,6}|[0-9]{1,2}) (?:va |den )?(?:[ivxlc]{1,6}|[0-9]{1,2})\b"
)


@dataclass(frozen=True, slots=True)
class _Holder:
    """One place where enclosures are: its names, and the appendices in it.

    ``several`` says that it may hold more than they tell; ``numbered`` that its appendices bear their numbers, and
    ``sheet`` that it is a table.
    """

    described: str
    appendixes: tuple[str, ...] = ()
    several: bool = False
    numbered: bool = False
    sheet: bool = False

    @property
    def room(self) -> int:
        """How many enclosures it is for certain."""
        return max(1, len(self.appendixes))

    def means(self, text: str) -> bool:
        """Whether a text of a list means this place, or something in it."""
        return any(_means(text, each) for each in (self.described, *self.appendixes))


@dataclass(frozen=True, slots=True)
class _Enclosed:
    """The document, what it says is enclosed, and the other attachments."""

    main: MainDocument
    says: Enclosures
    others: tuple[_Holder, ...]

    @property
    def path(self) -> str:
        """Where the attachment of the document stands in the package."""
        return f"{ATTACHMENT}[{self.main.file.number}]"

    @property
    def there(self) -> int:
        """How many enclosures there are, in files of their own or in the document's."""
        return sum(holder.room for holder in self.holders)

    @property
    def holders(self) -> tuple[_Holder, ...]:
        """The other attachments, and each appendix in the document's own file."""
        inside = (
            _Holder(f"Phụ lục {heading.numeral}".strip(), several=True, numbered=bool(heading.numeral))
            for heading in self.says.headings
        )
        return (*self.others, *inside)

    @property
    def shown(self) -> str:
        """What there is, to be quoted."""
        return quote(" | ".join(holder.described for holder in self.holders) or "0")


def in_header(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-01: every enclosure of the header's list is attached, or an appendix in the document's own file."""
    listed = package.header.other.appendixes if package.header.other else ()
    enclosed = _enclosed(context, package)
    if enclosed is None or not listed:
        return
    wanted = [text for text in listed if _is_enclosure(text) and not _is_document(text, enclosed.main, package.header)]
    missing = _missing(wanted, enclosed.holders)
    for number, text in enumerate(listed, 1):
        if text in missing:
            path = f"{HEADER}/OtherInfo/Appendixes/Appendix[{number}]"
            yield from context.breach("enclosure-in-header-missing", path, expected=text, got=enclosed.shown)


def in_text(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-02: every appendix that the text calls by its number, and every enclosure that it lists, is there."""
    enclosed = _enclosed(context, package)
    if enclosed is None:
        return
    for wanted in (enclosed.says.appendixes, enclosed.says.listed):
        missing = _missing([each.text for each in wanted if not on_paper(each.text)], enclosed.holders)
        for enclosure in wanted:
            if enclosure.text in missing:
                named = f"{enclosure.text} ({enclosed.main.place(enclosure.index)})"
                yield from context.breach(
                    "enclosure-in-text-missing", enclosed.path, expected=named, got=enclosed.shown
                )


def count(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-02: as many enclosures are there as the text counts (``Gửi kèm: 03 tài liệu``).

    An appendix in the document's own file may hold several forms or lists, but no second appendix; so may a sheet.
    """
    enclosed = _enclosed(context, package)
    if enclosed is None or any(holder.several for holder in enclosed.others):
        return
    for counted in enclosed.says.counts:
        on_a_sheet = counted.thing in _ON_A_SHEET and any(holder.sheet for holder in enclosed.others)
        may_be_inside = on_a_sheet or (enclosed.says.headings and counted.thing != "phụ lục")
        if counted.number > enclosed.there and not may_be_inside:
            expected = f"{counted.number} ({enclosed.main.place(counted.index)})"
            yield from context.breach(
                "enclosure-count-differs", enclosed.path, expected=expected, got=str(enclosed.there)
            )


def said(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-02: where the text says that something comes with it (``(Có danh sách kèm theo)``), something does."""
    enclosed = _enclosed(context, package)
    if enclosed is None or enclosed.holders or enclosed.says.signed is None:
        return
    for each in enclosed.says.said:
        named = f"{each.text} ({enclosed.main.place(each.index)})"
        yield from context.breach("enclosure-said-not-attached", enclosed.path, expected=named, got="0")


def numbering(context: Context, package: DocumentPackage) -> Iterator[Finding]:
    """ATT-06: several appendices have Roman numerals, and the text refers to them (ND 30/2020 Phụ lục I, III.1)."""
    main = main_document(context, package)
    if main is None or not main.sure:
        return
    headings, path = main.enclosures.headings, f"{ATTACHMENT}[{main.file.number}]"
    # The party numbers as it likes.
    numbered = main.enclosures.appended if main.letterhead.has_state else ()
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
    if may_hide(main.text, main.enclosures):
        return None
    others = tuple(_holder(package, file) for file in attached(context, package) if file != main.file)
    return _Enclosed(main, main.enclosures, others)


def _is_enclosure(text: str) -> bool:
    """Whether an entry of the header's list names something to be attached: not ``Không``, ``0`` or a paper."""
    return not _NOTHING.fullmatch(_folded(text)) and not on_paper(text)


def _is_document(text: str, main: MainDocument, header: DocumentHeader) -> bool:
    """Whether an entry of the header's list may mean the document itself: its file, type, sign or subject."""
    told = (header.document_type.type_name, header.code.sign, header.subject)
    return any(each and _plain(text).startswith(_plain(each)) for each in told) or _means(text, main.file.name)


def _holder(package: DocumentPackage, file: AttachedText) -> _Holder:
    """Say what an attachment may be: a file of one page or one sheet is one enclosure, other files may be several."""
    headings, name = appendix_headings(file.text), _plain(file.name)
    several = bool(file.text.unread) or file.text.pages != 1 or _SEVERAL_NUMBERS.search(name) is not None
    # The number in a name may be the letter's or the month's, and other appendices stand on further pages.
    named = not several and _NUMBERED_NAME.search(name) is not None
    return _Holder(
        _described(package, file.number),
        tuple(f"Phụ lục {heading.numeral}".strip() for heading in headings),
        several=several,
        numbered=all(heading.numeral for heading in headings) if headings else named,
        sheet=file.text.kind == "sheet",
    )


def _described(package: DocumentPackage, number: int) -> str:
    attachment = package.attachments[number - 1]
    told = [line.description for line in package.manifest or () if line.content_id == attachment.content_id]
    return " ".join(part for part in (attachment.name, attachment.description, *told) if part)


def _missing(wanted: Sequence[str], holders: Sequence[_Holder]) -> frozenset[str]:
    """Give the wanted that nothing can be: each place is what it tells, and one that tells nothing may be any."""
    room = [holder.room for holder in holders]
    unmatched: list[str] = []
    for text in wanted:
        at = next((at for at, holder in enumerate(holders) if room[at] and holder.means(text)), None)
        if at is None:
            unmatched.append(text)
        else:
            room[at] -= 1
    unknown = [holder for holder in holders if holder.several or not any(holder.means(text) for text in wanted)]
    missing = unmatched[sum(room) :]
    return frozenset(text for text in missing if not any(_may_hold(holder, text) for holder in unknown))


def _may_hold(holder: _Holder, text: str) -> bool:
    """Whether a text that no place means may stand for something inside one that may be several, or that none means."""
    return not _named_file(text) and not (holder.numbered and _NUMBERED_NAME.search(_plain(text)))


def _means(text: str, file: str) -> bool:
    """Whether the text of a list means a file: by its very name, or by a word that tells it."""
    if _folded(text) in _folded(file):
        return True
    if _named_file(text):
        return False
    ours, theirs = _words(text), _words(file)
    return bool(ours & theirs)


def _named_file(text: str) -> bool:
    return _FILE_NAME.fullmatch(text.strip()) is not None


def _words(text: str) -> frozenset[str]:
    plain = names.words(text)
    numerals = [f"#{word}" for word in plain if roman(word.upper()) or word.isdigit()]
    return frozenset([*numerals, *(word for word in plain if len(word) > 1)]) - _EMPTY_WORDS


def _plain(text: str) -> str:
    return " ".join(names.words(text.replace("_", " ")))


def _folded(text: str) -> str:
    return " ".join(composed(text).casefold().split())


RULES: tuple[DocumentRule, ...] = (in_header, in_text, count, said, numbering, unlisted)
