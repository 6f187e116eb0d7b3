"""Names of agencies compared, and whom and what a document names."""

from __future__ import annotations

import tracemalloc

import pytest

from fixtures.letterhead import Appendix, new_letterhead
from fixtures.paper import new_pdf_document
from protocol.content.enclosures import read_enclosures
from protocol.content.names import may_mean, same, telling, within
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read


def flow(*lines: str) -> FileText:
    return FileText("word", tuple(Line(line) for line in lines))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ủy ban nhân dân xã Giả Định", "UBND xã Giả Định"),
        ("Uỷ ban nhân dân xã Giả Định", "UBND xã Giả Định"),
        ("Giám đốc Sở Thử nghiệm", "Sở Thử nghiệm"),
        ("Sở Thử nghiệm tỉnh Ví Dụ", "Sở Thử nghiệm"),
        ("Sở TN&MT", "Sở Tài nguyên và Môi trường"),
        ("Thủ tướng Chính phủ", "Văn phòng Chính phủ"),
        ("Bí thư Tỉnh ủy", "Tỉnh ủy Ví Dụ"),
        ("SXD", "Sở Xây dựng"),
        ("SXD, STC", "Sở Tài chính"),
        ("TTPVHCC", "Trung tâm Phục vụ hành chính công"),
        ("Thường trực HĐND tỉnh", "Văn phòng Đoàn đại biểu Quốc hội và HĐND tỉnh Ví Dụ"),
        ("UBND phường 1", "UBND phường 01"),
        ("UBND xã Đắk R'Mẫu", "UBND xã Đắk Rmẫu"),
    ],
)
def test_a_text_may_mean_an_agency_written_in_another_way(text: str, name: str) -> None:
    assert may_mean(text, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cục Mẫu", "Sở Đối chứng"),
        ("Sở Thử nghiệm", "Sở Đối chứng"),
        ("UBND xã Giả Định", "UBND xã Mẫu Sơn"),
        ("Bộ Minh họa", "UBND tỉnh Ví Dụ"),
        ("CỤC MẪU", "Sở Đối chứng"),
        ("Sở Công Thương", "Bộ Minh họa"),
    ],
)
def test_a_text_does_not_mean_an_agency_with_other_telling_words(text: str, name: str) -> None:
    assert not may_mean(text, name)


def test_names_are_compared_word_by_word() -> None:
    assert telling("UBND xã Giả Định") == {"gia", "dinh"}
    assert same("UBND xã Giả Định", "Ủy ban nhân dân xã Giả Định")
    assert not same("UBND xã Giả", "UBND xã Giả Định")
    assert within("Trần Thị Mẫu", "Người ký: Trần Thị Mẫu, Phó Giám đốc")
    assert not within("Trần Thị Mẫu", "Trần Thị Mẫn")
    assert not within("", "a")


