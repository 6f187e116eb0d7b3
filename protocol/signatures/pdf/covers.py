"""What later signatures lay over a page: the frames in which viewers draw them, measured without drawing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import PdfFileReader

from protocol.signatures.pdf.entries import entry
from protocol.signatures.pdf.facts import Change, SignatureFacts
from protocol.signatures.pdf.frames import Box, box_of, visible_box

LARGEST_LOOK = 0.15
"""Share of a page that a signature may take: with its seal in real size it needs a fiftieth."""
MOST_COVERED = 0.35
"""Share of a page that all later ones may take: those of ten who sign together, and their seals, with room to spare."""
_MOST_WIDGETS = 10_000


@dataclass(frozen=True, slots=True)
class Cover:
    """A frame on a 1-based page and the share of the page that it takes."""

    page: int
    share: float


def covers(reader: PdfFileReader, fields: Mapping[str, Any]) -> dict[str, tuple[Cover, ...]]:
    """Measure the frames of fields on all pages; ``fields`` gives the reference of a field by its name.

    Raises one of ``BROKEN`` where it cannot be told what is shown.
    """
    owners = {number: name for name, field in fields.items() for number in _widgets(field)}
    found: dict[str, list[Cover]] = {name: [] for name in fields}
    if not owners:
        return {}
    for page_number, (page, size) in enumerate(pages(reader), 1):
        listed = entry(page, "/Annots")
        for index in range(len(listed or ())):
            widget = listed.raw_get(index)
            name = owners.get(widget.idnum) if isinstance(widget, generic.IndirectObject) else None
            if name is not None and (share := _share(widget.get_object(), size)):
                found[name].append(Cover(page_number, share))
    return {name: tuple(each) for name, each in found.items()}


def overlays(
    facts: SignatureFacts, others: Iterable[SignatureFacts], seen: Mapping[str, tuple[Cover, ...]]
) -> Iterator[Change]:
    """Name what signatures that came after one lay over its pages: too large, too many, or by whom nothing is shown."""
    sums: dict[int, float] = {}
    last = facts.revision
    for other in others:
        if other.revision <= facts.revision:
            continue
        last = max(last, other.revision)
        for cover in seen.get(other.field, ()):
            sums[cover.page] = sums.get(cover.page, 0.0) + cover.share
            # a timestamp of the document says nothing to a reader, so that there is nothing for it to show
            if other.kind == "timestamp" or cover.share > LARGEST_LOOK:
                yield Change("overlay", other.revision, where=f"p.{cover.page} {cover.share:.2f} {other.field}")
    for page, share in sums.items():
        if share > MOST_COVERED:
            yield Change("overlay", last, where=f"p.{page} {share:.2f}")


def _widgets(field: Any) -> Iterator[int]:
    """Give the object numbers of a field and of all below it."""
    waiting, seen = [field], set()
    while waiting:
        each = waiting.pop()
        if not isinstance(each, generic.IndirectObject) or each.idnum in seen:
            continue
        seen.add(each.idnum)
        if len(seen) > _MOST_WIDGETS:
            raise misc.PdfReadError("too many widgets")
        yield each.idnum
        value = each.get_object()
        kids = entry(value, "/Kids") if isinstance(value, generic.DictionaryObject) else None
        waiting += [kids.raw_get(index) for index in range(len(kids))] if isinstance(kids, generic.ArrayObject) else []


def pages(reader: PdfFileReader) -> Iterator[tuple[Any, float]]:
    """Give the pages in their order, each with its area in square points."""
    waiting: list[tuple[Any, Any]] = [(reader.root.raw_get("/Pages"), None)]
    seen = set()
    while waiting:
        node, box = waiting.pop()
        if not isinstance(node, generic.IndirectObject) or node.idnum in seen:
            continue
        seen.add(node.idnum)
        value = node.get_object()
        if not isinstance(value, generic.DictionaryObject):
            continue
        box = entry(value, "/CropBox") or entry(value, "/MediaBox") or box
        kids = entry(value, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            waiting += reversed([(kids.raw_get(index), box) for index in range(len(kids))])
        else:
            yield value, _area(box_of(box))


def _share(widget: Any, size: float) -> float:
    box = visible_box(widget)
    return _area(box) / max(size, 1.0) if box else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
