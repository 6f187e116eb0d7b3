"""How much of a package's files is read: each of them once, none beyond the budget, and what is left out is told."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import BinaryIO

import pytest

from fixtures.casebook.letters import NOW, letter
from protocol.content.text import AttachedText, Contents, FileText, Line
from protocol.package.limits import Limits
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from protocol.rules import filetexts
from protocol.rules.context import Context
from protocol.rules.filetexts import looked_into

LIMITS = Limits()
SLOW = FileText("other", unread="too-slow")
Files = tuple[tuple[str, bytes], ...]


class Reading:
    """A reader that gives each file what a test wants read of it."""

    def __init__(self, gives: Callable[[str], FileText]) -> None:
        self.asked: list[str] = []
        self._gives = gives

    def read(self, name: str, open_file: Callable[[], BinaryIO], size: int) -> FileText:
        self.asked.append(name)
        with open_file() as stream:
            assert len(stream.read()) == size
        return self._gives(name)


def lines(*texts: str) -> FileText:
    return FileText("text", tuple(Line(text) for text in texts))


@contextmanager
def package_of(files: Files, contents: Contents | None, limits: Limits = LIMITS) -> Iterator[Context]:
    with read_package(write_package(letter(files=files)), profile="strict") as reading:
        yield Context(reading, "strict", NOW, limits, contents=contents)


def read(context: Context) -> tuple[AttachedText, ...]:
    package = context.reading.package
    assert isinstance(package, DocumentPackage)
    return looked_into(context, package)


def texts(count: int) -> Files:
    return tuple((f"{number}.txt", b"chu") for number in range(1, count + 1))


def kept(found: tuple[AttachedText, ...]) -> list[tuple[int, str]]:
    return [(len(each.text.lines), each.text.unread) for each in found]


@pytest.mark.parametrize("count", [0, 3])
def test_files_are_read_at_the_first_call_alone(count: int) -> None:
    reader = Reading(lines)
    with package_of(texts(count), reader) as context:
        assert read(context) == read(context)
    assert reader.asked == [name for name, _ in texts(count)]


def test_nothing_is_read_where_nobody_asked_for_it() -> None:
    with package_of(texts(2), None) as context:
        assert read(context) == ()


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (3, [(2, ""), (1, "too-large"), (0, "too-large")]),
        (4, [(2, ""), (2, ""), (0, "too-large")]),
        (5, [(2, ""), (2, ""), (1, "too-large")]),
        (6, [(2, ""), (2, ""), (2, "")]),
    ],
)
def test_lines_beyond_the_budget_of_a_package_are_left_out(
    monkeypatch: pytest.MonkeyPatch, most: int, expected: list[tuple[int, str]]
) -> None:
    monkeypatch.setattr(filetexts, "MOST_LINES", most)
    with package_of(texts(3), Reading(lambda _: lines("một", "hai"))) as context:
        assert kept(read(context)) == expected


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (9, [(2, ""), (1, "too-large"), (0, "too-large")]),
        (10, [(2, ""), (2, ""), (0, "too-large")]),  # the line that the budget ends in is read whole
        (12, [(2, ""), (2, ""), (0, "too-large")]),
        (13, [(2, ""), (2, ""), (1, "too-large")]),
        (16, [(2, ""), (2, ""), (2, "")]),
    ],
)
def test_letters_beyond_the_budget_of_a_package_are_left_out(
    monkeypatch: pytest.MonkeyPatch, most: int, expected: list[tuple[int, str]]
) -> None:
    monkeypatch.setattr(filetexts, "MOST_LETTERS", most)
    with package_of(texts(3), Reading(lambda _: lines("một", "hai"))) as context:
        assert kept(read(context)) == expected


@pytest.mark.parametrize(("budget", "most"), [("MOST_LINES", 2), ("MOST_LETTERS", 6)])
def test_a_file_whose_text_is_beyond_the_budget_is_not_even_read(
    monkeypatch: pytest.MonkeyPatch, budget: str, most: int
) -> None:
    monkeypatch.setattr(filetexts, budget, most)
    reader = Reading(lambda _: lines("một", "hai"))
    with package_of(texts(3), reader) as context:
        assert kept(read(context)) == [(2, ""), (0, "too-large"), (0, "too-large")]
    assert reader.asked == ["1.txt"]


def test_after_two_slow_files_nothing_more_is_read() -> None:
    reader = Reading(lambda name: lines("chữ") if name == "1.txt" else SLOW)
    with package_of(texts(5), reader) as context:
        assert [each.text.unread for each in read(context)] == ["", *["too-slow"] * 4]
    assert reader.asked == ["1.txt", "2.txt", "3.txt"]


def test_reading_ends_with_the_minute_of_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0

    def patient(_: str) -> FileText:
        nonlocal now
        now += 30
        return lines("chữ")

    monkeypatch.setattr(filetexts, "time", SimpleNamespace(monotonic=lambda: now))
    with package_of(texts(5), Reading(patient)) as context:
        assert [each.text.unread for each in read(context)] == ["", "", "", "too-slow", "too-slow"]


UNPACKED = 10_000


def archive() -> tuple[bytes, int]:
    """Make a zip of one text, and say by what whole number its size in the zip has to be multiplied to reach it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("ghi chú.txt", bytes(UNPACKED))
    return target.getvalue(), math.ceil(UNPACKED / made.infolist()[0].compress_size)


@pytest.mark.parametrize(
    ("free", "short_of", "unread"),
    [(UNPACKED, 1, ""), (UNPACKED - 1, 1, "too-large"), (1, 0, ""), (1, 1, "too-large")],
)
def test_a_file_in_a_zip_may_be_small_or_grow_by_a_factor(free: int, short_of: int, unread: str) -> None:
    packed, factor = archive()

    def gives(name: str) -> FileText:
        marks = frozenset({"archive"} if name == "hồ sơ.zip" else ())
        return FileText("other", marks=marks)

    limits = Limits(zip_free_bytes=free, zip_ratio=factor - short_of)
    with package_of((("hồ sơ.zip", packed),), Reading(gives), limits) as context:
        assert [(each.member, each.text.unread) for each in read(context)][1:] == [("ghi chú.txt", unread)]
