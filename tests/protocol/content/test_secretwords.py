"""Degrees of secrecy in lines, in names of files and in fields."""

from __future__ import annotations

import unicodedata

import pytest

from protocol.content.degrees import Mark, degree_of, is_declassified, tells_declassified
from protocol.content.secretfields import field_mark
from protocol.content.secretnames import name_mark, path_mark

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


def told(mark: Mark | None) -> str | None:
    """The degree of a mark, behind it ``?`` for a doubtful one and ``??`` for a possible one."""
    return mark.degree + {"sure": "", "doubtful": "?", "possible": "??"}[mark.certainty] if mark else None


@pytest.mark.parametrize("line", ORDINARY)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_ordinary_words_are_no_mark(line: str, form: str) -> None:
    written = unicodedata.normalize(form, line)  # type: ignore[arg-type]  # the two values are the literals wanted
    assert degree_of(written) is None
    assert field_mark(written) is None
    assert name_mark(f"{written}.pdf") is None
    assert field_mark(f"V/v {written} năm 2026") is None


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
        ("TỐI MẬT - Trang 1", "TỐI MẬT"),
        ("Trang 3/12 - MẬT", "MẬT"),
        ("★ MẬT ★", "MẬT"),
        ("độ mật: Tối mật", None),
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
        ("Mật - Khẩn", "MẬT"),
        ("hỏa tốc/tối mật", "TỐI MẬT"),
        ("mật, hoả tốc", "MẬT"),
        ("Khẩn", None),
        ("Mật khẩn", None),
        ("Mật - khẩn trương triển khai", None),
        ("Mật ong - khẩn", None),
        ("Bảo mật - khẩn", None),
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
        ("Độ mật: Mật - V/v giao nhiệm vụ", "MẬT"),
        ("TUYỆT MẬT. V/v giao nhiệm vụ", "TUYỆT MẬT"),
        ("V/v giao nhiệm vụ. TUYỆT MẬT", "TUYỆT MẬT"),
        ("MẬT - V/v bảo vệ bí mật nhà nước", "MẬT"),
        ("V/v giao nhiệm vụ (MẬT) năm 2026", "MẬT"),
        ("[MẬT] V/v hỗ trợ hộ nuôi ong", "MẬT"),
        ("[Mật] V/v giải mật tài liệu", "MẬT"),
        ("V/v giao nhiệm vụ (Mật)", "MẬT"),
        ("V/v giao nhiệm vụ (mật)", "MẬT?"),
        ("V/v khen thưởng ông Trần Văn Thử (Mật)", None),
        ("V/v làm đường thôn Mẫu - Mật", None),
        ("Tối mật - V/v giao nhiệm vụ", "TỐI MẬT?"),
        ("V/v giao nhiệm vụ - Tối mật", "TỐI MẬT?"),
        ("Tài liệu mật", "MẬT?"),
        ("V/v giao nhiệm vụ (Tài liệu Mật)", "MẬT??"),
        ("V/v giao nhiệm vụ - Mật", "MẬT??"),
        ("V/v cho ý kiến về việc giảm độ mật: Tối mật", "TỐI MẬT??"),
        ("GIẢM ĐỘ MẬT: TỐI MẬT", "TỐI MẬT??"),
        ("V/v hướng dẫn đóng dấu độ mật: Mật.", "MẬT??"),
        ("Danh mục bí mật nhà nước (Tối mật)", "TỐI MẬT??"),
        ("V/v sao gửi văn bản đã giải mật (TỐI MẬT)", "TỐI MẬT??"),
        ("V/v gia hạn tài liệu có độ mật (Mật) sang không mật", None),
        ("V/v danh mục bí mật nhà nước độ Tối mật", None),
        ("V/v xác định độ mật của tài liệu (Tuyệt mật, Tối mật, Mật)", None),
        ("V/v bí danh (Mật) của nguồn giống ong", None),
        ("V/v hỗ trợ hợp tác xã ong - MẬT", None),
        ("MẬT - V/v hỗ trợ hợp tác xã nuôi ong", "MẬT"),
        ("V/v sử dụng con dấu (MẬT)", "MẬT??"),
        ("V/v đăng ký nhãn hiệu - MẬT", "MẬT??"),
        ("Ban hành mẫu dấu chỉ độ mật (MẬT)", "MẬT??"),
        ("Mẫu dấu chỉ mức độ mật (TỐI MẬT)", "TỐI MẬT??"),
        ("MẪU DẤU CHỈ ĐỘ MẬT (MẬT)", "MẬT??"),
        ('V/v tiêu hủy hồ sơ có đóng dấu độ mật "MẬT" (MẬT)', "MẬT??"),
        ("V/v sử dụng dấu “MẬT”, dấu “TỐI MẬT” (TUYỆT MẬT)", "TUYỆT MẬT??"),
        ('V/v tiêu hủy hồ sơ có đóng dấu "MẬT" của kế hoạch phòng thủ (MẬT)', "MẬT"),
        ("Kế hoạch phòng thủ - Độ mật: MẬT", "MẬT"),
        ("Kế hoạch phòng thủ - Độ mật (MẬT)", "MẬT"),
        ("Kế hoạch phòng thủ. Mức độ mật: (TỐI MẬT)", "TỐI MẬT"),
        ("KẾ HOẠCH PHÒNG THỦ; ĐỘ MẬT (MẬT)", "MẬT"),
        ("Mẫu dấu độ khẩn - độ mật (MẬT)", "MẬT??"),
        ("V/v khen thưởng bà LÊ THỊ - MẬT", None),
        ("V/v khen thưởng bà Lê Thị - Mật", None),
        ("M Ậ T - V/v giao nhiệm vụ", "MẬT"),
        ("T Ố I  M Ậ T - V/v giao nhiệm vụ", "TỐI MẬT"),
        ("V/v phương án MẬT", "MẬT?"),
        ("V/v phương án TỐI MẬT", "TỐI MẬT?"),
        ("V/v phương án diễn tập MẬT", "MẬT??"),
        ("V/v phương án diễn tập TỐI MẬT", "TỐI MẬT??"),
        ("V/v quản lý tài liệu MẬT", "MẬT??"),
        ("KẾ HOẠCH MẬT", "MẬT??"),
        ("V/v tăng cường bảo MẬT", None),
        ("V/v đóng dấu MẬT", None),
        ("V/v nuôi ong, lấy mật hoa MẬT", None),
        ("V/v nâng lương của Trần MẬT", None),
        ("V/v khen thưởng bà Trần Kim MẬT", None),
        ("", None),
        (None, None),
    ],
)
def test_a_field_states_a_degree_as_a_note_of_its_own(text: str | None, degree: str | None) -> None:
    assert told(field_mark(text)) == degree


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
        ("BC (MAT).xlsx", None),
        ("Bài thi [MAT].xlsx", None),
        ("MẬT.pdf", "MẬT"),
        ("MAT BANG TANG 1.pdf", None),
        ("123_STN_MẬT_signed.pdf", "MẬT"),
        ("123_STN_MẬT.pdf", "MẬT??"),
        ("Ly lich NV_MẬT.pdf", "MẬT??"),
        ("K12 MẬT.xlsx", "MẬT??"),
        ("12A1_MẬT.xlsx", "MẬT??"),
        ("CV MẬT.pdf", "MẬT??"),
        ("QĐ 12_MẬT.pdf", "MẬT"),
        ("KH SX MẬT.xlsx", "MẬT??"),
        ("05 BC-STN MẬT.xlsx", "MẬT"),
        ("BC 05.MẬT.xlsx", "MẬT"),
        ("NGUYỄN THỊ - MẬT.pdf", None),
        ("Nguyễn Thị_MẬT.pdf", None),
        ("Mật.pdf", "MẬT?"),
        ("Báo cáo - Mật.xlsx", "MẬT??"),
        ("Báo cáo độ Tối mật.xlsx", "TỐI MẬT??"),
        ("TÀI LIỆU MẬT.xlsx", "MẬT?"),
        ("Văn bản mật.xlsx", "MẬT?"),
        ("SỔ ĐĂNG KÝ VĂN BẢN MẬT.xlsx", None),
        ("BC_tuyet_mat_2026.xlsx", "TUYỆT MẬT?"),
        ("ke_hoach_tuyet_mat.xlsx", "TUYỆT MẬT??"),
        ("nguyen_thi_tuyet_mat.xlsx", None),
        ("TỐI MẬT - đã giải mật.pdf", "TỐI MẬT??"),
        ("TUYET_MAT da giai mat.pdf", "TUYỆT MẬT??"),
        ("CV-MẬT-123.pdf", "MẬT"),
        ("BC MẬT.pdf", "MẬT"),
        ("UBND_TỐI MẬT.signed.pdf", "TỐI MẬT"),
        ("Tuyet mat.pdf", "TUYỆT MẬT"),
        ("Phụ lục MẬT.xlsx", "MẬT?"),
        ("Phụ lục 1 MẬT.xlsx", "MẬT??"),
        ("Báo cáo mật.xlsx", "MẬT??"),
        ("Trần MẬT.xlsx", None),
        ("Hồ sơ em MẬT.xlsx", None),
        ("DS_THI_TUYET_MAT_HANG.xlsx", "TUYỆT MẬT??"),
        ("BC_TUYET_MAT_HANG.xlsx", "TUYỆT MẬT??"),
        ("BC_TUYET_MAT_SIGNED.pdf", "TUYỆT MẬT"),
        ("KH 5 TUYET MAT - PHUONG AN.pdf", "TUYỆT MẬT"),
        ("TUYET_MAT_PHUONG_AN.pdf", "TUYỆT MẬT"),
        ("DANH MUC BI MAT NHA NUOC DO TUYET MAT.pdf", "TUYỆT MẬT??"),
        ("TOI MAT.pdf", "TỐI MẬT"),
        ("toi mat.pdf", None),
        ("BẢO_MẬT.pdf", None),
        ("Quy chế_BẢO_MẬT.pdf", None),
        ("MẬT_ONG rừng.xlsx", None),
        ("ĐÀN ONG MẬT.xlsx", None),
        ("MẬT MÃ 2026.pdf", None),
        ("KẾ HOẠCH - MẬT.pdf", "MẬT?"),
        ("danh muc bi mat nha nuoc do tuyet mat.pdf", None),
        ("DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TUYỆT MẬT.pdf", None),
        ("mat_ong.xlsx", None),
        ("Mật ong (rừng).xlsx", None),
        ("mật.xlsx", "MẬT?"),
        ("Mật - Khẩn.docx", "MẬT?"),
        ("MẬT - KHẨN.docx", "MẬT"),
        ("Mật_khẩn.docx", None),
        ("VB_12_MẬT_DS.xlsx", "MẬT"),
        ("BC-STN_12_TỐI_MẬT_PL_signed.pdf", "TỐI MẬT"),
        ("2026-11-22_QĐ_12_TUYỆT MẬT_PL.pdf", "TUYỆT MẬT"),
        ("VB_12_Mật_DS.xlsx", None),
        ("VB_12_MAT_DS.xlsx", None),
        ("VB_12_MẬT_ONG.xlsx", None),
        ("VB_12_MẬT_KHẨU.xlsx", None),
        ("VB_12_MẬT_ĐỘ_DS.xlsx", None),
        ("VB_12_BẢO_MẬT_DS.xlsx", None),
        ("VB_12_GIẢI_MẬT_DS.xlsx", None),
        ("VB_12_MẬT_XK.xlsx", None),
        ("VB_12_MẬT_DS_HTX.xlsx", None),
        ("DS_VB_MẬT_DS.xlsx", None),
        ("BC_2026_MẬT_DS.xlsx", None),
        ("NV_12_MẬT_DS.xlsx", None),
        (None, None),
    ],
)
def test_the_name_of_a_file_states_a_degree(name: str | None, degree: str | None) -> None:
    assert told(name_mark(name)) == degree


