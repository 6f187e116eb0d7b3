"""Text that is not what is printed: recognised from a picture, or with letters that are not those of the page."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.utils import ImageReader
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
