"""Degrees of secrecy on the pages of files."""

from __future__ import annotations

import io

import pytest
from lxml import etree
from reportlab.pdfgen.canvas import Canvas

from fixtures.letterhead import DECISION, LETTER, Appendix, new_letterhead
from fixtures.paper import new_pdf_document, register_fonts
from protocol.content.paragraphs import paragraphs
from protocol.content.secrecy import marks
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read


def found(text: FileText) -> list[tuple[str, str]]:
    return [(mark.degree, mark.certainty) for mark in marks(text)]


def drawn(*words: tuple[float, float, str]) -> bytes:
    """A page with words at places (points from the upper left corner)."""
    register_fonts()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), invariant=1)
    canvas.setFont("Tinos-Bold", 13)
    for left, top, text in words:
        canvas.drawString(left, 842 - top, text)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def test_a_stamp_near_the_sign_is_sure_and_the_same_line_further_down_is_possible(read: Read) -> None:
    assert found(read("a.pdf", drawn((80, 120, "Số: 05"), (90, 160, "MẬT")))) == [("MẬT", "sure")]
    assert found(read("a.pdf", drawn((80, 120, "Số: 05"), (90, 560, "MẬT")))) == [("MẬT", "possible")]


def test_a_stamp_on_the_first_page_of_an_enclosed_document_is_sure(read: Read) -> None:
    lines = read("a.pdf", new_pdf_document(new_letterhead(mark="TỐI MẬT"))).lines
    second = tuple(
        Line(line.text, 2, line.left, line.top, line.right, line.bottom, line.size, line.width, line.height)
        for line in lines
    )
    first = read("a.pdf", new_pdf_document(DECISION)).lines
    assert found(FileText("pdf", first + second, 2)) == [("TỐI MẬT", "sure")]


def test_a_table_of_degrees_is_no_stamp_even_at_the_top_of_a_page(read: Read) -> None:
    rows = [(80, 100, "Tên tài liệu"), (420, 100, "Độ mật")]
    for number, degree in enumerate(("MẬT", "TỐI MẬT", "TUYỆT MẬT")):
        rows += [(80, 130 + 20 * number, f"Tài liệu {number}"), (420, 130 + 20 * number, degree)]
    assert found(read("a.pdf", drawn(*rows))) == []


def test_a_cell_behind_other_text_at_the_top_of_a_page_is_no_stamp(read: Read) -> None:
    rows = [(80, 100, "Tên"), (400, 92, "Độ"), (400, 108, "mật"), (80, 140, "Kế hoạch A"), (400, 140, "MẬT")]
    assert found(read("a.pdf", drawn(*rows))) == []
    assert found(read("a.pdf", drawn((80, 120, "Số: 05/QĐ-STN"), (400, 120, "MẬT")))) == [("MẬT", "sure")]


def test_a_stamp_of_the_right_column_beside_the_subject_is_sure(read: Read) -> None:
    stamped = new_letterhead(LETTER, mark="MẬT", mark_column="right")
    assert found(read("a.pdf", new_pdf_document(stamped))) == [("MẬT", "sure")]
    assert found(read("a.pdf", new_pdf_document(LETTER))) == []


def test_a_cell_far_below_the_sign_is_no_stamp(read: Read) -> None:
    rows = [(80, 60, "Số: 05/QĐ-STN"), (80, 260, "Kế hoạch A"), (400, 260, "MẬT")]
    assert found(read("a.pdf", drawn(*rows))) == []


def test_a_cell_beside_other_text_is_not_even_possible(read: Read) -> None:
    assert found(read("a.pdf", drawn((80, 500, "Kế hoạch A"), (420, 500, "MẬT")))) == []


def test_the_end_of_a_wrapped_title_is_no_stamp(read: Read) -> None:
    title = [(160, 200, "QUY CHẾ TIẾP NHẬN, QUẢN LÝ TÀI LIỆU"), (280, 216, "MẬT")]
    assert found(read("a.pdf", drawn(*title))) == []


def test_each_degree_is_told_once_for_a_file(read: Read) -> None:
    body = tuple(f"Điều {number}. Nội dung." for number in range(60))
    document = new_letterhead(mark="MẬT", page_header="MẬT", body=body, appendixes=(Appendix(),))
    assert found(read("a.pdf", new_pdf_document(document))) == [("MẬT", "sure")]


