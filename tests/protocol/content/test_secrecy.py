"""Degrees of secrecy in lines, names and fields, and on pages."""

from __future__ import annotations

import io
import unicodedata

import pytest
from reportlab.pdfgen.canvas import Canvas

from fixtures.letterhead import DECISION, LETTER, Appendix, new_letterhead
from fixtures.paper import _register, new_pdf_document
from protocol.content.secrecy import degree_of, doubtful_mark, mark_in_field, marks
from protocol.content.secretnames import doubtful_mark_in_name, mark_in_name
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read

ORDINARY = (
    "bí mật kinh doanh",
    "BÍ MẬT KINH DOANH",
    "bảo mật",
    "BẢO MẬT THÔNG TIN",
    "mật ong",
    "MẬT ONG",
    "khóa bí mật",
    "mật khẩu",
    "Mật độ",
    "MẬT ĐỘ DÂN SỐ",
    "LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC",
    "TÀI LIỆU KHÔNG MẬT",
    "KHÔNG MẬT",
    "Độ mật: Không",
    "Độ mật: Thường",
    "thân mật",
    "MẬT MÃ DÂN SỰ",
    "giữ bí mật",
    "BÍ MẬT",
    "Mật thư",
    "Đường mật",
    "Dấu MẬT",
    "MAT",
    "Độ mật",
)


@pytest.mark.parametrize("line", ORDINARY)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_ordinary_words_are_no_mark(line: str, form: str) -> None:
    written = unicodedata.normalize(form, line)  # type: ignore[arg-type]  # the two values are the literals wanted
    assert degree_of(written) is None
    assert mark_in_field(written) is None
    assert mark_in_name(f"{written}.pdf") is None
    assert mark_in_field(f"V/v {written} năm 2026") is None


@pytest.mark.parametrize(
    ("line", "degree"),
    [
        ("MẬT", "MẬT"),
        ("TỐI MẬT", "TỐI MẬT"),
        ("TUYỆT MẬT", "TUYỆT MẬT"),
        ("M Ậ T", "MẬT"),
        ("T U Y Ệ T  M Ậ T", "TUYỆT MẬT"),
        ("[MẬT]", "MẬT"),
        ("* TỐI MẬT *", "TỐI MẬT"),
        ("ĐỘ MẬT: MẬT", "MẬT"),
        ("Độ mật: Tối mật", "TỐI MẬT"),
        ("Mức độ mật: tuyệt mật.", "TUYỆT MẬT"),
        ("TỐI MẬT - HỎA TỐC", "TỐI MẬT"),
        ("HỎA TỐC/MẬT", "MẬT"),
        ("MẬT - Bản số 01", "MẬT"),
        ("TUYỆT MẬT BẢN SỐ: 02/15", "TUYỆT MẬT"),
        ("MẬT (thu hồi)", "MẬT"),
        ("Mật - khẩn", None),
        ("MẬT - KHẨN TRƯƠNG TRIỂN KHAI", None),
        ("HỎA TỐC", None),
        ("Mật", None),
        ("tối mật", None),
    ],
)
def test_a_whole_line_in_capitals_or_behind_its_label_is_a_mark(line: str, degree: str | None) -> None:
    assert degree_of(line) == degree
    assert degree_of(unicodedata.normalize("NFD", line)) == degree


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("Mật", "MẬT"),
        ("tuyệt mật", "TUYỆT MẬT"),
        ("[MẬT] V/v giao nhiệm vụ", "MẬT"),
        ("V/v giao nhiệm vụ (Tối mật)", "TỐI MẬT"),
        ("TỐI MẬT: V/v giao nhiệm vụ", "TỐI MẬT"),
        ("V/v giao nhiệm vụ - MẬT", "MẬT"),
        ("Quyết định; độ mật: Mật", "MẬT"),
        ("V/v quy định độ mật: tối mật, mật của tài liệu", None),
        ("TỐI MẬT THƯ VIỆN", None),
        ("KẾ HOẠCH PHÒNG THỦ; ĐỘ MẬT: MẬT", "MẬT"),
        ("KẾ HOẠCH PHÒNG THỦ (MẬT)", "MẬT"),
        ("MẬT: KẾ HOẠCH PHÒNG THỦ", "MẬT"),
        ("", None),
        (None, None),
    ],
)
def test_a_field_states_a_degree_as_a_note_of_its_own(text: str | None, degree: str | None) -> None:
    assert mark_in_field(text) == degree


