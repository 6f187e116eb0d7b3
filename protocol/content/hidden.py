"""Whether the file of a document may hold enclosures that no heading ``Phụ lục`` shows: on pages behind its signature.

What may hide there cannot be missing, so nobody says that it is.
"""

from __future__ import annotations

from collections import defaultdict

from protocol.content.enclosures import Enclosures
from protocol.content.text import FileText, Line

_SIGNATURE = 8
"""Lines that the signature may take behind ``Nơi nhận`` and its entries where a format has no places."""
_TITLE_LINES = 4
"""Lines in which a page or an appendix has its title."""
_INDENT = 0.22
"""Part of the page's width that margin and first indent of running text take at most; a centred title begins behind."""
_NOT_TEXT = frozenset({"header", "footer", "note", "comment"})


def may_hide(text: FileText, says: Enclosures) -> bool:
    """Whether something behind ``Nơi nhận`` may be an enclosure, or where the document ends is not known."""
    if any(index > (says.signed or 0) for index in says.perhaps):
        return True
    return _on_a_page(text, says) if text.pages else _in_flow(text, says)


def _on_a_page(text: FileText, says: Enclosures) -> bool:
    """Look for pages without text, without a heading above them, or with a title of their own."""
    signed = text.lines[says.signed].page if says.signed is not None else 1
    headed = {text.lines[heading.index].page for heading in says.headings}
    first = min(headed, default=text.pages + 1)
    if any(says.signed is not None and says.signed < title and text.lines[title].page < first for title in says.titles):
        return True
    pages: defaultdict[int, list[Line]] = defaultdict(list)
    for line in text.lines:
        if not line.text.strip("-–— .").isdigit():
            pages[line.page].append(line)
    behind = [page for page in range(signed + 1, text.pages + 1) if page not in headed]
    return any(page < first or not pages[page] or _titled(pages[page]) for page in behind)


def _titled(page: list[Line]) -> bool:
    return any(_title(line) for line in page[:_TITLE_LINES])


def _title(line: Line) -> bool:
    """Whether a line is all in capitals, or stands in the middle of the page and begins behind every indent."""
    centred = abs((line.left + line.right) / 2 - line.width / 2) < line.width / 8
    return line.text.isupper() or (centred and line.left > _INDENT * line.width)


def _in_flow(text: FileText, says: Enclosures) -> bool:
    """Look for more lines than a signature has before the first heading, and for titles that stand below none."""
    if says.signed is None:
        return True
    headings = [heading.index for heading in says.headings]
    end = min(headings, default=len(text.lines))
    kept = (index for index in range(says.signed, end) if text.lines[index].text.lstrip("-–—+• ").startswith("Lưu"))
    behind = text.lines[next(kept, says.signed) + 1 : end]
    if sum(line.part not in _NOT_TEXT for line in behind) > _SIGNATURE:
        return True
    below = {index for heading in headings for index in range(heading, heading + _TITLE_LINES)}
    return any(title > says.signed and title not in below for title in says.titles)
