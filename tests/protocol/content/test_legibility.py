"""Text that is not what is printed: recognised from a picture, or with letters that are not those of the page."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from fixtures.letterhead import DECISION, LETTER, Letterhead
from fixtures.paper import Layer, new_pdf_document, register_fonts
from protocol.content.legibility import is_garbled
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read

WIDTH, HEIGHT = 595, 842
GREY = b"P5 4 6 255\n" + bytes([200]) * 24
"""A picture in the simplest of formats (PGM)."""


def scan(*lines: str, share: float = 1.0, pages: int = 1) -> bytes:
    """Draw pages with text, and a picture over this share of the last one."""
    register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=1)
    picture = ImageReader(io.BytesIO(GREY))
    for number in range(1, pages + 1):
        if number == pages:
            canvas.drawImage(picture, 0, HEIGHT * (1 - share), WIDTH, HEIGHT * share)
        canvas.setFont("Tinos-Regular", 13)
        for at, line in enumerate(lines):
            canvas.drawString(80, HEIGHT - 80 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


SENTENCES = ("Số: 05/QĐ-STN", "Sở Thử nghiệm đề nghị quý Cục phối hợp kiểm tra việc gửi, nhận văn bản.")


@pytest.mark.parametrize("document", [DECISION, LETTER])
@pytest.mark.parametrize(
    ("layer", "exact", "unread"), [("printed", True, ""), ("recognised", False, ""), ("garbled", False, "garbled")]
)
def test_each_way_that_letters_stand_in_a_file_is_told_apart(
    read: Read, document: Letterhead, layer: Layer, exact: bool, unread: str
) -> None:
    text = read("a.pdf", new_pdf_document(document, layer))
    assert (text.exact, text.unread) == (exact, unread)
    assert text.lines


@pytest.mark.parametrize(("share", "exact"), [(1.0, False), (0.9, False), (0.5, True), (0.1, True)])
def test_a_picture_that_fills_the_page_makes_its_text_a_guess(read: Read, share: float, exact: bool) -> None:
    assert read("a.pdf", scan(*SENTENCES, share=share)).exact is exact


def test_a_page_number_on_a_scan_is_no_text_of_it(read: Read) -> None:
    assert read("a.pdf", scan("2", share=1.0)).exact


def test_a_scanned_page_behind_the_first_leaves_the_first_exact(read: Read) -> None:
    text = read("a.pdf", scan(*SENTENCES, pages=2))
    assert not text.exact
    assert text.exact_on(1)
    assert not text.exact_on(2)
    assert not read("a.pdf", scan(*SENTENCES)).exact_on(1)


def turned(*turns: int) -> bytes:
    """Draw pages on their side or head, and turn them back for reading."""
    register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, WIDTH), invariant=1)
    for turn in turns:
        canvas.setPageRotation(turn)
        canvas.translate(*{0: (0, 0), 90: (WIDTH, 0), 180: (WIDTH, WIDTH), 270: (0, WIDTH)}[turn])
        canvas.rotate(turn)
        canvas.setFont("Tinos-Regular", 13)
        for at, line in enumerate(SENTENCES):
            canvas.drawString(80, WIDTH - 80 - 20 * at, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_turned_to_be_read_is_read_so_and_not_relied_on(read: Read, turn: int) -> None:
    upright, text = read("a.pdf", turned(0)), read("a.pdf", turned(turn))
    assert (upright.unread, text.unread) == ("", "garbled")
    assert [line.text for line in text.lines] == [line.text for line in upright.lines]
    for line, other in zip(text.lines, upright.lines, strict=True):
        assert (line.left, line.top, line.right) == pytest.approx((other.left, other.top, other.right), abs=1)


def test_one_page_on_its_head_among_others_leaves_them_what_they_are(read: Read) -> None:
    text = read("a.pdf", turned(0, 180, 0))
    assert text.unread == ""
    assert [line.text for line in text.lines if line.page != 2] == [*SENTENCES, *SENTENCES]


def test_letters_behind_their_lines_come_in_their_places_on_every_page_of_a_long_file(read: Read) -> None:
    register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, HEIGHT), invariant=1)
    for _ in range(30):
        canvas.setFont("Tinos-Regular", 13)
        for second in (False, True):
            for at in range(35):
                for place, letter in enumerate(SENTENCES[1]):
                    if letter != " " and (letter > "\xff") is second:
                        canvas.drawString(
                            30 + stringWidth(SENTENCES[1][:place], "Tinos-Regular", 13), 800 - 20 * at, letter
                        )
        canvas.showPage()
    canvas.save()
    text = read("a.pdf", target.getvalue())
    assert text.unread == "garbled"
    assert [line.text for line in text.lines] == [SENTENCES[1]] * 35 * 30


def slanted(slant: float, text: str = SENTENCES[1]) -> bytes:
    """Draw a line with a slanted second word, on a page whose letters are to be brought into their places."""
    register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, WIDTH), invariant=1)
    canvas.setPageRotation(180)
    canvas.translate(WIDTH, WIDTH)
    canvas.rotate(180)
    for at, word in enumerate(text.split()):
        writing = canvas.beginText()
        writing.setFont("Tinos-Regular", 10)
        place = 30 + sum(stringWidth(f"{before} ", "Tinos-Regular", 10) for before in text.split()[:at])
        writing.setTextTransform(1, 0, slant if at == 1 else 0, 1, place, 500)
        writing.textOut(word)
        canvas.drawText(writing)
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize(("slant", "in_line"), [(0.0, True), (0.21, True), (0.33, True), (0.4, True), (1.0, False)])
def test_of_slanted_words_only_italics_stand_in_their_line(read: Read, slant: float, in_line: bool) -> None:
    text = read("a.pdf", slanted(slant))
    assert text.unread == "garbled"
    # A slanted letter leans over the blank that follows, so blanks say nothing here.
    assert (["".join(line.text.split()) for line in text.lines] == ["".join(SENTENCES[1].split())]) is in_line


def stamped_scan(angle: float) -> bytes:
    """Draw a picture that is turned for reading, with a long stamp across it."""
    register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(WIDTH, WIDTH), invariant=1)
    canvas.setPageRotation(90)
    canvas.drawImage(ImageReader(io.BytesIO(GREY)), 0, 0, WIDTH, WIDTH)
    canvas.setFont("Tinos-Regular", 13)
    canvas.translate(WIDTH / 2, WIDTH / 2)
    canvas.rotate(angle)
    canvas.drawCentredString(0, 0, "BAN SAO TU SO DU LIEU CUA SO THU NGHIEM")
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize(("angle", "unread"), [(0, ""), (30, ""), (45, ""), (60, ""), (90, "garbled")])
def test_a_scan_that_is_turned_is_not_garbled_by_a_stamp_across_it(read: Read, angle: float, unread: str) -> None:
    text = read("a.pdf", stamped_scan(angle))
    assert text.unread == unread
    assert "ocr" in text.marks


def garbled(*lines: str) -> bool:
    return is_garbled([Line(line) for line in lines])


@pytest.mark.parametrize(
    "lines",
    [
        ("S : 31 /TTr-STN ố", "C NG H A X H I Ộ Ò Ã Ộ", "ng y 20 th ng 11 n m 2026 à á ă"),
        ("\ue001\ue002 \ue003\ue004\ue005 abc def \ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd",),
    ],
)
def test_letters_that_stand_behind_their_line_or_mean_nothing_are_garbled(lines: tuple[str, ...]) -> None:
    assert garbled(*lines)


@pytest.mark.parametrize(
    "lines",
    [
        SENTENCES,
        DECISION.body,
        ("Ở đây có ô cửa, ý kiến à, ủ lúa, ạ", "Nơi nhận: UBND tỉnh (b/c); Đ/c Giám đốc; Lưu: VT, TH."),
        ("Gạo 120 kg", "Đường 15 km", "Cáp 5 mm", "Ngô 12 kg", "Điện 5 kW", "Nước 3 ml", "Cá 4 kg", "Xe 2 km"),
        ("The quick brown fox jumps over the lazy dog by the sky.", "A report of the ministry."),
        ("QĐ-UBND TTr-STN BC-STN NQ-HĐND CT-TTg KH-STN GM-STN TB-STN",),
        (),
        ("ố ộ",),
    ],
)
def test_ordinary_text_is_not_garbled(lines: tuple[str, ...]) -> None:
    assert not garbled(*lines)


def test_what_was_read_of_other_formats_is_exact() -> None:
    assert FileText("word").exact
    assert FileText("word").exact_on(0)
