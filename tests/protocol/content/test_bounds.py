"""Reading stays within its bounds: time grows with the text only, and nobody's answer is taken on trust."""

from __future__ import annotations

import io
import json
import os
import sys
import time
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

import psutil
import pytest

from protocol.content import recipients, secrecy
from protocol.content.answer import InvalidAnswer, decode, encode
from protocol.content.bounds import Bounds
from protocol.content.enclosures import read_enclosures
from protocol.content.letterhead import read_letterhead
from protocol.content.reader import ContentReader
from protocol.content.text import FileText, Line

TEXT = "Sở Thử nghiệm\n".encode()
BOUNDS = Bounds()
DEADLINE_S = 30.0
PIECES = (
    *(
        "Phụ lục I, ",
        "kèm theo ",
        "có Phụ lục 1 và ",
        "(Có danh sách ",
        "kèm theo 00",
        "Hồ sơ kèm theo gồm ",
        "Phụ lục",
    ),
    *("Số: ", "Số: 1 .. / ", "GS.TS.", "TM. ", "ĐẠI TÁ ", "a, ngày 1 tháng 1 năm ", "GIÁM ĐỐC ", "CỘNG HÒA XÃ HỘI "),
    *("M Ậ T ", "MẬT ", "[M(ẬT", "Độ mật: ", "Nơi nhận: ", "Kính gửi: ", "- ", "(", "A", "aA", "AAAA1", "1. ", "; 1) "),
)
READERS: tuple[Callable[[FileText], object], ...] = (
    read_enclosures,
    read_letterhead,
    lambda text: list(secrecy.marks(text)),
    recipients.recipients,
    recipients.addressees,
)


def said(letters: int, piece: str, length: int, *, placed: bool) -> FileText:
    shown = (piece * (length // len(piece) + 1))[:length].strip() or piece.strip()
    count = max(1, letters // len(shown))
    lines = (
        Line(shown, 1, 50, 10 + at % 700, 200, 20 + at % 700, 12, 595.0 * placed, 842.0 * placed) for at in range(count)
    )
    return FileText("pdf" if placed else "word", tuple(lines), 1)


@pytest.mark.parametrize("placed", [False, True], ids=["flowing", "placed"])
@pytest.mark.parametrize("length", [1, 1_900], ids=["short lines", "long lines"])
def test_no_text_takes_its_readers_more_than_its_length(length: int, placed: bool) -> None:
    """The square of these lengths would be minutes; each piece stands for a pattern that some rule looks for."""
    for piece in PIECES:
        text = said(60_000, piece, max(length, len(piece)), placed=placed)
        for read in READERS:
            began = time.process_time()
            read(text)
            assert time.process_time() - began < DEADLINE_S, (piece, read)


def answer(**changes: Any) -> bytes:
    value: dict[str, Any] = {
        "kind": "pdf",
        "lines": [["Số: 05", 1, 0, 0.5, 1.0, 1.0, 12.0, 595.0, 842.0, "body"]],
        "pages": 1,
        "unread": "",
        "marks": ["ocr"],
    }
    return json.dumps({**value, **changes}).encode()


def line(**changes: Any) -> list[Any]:
    names = ("text", "page", "left", "top", "right", "bottom", "size", "width", "height", "part")
    return [{**dict(zip(names, ["a", 1, *[0.0] * 7, "body"], strict=True)), **changes}[name] for name in names]


def test_a_sound_answer_is_read_as_it_was_written() -> None:
    text = decode(answer(), BOUNDS)
    assert text.lines[0] == Line("Số: 05", 1, 0.0, 0.5, 1.0, 1.0, 12.0, 595.0, 842.0)
    assert decode(encode(text), BOUNDS) == text


@pytest.mark.parametrize(
    "wrong",
    [
        answer(pages=float("inf")),
        answer(pages=-1),
        answer(pages=True),
        answer(kind=["pdf"]),
        answer(kind="exe"),
        answer(unread="fine"),
        answer(marks=[[]]),
        answer(marks=["secret"]),
        answer(lines=[line(left=float("nan"))]),
        answer(lines=[line(top=float("-inf"))]),
        answer(lines=[line(size="12")]),
        answer(lines=[line(part={})]),
        answer(lines=[line(text="\ud800")]),
        answer(lines=[line(text="a" * (BOUNDS.line_chars + 1))]),
        answer(lines=[line(page=10**400)]),
        answer(lines=[["a", 1]]),
        answer(lines=[line()] * (BOUNDS.cells + 1)),
        b"[" * 200_000,
        b"{}",
        b"\xff",
    ],
)
def test_an_answer_that_no_sound_child_gives_is_refused(wrong: bytes) -> None:
    with pytest.raises(InvalidAnswer):
        decode(wrong, BOUNDS)


def test_a_child_that_cannot_start_is_not_blamed_on_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with ContentReader() as reader, pytest.raises(OSError, match="does not start"):
        reader.read("a.txt", lambda: io.BytesIO(TEXT), len(TEXT))


def test_a_source_that_dawdles_is_given_up() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            time.sleep(0.7)
            return super().read(min(size or -1, 4))

    with ContentReader(Bounds(seconds=1.0)) as reader:
        assert reader.read("a.txt", lambda: Slow(TEXT), len(TEXT)).unread == "too-slow"


@pytest.mark.parametrize("error", [zlib.error("x"), EOFError(), OSError("x")], ids=lambda error: type(error).__name__)
def test_a_source_that_breaks_is_damaged_and_the_next_one_is_read(error: Exception) -> None:
    def broken() -> BinaryIO:
        raise error

    with ContentReader() as reader:
        assert reader.read("a.txt", broken, 3).unread == "damaged"
        assert reader.read("a.txt", lambda: io.BytesIO(TEXT), len(TEXT)).unread == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_leaves_the_child_of_its_parent_alone() -> None:
    with ContentReader() as reader:
        reader.read("a.txt", lambda: io.BytesIO(TEXT), len(TEXT))
        assert reader._child is not None
        pid = reader._child.pid
        forked = os.fork()
        if forked == 0:
            os._exit(len(vars(reader)["_child"].args) if vars(reader)["_child"] else 0)
        assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
        assert reader.read("a.txt", lambda: io.BytesIO(TEXT), len(TEXT)).unread == ""
        assert reader._child is not None
        assert reader._child.pid == pid
        assert psutil.pid_exists(pid)


@pytest.mark.parametrize("cut", [False, True])
def test_a_long_text_is_cut_between_letters(cut: bool) -> None:
    with ContentReader(Bounds(text_chars=100)) as reader:
        data = "ệ\n".encode() * (200 if cut else 40)
        text = reader.read("a.txt", lambda: io.BytesIO(data), len(data))
    assert text.unread == ("too-large" if cut else "")
    assert {line.text for line in text.lines} == {"ệ"}
