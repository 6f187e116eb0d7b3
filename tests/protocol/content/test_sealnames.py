"""Whose name a certificate without an organisation code bears: one body is written in many ways, two bodies alike."""

from __future__ import annotations

import time

import pytest

from protocol.content.sealnames import likeness, superior

ABOVE = "UBND tỉnh Ví Dụ"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Sở Thử nghiệm", "SỞ THỬ NGHIỆM"),
        ("Sở Thử nghiệm", "SO THU NGHIEM"),
        ("Ủy ban nhân dân tỉnh Ví Dụ", "UBND TỈNH VÍ DỤ"),
        ("UBND tỉnh Ví Dụ", "Uỷ ban nhân dân tỉnh Ví Dụ"),
        ("UBND TP. Ví Dụ", "Ủy ban nhân dân thành phố Ví Dụ"),
        ("Hội đồng nhân dân tỉnh Ví Dụ", "HĐND TỈNH VÍ DỤ"),
        ("UBND phường 01", "UBND phường 1"),
        ("UBND xã Mẫu", "UBND xã Mẫu, tỉnh Ví Dụ"),
        ("Sở Thử nghiệm", "Sở Thử nghiệm tỉnh Ví Dụ"),
        ("Sở Thử nghiệm Ví Dụ", "Sở Thử nghiệm tỉnh Ví Dụ"),
        ("Sở TN&MT tỉnh Ví Dụ", "Sở Tài nguyên và Môi trường tỉnh Ví Dụ"),
        ("Sở Tài nguyên và Môi trường", "SỞ TN&MT"),
        ("Sở Giáo dục và Đào tạo", "SỞ GD-ĐT"),
        ("Sở Văn hóa, Thể thao và Du lịch", "Sở VHTTDL"),
        ("Sở Nội vụ", "SỞ NV"),
        ("Ban Quản lý các khu công nghiệp Ví Dụ", "BQLKCN VÍ DỤ"),
        ("Sở Văn hoá Thể thao Du lịch", "Sở Văn hóa, Thể thao và Du lịch"),
        ("BHXH tỉnh Ví Dụ", "BẢO HIỂM XÃ HỘI TỈNH VÍ DỤ"),
        ("Đại học Thử nghiệm Mẫu", "Trường Đại học Thử nghiệm Mẫu"),
        ("Tỉnh ủy Ví Dụ", "TỈNH ỦY VÍ DỤ"),
        ("Thử nghiệm Mẫu", "Sở Thử nghiệm Mẫu"),
    ],
)
def test_one_body_is_written_in_many_ways(ours: str, theirs: str) -> None:
    assert likeness([ours], [theirs], [ABOVE]) == "same"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Ủy ban nhân dân tỉnh Ví Dụ", "Ủy ban nhân dân tỉnh Ví Mẫu"),
        ("Sở Nội vụ tỉnh Ví Dụ", "Sở Nội vụ tỉnh Mẫu"),
        ("Sở Nội vụ", "Sở Nội vụ tỉnh Mẫu"),
        ("Sở Y tế Ví Dụ", "Công ty TNHH Y tế Mẫu"),
        ("Sở Nội vụ", "Sở Tài chính"),
        ("Sở Tài chính", "SỞ NÔNG NGHIỆP"),
        ("Cục Hải quan tỉnh Ví Dụ", "Cục Hải quan tỉnh Mẫu"),
        ("UBND tỉnh Ví Dụ", "UBND thành phố Ví Dụ"),
        ("UBND tỉnh Ví Dụ", "UBND xã Mẫu, tỉnh Ví Dụ"),
        ("UBND tỉnh Ví Dụ", "Văn phòng UBND tỉnh Ví Dụ"),
        ("UBND phường 1", "UBND phường 11"),
        ("UBND phường Ba", "UBND phường Bình An"),
        ("Trường Tiểu học A", "Trường Tiểu học An"),
        ("Trung tâm Y tế huyện Mẫu", "Phòng Y tế huyện Mẫu"),
    ],
)
def test_two_bodies_are_two_however_alike(ours: str, theirs: str) -> None:
    assert likeness([ours], [theirs], [ABOVE]) == "other"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Sở Thử nghiệm", "Sở Thử nghiệm Liên thông"),
        ("UBND Mẫu", "UBND xã Mẫu"),
        ("HĐND Mẫu", "HĐND xã Mẫu"),
        ("Đảng ủy Mẫu", "Đảng ủy xã Mẫu"),
        ("Sở TTTT tỉnh Ví Dụ", "Sở Tài chính tỉnh Ví Dụ"),
        ("Sở Tài chính", "SỞ TCKH"),
        ("Sở Tài chính", "SỞ TC-KH"),
        ("Văn phòng", "Văn phòng Thử nghiệm"),
        ("Sở Thử nghiệm", ""),
        (
            "Ủy ban nhân dân thành phố Thử nghiệm Liên thông Văn bản Số Một",
            "Ủy ban nhân dân thành phố Thử nghiệm Liên thông Vă",
        ),
    ],
)
def test_what_only_one_name_tells_leaves_it_open(ours: str, theirs: str) -> None:
    assert likeness([ours], [theirs], [ABOVE]) == "like"


def test_the_organisation_of_a_certificate_gives_the_place_of_its_holder() -> None:
    ours = ["Sở Thử nghiệm tỉnh Ví Dụ"]
    assert likeness(ours, ["Sở Thử nghiệm", "UBND tỉnh Ví Dụ"], []) == "same"
    assert likeness(ours, ["Sở Thử nghiệm", "UBND tỉnh Mẫu"], []) == "other"
    assert likeness(["UBND tỉnh Ví Dụ"], ["Sở Thử nghiệm", "UBND tỉnh Ví Dụ"], []) == "other"
    assert likeness(["Sở Thử nghiệm"], ["Văn thư", "Sở Thử nghiệm"], []) == "same"


def test_any_name_that_the_sender_is_known_by_will_do() -> None:
    assert likeness(["Sở Cũ", "Sở Thử nghiệm"], ["Sở Thử nghiệm"], []) == "same"
    assert likeness([], ["Sở Thử nghiệm"], []) == "like"


def test_a_superior_is_named_by_the_header_or_within_the_name_of_the_sender() -> None:
    assert superior(["Sở Thử nghiệm"], ["Ủy ban nhân dân tỉnh Ví Dụ"], ABOVE)
    assert superior(["Văn phòng UBND tỉnh Ví Dụ"], ["UBND tỉnh Ví Dụ"], "")
    assert not superior(["Sở Thử nghiệm"], ["Sở Khác"], ABOVE)
    assert not superior(["Sở Thử nghiệm Mẫu"], ["Thử nghiệm"], "")
    assert not superior(["UBND tỉnh Ví Dụ"], ["UBND TỈNH VÍ DỤ"], "")


def test_names_without_end_are_compared_at_once() -> None:
    long = "TNMT " * 100_000
    begun = time.perf_counter()
    likeness([long, "Sở " + "tài nguyên môi trường " * 50_000], [long, "Tài " * 100_000], [long])
    assert time.perf_counter() - begun < 30