@pytest.mark.parametrize(
    ("path", "degree"),
    [
        ("TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("TỐI MẬT\\2026\\số liệu.txt", "TỐI MẬT"),
        ("2026.TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("Mật/TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("số liệu/MẬT.txt", "MẬT"),
        ("MẬT/số liệu.txt", "MẬT"),
        ("mật/số liệu.txt", "MẬT??"),
        ("Mật/số liệu.txt", "MẬT??"),
        ("Văn bản mật/số liệu.txt", "MẬT??"),
        ("Văn bản mật/Văn bản mật.txt", "MẬT?"),
        ("sản phẩm ong/MẬT/giá.txt", "MẬT??"),
        ("MẬT/mật ong.txt", "MẬT??"),
        ("nuôi ong/MẬT.txt", "MẬT??"),
        ("nuôi ong/TỐI MẬT.txt", "TỐI MẬT"),
        ("nuôi ong/[MẬT] kế hoạch.txt", "MẬT"),
        ("Đã giải mật/TỐI MẬT.txt", "TỐI MẬT??"),
        ("TỐI MẬT/đã giải mật/số liệu.txt", "TỐI MẬT??"),
        ("BẢO MẬT/số liệu.txt", None),
        ("MẬT KHẨU/số liệu.txt", None),
        ("MẬT_ĐỘ/số liệu.txt", None),
        ("GIẢI MẬT/số liệu.txt", None),
        ("MAT/số liệu.txt", None),
        ("*", None),
        ("", None),
    ],
)
def test_the_surest_name_in_a_path_states_its_degree(path: str, degree: str | None) -> None:
    assert told(path_mark(path, "hồ sơ.zip")) == degree


def test_an_archive_of_what_was_declassified_or_of_bees_has_possible_marks_only() -> None:
    assert told(path_mark("TỐI MẬT/số liệu.txt", "Hồ sơ đã giải mật.zip")) == "TỐI MẬT??"
    assert told(path_mark("MẬT/số liệu.txt", "Nuôi ong.zip")) == "MẬT??"


def test_of_a_path_of_many_folders_the_inner_ones_are_looked_at() -> None:
    assert told(path_mark("MẬT/" + "a/" * 14 + "số liệu.txt", "hồ sơ.zip")) == "MẬT"
    assert path_mark("MẬT/" + "a/" * 15 + "số liệu.txt", "hồ sơ.zip") is None


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("KẾ HOẠCH PHÒNG THỦ - MẬT", "MẬT?"),
        ("KẾ HOẠCH PHÒNG THỦ. MẬT", "MẬT?"),
        ("MẬT - KẾ HOẠCH PHÒNG THỦ", "MẬT?"),
        ("QUY HOẠCH VÙNG MÍA - MẬT", None),
        ("MẬT - ONG", None),
        ("TỐI MẬT - KẾ HOẠCH PHÒNG THỦ", "TỐI MẬT"),
        ("MẬT - Kế hoạch phòng thủ", "MẬT"),
        ("BẢO MẬT - AN TOÀN THÔNG TIN", None),
    ],
)
def test_a_bare_degree_at_a_dash_of_a_text_in_capitals_is_doubtful(text: str, degree: str | None) -> None:
    assert told(field_mark(text)) == degree
    assert told(name_mark(f"{text}.pdf")) == degree