@pytest.mark.parametrize(
    ("line", "numerals"),
    [
        ("thực hiện (kèm theo Phụ lục I, II).", ["I", "II"]),
        ("thực hiện (đính kèm các Phụ lục I, II và III).", ["I", "II", "III"]),
        ("theo Phụ lục II kèm theo.", ["II"]),
        ("theo Phụ lục số 01 đính kèm.", ["01"]),
        ("(có Phụ lục kèm theo)", [""]),
        ("(Phụ lục kèm theo)", [""]),
        ("theo Phụ lục III ban hành kèm theo Nghị định số 30/2020/NĐ-CP.", []),
        ("theo Phụ lục I kèm theo Thông tư này của Bộ.", []),
        ("Ban hành kèm theo Quyết định này Quy chế.", []),
        ("theo các Phụ lục I, II, III ban hành kèm theo Công văn này.", ["I", "II", "III"]),
        ("Thực hiện Quyết định số 12/QĐ-BM và Phụ lục II kèm theo Quyết định nêu trên, Sở báo cáo.", []),
        ("Thực hiện Công văn của Bộ Mẫu và Phụ lục I kèm theo, Sở báo cáo như sau.", []),
        ("Thực hiện Công văn số 12/BM-VP, Sở Thử nghiệm gửi số liệu (kèm theo Phụ lục I).", ["I"]),
        ("Thực hiện Công văn số 12/BM-VP, Công ty Mẫu gửi hồ sơ (kèm theo Phụ lục I).", []),
        ("Bãi bỏ Phụ lục I, II ban hành kèm theo Quyết định 12/2020/QĐ-STN.", []),
        ("Hồ sơ không kèm theo Phụ lục I, II thì được trả lại.", []),
        ("Tài liệu sẽ được gửi kèm theo Phụ lục I sau Hội nghị.", []),
        ("Sửa đổi Điều 5 như sau: “Báo cáo theo Phụ lục II kèm theo Quyết định này.”.", []),
        ("Theo Phụ lục II kèm theo Hợp đồng giữa hai bên.", []),
        ("Phụ lục I, II kèm theo được đăng tại https://vidu.example.org.", []),
        ("Đề nghị các đơn vị gửi báo cáo kèm theo Phụ lục I, II.", []),
        ("Đề nghị các đơn vị báo cáo theo Phụ lục I, II kèm theo.", ["I", "II"]),
        ("Thực hiện Công văn số 12/BM-VP. Sở gửi số liệu (kèm theo Phụ lục I).", ["I"]),
        ("Thực hiện Quyết định số 12/QĐ-BM của Bộ Mẫu (Phụ lục kèm theo).", []),
        ("Sở Thử nghiệm gửi kèm theo Công văn này Phụ lục I, Phụ lục II.", ["I", "II"]),
        ("Sở Thử nghiệm báo cáo (số liệu tại các Phụ lục I, II kèm theo).", ["I", "II"]),
        ("Sở Thử nghiệm gửi Phụ lục I kèm theo để quý Cục nghiên cứu.", ["I"]),
        ("Qua nghiên cứu dự thảo Nghị quyết và Phụ lục I, II kèm theo, Sở có ý kiến như sau:", []),
        ("Đề nghị quý Cục chỉnh sửa Phụ lục I, II kèm theo cho phù hợp.", []),
        ("Theo Kết luận của Thanh tra tỉnh và các Phụ lục 1, 2 kèm theo, Sở đã khắc phục.", []),
        ("Chi tiết tại Phụ lục kèm theo Công văn này.", [""]),
        ("Sở Thử nghiệm báo cáo chi tiết tại Phụ lục kèm theo.", [""]),
        ("Bộ Mẫu quy định chi tiết tại Phụ lục kèm theo.", []),
    ],
)
def test_appendices_are_named_with_or_without_a_numeral(line: str, numerals: list[str]) -> None:
    found = read_enclosures(flow("SỞ THỬ NGHIỆM", line)).appendixes
    assert [enclosure.numeral for enclosure in found] == numerals


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("(Có danh sách kèm theo)", ["Có danh sách kèm theo"]),
        ("(Gửi kèm theo Dự thảo Quyết định và Tờ trình)", ["Gửi kèm theo Dự thảo Quyết định và Tờ trình"]),
        ("(Biểu mẫu số 01, 02 kèm theo)", ["Biểu mẫu số 01, 02 kèm theo"]),
        ("(Ban hành kèm theo Quyết định số 05/QĐ-STN)", []),
        ("(Có danh sách bản giấy kèm theo)", []),
        ("(Tài liệu tại địa chỉ https://vidu.example.org, mã QR kèm theo)", []),
        ("Có danh sách kèm theo", []),
        ("Các đơn vị không cử người (không có danh sách kèm theo)", []),
        ("Thí sinh nộp đơn (kèm theo hồ sơ)", []),
        ("Yêu cầu các đơn vị lập kế hoạch (kèm theo danh mục nhiệm vụ)", []),
        ("Đề nghị các đơn vị gửi đăng ký (có danh sách kèm theo)", []),
        ("Đề nghị các đơn vị gửi đăng ký (có mẫu kèm theo)", ["có mẫu kèm theo"]),
        ("Đề nghị cho ý kiến (kèm theo dự thảo)", ["kèm theo dự thảo"]),
    ],
)
def test_words_in_brackets_say_that_something_comes_with_it(line: str, said: list[str]) -> None:
    assert [each.text for each in read_enclosures(flow(line)).said] == said


