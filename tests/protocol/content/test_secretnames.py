"""Degrees of secrecy in names of files and of folders."""

from __future__ import annotations

import pytest

from protocol.content.secretnames import disclaims_marks, name_mark, path_mark
from tests.protocol.content.marks import told


def told_inside(path: str, archive: str = "hồ sơ.zip") -> str | None:
    found = path_mark(path, archive)
    return told(found[0]) if found else None


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
        ("TỐI MẬT - chưa được giải mật.pdf", "TỐI MẬT"),
        ("TỐI MẬT - đề nghị được giải mật.pdf", "TỐI MẬT"),
        ("TỐI MẬT - đề xuất giải mật.pdf", "TỐI MẬT"),
        ("TỐI MẬT - tờ trình 12 giải mật.pdf", "TỐI MẬT??"),
        ("TỐI MẬT - tờ trình đã giải mật.pdf", "TỐI MẬT??"),
        ("TỐI MẬT - chưa đủ điều kiện giải mật.pdf", "TỐI MẬT"),
        ("TỐI MẬT - lời giải mật mã.pdf", "TỐI MẬT"),
        ("Lời giải - MẬT.pdf", "MẬT"),
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
        ("nuôi ong/MẬT/BC MẬT.xlsx", "MẬT??"),
        ("TUYỆT MẬT/ong mía/MẬT.docx", "TUYỆT MẬT"),
        ("MẬT/ong mía/TỐI MẬT - phương án.docx", "TỐI MẬT"),
        ("TUYỆT MẬT/MẬT.docx", "TUYỆT MẬT"),
        ("MẬT/TUYỆT MẬT/TỐI MẬT.docx", "TUYỆT MẬT"),
        ("TỐI MẬT/Văn bản mật.docx", "TỐI MẬT"),
        ("Báo cáo độ Tối mật/MẬT.docx", "MẬT"),
        ("Đã giải mật/TỐI MẬT/MẬT.docx", "TỐI MẬT??"),
        ("Đã giải mật/TỐI MẬT.txt", "TỐI MẬT??"),
        ("TỐI MẬT/đã giải mật/số liệu.txt", "TỐI MẬT??"),
        ("da_duoc_giai_mat/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("1. Giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("GIẢI MẬT (từ ngày 01.01.2020)/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Tài liệu giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Hồ sơ giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Văn bản giải mật đợt 2/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Các văn bản giải mật năm 2026/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Danh mục tài liệu giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Phòng không - Không quân giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Tủ chứa tài liệu giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Hội đồng nhân dân giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Kế hoạch giải mật (đã giải mật)/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Tài liệu đã được thẩm định, giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Đã đồng ý cho giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Phương án phòng không được giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Văn bản đóng các dấu độ mật/TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("Đề nghị sao tài liệu đã giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Kế hoạch tác chiến - giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("TỐI MẬT/Quyết định giải mật.txt", "TỐI MẬT??"),
        ("Đã giải mật/TỐI MẬT/Đề nghị giải mật.txt", "TỐI MẬT??"),
        ("Chưa giải mật/Đã giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT??"),
        ("Đã giải mật/Chưa được giải mật/TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("Đã giải mật/TỐI MẬT/Không được phép giải mật.txt", "TỐI MẬT"),
        ("Chưa giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Hồ sơ chưa được giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Hội đồng giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Hồ sơ đề nghị xem xét, giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Đã đề nghị giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Chờ giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Kế hoạch giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Tổ giúp việc giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Ban Chỉ đạo giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Tài liệu cần giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Không thể giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Chưa đến thời hạn giải mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Giải mật mã/TỐI MẬT.txt", "TỐI MẬT"),
        ("Mẫu dấu/TUYỆT MẬT/mẫu.txt", "TUYỆT MẬT??"),
        ("MẪU_CON_DẤU/TUYỆT MẬT.txt", "TUYỆT MẬT??"),
        ("Biểu mẫu dấu chỉ độ mật/TỐI MẬT/mẫu.txt", "TỐI MẬT??"),
        ("TUYỆT MẬT/mẫu dấu.txt", "TUYỆT MẬT??"),
        ("Phụ lục 2. Các mẫu con dấu/TUYỆT MẬT.txt", "TUYỆT MẬT??"),
        ("Các mẫu dấu mật năm 2026/TUYỆT MẬT.txt", "TUYỆT MẬT??"),
        ("Mau dau chi muc do mat 2026/TUYET MAT.txt", "TUYỆT MẬT??"),
        ("Hồ sơ đăng ký mẫu dấu/TUYỆT MẬT - phương án.txt", "TUYỆT MẬT"),
        ("TUYỆT MẬT/mẫu dấu của đơn vị.txt", "TUYỆT MẬT"),
        ("Mau_dau/TUYET MAT.txt", "TUYỆT MẬT??"),
        ("Biểu mẫu/TUYỆT MẬT/mẫu.txt", "TUYỆT MẬT"),
        ("Con dấu/TUYỆT MẬT/mẫu.txt", "TUYỆT MẬT"),
        ("Mẫu dấu vân tay/TUYỆT MẬT/mẫu.txt", "TUYỆT MẬT"),
        ("Văn bản đóng dấu chỉ độ mật/TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("Cong van dong dau chi do mat/TUYET MAT.txt", "TUYỆT MẬT"),
        ("Van ban co dau do mat/TUYET MAT.txt", "TUYỆT MẬT"),
        ("Tài liệu có dấu độ mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("Tài liệu mang dấu mức độ mật/TỐI MẬT.txt", "TỐI MẬT"),
        ("mau_dau_vao/TUYET MAT.txt", "TUYỆT MẬT"),
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
    assert told_inside(path) == degree


@pytest.mark.parametrize(
    "archive", ["Hồ sơ đã giải mật.zip", "Giải mật.zip", "Mẫu dấu.zip", "Dấu chỉ độ mật.zip", "VB giải mật.zip"]
)
def test_an_archive_of_what_was_declassified_or_of_forms_of_stamps_has_possible_marks_only(archive: str) -> None:
    assert told_inside("TỐI MẬT/số liệu.txt", archive) == "TỐI MẬT??"


def test_an_archive_of_bees_has_possible_marks_only() -> None:
    assert told_inside("MẬT/số liệu.txt", "Nuôi ong.zip") == "MẬT??"


@pytest.mark.parametrize(
    "archive", ["Hồ sơ chưa được giải mật.zip", "Hội đồng giải mật.zip", "Biểu mẫu.zip", "Mẫu dấu và chữ ký.zip"]
)
def test_an_archive_of_another_name_softens_nothing(archive: str) -> None:
    assert told_inside("TỐI MẬT/số liệu.txt", archive) == "TỐI MẬT"


def test_of_a_path_of_many_folders_the_outer_ones_and_the_file_are_looked_at() -> None:
    assert told_inside("TỐI MẬT/" + "a/" * 99 + "số liệu.txt") == "TỐI MẬT"
    assert told_inside("a/" * 15 + "TỐI MẬT/b/số liệu.txt") == "TỐI MẬT"
    assert told_inside("a/" * 16 + "TỐI MẬT/b/số liệu.txt") is None
    assert told_inside("a/" * 99 + "TỐI MẬT.txt") == "TỐI MẬT"


@pytest.mark.parametrize(
    ("path", "bearer"),
    [
        ("tài liệu/TỐI MẬT/2026/số liệu.txt", "tài liệu/TỐI MẬT"),
        ("tài liệu\\TỐI MẬT\\số liệu.txt", "tài liệu/TỐI MẬT"),
        ("TỐI MẬT/số liệu.txt", "TỐI MẬT"),
        ("MẬT/TỐI MẬT.txt", "MẬT/TỐI MẬT.txt"),
        ("TUYỆT MẬT/ong mía/MẬT.docx", "TUYỆT MẬT"),
        ("TỐI MẬT/TỐI MẬT/số liệu.txt", "TỐI MẬT/TỐI MẬT"),
        ("a/" * 99 + "TỐI MẬT.txt", "a/" * 99 + "TỐI MẬT.txt"),
    ],
)
def test_with_the_mark_comes_the_way_to_the_name_that_bears_it(path: str, bearer: str) -> None:
    found = path_mark(path, "hồ sơ.zip")
    assert found is not None
    assert found[1] == bearer


@pytest.mark.parametrize(
    ("name", "told_so"),
    [
        ("VB 1996 giải mật.pdf", True),
        ("VB 1996 chưa được giải mật.pdf", False),
        ("Đề xuất giải mật.docx", False),
        ("Mẫu dấu chỉ độ mật.docx", True),
        ("Mẫu dấu mật.docx", True),
        ("Mẫu dấu.docx", False),
        ("Thông báo mẫu dấu và chữ ký.docx", False),
        ("Kế hoạch.pdf", False),
    ],
)
def test_the_name_of_a_file_that_stands_alone_disclaims_the_marks_in_it(name: str, told_so: bool) -> None:
    assert disclaims_marks(name) is told_so