def test_a_degree_in_a_notation_is_no_word_in_capitals() -> None:
    assert told(field_mark("QĐ-STN-MẬT")) == "MẬT"


@pytest.mark.parametrize(
    ("line", "told_so"),
    [
        ("GIẢI MẬT", True),
        ("ĐÃ GIẢI MẬT", True),
        ("Giải mật ngày 18/11/2026", True),
        ("ý kiến trước ngày 01 tháng 12 năm 2026.GIẢI MẬT", True),
        ("Văn bản này đã được giải mật theo Quyết định số 01/QĐ-STN.", True),
        ("THỜI HẠN GIẢI MẬT", False),
        ("Thời hạn giải mật: 10 năm.", False),
        ("Chỉ công khai khi được giải mật.", False),
        ("Nội dung", False),
    ],
)
def test_a_page_tells_that_it_was_declassified(line: str, told_so: bool) -> None:
    assert tells_declassified(line) is told_so


@pytest.mark.parametrize(
    ("name", "told_so"),
    [("VB 1996 đã giải mật.pdf", True), ("VB_1996_da_giai_mat.pdf", True), ("VB chưa giải mật.pdf", False)],
)
def test_a_name_tells_that_a_document_was_declassified(name: str, told_so: bool) -> None:
    assert is_declassified(name) is told_so
