"""Where the elements of a skeleton stand, by byte."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from protocol.package.wellformed import Span

_STEP = re.compile(r"([^\[\]]+)(?:\[([0-9]{1,9})\])?")
_START_TAG = re.compile(rb"<[^\s<>/]*(?:[^<>\"']++|\"[^<\"]*+\"|'[^<']*+')*+>")
_LONGEST_TAG = 60
_TAG_NAME = re.compile(rb"<[^\s<>/]*")

Path = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class _Element:
    start: int
    end_tag: int = -1
    has_children: bool = False


def spans(skeleton: bytes, places: Iterable[str], *, names: bool = False) -> dict[str, Span]:
    """Find what each place (a path of local names with 1-based indices) means: the value of an element, or its tag.

    Of an element that has text and nothing else the text is meant, of any other its start tag. Where there is no such
    element, the name of the nearest element above it. Places that are not found
    at all are left out. With ``names`` the name of the element itself is meant.
    """
    paths = {place: _path(place) for place in places if place}
    outline = _Outline({path[:depth] for path in paths.values() for depth in range(1, len(path) + 1)})
    outline.read(skeleton)
    found: dict[str, Span] = {}
    for place, path in paths.items():
        for depth in range(len(path), 0, -1):
            element = outline.elements.get(path[:depth])
            if element is not None:
                whole = depth == len(path) and not names
                found[place] = _meant(skeleton, element) if whole else _name(skeleton, element)
                break
    return found


def _path(place: str) -> Path:
    steps = (_STEP.fullmatch(step) for step in place.split("/"))
    return tuple((step[1], int(step[2] or 1)) if step else ("", 0) for step in steps)


def _meant(skeleton: bytes, element: _Element) -> Span:
    tag = _START_TAG.match(skeleton, element.start)
    if tag is None:
        return _name(skeleton, element)
    if not element.has_children and element.end_tag > tag.end():
        content = skeleton[tag.end() : element.end_tag]
        text = content.strip(b" \t\r\n")
        if text and b"\n" not in content[: content.find(text)]:
            start = tag.end() + content.find(text)
            return Span(start, start + len(text.partition(b"\n")[0].rstrip()))
    return Span(tag.start(), tag.end()) if tag.end() - tag.start() <= _LONGEST_TAG else _name(skeleton, element)


def _name(skeleton: bytes, element: _Element) -> Span:
    tag = _TAG_NAME.match(skeleton, element.start)
    return Span(element.start, tag.end() if tag else element.start + 1)


@dataclass
class _Outline:
    """Remembers the elements of the wanted paths while a parser passes; names count without their prefix."""

    wanted: set[Path]
    elements: dict[Path, _Element] = field(default_factory=dict)
    path: list[tuple[str, int]] = field(default_factory=list)
    counted: list[dict[str, int]] = field(default_factory=lambda: [{}])
    open: list[_Element | None] = field(default_factory=list)

    def read(self, skeleton: bytes) -> None:
        """Pass over a skeleton; one that the strict parser took may still have an end that expat does not see."""
        # Without namespaces, because undeclared prefixes are tolerated; a document type never gets as far as here.
        parser = expat.ParserCreate("utf-8")

        def start(name: str, _: object) -> None:
            self._start(name.rpartition(":")[2], parser.CurrentByteIndex)

        def end(_: str) -> None:
            self._end(parser.CurrentByteIndex)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        try:
            parser.Parse(skeleton, True)
        except expat.ExpatError:
            return

    def _start(self, name: str, at: int) -> None:
        number = self.counted[-1][name] = self.counted[-1].get(name, 0) + 1
        if self.open and self.open[-1] is not None:
            self.open[-1].has_children = True
        self.path.append((name, number))
        path = tuple(self.path)
        element = _Element(at) if path in self.wanted else None
        if element is not None:
            self.elements[path] = element
        self.open.append(element)
        self.counted.append({})

    def _end(self, at: int) -> None:
        element = self.open.pop()
        if element is not None:
            element.end_tag = at
        self.path.pop()
        self.counted.pop()
