"""Degrees of secrecy in lines of a page, and ordinary words anywhere."""

from __future__ import annotations

import unicodedata

import pytest

from protocol.content.declassified import tells_declassified
from protocol.content.degrees import degree_of
from protocol.content.secretfields import field_mark
from protocol.content.secretnames import name_mark

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
