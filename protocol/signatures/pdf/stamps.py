"""What revisions drew on pages by annotations and fields that sign nothing: how much of a page, and how far down.

A registry puts number and date on what a person has signed, in the upper part of a page (ND 30/2020 Phụ lục I, II.3 and
II.4). Whatever an annotation shows is within its frame, so that frames are measured and nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.facts import Stamp
from protocol.signatures.pdf.formtricks import fonts_exchanged, form_of
from protocol.signatures.pdf.frames import box_of

MOST_STAMPS = 60
_MOST_OBJECTS = 20_000
_DEEPEST = 64
"""Fields within each other."""
_FRAMED = frozenset({"/FreeText", "/Stamp", "/Widget", "/Square"})
"""Annotations that draw within their frames; what others draw has places of its own."""
_UNSEEN = frozenset({"/Popup", "/Link"})
"""Annotations that show nothing on the page, unless they have an appearance, which viewers draw as any other."""
_THICKEST = 3.0
"""Points of a border around a link; a thicker one covers what it stands on."""
_WIDTH = 2
"""Where the width stands in ``/Border``."""
_ELSEWHERE = frozenset({"/P", "/Parent", "/Popup", "/Dest", "/A"})
_DEFAULTS = ("/DA", "/Q")
_WHOLE = (1.0, 1.0)
_Frame = tuple[float, float]
"""The share of its page that it takes, and how far down it reaches, as a share of the height."""
_Annotations = Mapping[int | str, Any]


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    value: Any
    box: tuple[float, float, float, float]
    turned: bool


def stamps(reader: PdfFileReader, revisions: Iterable[int]) -> tuple[Stamp, ...]:
    """Measure what some revisions (1-based) drew, one entry for each of their pages.

    Page 0 is that of what cannot be measured; of too many there is one entry only, for revision 0.
    """
    made: list[Stamp] = []
    for revision in sorted(set(revisions)):
        try:
            made += _drawn(reader, revision)
        except BROKEN:
            made.append(Stamp(revision, 0, *_WHOLE))
        if len(made) > MOST_STAMPS:
            return (Stamp(0, 0, *_WHOLE),)
    return tuple(made)


def _drawn(reader: PdfFileReader, revision: int) -> Iterator[Stamp]:
    old, new = (reader.get_historical_resolver(each) for each in (revision - 2, revision - 1))
    written = {ref.idnum for ref in (*new.explicit_refs_in_revision(), *new.refs_freed_in_revision())}
    drawn = _Drawing(written, *_redrawn(form_of(old), form_of(new)))
    before = {number: _annotations(page.value) for number, page in _pages(old)}
    for number, page in _pages(new):
        frames = list(_frames(page, before.get(number, {}), _annotations(page.value), drawn))
        if frames:
            yield Stamp(revision, page.number, sum(share for share, _ in frames), max(down for _, down in frames))


def _redrawn(before: Any, after: Any) -> tuple[bool, bool]:
    """Say whether viewers are newly asked to draw all fields, and whether they draw otherwise those without a look."""
    asked = bool(entry(after, "/NeedAppearances")) and not bool(entry(before, "/NeedAppearances"))
    other = any(repr(entry(before, key)) != repr(entry(after, key)) for key in _DEFAULTS)
    return asked, other or fonts_exchanged(before, after)


def _frames(page: _Page, before: _Annotations, after: _Annotations, drawn: _Drawing) -> Iterator[_Frame]:
    """Give the frames of what is new, of what was changed, and of what is gone."""
    for key, annotation in after.items():
        known = key in before
        if _signs(annotation) or (known and not drawn.anew(key, before[key], annotation)):
            continue
        yield _frame(page, annotation)
        if known:
            yield _frame(page, before[key])
    yield from (_frame(page, before[key]) for key in before.keys() - after.keys())


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What a revision wrote, and how it lets the fields of the form be drawn (see ``_redrawn``)."""

    written: set[int]
    all_fields: bool
    fields_without_look: bool

    def anew(self, key: int | str, before: Any, after: Any) -> bool:
        """Whether an annotation is not drawn as it was before the revision."""
        if entry(after, "/Subtype") == "/Widget" and (
            self.all_fields or (self.fields_without_look and "/AP" not in after)
        ):
            return True
        above = _above(after)
        if [_said(each) for each in _above(before)] != [_said(each) for each in above]:
            return True
        values = [each.raw_get(name) for each in above for name in _own(each)]
        return _is_written([after, *values], {key} if isinstance(key, int) else set(), self.written)


