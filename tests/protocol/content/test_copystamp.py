"""The stamp of a certified copy, and the many lines that only speak of copies."""

from __future__ import annotations

import pytest

from fixtures.letterhead import DECISION, new_letterhead
from fixtures.paper import new_pdf_document
from fixtures.wordpaper import new_docx_document
from protocol.content.copystamp import is_copy
from protocol.content.text import FileText, Line, Part
from tests.protocol.content.conftest import Read

ORIGINAL = (
    *("SỞ THỬ NGHIỆM", "Số: 05/QĐ-STN", "Căn cứ Quy chế làm việc;", "Điều 1. Giao Văn phòng thực hiện."),
    *("Nơi nhận:", "- Lưu: VT.", "GIÁM ĐỐC", "Trần Thị Mẫu"),
)
STAMPS = (
    "SAO Y",
    "SAO LỤC",
    "TRÍCH SAO",
    "BẢN SAO Y",
    "BẢN TRÍCH SAO",
    "(SAO Y)",
    "SAO Y BẢN CHÍNH",
    "Sao y bản chính",
    "SAO Y BẢN CHÍNH, ngày 20 tháng 11 năm 2026",
    "SAO Y số 15/SY-VP",
    "SAO Y BẢN CHÍNH Ngày ... tháng ... năm 20...",
    "Sao y số: 15/SY-VP, Ví Dụ, ngày 20 tháng 11 năm 2026",
    "SAO Y Số: ……/SY-VP",
    "TRÍCH SAO; 15/TrS-VP; 20/11/2026",
    "SAO Y; SỞ THỬ NGHIỆM; 20/11/2026",
    "SAO Y; Sở Thử nghiệm; 20/11/2026 09:00:00 +07:00",
    "Sao y; Sở Thử nghiệm; 2026-11-20T09:00:00+07:00",
    "SAO LỤC SỞ THỬ NGHIỆM 20-11-2026 09:00:00 +07:00",
    "SAO Y: Trường THPT số 2 Ví Dụ, 09:00 ngày 20/11/2026",
    "Hình thức sao: Sao y; Sở Thử nghiệm; Thời gian ký: 20.11.2026 09:00:00 GMT+7",
)
AT_HEAD_ALONE = (
    "Sao y",
    "Trích sao",
    "Sao Y",
    "SAO Y; SỞ THỬ NGHIỆM",
    "Sao y; Sở Thử nghiệm;",
    "SAO Y ỦY BAN NHÂN DÂN",
    "SAO LỤC - VĂN PHÒNG SỞ",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM SAO Y",
    "Ví Dụ, ngày 20 tháng 11 năm 2026 SAO Y; SỞ THỬ NGHIỆM; 20/11/2026",
)
NO_STAMPS = (
    "Trích sao hồ sơ gửi các phòng.",
    "Sao y các văn bản do Sở ban hành.",
    "Sao y 03 văn bản gửi các phòng.",
    "Sao y Quyết định số 05/QĐ-STN ngày 20/11/2026",
    "Sao y Quyết định ngày 20/11/2026",
    "SAO Y QUYẾT ĐỊNH SỐ 05/QĐ-STN NGÀY 20/11/2026",
    "DANH MỤC VĂN BẢN ĐƯỢC SAO Y",
    "SAO Y, SAO LỤC, TRÍCH SAO VĂN BẢN",
    "SAO Y VĂN BẢN CỦA CÁC PHÒNG",
    "sao y bản chính",
    "Đề nghị gửi bản sao y.",
    "Sao yến",
    "TRÍCH SAO Ý KIẾN",
    "SAO Y" + " A" * 100,
)


def flow(*lines: str, part: Part = "body") -> FileText:
    return FileText("word", tuple(Line(line, part=part) for line in lines))


@pytest.mark.parametrize("line", STAMPS)
def test_a_stamp_makes_a_copy_at_the_head_and_below_the_text(line: str) -> None:
    assert is_copy(flow(line, *ORIGINAL))
    assert is_copy(flow(*ORIGINAL, line, "Số: 15/SY-VP", "CHÁNH VĂN PHÒNG", "Lê Văn Giả"))
    assert not is_copy(flow(*ORIGINAL[:4], line, *ORIGINAL[4:]))


@pytest.mark.parametrize("line", AT_HEAD_ALONE)
def test_what_may_be_words_of_an_appendix_is_a_stamp_at_the_head_alone(line: str) -> None:
    assert is_copy(flow(line, *ORIGINAL))
    assert not is_copy(flow(*ORIGINAL, line))


@pytest.mark.parametrize("line", NO_STAMPS)
def test_a_line_that_speaks_of_copies_makes_none(line: str) -> None:
    assert not is_copy(flow(line, *ORIGINAL))
    assert not is_copy(flow(*ORIGINAL[:4], line, *ORIGINAL[4:]))
    assert not is_copy(flow(*ORIGINAL, line))


def test_a_stamp_is_looked_for_where_the_text_is_over() -> None:
    begun = ("SỞ THỬ NGHIỆM", "Căn cứ Quy chế làm việc;", "Điều 1. Nội dung.")
    assert is_copy(flow(*begun, "GIÁM ĐỐC", "Trần Thị Mẫu", "SAO Y"))
    assert not is_copy(flow(*begun, "SAO Y", "GIÁM ĐỐC", "Trần Thị Mẫu"))
    assert is_copy(flow(*begun, "SAO Y"))  # neither recipients nor signature were read, so nobody knows


@pytest.mark.parametrize(
    ("part", "copy"), [("header", True), ("footer", True), ("box", True), ("comment", False), ("note", False)]
)
def test_a_stamp_in_a_header_or_a_box_stands_anywhere_and_a_remark_is_none(part: Part, copy: bool) -> None:
    text = flow(*ORIGINAL[:4])
    ends = flow(*ORIGINAL[4:])
    assert is_copy(FileText("word", (*text.lines, *flow("SAO Y", part=part).lines, *ends.lines))) is copy


def test_a_file_shows_its_stamp_at_the_top_of_its_pages_in_pdf_and_word(read: Read) -> None:
    stamped = new_letterhead(DECISION, page_header="SAO Y; SỞ THỬ NGHIỆM")
    assert is_copy(read("a.pdf", new_pdf_document(stamped)))
    assert is_copy(read("a.docx", new_docx_document(stamped)))
    spoken = new_letterhead(DECISION, body=("Điều 1. Nội dung.", "SAO Y", "Trích sao hồ sơ gửi các phòng."))
    assert not is_copy(read("a.pdf", new_pdf_document(spoken)))
    assert not is_copy(read("a.docx", new_docx_document(spoken)))


def test_the_margins_of_a_page_are_no_text() -> None:
    place = {"page": 2, "left": 90.0, "right": 200.0, "size": 13.0, "width": 595.0, "height": 842.0}

    def at(top: float) -> FileText:
        stamp = Line("SAO Y", top=top, bottom=top + 13, **place)  # type: ignore[arg-type]  # page is an int
        end = Line("Nơi nhận:", top=800, bottom=813, **{**place, "page": 3})  # type: ignore[arg-type]  # as above
        return FileText("pdf", (stamp, end))

    assert [is_copy(at(top)) for top in (40, 400, 800)] == [True, False, True]
