"""Sign, date, issuer and signature as the decree places them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.letterhead import DECISION, LETTER, Letterhead, new_letterhead
from fixtures.paper import new_pdf_document
from fixtures.wordpaper import new_docx_document
from protocol.content.letterhead import bare_notation, read_letterhead
from protocol.content.signatures import is_name, without_title
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read


def flow(*lines: str) -> FileText:
    return FileText("word", tuple(Line(line) for line in lines))


def signs(*lines: str) -> list[tuple[str, str]]:
    return [(sign.number, sign.notation) for sign in read_letterhead(flow(*lines)).signs]


@pytest.mark.parametrize("document", [DECISION, LETTER])
def test_pdf_and_word_file_of_a_document_say_the_same(read: Read, document: Letterhead) -> None:
    pdf = read_letterhead(read("a.pdf", new_pdf_document(document)))
    word = read_letterhead(read("a.docx", new_docx_document(document, form="NFD")))
    assert pdf.found
    assert [sign.text for sign in pdf.signs] == [document.sign_line.removeprefix("Số: ")]
    assert [sign.text for sign in pdf.signs] == [sign.text for sign in word.signs]
    assert [printed.day for printed in pdf.dates] == [printed.day for printed in word.dates] == [date(2026, 11, 20)]
    assert pdf.issuer == word.issuer == "SỞ THỬ NGHIỆM"
    for head in (pdf, word):
        assert [signature.name for signature in head.signatures] == ["Trần Thị Mẫu"]
        assert head.signatures[0].capacity == ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")


@pytest.mark.parametrize(
    ("line", "sign"),
    [
        ("Số: 05/QĐ-STN", ("05", "QĐ-STN")),
        ("Số 05/QĐ-STN", ("05", "QĐ-STN")),
        ("SỐ: 05/QĐ-STN", ("05", "QĐ-STN")),
        ("Số: 05 / QĐ - STN", ("05", "QĐ-STN")),
        ("Số:      /QĐ-STN", ("", "QĐ-STN")),
        ("Số: ....../QĐ-STN", ("", "QĐ-STN")),
        ("Số: 05/2026/QĐ-UBND", ("05", "2026/QĐ-UBND")),
        ("Số: 30-CT/TU", ("30", "CT/TU")),
        ("Số: 05a/QĐ-STN", ("05a", "QĐ-STN")),
        ("Số: 05/QÐ–STN", ("05", "QĐ-STN")),
        ("Số: 05/STN-VP V/v thử nghiệm", ("05", "STN-VP")),
    ],
)
def test_a_sign_is_read_in_every_way_of_printing_it(line: str, sign: tuple[str, str]) -> None:
    assert signs("SỞ THỬ NGHIỆM", line) == [sign]


@pytest.mark.parametrize(
    "line",
    ["Căn cứ Nghị định số 30/2020/NĐ-CP", "số 30/2020/NĐ-CP ngày 05", "Số lượng: 05", "Số điện thoại: 0000", "Số: 05"],
)
def test_what_only_looks_like_a_sign_is_none(line: str) -> None:
    assert signs("SỞ THỬ NGHIỆM", line) == []


def test_the_letterhead_ends_where_the_body_begins() -> None:
    assert signs("Số: 05/QĐ-STN", "Kính gửi: Cục Mẫu", "Số: 77/QĐ-CĐC") == [("05", "QĐ-STN")]
    assert signs(*["dòng"] * 40, "Số: 77/QĐ-CĐC") == []


def test_a_number_that_was_stamped_at_some_distance_belongs_to_its_line() -> None:
    place = {"page": 1, "size": 13.0, "width": 595.0, "height": 842.0}
    begun = Line("Số:", left=90, right=110, top=100, bottom=113, **place)  # type: ignore[arg-type]  # page is an int
    rest = Line("05 /QĐ-STN", left=150, right=210, top=101, bottom=114, **place)  # type: ignore[arg-type]  # as above
    far = Line("05 /QĐ-STN", left=150, right=210, top=180, bottom=193, **place)  # type: ignore[arg-type]  # as above
    assert [sign.text for sign in read_letterhead(FileText("pdf", (begun, rest))).signs] == ["05/QĐ-STN"]
    assert read_letterhead(FileText("pdf", (begun, far))).signs == ()


@pytest.mark.parametrize("cut", ["STN-KHTCĐT-\nPCXLVPHC", "STN-KHTCĐT\n-PCXLVPHC", "STN-KHTCĐT-PCXL\nVPHC"])
def test_a_notation_that_is_broken_over_two_lines_is_one(read: Read, cut: str) -> None:
    document = new_letterhead(LETTER, sign_line=f"Số: 05/{cut}")
    (sign,) = read_letterhead(read("a.pdf", new_pdf_document(document))).signs
    assert sign.same_notation("STN-KHTCĐT-PCXLVPHC")
    assert not sign.same_notation("STN-KHTCĐT-VP")
    assert not sign.same_notation("STN-KHTCĐT-PCXLVPHC-VP")


def test_the_subject_below_a_sign_is_no_part_of_it(read: Read) -> None:
    (sign,) = read_letterhead(read("a.pdf", new_pdf_document(LETTER))).signs
    assert sign.wrapped == sign.notation == "STN-VP"


@pytest.mark.parametrize(
    ("typed", "same"), [("2026/QĐ-STN", True), ("QĐ-STN", True), ("2025/QĐ-STN", False), ("2026/QĐ-STN-VP", False)]
)
def test_a_year_in_both_notations_is_one_year(typed: str, same: bool) -> None:
    (sign,) = read_letterhead(flow("SỞ", "Số: 05/2026/QĐ-STN")).signs
    assert sign.same_notation(typed) is same


def test_a_notation_whose_end_is_nowhere_may_be_any_that_begins_so() -> None:
    (sign,) = read_letterhead(flow("SỞ", "Số: 05/STN-KHTCĐT-", "Kính gửi: Cục Mẫu")).signs
    assert sign.same_notation("STN-KHTCĐT-PCXLVPHC")
    assert not sign.same_notation("STN-VP")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("QĐ-STN", "qđ-stn", True),
        ("QĐ-STN", "QÐ–STN", True),
        ("2026/QĐ-UBND", "QĐ-UBND", True),
        ("QĐ-STN", "QĐ-STN-VP", False),
        ("QD-STN", "QĐ-STN", False),
    ],
)
def test_notations_are_compared_without_case_and_kind_of_dash(one: str, other: str, same: bool) -> None:
    assert (bare_notation(one) == bare_notation(other)) is same


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Ví Dụ, ngày 20 tháng 11 năm 2026", date(2026, 11, 20)),
        ("Ví Dụ, ngày 05 tháng 3 năm 2026.", date(2026, 3, 5)),
        ("TP. Mẫu Sơn, ngày 5 tháng 3 năm 2026", date(2026, 3, 5)),
        ("Ví Dụ, ngày 31 tháng 11 năm 2026", None),
        ("Số: 05/QĐ-STN Ví Dụ, ngày 20 tháng 11 năm 2026", date(2026, 11, 20)),
        ("Ví Dụ,\nngày 20 tháng 11 năm 2026", date(2026, 11, 20)),
        ("Thành phố Ví Dụ, ngày 20\ntháng 11 năm 2026", date(2026, 11, 20)),
    ],
)
def test_the_date_stands_behind_its_place(line: str, day: date | None) -> None:
    assert [printed.day for printed in read_letterhead(flow("SỞ", *line.split("\n"))).dates] == [day]


@pytest.mark.parametrize(
    "line",
    [
        "Ví Dụ, ngày    tháng 11 năm 2026",
        "ngày 20 tháng 11 năm 2026",
        "20/11/2026",
        "Luật số 1, ngày 20 tháng 11",
        "Báo cáo theo yêu cầu; thực hiện kế hoạch của tỉnh, ngày 20 tháng 11 năm 2026",
        "Ví Dụ, ngày 20\nBÁO CÁO",
        "của Ủy ban nhân dân tỉnh Ví Dụ,\nngày 20 tháng 11 năm 2026",
    ],
)
def test_half_a_date_is_none(line: str) -> None:
    assert read_letterhead(flow("SỞ", *line.split("\n"))).dates == ()


@pytest.mark.parametrize(
    "name",
    [
        "Trần Thị Mẫu",
        "Nguyễn Văn Thử",
        "Lê Ví Dụ",
        "TS. Trần Thị Mẫu",
        "PGS.TS. Lê Giả",
        "BSCKII. Lê Giả",
        "H'Mẫu Êban",
        "Y-Mẫu Niê",
        "Ksor Mẫu",
    ],
)
def test_names_of_people_are_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "line",
    [
        "TRẦN THỊ MẪU",
        "Mẫu",
        "(Đã ký)",
        "Đã Ký",
        "Nơi nhận:",
        "Sở Thử nghiệm",
        "Ký bởi: Mẫu",
        "Trần Mẫu 20/11",
        "H'MẪU Êban",
    ],
)
def test_other_lines_are_no_names(line: str) -> None:
    assert not is_name(line)


def test_titles_come_off() -> None:
    assert without_title("PGS.TS. Trần Thị Mẫu") == "Trần Thị Mẫu"
    assert without_title("Đại tá Lê Giả") == "Lê Giả"
    assert without_title("Trần Thị Mẫu") == "Trần Thị Mẫu"


@pytest.mark.parametrize("position", ["CHỦ NHIỆM", "PHÓ CHỦ NHIỆM", "THẨM PHÁN", "ỦY VIÊN", "KIỂM SÁT VIÊN"])
def test_who_signs_may_have_another_position_than_a_head_of_an_agency(position: str) -> None:
    (signature,) = read_letterhead(flow(position, "Trần Thị Mẫu")).signatures
    assert (signature.capacity, signature.name) == ((position,), "Trần Thị Mẫu")


def test_a_block_without_a_name_is_no_signature() -> None:
    lines = ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "(Đã ký)")
    assert read_letterhead(flow(*lines)).signatures == ()


def test_two_who_sign_beside_each_other_are_two(read: Read) -> None:
    place = {"page": 1, "size": 13.0, "width": 595.0, "height": 842.0}

    def column(left: float, lines: Sequence[str]) -> list[Line]:
        return [
            Line(text, left=left, right=left + 100, top=500 + 40 * at, bottom=513 + 40 * at, **place)  # type: ignore[arg-type]  # page is an int
            for at, text in enumerate(lines)
        ]

    lines = [*column(90, ("GIÁM ĐỐC", "Trần Thị Mẫu")), *column(400, ("CHỦ TỊCH", "Lê Văn Giả"))]
    text = FileText("pdf", tuple(sorted(lines, key=lambda line: (line.top, line.left))))
    assert [signature.name for signature in read_letterhead(text).signatures] == ["Trần Thị Mẫu", "Lê Văn Giả"]


def test_a_document_without_a_letterhead_is_none(read: Read) -> None:
    assert not read_letterhead(flow("Bảng giá", "Mặt hàng")).found
    assert not read_letterhead(FileText("pdf")).found


@given(
    st.lists(
        st.sampled_from(["Số: 05/QĐ-STN", "Số:", "/QĐ", "Ví Dụ, ngày 20 tháng 11 năm 2026", "GIÁM ĐỐC"]) | st.text()
    )
)
def test_nothing_makes_the_reader_raise(lines: list[str]) -> None:
    read_letterhead(flow(*lines))


def test_thousands_of_signatures_take_no_time() -> None:
    text = flow(*["KT. GIÁM ĐỐC", "Trần Thị Mẫu"] * 50_000)
    assert len(read_letterhead(text).signatures) <= 20


def test_changes_of_a_letterhead_name_known_fields() -> None:
    with pytest.raises(TypeError):
        new_letterhead(so="05")


def test_a_sentence_that_ends_in_a_date_is_not_the_date_of_issue(read: Read) -> None:
    body = ("Báo cáo kết quả thực hiện kế hoạch của Ủy ban nhân dân tỉnh Ví Dụ, ngày 05 tháng 3 năm 2026",)
    document = new_letterhead(date_line="Ví Dụ, ngày     tháng 11 năm 2026", type_name="BÁO CÁO", body=body)
    assert read_letterhead(read("a.pdf", new_pdf_document(document))).dates == ()
