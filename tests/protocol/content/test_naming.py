"""Names of agencies compared, and whom and what a document names."""

from __future__ import annotations

import pytest

from fixtures.letterhead import DECISION, LETTER, Appendix, new_letterhead
from fixtures.paper import new_pdf_document
from fixtures.wordpaper import new_docx_document
from protocol.content.enclosures import read_enclosures
from protocol.content.names import may_mean, same, telling, within
from protocol.content.recipients import Named, addressees, recipients
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


@pytest.mark.parametrize("word", [False, True])
def test_one_addressee_stands_behind_kinh_gui_and_several_below(read: Read, word: bool) -> None:
    def shown(*names: str) -> list[str]:
        document = new_letterhead(LETTER, addressees=names)
        data = new_docx_document(document) if word else new_pdf_document(document)
        return [named.text for named in addressees(read("a.docx" if word else "a.pdf", data))]

    assert shown("Cục Mẫu") == ["Cục Mẫu"]
    assert shown("Cục Mẫu", "Sở Đối chứng", "UBND tỉnh Ví Dụ") == ["Cục Mẫu", "Sở Đối chứng", "UBND tỉnh Ví Dụ"]


def test_a_list_may_begin_on_the_line_of_kinh_gui() -> None:
    text = flow("Kính gửi: - Cục Mẫu;", "- Sở Đối chứng.", "Sở Thử nghiệm đề nghị.")
    assert [named.text for named in addressees(text)] == ["Cục Mẫu", "Sở Đối chứng"]


@pytest.mark.parametrize("word", [False, True])
def test_the_recipients_are_read_up_to_where_the_original_is_kept(read: Read, word: bool) -> None:
    long = "Ủy ban nhân dân các xã, phường, đặc khu trên địa bàn tỉnh Ví Dụ (để thực hiện);"
    document = new_letterhead(DECISION, recipients=("Như Điều 3;", long, "Bộ Minh họa (b/c);", "Lưu: VT, HC(02)."))
    data = new_docx_document(document) if word else new_pdf_document(document)
    read_back = recipients(read("a.docx" if word else "a.pdf", data))
    assert [named.text for named in read_back] == [
        "Như Điều 3",
        "Ủy ban nhân dân các xã, phường, đặc khu trên địa bàn tỉnh Ví Dụ",
        "Bộ Minh họa",
        "Lưu: VT, HC",
    ]
    assert [named.open for named in read_back] == [True, True, False, False]
    assert read_back[-1].kept


@pytest.mark.parametrize("text", ["Như trên", "Như Kính gửi"])
def test_some_lines_point_at_the_addressees(text: str) -> None:
    assert Named(text, 0).above
    assert not Named(text, 0).open


@pytest.mark.parametrize(
    "text",
    [
        "Ủy ban nhân dân 34 tỉnh, thành phố",
        "UBND 168 xã, phường, đặc khu",
        "Bệnh viện, trung tâm y tế trên địa bàn tỉnh",
        "Hiệu trưởng trường trung học phổ thông",
        "Doanh nghiệp hoạt động trong Khu công nghiệp",
        "Hộ gia đình, cá nhân",
        "Quý Sở",
        "Đồng chí Nguyễn Văn Mẫu, Bí thư Tỉnh ủy",
        "Ông Nguyễn Văn Mẫu",
    ],
)
def test_numbers_of_bodies_classes_and_persons_may_mean_anybody(text: str) -> None:
    assert Named(text, 0).open


@pytest.mark.parametrize(
    "text", ["Cục Mẫu", "Công an tỉnh", "UBND quận 1", "SỞ THỬ NGHIỆM TỈNH VÍ DỤ", "Quỹ Phát triển"]
)
def test_one_body_is_no_group(text: str) -> None:
    assert not Named(text, 0).open


@pytest.mark.parametrize(
    ("printed", "aside"),
    [
        ("Bộ Mẫu (Vụ PC)", "Vụ PC"),
        ("Cục Mẫu (để b/c)", ""),
        ("Cục Mẫu (b/c)", ""),
        ("Cục Mẫu (để phối hợp với các sở)", ""),
        ("Cục Mẫu (02 bản)", ""),
        ("UBND các xã (theo danh sách)", "theo danh sách"),
    ],
)
def test_brackets_say_whom_or_what_for(printed: str, aside: str) -> None:
    (named, kept) = recipients(flow("Nơi nhận:", f"- {printed};", "- Lưu: VT."))
    assert named.text == printed.partition(" (")[0]
    assert named.aside == aside
    assert kept.kept


@pytest.mark.parametrize(
    "text", ["Các sở, ban, ngành", "Như Điều 3", "Các PCT UBND tỉnh", "Thủ trưởng đơn vị", "Thành viên Hội đồng", "..."]
)
def test_groups_may_mean_anybody(text: str) -> None:
    assert Named(text, 0).open


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
        ("Thực hiện Công văn số 12/BM-VP. Sở gửi số liệu (kèm theo Phụ lục I).", ["I"]),
        ("Thực hiện Quyết định số 12/QĐ-BM của Bộ Mẫu (Phụ lục kèm theo).", []),
    ],
)
def test_appendices_are_named_with_or_without_a_numeral(line: str, numerals: list[str]) -> None:
    assert [enclosure.numeral for enclosure in read_enclosures(flow(line)).appendixes] == numerals


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
        ("(kèm theo 02 phụ lục)", 2),
        ("kèm theo 01 bản sao", 0),
        ("Gửi kèm tài liệu", 0),
    ],
)
def test_enclosures_are_counted(line: str, count: int) -> None:
    assert sum(number for number, _ in read_enclosures(flow(line)).counts) == count


def test_headings_of_appendices_are_lines_of_their_own(read: Read) -> None:
    document = new_letterhead(
        body=("Điều 1. Thực hiện theo", "Phụ lục I kèm theo."), appendixes=(Appendix(), Appendix("PHỤ LỤC II"))
    )
    text = read("a.pdf", new_pdf_document(document))
    assert [heading.numeral for heading in read_enclosures(text).headings] == ["I", "II"]


def test_a_text_that_repeats_itself_takes_no_time() -> None:
    text = flow(*["kèm theo Phụ lục I, II, III gửi kèm 03 tài liệu"] * 20_000)
    assert len(read_enclosures(text).counts) <= 40