@pytest.mark.parametrize(
    ("line", "numeral"),
    [
        ("Phụ lục I - DANH SÁCH ĐƠN VỊ", "I"),
        ("PHỤ LỤC 2: BIỂU MẪU", "2"),
        ("Phụ lục", ""),
        ("Phụ lục chi tiết gửi kèm", None),
        ("Phụ lục I kèm theo", None),
    ],
)
def test_a_heading_may_have_its_title_on_its_line(line: str, numeral: str | None) -> None:
    found = [heading.numeral for heading in read_enclosures(flow("Điều 1.", line)).headings]
    assert found == ([] if numeral is None else [numeral])


def test_a_list_of_enclosures_ends_with_its_last_entry() -> None:
    text = flow("Tài liệu gửi kèm:", "1. Danh mục hệ thống", "tham gia;", "2. Biểu mẫu.", "Trân trọng./.")
    assert [each.text for each in read_enclosures(text).listed] == ["Danh mục hệ thống tham gia", "Biểu mẫu"]
    inline = flow("Kèm theo: 1. Danh mục; 2. Biểu mẫu.")
    assert [each.text for each in read_enclosures(inline).listed] == ["Danh mục", "Biểu mẫu"]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("nhận được Công văn số 12/BM-VP của Bộ Mẫu (kèm theo 03 tài liệu).", 0),
        ("gửi kèm 02 tài liệu bản giấy", 0),
        ("Gửi kèm: 03 tài liệu.", 3),
        ("Sở Thử nghiệm gửi Kế hoạch (kèm theo 02 phụ lục)", 2),
        ("(Kèm theo 02 phụ lục)", 2),
        ("kèm theo 01 bản sao", 0),
        ("Sở Thử nghiệm gửi kèm 03 tài liệu để nghiên cứu.", 3),
        ("Công ty Mẫu gửi kèm 03 tài liệu để nghiên cứu.", 0),
        ("Sở Thử nghiệm đề nghị các phòng gửi báo cáo kèm theo 02 biểu mẫu.", 0),
        ("Sở Thử nghiệm sẽ gửi kèm 03 tài liệu tại Hội nghị.", 0),
        ("Ban hành kèm theo Công văn này 02 biểu mẫu.", 2),
        ("Sở gửi quý Cục 03 tài liệu kèm theo Công văn này.", 3),
        ("Quý Cục có 03 tài liệu kèm theo.", 0),
        ("Gửi kèm tài liệu", 0),
    ],
)
def test_enclosures_are_counted(line: str, count: int) -> None:
    counts = read_enclosures(flow("SỞ THỬ NGHIỆM", "Kính gửi: Cục Mẫu", line)).counts
    assert sum(counted.number for counted in counts) == count


def test_headings_of_appendices_are_lines_of_their_own(read: Read) -> None:
    document = new_letterhead(
        body=("Điều 1. Thực hiện theo", "Phụ lục I kèm theo."), appendixes=(Appendix(), Appendix("PHỤ LỤC II"))
    )
    text = read("a.pdf", new_pdf_document(document))
    assert [heading.numeral for heading in read_enclosures(text).headings] == ["I", "II"]


def test_a_text_that_repeats_itself_takes_no_time() -> None:
    text = flow(*["kèm theo Phụ lục I, II, III gửi kèm 03 tài liệu"] * 20_000)
    assert len(read_enclosures(text).counts) <= 40


def test_names_as_long_as_a_book_are_not_remembered() -> None:
    books = [f"{number} " * 20_000 for number in range(100, 140)]
    tracemalloc.start()
    try:
        for book in books:
            assert not may_mean(book, "Sở Đối chứng")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 16_000_000


def test_of_a_text_longer_than_any_name_the_beginning_is_compared() -> None:
    assert within("Sở Thử nghiệm", "Sở Thử nghiệm" + " và" * 2_000)
    assert within("Sở Thử nghiệm", "và " * 1_000 + "Sở Thử nghiệm")
    assert not within("Sở Thử nghiệm", "và " * 2_000 + "Sở Thử nghiệm")