def test_a_stamp_before_a_table_of_degrees_is_a_stamp_all_the_same() -> None:
    lines = tuple(Line(text) for text in ("SỞ THỬ NGHIỆM", "MẬT", "Điều 1.", "Độ mật", "TỐI MẬT"))
    assert found(FileText("word", lines)) == [("MẬT", "sure")]


STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("MẬT", "BIỂU SỐ LIỆU", "STT"), [("MẬT", "sure")]),
        (("SỞ THỬ NGHIỆM", "MẬT", "Nội dung"), [("MẬT", "sure")]),
        (("SỞ THỬ NGHIỆM", "Số: 12/BC-STN", "TỐI MẬT", STATE), [("TỐI MẬT", "sure")]),
        (("SỞ THỬ NGHIỆM", "Số: 12/BC-STN", "Tối mật", STATE), [("TỐI MẬT", "possible")]),
        (("SỞ THỬ NGHIỆM", "Số: 12/BC-STN", "TÀI LIỆU MẬT", STATE), [("MẬT", "possible")]),
        (("DANH SÁCH TÊN", "AN", "MẬT", "NGỌC"), [("MẬT", "possible")]),
        (("TÊN", "MẬT"), [("MẬT", "possible")]),
        (("PHỤ LỤC I", "MẪU CON", "MẬT", "20 x 8 mm", "TỐI MẬT"), [("MẬT", "possible"), ("TỐI MẬT", "possible")]),
        (("TUYỆT MẬT", "TỐI MẬT", "MẬT"), [(degree, "possible") for degree in ("TUYỆT MẬT", "TỐI MẬT", "MẬT")]),
        (("TÊN CƠ QUAN", "Số: .../...", "MẬT", STATE), [("MẬT", "possible")]),
        (("SỞ THỬ NGHIỆM", "Số: 12/QĐ-STN", "GIẢI MẬT", "MẬT", STATE), [("MẬT", "possible")]),
        ((STATE, "QUY CHẾ QUẢN LÝ TÀI LIỆU", "MẬT"), []),
        ((STATE, "V/v gửi tài liệu", "MẬT"), [("MẬT", "sure")]),
    ],
)
def test_where_lines_have_no_places_a_stamp_stands_first_or_near_the_letterhead(
    lines: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert found(FileText("word", tuple(Line(text) for text in lines))) == expected


def test_a_cell_of_a_sheet_is_a_mark_only_where_the_sheet_begins_with_it() -> None:
    def sheet(*cells: str) -> FileText:
        return FileText("sheet", tuple(Line(cell, 1, part="cell") for cell in cells), 1)

    assert found(sheet("TỐI MẬT", "STT", "ĐƠN VỊ")) == [("TỐI MẬT", "sure")]
    assert found(sheet("HỌ, TÊN ĐỆM", "TÊN", "LÊ THỊ", "MẬT")) == []
    assert found(sheet("STT", "SẢN PHẨM", "ĐVT", "1", "MẬT", "kg")) == []
    assert found(sheet("STT", "TÊN", "ĐỊA CHỈ", "1", "MẬT", "Số 12/5 phố Mẫu", "2", "AN", "Số 7 - Phố Mẫu")) == []
    assert found(sheet("SỞ THỬ NGHIỆM", STATE, "Độc lập - Tự do", "BẢNG GIÁ", "TÊN", "GIÁ", "MẬT", "12")) == []
    assert found(sheet("SỞ THỬ NGHIỆM", "Số: 12a/BC-STN", "MẬT", "Độc lập - Tự do - Hạnh phúc")) == [("MẬT", "sure")]
    assert found(sheet("SỞ THỬ NGHIỆM", STATE, "TÊN", "MẬT", "Số", "5")) == [("MẬT", "possible")]
    assert found(sheet("THÀNH PHẨM", "MẬT", "SÁP")) == [("MẬT", "possible")]


def test_a_page_header_of_a_word_file_is_a_mark_whatever_stands_near() -> None:
    lines = (Line("Nội dung"), Line("MẬT", part="header"), Line("TÊN CƠ QUAN"))
    assert found(FileText("word", lines)) == [("MẬT", "sure")]
    labelled = (Line("Nội dung"), Line("Văn bản GIẢI MẬT", part="header"), Line("TỐI MẬT", part="header"))
    assert found(FileText("word", labelled)) == [("TỐI MẬT", "sure")]


def test_degrees_one_below_the_other_are_a_choice_and_no_stamp(read: Read) -> None:
    head = [(80, 100, "Số: 05/QĐ-STN"), (300, 80, STATE)]
    degrees = [(90, 150 + 22 * number, degree) for number, degree in enumerate(("MẬT", "TỐI MẬT"))]
    assert found(read("a.pdf", drawn(*head, *degrees))) == [("MẬT", "possible"), ("TỐI MẬT", "possible")]
    assert found(read("a.pdf", drawn(*head, *degrees[:1]))) == [("MẬT", "sure")]


def test_a_row_of_an_annex_without_letterhead_is_no_stamp(read: Read) -> None:
    assert found(read("a.pdf", drawn((200, 60, "BIỂU THỐNG KÊ"), (85, 120, "MẬT"), (350, 120, "2")))) == []
    assert found(read("a.pdf", drawn((480, 60, "MẬT"), (200, 100, "PHỤ LỤC")))) == [("MẬT", "sure")]


def test_the_end_of_a_sentence_is_no_stamp(read: Read) -> None:
    sentence = "Tài liệu do Phòng Thử nghiệm soạn thảo phải được đóng dấu chỉ độ"
    wrapped = drawn((80, 60, "Số: 05/QĐ-STN"), (85, 200, sentence), (85, 216, "MẬT."))
    assert found(read("a.pdf", wrapped)) == [("MẬT", "possible")]
    column = drawn((80, 60, "Số: 05/QĐ-STN"), (80, 80, "V/v con dấu (MẬT),"), (90, 95, "(TỐI MẬT)"))
    assert found(read("a.pdf", column)) == [("TỐI MẬT", "possible")]


def pages(*rows: tuple[tuple[str, float], ...]) -> FileText:
    """Pages with one row at their foot; words and their left edges."""
    lines = [
        Line(text, page, left, 795, left + 60, 808, 13, 595, 842)
        for page, row in enumerate(rows, 1)
        for text, left in row
    ]
    return FileText("pdf", tuple(lines), len(rows))


def test_a_degree_at_the_foot_of_pages_is_sure_beside_their_numbers_only() -> None:
    assert found(pages((("MẬT", 270.0), ("1", 500.0)), (("MẬT", 270.0), ("2", 500.0)))) == [("MẬT", "sure")]
    assert found(pages((("MẬT - Trang 1", 270.0),), (("MẬT - Trang 2", 270.0),))) == [("MẬT", "sure")]
    assert found(pages((("NGUYỄN VĂN", 130.0), ("MẬT", 330.0)), (("LÊ THỊ", 130.0), ("MẬT", 330.0)))) == []


def test_letters_that_rise_across_a_page_are_possible() -> None:
    letters = (("T", 136.0, 470.0), ("ỐI", 165.0, 417.0), ("M", 254.0, 337.0), ("ẬT", 297.0, 286.0))
    lines = [Line(text, 1, left, top, left + 90, top + 90, 90, 595, 842) for text, left, top in reversed(letters)]
    assert found(FileText("pdf", tuple(lines), 1)) == [("TỐI MẬT", "possible")]


def test_a_labelled_degree_far_from_the_letterhead_is_possible(read: Read) -> None:
    low = drawn((80, 60, "Số: 05/QĐ-STN"), (85, 500, "Độ mật: TỐI MẬT"))
    assert found(read("a.pdf", low)) == [("TỐI MẬT", "possible")]


def test_a_watermark_of_a_word_file_is_read_as_its_page_header() -> None:
    drawn_along = "<w:hdr xmlns:w='w' xmlns:v='v'><w:p><w:r><w:pict><v:shape><v:textpath string='TỐI MẬT'/></v:shape>"
    root = etree.fromstring(f"{drawn_along}</w:pict></w:r></w:p></w:hdr>")
    assert found(FileText("word", (Line("Nội dung"), *paragraphs(root, "header")))) == [("TỐI MẬT", "sure")]
