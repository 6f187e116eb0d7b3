"""The frames of annotations and pages, as numbers; in an encrypted file, too, where iterating gives sealed ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from protocol.signatures.pdf.broken import BROKEN
from protocol.signatures.pdf.entries import entry

Box = tuple[float, float, float, float]
LEAST = 0.5
"""Points; what is smaller is not seen."""


def box_of(value: Any) -> Box:
    """Give left, lower, right and upper edge of a rectangle; raises one of ``BROKEN`` for what is none."""
    one, two, three, four = (float(value[index]) for index in range(len(value)))
    return min(one, three), min(two, four), max(one, three), max(two, four)


def visible_box(widget: Any) -> Box | None:
    """Give the rectangle of a widget that is seen."""
    if "/Rect" not in widget:
        return None
    box = box_of(widget["/Rect"])
    return box if box[2] - box[0] > LEAST and box[3] - box[1] > LEAST else None


def is_shown(field: Any) -> bool:
    """Whether a field or a widget of it is seen; what cannot be measured is not."""
    for each in with_widgets(field):
        try:
            if visible_box(each):
                return True
        except BROKEN:
            continue
    return False


def with_widgets(field: Any) -> Iterator[Any]:
    """Give a field and the widgets below it that are no fields of their own."""
    yield field
    kids = entry(field, "/Kids")
    for index in range(len(kids) if isinstance(kids, generic.ArrayObject) else 0):
        kid = kids[index]
        if isinstance(kid, generic.DictionaryObject) and "/T" not in kid:
            yield kid
