"""Bodies whose names are alike: which of them are certainly two, and which may be one written in another way."""

from __future__ import annotations

import pytest

from protocol.content.names import is_initials
from protocol.content.namesakes import differ


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UBND xã Mẫu Một", "UBND xã Mẫu Hai"),
        ("Ủy ban nhân dân xã Mẫu Một, tỉnh Ví Dụ", "UBND xã Mẫu Hai"),
        ("Chủ tịch UBND xã Mẫu Một", "HĐND xã Mẫu Hai"),
        ("UBND phường 1", "UBND phường 02"),
        ("UBND tỉnh Mẫu Sơn", "UBND tỉnh Mẫu Giang"),
        ("Sở Nội vụ tỉnh Ví Dụ", "Sở Nội vụ TP. Mẫu"),
        ("Sở Văn hóa, Thể thao và Du lịch tỉnh Ví Dụ", "Sở Văn hóa, Thể thao và Du lịch tỉnh Mẫu"),
        ("Bộ Y tế", "Sở Y tế"),
        ("Sở Y tế tỉnh Ví Dụ", "Bộ Y tế"),
    ],
)
def test_namesakes_are_two_bodies(one: str, other: str) -> None:
    assert differ(one, other)
    assert differ(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UBND xã Mẫu Một", "Ủy ban nhân dân xã Mẫu Một, tỉnh Ví Dụ"),
        ("UBND xã Mẫu Một, huyện Cũ", "UBND xã Mẫu Một, tỉnh Ví Dụ"),
        ("UBND xã Mẫu Một", "HĐND xã Mẫu Một"),
        ("UBND xã Mẫu Một, xã Mẫu Hai", "UBND xã Mẫu Hai"),
        ("UBND xã Mẫu Một và xã Mẫu Hai", "UBND xã Mẫu Hai"),
        ("UBND xã Mẫu Một; xã Mẫu Hai", "UBND xã Mẫu Hai"),
        ("UBND xã Mẫu", "UBND xã Mẫu Hai"),
        ("UBND xã Mẫu Một", "UBND xã Mẫu 1"),
        ("UBND xã Mẫu V", "UBND xã Mẫu 5"),
        ("UBND xã Mẫu Năm", "UBND xã Mẫu V"),
        ("UBND xã Mẫu II", "UBND xã Mẫu Hai"),
        ("UBND phường 2", "UBND phường 02"),
        ("UBND xã Đắk R'Mẫu", "UBND xã Đắc Rmẫu"),
        ("UBND xã R Mẫu", "UBND xã Rmẫu"),
        ("UBND xã Lý Mẫu", "UBND xã Lí Mẫu"),
        ("UBND xã Tân Hòa", "UBND xã Tân Hoà"),
        ("UBND xã Krông Mẫu", "UBND xã Krong Mẫu"),
        ("UBND xã Plei Mẫu", "UBND xã Pley Mẫu"),
        ("UBND tỉnh Thừa Thiên Huế", "UBND thành phố Huế"),
        ("Trường Tiểu học xã Mẫu Một", "UBND xã Mẫu Hai"),
        ("Sở Nội vụ tỉnh Ví Dụ, tỉnh Mẫu, tỉnh Giả Định", "Sở Nội vụ tỉnh Mẫu"),
        ("Sở Nội vụ tỉnh Ví Dụ, Mẫu, Giả Định", "Sở Nội vụ tỉnh Mẫu"),
        ("Sở Nội vụ tỉnh Ví Dụ và Giả Định", "Sở Nội vụ tỉnh Giả Định"),
        ("Bộ Y tế, Sở Nội vụ tỉnh", "Sở Nội vụ"),
        ("Bộ Y tế", "Thanh tra Bộ Y tế"),
        ("Bộ phận Một cửa", "Sở Y tế"),
        ("Sở TNMT tỉnh Ví Dụ", "Sở Tài nguyên và Môi trường tỉnh Mẫu"),
    ],
)
def test_what_may_be_one_body_is_not_said_to_be_two(one: str, other: str) -> None:
    assert not differ(one, other)
    assert not differ(other, one)


@pytest.mark.parametrize("part", ["tinh ", "xã tỉnh ", ", tỉnh a", "và "])
def test_a_name_that_repeats_itself_takes_no_time(part: str) -> None:
    name = f"UBND xã a {part * 10_000}("
    for _ in range(1_000):
        differ(name, f"UBND xã b {part * 40}")
        differ(f"UBND xã a {part * 40}(", f"UBND xã b {part * 40}")


@pytest.mark.parametrize(
    ("acronym", "named"), [("KHTC", True), ("PKHTC", True), ("P.KHTC", True), ("KH", False), ("khtc", False)]
)
def test_a_unit_is_known_by_all_its_initials(acronym: str, named: bool) -> None:
    assert is_initials(acronym, "Phòng Kế hoạch - Tài chính") is named