def _above(annotation: Any) -> list[Any]:
    """Give the fields that a widget has its value and its looks from, the nearest first."""
    found: list[Any] = []
    parent = entry(annotation, "/Parent") if entry(annotation, "/Subtype") == "/Widget" else None
    while isinstance(parent, generic.DictionaryObject):
        found.append(parent)
        if len(found) > _DEEPEST:
            raise misc.PdfReadError("too many fields within each other")
        parent = entry(parent, "/Parent")
    return found


def _own(field: Any) -> list[str]:
    """Give the names of what a field says for itself and all below it."""
    return sorted(name for name in field if name not in {*_ELSEWHERE, "/Kids"})


def _said(field: Any) -> list[tuple[str, str]]:
    return [(name, repr(field.raw_get(name))) for name in _own(field)]


def _is_written(waiting: list[Any], seen: set[int], written: set[int]) -> bool:
    """Whether a revision wrote anything that some values lead to; ``seen`` are objects that are known to belong."""
    while waiting:
        each = waiting.pop()
        if isinstance(each, generic.IndirectObject):
            if each.idnum in seen:
                continue
            seen.add(each.idnum)
            if len(seen) > _MOST_OBJECTS:
                raise misc.PdfReadError("too many objects")
            each = each.get_object()
        if isinstance(each, generic.DictionaryObject):
            if entry(each, "/Type") not in {"/Page", "/Pages", "/Catalog"}:
                waiting += [each.raw_get(name) for name in each if name not in _ELSEWHERE]
        elif isinstance(each, generic.ArrayObject):
            waiting += [each.raw_get(index) for index in range(len(each))]
    return bool(seen & written)


def _frame(page: _Page, annotation: Any) -> _Frame:
    kind = entry(annotation, "/Subtype", "/Widget")
    if (kind in _UNSEEN and _shows_nothing(annotation)) or (kind == "/Widget" and "/Rect" not in annotation):
        return 0.0, 0.0
    if kind not in _FRAMED | _UNSEEN:
        return _WHOLE
    left, bottom, right, top = box_of(annotation["/Rect"])
    width, height = page.box[2] - page.box[0], page.box[3] - page.box[1]
    down = 1.0 if page.turned else min(max((page.box[3] - bottom) / max(height, 1.0), 0.0), 1.0)
    return (right - left) * (top - bottom) / max(width * height, 1.0), down


def _shows_nothing(annotation: Any) -> bool:
    """Whether a link or the window of a note leaves its page as it is: without a look, not open, with a thin border."""
    border, style = entry(annotation, "/Border"), entry(annotation, "/BS")
    widths = [border[_WIDTH]] if isinstance(border, generic.ArrayObject) and len(border) > _WIDTH else []
    widths += [entry(style, "/W", 1)] if isinstance(style, generic.DictionaryObject) else []
    thin = all(float(width) <= _THICKEST for width in widths)
    return thin and "/AP" not in annotation and not bool(entry(annotation, "/Open"))


def _signs(annotation: Any) -> bool:
    """Whether it belongs to a signature field: what such draw over a page is measured for itself."""
    parent = entry(annotation, "/Parent")
    kind = entry(annotation, "/FT") or (entry(parent, "/FT") if isinstance(parent, generic.DictionaryObject) else None)
    return bool(kind == "/Sig" and entry(annotation, "/Subtype") == "/Widget")


def _annotations(page: Any) -> _Annotations:
    """Give the annotations of a page by their numbers; those that have none by what they say."""
    listed = entry(page, "/Annots")
    found: dict[int | str, Any] = {}
    for index in range(len(listed) if isinstance(listed, generic.ArrayObject) else 0):
        raw = listed.raw_get(index)
        value = raw.get_object()
        if isinstance(value, generic.DictionaryObject):
            found[raw.idnum if isinstance(raw, generic.IndirectObject) else repr(value)] = value
    return found


def _pages(resolver: HistoricalResolver) -> Iterator[tuple[int, _Page]]:
    """Give the pages in their order, by the numbers of their objects."""
    waiting: list[tuple[Any, Any, Any]] = [(resolver.root.raw_get("/Pages"), None, 0)]
    seen: set[int] = set()
    count = 0
    while waiting:
        node, box, turned = waiting.pop()
        if not isinstance(node, generic.IndirectObject) or node.idnum in seen:
            continue
        seen.add(node.idnum)
        value = node.get_object()
        if not isinstance(value, generic.DictionaryObject):
            continue
        box = entry(value, "/CropBox") or entry(value, "/MediaBox") or box
        turned = entry(value, "/Rotate", turned)
        kids = entry(value, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            waiting += reversed([(kids.raw_get(index), box, turned) for index in range(len(kids))])
        else:
            count += 1
            yield node.idnum, _Page(count, value, box_of(box), bool(turned))
