"""The stamp of a certified copy, and the many lines that only speak of copies."""

from __future__ import annotations

import pytest

from fixtures.letterhead import DECISION, Appendix, new_letterhead
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
    "SAO Y CHÍNH",
    "BẢN SAO Y CHÍNH",
    "SAO Y VĂN BẢN ĐIỆN TỬ",
    "TRÍCH SAO TỪ BẢN GỐC",
    "Ký bởi: SAO Y, Văn phòng Sở; 20/11/2026 09:00:00 +07:00",
    "Người ký: SAO Y; Sở Thử nghiệm; 20/11/2026 09:00",
    "VĂN PHÒNG SỞ THỬ NGHIỆM SAO Y",
    "ỦY BAN NHÂN DÂN TỈNH VÍ DỤ BẢN SAO Y",
    "Số: 15/SY-VP SAO Y",
    "Số: 15/SY-VP Sao y, Ví Dụ, ngày 20 tháng 11 năm 2026",
    "SAO Y BẢN CHÍNH TL. GIÁM ĐỐC",
    "SAO Y T/L GIÁM ĐỐC",
    "SAO Y CHÁNH VĂN PHÒNG",
    "Sao y bản chính KT. HIỆU TRƯỞNG",
    "SAO Y BẢN CHÍNH CỤC TRƯỞNG",
    "SAO Y BẢN ĐIỆN TỬ TỪ VĂN BẢN GIẤY",
    "KHO BẠC NHÀ NƯỚC MẪU SAO Y BẢN CHÍNH",
)
AT_HEAD_ALONE = (
    "Sao y",
    "Trích sao",
    "Sao Y",
    "SAO Y; SỞ THỬ NGHIỆM",
    "Sao y; Sở Thử nghiệm;",
    "SAO Y ỦY BAN NHÂN DÂN",
    "SAO LỤC - VĂN PHÒNG SỞ",
    "SAO Y PHÒNG HÀNH CHÍNH - TỔNG HỢP",
    "SAO Y SỞ QUY HOẠCH - KIẾN TRÚC",
    "SAO Y PHÒNG HỢP TÁC QUỐC TẾ",
    "Bản sao y văn bản điện tử",
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
    "SAO Y CHÍNH SÁCH",
    "SAO Y QUYẾT ĐỊNH CỦA GIÁM ĐỐC",
    "Sao y bản chính do Giám đốc xác nhận",
    "BAN HÀNH QUY CHẾ SAO Y",
    "BỘ HỒ SƠ SAO Y",
    "QUY TRÌNH SAO Y",
    "BỘ PHẬN MỘT CỬA VÀ SAO Y BẢN CHÍNH",
    "BỘ CÂU HỎI SAO Y",
    "PHÒNG TIẾP NHẬN VÀ SAO Y",
    "Văn phòng Sở Sao y",
    "Văn bản số 15/SY-VP sao y",
    "Bản sao y bản chính (01 bản)",
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


def test_a_word_in_a_list_of_papers_heads_no_certificate() -> None:
    papers = (*ORIGINAL, "THÀNH PHẦN HỒ SƠ", "Đơn đề nghị", "Bản sao y bản chính", "Bản sao y, có bản gốc")
    assert not is_copy(flow(*papers))
    assert not is_copy(flow(*papers, "Ví Dụ, ngày ... tháng ... năm ...", "NGƯỜI LÀM ĐƠN"))
    for paper in ("Bản sao y", "Bản sao y bản chính"):
        assert not is_copy(flow(*papers[:-2], paper, "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Lê Văn Giả"))


@pytest.mark.parametrize(
    "title",
    [
        ("DANH MỤC VĂN BẢN SAO Y", "Số: 15/SY-VP", "GIÁM ĐỐC"),
        ("VĂN BẢN ĐƯỢC SAO Y", "Số: 15/SY-VP", "GIÁM ĐỐC"),
        ("VĂN BẢN SAO Y", "Số: 15/SY-VP", "Số: 16/SY-VP"),
        ("VĂN BẢN SAO Y", "Số 15/SY-VP ngày 20/10/2026."),
        ("THẨM QUYỀN SAO Y", "GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"),
        ("PHÒNG TIẾP NHẬN VÀ SAO Y", "GIÁM ĐỐC"),
        ("SỞ THỬ NGHIỆM SAO Y", "Bản chính", "01 bộ"),
        ("VĂN PHÒNG THỰC HIỆN SAO Y", "CHÁNH VĂN PHÒNG"),
        ("Sao y bản chính", "Giám đốc", "Chánh Văn phòng", *["Đơn đề nghị"] * 5),
        ("Sao y bản chính", "20/11/2026", *["Đơn đề nghị"] * 6),
        ("Sao y", "Ví Dụ, ngày 20 tháng 11 năm 2026"),
    ],
)
def test_the_title_or_a_word_of_an_appendix_heads_no_certificate(title: tuple[str, ...]) -> None:
    assert not is_copy(flow(*ORIGINAL, *title))


@pytest.mark.parametrize(
    ("head", "below"),
    [
        ("Sao y bản chính", ("Ngày ... tháng ... năm 20...", "KT. HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG", "Lê Văn Giả")),
        ("Sao y bản chính", ("Số: 15/SY-VP", "CHÁNH VĂN PHÒNG", "Lê Văn Giả")),
        ("Sao y bản chính", ("Ví Dụ, ngày 20 tháng 11 năm 2026",)),
        ("Sao y bản chính", ("CHỦ TỊCH", "Lê Văn Giả")),
        ("Sao y bản chính", ("VĂN THƯ", "Lê Văn Giả")),
        ("Sao y bản chính", ("Ngày 20/11/2026", "NGƯỜI SAO Y", "Lê Văn Giả")),
        ("Sao y bản chính", ("Văn phòng Sở Thử nghiệm", "Chánh Văn phòng", "LÊ VĂN GIẢ")),
        ("Bản sao y bản chính", ("Ví Dụ, ngày 20 tháng 11 năm 2026", "CHÁNH VĂN PHÒNG", "Lê Văn Giả")),
        ("Sao y bản chính", ("TRƯỞNG PHÒNG HÀNH CHÍNH - TỔNG HỢP",)),
        ("Sao y bản chính", ("Chánh Văn phòng", "Lê Văn Giả")),
        ("TRUNG TÂM Y TẾ VÍ DỤ SAO Y BẢN CHÍNH", ("Ví Dụ, ngày 20 tháng 11 năm 2026", "GIÁM ĐỐC", "Lê Văn Giả")),
        ("NÔNG TRƯỜNG VÍ DỤ SAO Y", ("Số: 15/SY-NT Ví Dụ, ngày 20 tháng 11 năm 2026", "Lê Văn Giả")),
        ("CÂU LẠC BỘ VÍ DỤ SAO Y", ("Số: 15/SY-CLB, ngày 20 tháng 11 năm 2026", "Lê Văn Giả")),
        ("TRƯỜNG THPT SỐ 2 VÍ DỤ SAO Y", ("Số: 15/SY-THPT", "HIỆU TRƯỞNG", "Lê Văn Giả")),
        ("SAO Y VĂN PHÒNG SỞ THỬ NGHIỆM", ("Ví Dụ, ngày 20 tháng 11 năm 2026", "TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG")),
    ],
)
def test_what_stands_below_it_shows_the_head_of_a_certificate(head: str, below: tuple[str, ...]) -> None:
    assert is_copy(flow(*ORIGINAL, head, *below))
    assert not is_copy(flow(*ORIGINAL, head, "Bản chính", "01 bộ", *["Đơn đề nghị"] * 6))
    assert not is_copy(flow(*ORIGINAL, head, *["Đơn đề nghị"] * 6, *below))


@pytest.mark.parametrize(
    ("head", "at_the_end"), [("Sao y bản chính", True), ("Bản sao y bản chính", False), ("BẢN SAO Y BẢN CHÍNH", True)]
)
def test_place_and_day_below_it_make_a_head_of_what_is_an_item_at_the_end_of_a_list(
    head: str, at_the_end: bool
) -> None:
    assert is_copy(flow(*ORIGINAL, head)) is at_the_end
    assert is_copy(flow(*ORIGINAL, head, "Ví Dụ, ngày 20 tháng 11 năm 2026"))


def test_an_original_without_recipients_ends_at_its_signature(read: Read) -> None:
    certificate = Appendix("SAO Y", "CHÁNH VĂN PHÒNG", "Lê Văn Giả", ("Nơi nhận:", "- Lưu: VT."))
    original = new_letterhead(DECISION, recipients=(), appendixes=(certificate,))
    assert is_copy(read("a.pdf", new_pdf_document(original)))
    spoken = new_letterhead(DECISION, recipients=(), body=("Điều 1. Nội dung.", "SAO Y"))
    assert not is_copy(read("a.pdf", new_pdf_document(spoken)))


def test_the_sign_of_a_copy_shows_its_certificate_where_no_end_of_the_original_was_read() -> None:
    begun = (*ORIGINAL[:4], "GIÁM ĐỐC", "TRẦN THỊ MẪU", "VĂN PHÒNG SỞ THỬ NGHIỆM")
    ends = ("CHÁNH VĂN PHÒNG", "Lê Văn Giả", "Nơi nhận:", "- Lưu: VT.")
    assert is_copy(flow(*begun, "SAO Y", "Số: 15/SY-VP", *ends))
    assert not is_copy(flow(*begun, "SAO Y", "Số: 15/TB-VP", *ends))
    assert not is_copy(flow(*begun, "Bản sao y", "số 15/SY-VP ngày 20/11/2026", *ends))


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
