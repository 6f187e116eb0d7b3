"""What stands together on a page: pieces of text with their places, brought into rows from the top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

COLUMN_GAP = 1.8
"""Times the height of the letters: a wider gap between two words on one baseline begins another column."""
SAME_ROW = 0.5
"""Times the height of the letters: how far the middles of two pieces on one baseline may lie apart."""
SMALLEST_GAP = 0.12
HYPHEN_OF_A_BREAK = 2
"""What pdfium gives for a hyphen that ends a line."""


class Piece(NamedTuple):
    """Letters that follow each other on one baseline, in points of the page (its origin at the lower left).

    A tuple, because a page may be taken apart into a piece for every letter.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """Give how high the letters are, in points."""
        return max(self.top - self.bottom, 0.1)

    @property
    def middle(self) -> float:
        """Give where the letters stand between bottom and top of the page."""
        return (self.top + self.bottom) / 2


def joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Order the pieces by rows from the top, and join those that stand close together on one row."""
    rows: list[list[Piece]] = []
    for piece in sorted((piece for piece in pieces if piece.text), key=lambda piece: -piece.middle):
        row = rows[-1] if rows else None
        if row and abs(row[0].middle - piece.middle) <= SAME_ROW * min(row[0].height, piece.height):
            row.append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.left)
        first, *others = row
        texts, left, bottom, right, top = [first.text], *first[1:]
        for piece in others:
            height = max(top - bottom, piece.height)
            gap = piece.left - right
            if gap > COLUMN_GAP * height:
                yield Piece("".join(texts), left, bottom, right, top)
                texts, left, bottom, right, top = [piece.text], *piece[1:]
                continue
            if gap > SMALLEST_GAP * height:
                texts.append(" ")
            texts.append(piece.text)
            bottom, right, top = min(bottom, piece.bottom), max(right, piece.right), max(top, piece.top)
        yield Piece("".join(texts), left, bottom, right, top)