@pytest.mark.parametrize(
    ("name", "degree"),
    [
        ("[MẬT] kế hoạch.pdf", "MẬT"),
        ("MẬT - kế hoạch.pdf", "MẬT"),
        ("MẬT_kế hoạch.pdf", "MẬT"),
        ("kế hoạch_TỐI MẬT.docx", "TỐI MẬT"),
        ("[TOI MAT] ke hoach.pdf", "TỐI MẬT"),
        ("(TOI_MAT) ke hoach.pdf", "TỐI MẬT"),
        ("DON TRINH BAO TOI MAT GIAY TO.pdf", None),
        ("ke_hoach_TUYET_MAT.pdf", "TUYỆT MẬT"),
        ("[MAT] ke hoach.pdf", "MẬT"),
        ("MẬT.pdf", "MẬT"),
        ("MAT BANG TANG 1.pdf", None),
        ("123_STN_MẬT_signed.pdf", "MẬT"),
        ("CV-MẬT-123.pdf", "MẬT"),
        ("BC MẬT.pdf", "MẬT"),
        ("UBND_TỐI MẬT.signed.pdf", "TỐI MẬT"),
        ("Tuyet mat.pdf", "TUYỆT MẬT"),
        ("TOI MAT.pdf", "TỐI MẬT"),
        ("toi mat.pdf", None),
        ("BẢO_MẬT.pdf", None),
        ("Quy chế_BẢO_MẬT.pdf", None),
        ("MẬT_ONG rừng.xlsx", None),
        ("ĐÀN ONG MẬT.xlsx", None),
        ("MẬT MÃ 2026.pdf", None),
        ("KẾ HOẠCH - MẬT.pdf", None),
        ("danh muc bi mat nha nuoc do tuyet mat.pdf", None),
        ("DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TUYỆT MẬT.pdf", None),
        ("mat_ong.xlsx", None),
        ("Mật ong (rừng).xlsx", None),
        (None, None),
    ],
)
def test_the_name_of_a_file_states_a_degree(name: str | None, degree: str | None) -> None:
    assert mark_in_name(name) == degree


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("KẾ HOẠCH PHÒNG THỦ - MẬT", "MẬT"),
        ("MẬT - KẾ HOẠCH PHÒNG THỦ", "MẬT"),
        ("QUY HOẠCH VÙNG MÍA - MẬT", None),
        ("MẬT - ONG", None),
        ("TỐI MẬT - KẾ HOẠCH PHÒNG THỦ", None),
        ("MẬT - Kế hoạch phòng thủ", None),
        ("BẢO MẬT - AN TOÀN THÔNG TIN", None),
        (None, None),
    ],
)
def test_a_bare_degree_at_a_dash_of_a_text_in_capitals_is_doubtful(text: str | None, degree: str | None) -> None:
    assert doubtful_mark(text) == degree
    assert doubtful_mark_in_name(f"{text}.pdf" if text else None) == degree
    assert degree is None or mark_in_field(text) is None


def test_a_degree_in_a_notation_is_no_word_in_capitals() -> None:
    assert mark_in_field("QĐ-STN-MẬT") == "MẬT"


def found(text: FileText) -> list[tuple[str, str]]:
    return [(mark.degree, mark.certainty) for mark in marks(text)]


def drawn(*words: tuple[float, float, str]) -> bytes:
    """A page with words at places (points from the upper left corner)."""
    _register()
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
