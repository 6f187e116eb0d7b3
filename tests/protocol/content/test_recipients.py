"""Whom a document names in Kính gửi and Nơi nhận."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fixtures.letterhead import DECISION, LETTER, new_letterhead
from fixtures.paper import new_pdf_document
from fixtures.wordpaper import new_docx_document
from protocol.content.recipients import Named, addressees, recipients
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read


def flow(*lines: str) -> FileText:
    return FileText("word", tuple(Line(line) for line in lines))


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
        "Phó Chủ tịch Trần Văn Mẫu",
        "Phó Chủ tịch UBND tỉnh Trần Văn Mẫu",
        "TS. Lê Thị Mẫu",
        "Nguyễn Văn Mẫu",
        "Trương Thị Mẫu",
        "Hà Văn Mẫu",
        "Giám đốc Sở Mẫu Lâm Thị Thử",
        "Giám đốc Sở Mẫu Hà Nội Trần Văn Thử",
        "Giám đốc Sở Mẫu Hà Nam Thử",
        "Hà Nam Thử",
        "Lâm Đồng Văn Thử",
        "Chủ tịch UBND huyện Trần Văn Mẫu",
        "Chủ tịch UBND huyện Lê Mẫu",
        "Trưởng phòng Nội vụ huyện Lê Mẫu",
        "Giám đốc Bảo hiểm xã hội Trần Mẫu",
        "Phó Chủ tịch UBND thành phố Hồ Mẫu",
        "Giám đốc Sở Lao động - Thương binh và Xã hội Trần Mẫu",
        "Chủ tịch Hội Trần Mẫu",
        "Phó Chủ tịch UBND xã Trần Mẫu",
        "Nguyên Chủ tịch UBND phường Trần Văn Mẫu",
        "PCT UBND huyện Trần Mẫu",
        "PCT Trần Mẫu",
        "Quyền Giám đốc Trần Mẫu",
        "Phó Tổng Giám đốc Trần Mẫu",
    ],
)
def test_numbers_of_bodies_classes_and_persons_may_mean_anybody(text: str) -> None:
    assert Named(text, 0).open


@pytest.mark.parametrize(
    "text",
    [
        "Cục Mẫu",
        "Công an tỉnh",
        "UBND quận 1",
        "SỞ THỬ NGHIỆM TỈNH VÍ DỤ",
        "Tòa án Mẫu",
        "Tổng cục Mẫu",
        "Ban Quản lý dự án Mẫu",
        "Ủy ban nhân dân xã Mẫu",
        "Chủ tịch UBND tỉnh",
        "Giám đốc Sở Mẫu",
        "Giám đốc Sở Mẫu Hà Nội",
        "Chủ tịch Hội Mẫu tỉnh Lâm Đồng",
        "Phó Giám đốc Sở Mẫu Hà Nội",
        "Hà Nội",
        "Hà Giang",
        "Cao Bằng",
        "Lâm Đồng",
        "Hà Nội, Lâm Đồng",
        "Chủ tịch UBND đặc khu Lý Mẫu",
        "Phó Chủ tịch UBND thành phố Hồ Chí Minh",
        "Chủ tịch UBND huyện Mẫu",
        "Chủ tịch UBND xã Cao Mẫu",
        "UBND phường Trần Hưng Mẫu",
        "Chủ tịch UBND phường Trần Hưng Mẫu",
        "Trường THPT Nguyễn Văn Mẫu",
        "Vụ Pháp chế",
    ],
)
def test_one_body_is_no_group(text: str) -> None:
    assert not Named(text, 0).open


@pytest.mark.parametrize(
    "text",
    [
        "Hội đồng Thi đua - Khen thưởng tỉnh",
        "Quỹ Bảo vệ rừng tỉnh",
        "Tổ công tác số 2",
        "Ban Chỉ đạo chuyển đổi số tỉnh",
        "Ban Chấp hành Đảng bộ tỉnh",
        "Bộ Chính trị",
        "Ban Bí thư",
        "Ủy ban Bầu cử tỉnh",
        "Đoàn kiểm tra số 1",
        "……….",
    ],
)
def test_organs_without_an_office_may_be_served_by_anybody(text: str) -> None:
    assert Named(text, 0).open


_OWN = ("Nơi nhận:", "- Cục Mẫu;", "- Lưu: VT.")

_OF_A_FORM = ("Nơi nhận:", "- Sở Đối chứng;", "- Lưu: VT.")


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((*_OWN, "Mẫu số 01", *_OF_A_FORM), ["Cục Mẫu", "Lưu: VT"]),
        (("Nơi nhận:", "- Bản in: …;", "Điều 1.", *_OWN), ["Cục Mẫu", "Lưu: VT"]),
        ((*_OWN[:2], "Mẫu số 01"), ["Cục Mẫu"]),
        ((*_OWN[:2], "Mẫu số 01", *_OF_A_FORM[:2], "Điều 1."), []),
    ],
)
def test_the_recipients_are_those_of_the_first_block_read_to_its_end(lines: Sequence[str], named: list[str]) -> None:
    assert [each.text for each in recipients(flow(*lines))] == named


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
