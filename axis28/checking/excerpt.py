"""The place of a finding as a person sees it: line, column, and the piece of the source line that is meant.

Places are found in the skeleton of a package, which has the line breaks of the file and none of its base64; so a file
of 50 MB costs no more than its header. Columns count characters (code points) from 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from axis28.checking.elements import spans
from protocol.finding import Finding
from protocol.package.reading import Reading
from protocol.package.wellformed import Span, first_error

WIDTH = 110
"""Characters of a source line that are shown."""
MARKED = 70
"""Characters of it that are marked at most."""
LEAD = WIDTH - MARKED
"""Characters that are kept before the mark where a line is cut."""
ABOUT_THE_ELEMENT = frozenset(
    {
        "business-repeated",
        "business-spelling",
        "element-repeated",
        "envelope-as-root",
        "namespace-wrong",
        "order-differs",
        "payload-misplaced",
        "prefix-unofficial",
        "root-renamed",
        "unknown-element",
    }
)
"""Reasons that find fault with an element for being there, or with its name, whatever it holds."""

_CONTINUATIONS = bytes(range(0x80, 0xC0))
_ELIDED = re.compile(r"(<(?:[^<>/\s:]+:)?ContentTransferEncoded(?:\s[^<>]*)?(?<!/)>)(?=</|\Z)")
_ELIDED_AFTER = re.compile(r"\A([^<>]*>|(?=</|\Z))(?=</|\Z)")
_PAYLOAD_END = b"ContentTransferEncoded>"
_SAID_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of line ``line`` in three parts, the middle one meant; ``column`` is where that begins.

    ``cut_before`` and ``cut_after`` say that the line goes on beyond what is shown. Base64 is left out (``…``). Without
    a known place in the line the whole of it is ``before`` and the column is 0.
    """

    line: int
    column: int
    before: str
    marked: str
    after: str
    cut_before: bool = False
    cut_after: bool = False

    @property
    def blank(self) -> bool:
        """Whether there is nothing to see, because reading stopped before the text of that line."""
        return not (self.before + self.marked + self.after).strip()


def excerpts(reading: Reading) -> tuple[Excerpt | None, ...]:
    """Give the excerpt of each finding of a reading, in the order of its findings; ``None`` where there is no line."""
    findings, skeleton = reading.findings, reading.skeleton
    if not findings or not skeleton:
        return (None,) * len(findings)
    known = {} if reading.root is None else _known(skeleton, findings)
    error = first_error(skeleton) if reading.root is None else None
    wanted = [
        known.get((finding.where, finding.reason in ABOUT_THE_ELEMENT)) or _line_span(finding, skeleton, error)
        for finding in findings
    ]
    places = _places(skeleton, {span.start for span in wanted if span is not None})
    return tuple(
        None if span is None else _excerpt(skeleton, span, *places[span.start], elide=finding.reason != "payload-empty")
        for finding, span in zip(findings, wanted, strict=True)
    )


def _known(skeleton: bytes, findings: Sequence[Finding]) -> dict[tuple[str, bool], Span]:
    """Find each place: of reasons about the element itself its name, of the others its value."""
    found: dict[tuple[str, bool], Span] = {}
    for named in (False, True):
        places = {finding.where for finding in findings if (finding.reason in ABOUT_THE_ELEMENT) is named}
        if places:
            found |= {(place, named): span for place, span in spans(skeleton, places, names=named).items()}
    return found


def _line_span(finding: Finding, skeleton: bytes, error: Span | None) -> Span | None:
    """Find what is meant in the line that a finding names: where XML ends, or what it got; else nothing of it."""
    if finding.line is None:
        return None
    start = 0
    for _ in range(finding.line - 1):
        start = skeleton.find(b"\n", start) + 1
        if not start:
            return None
    end = _line_end(skeleton, start)
    if error is not None and start <= error.start < end:
        return error
    got = finding.got.encode()[:_SAID_LENGTH]
    found = skeleton.find(got, start, end) if got else -1
    return Span(found, found + len(got)) if found >= 0 else Span(start, start)


def _places(skeleton: bytes, offsets: set[int]) -> dict[int, tuple[int, int]]:
    """Give line and column of byte offsets, in one pass however long the lines are.

    The column is 0 where base64 was taken out before it in the same line.
    """
    found: dict[int, tuple[int, int]] = {}
    line, column, at, elided = 1, 1, 0, False
    for offset in sorted(offsets):
        line += skeleton.count(b"\n", at, offset)
        newline = skeleton.rfind(b"\n", at, offset)
        if newline >= 0:
            column, at, elided = 1, newline + 1, False
        column += len(skeleton[at:offset].translate(None, _CONTINUATIONS))
        elided = elided or skeleton.find(_PAYLOAD_END, at, offset) >= 0
        at = offset
        found[offset] = (line, 0 if elided else column)
    return found


def _line_end(skeleton: bytes, at: int) -> int:
    end = skeleton.find(b"\n", at)
    end = len(skeleton) if end < 0 else end
    return end - 1 if end > at and skeleton[end - 1 : end] == b"\r" else end


def _excerpt(skeleton: bytes, span: Span, line: int, column: int, *, elide: bool) -> Excerpt:
    line_start, line_end = skeleton.rfind(b"\n", 0, span.start) + 1, _line_end(skeleton, span.start)
    meant = skeleton[span.start : min(span.end, line_end)]
    # Bytes that are no text are what is meant there, and not a character cut in two.
    marked = meant.decode("utf-8", "replace") if len(meant) <= MARKED else _shortened(_text(meant[: 4 * MARKED]))
    # Four bytes make a character at most, so these pieces are long enough and never the whole of a long line.
    before = _text(skeleton[max(line_start, span.start - 8 * WIDTH) : span.start])
    after = _text(skeleton[min(span.end, line_end) : min(span.end + 8 * WIDTH, line_end)])
    if elide:
        before = _ELIDED.sub(r"\1…", before)
        if marked.startswith("<") and marked.rstrip(">").endswith("ContentTransferEncoded"):
            after = _ELIDED_AFTER.sub(r"\1…", after)
        after = _ELIDED.sub(r"\1…", after)
    lead, rest = _window(len(before), len(marked), len(after))
    return Excerpt(
        line=line,
        column=column if marked else 0,
        before=before[len(before) - lead :],
        marked=marked,
        after=after[:rest],
        cut_before=lead < len(before) or span.start - 8 * WIDTH > line_start,
        cut_after=rest < len(after) or span.end + 8 * WIDTH < line_end,
    )


def _window(before: int, marked: int, after: int) -> tuple[int, int]:
    """Say how many characters are shown before and after the mark."""
    lead = min(before, max(LEAD, WIDTH - marked - after))
    return lead, min(after, WIDTH - marked - lead)


def _shortened(text: str) -> str:
    return text if len(text) <= MARKED else f"{text[: MARKED - 1]}…"


def _text(piece: bytes) -> str:
    return (
        piece.decode("utf-8", "replace").lstrip("\ufffd") if piece[:1] > b"\x7f" else piece.decode("utf-8", "replace")
    )
