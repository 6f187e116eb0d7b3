"""Who writes by the rules of the Party and not by those of the state, told by names alone."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from fixtures.casebook.letters import NOW, SENDER, letter_of
from protocol.package.model import Code, DocumentType, SignerInfo
from protocol.rules import judge

OF_THE_PARTY = (
    "Đảng ủy Sở Thử nghiệm",
    "Tỉnh ủy Ví Dụ",
    "Thị uỷ Mẫu",
    "Quân ủy Trung ương",
    "Ban Tổ chức Trung ương",
    "Vụ Mẫu, Ban Nội chính Trung ương",
    "Ban Chỉ đạo Trung ương",
    "Ủy ban Kiểm tra Trung ương",
    "Văn phòng Trung ương",
    "Hội đồng Lý luận Trung ương",
    "Trung ương Đoàn",
    "Cơ quan Trung ương Hội Mẫu",
    "Báo Ví Dụ",
    "Báo và Phát thanh, truyền hình Ví Dụ",
    "Toà soạn Báo Ví Dụ",
    "Tạp chí Mẫu",
    "Hội Mẫu tỉnh Ví Dụ",
    "Tỉnh hội Mẫu",
    "Tổng hội Mẫu",
    "Chi hội Mẫu",
    "Liên chi hội Mẫu",
    "Phân hội Mẫu",
    "Cơ quan thường trực Hội Mẫu",
    "BCH Hội Mẫu",
    "Phó Tổng Biên tập Báo Ví Dụ",
    "Quỹ Hỗ trợ nông dân Ví Dụ",
    "Quỹ Hỗ trợ phụ nữ Ví Dụ",
    "Chi đoàn Mẫu",
    "Xã đoàn Mẫu",
    "Đoàn trường Mẫu",
    "Văn phòng Hội Mẫu",
    "Trường Cán bộ Hội Nông dân",
    "Hiệp hội Mẫu",
    "Liên hiệp các Hội Mẫu",
    "Liên đoàn Lao động tỉnh Ví Dụ",
    "Liên đoàn Luật sư Mẫu",
    "LĐLĐ tỉnh Ví Dụ",
    "Công đoàn Mẫu",
    "Đoàn TNCS Mẫu",
    "Tỉnh đoàn Ví Dụ",
    "Ủy ban MTTQ tỉnh Ví Dụ",
)
OF_THE_STATE = (
    "Sở Thử nghiệm",
    "Bệnh viện Thử nghiệm Trung ương",
    "Bệnh viện Trung ương Mẫu",
    "Viện Vệ sinh Mẫu Trung ương",
    "Ban Quản lý dự án Bệnh viện Trung ương",
    "Ủy ban nhân dân thành phố Trung ương",
    "Văn phòng Điều phối Mẫu Trung ương",
    "Cục Báo chí Mẫu",
    "Báo chí Mẫu",
    "Đài Dự báo khí tượng",
    "Trung tâm Thông báo bay",
    "Trung tâm Hội nghị",
    "Hội trường Mẫu",
    "Hội đồng Thử nghiệm",
    "Văn phòng Hội đồng nhân dân tỉnh Ví Dụ",
    "Ban Hội nhập Mẫu",
    "Bảo hiểm xã hội tỉnh Ví Dụ",
    "Văn phòng Quốc hội",
    "UBND thành phố Hội Mẫu",
    "UBND xã Tân Hội",
    "UBND xã Đoàn Mẫu",
    "Xã Đoàn Kết",
    "Phường Đoàn Kết",
    "Tổng cục Mẫu",
    "Chi cục Mẫu",
    "Phân viện Mẫu",
    "Thường trực Hội đồng nhân dân tỉnh Ví Dụ",
    "BCH Quân sự tỉnh Ví Dụ",
    "Quỹ Bảo trì Mẫu",
    "Quỹ Hỗ trợ phát triển Mẫu",
    "Nhà xuất bản Mẫu",
    "Quân đoàn 99",
    "Binh đoàn Trường Mẫu",
    "Đoàn kiểm tra Mẫu",
    "Liên đoàn Quy hoạch nước Mẫu",
    "Liên đoàn Địa chất Mẫu",
    "Liên đoàn Xiếc Mẫu",
)


def is_of_party(name: str, competence: str = "KT. GIÁM ĐỐC") -> bool:
    """Whether the abbreviation QĐ of a Quy định is taken, which the state writes QyĐ."""
    raw = letter_of(
        sender=replace(SENDER, organ_name=name, organization_in_charge=None),
        document_type=DocumentType("5", "0", "Quy định"),
        code=Code("05", "QĐ-MẪU"),
        signer=SignerInfo(competence, "Phó Giám đốc", "Trần Thị Mẫu"),
    )()
    with judge(raw, profile="strict", now=NOW) as reading:
        return "notation-lacks-type" not in {found.reason for found in reading.findings}


@pytest.mark.parametrize("name", OF_THE_PARTY)
def test_a_body_of_the_party_or_beside_it_is_known_by_its_name(name: str) -> None:
    assert is_of_party(name)
    assert is_of_party(unicodedata.normalize("NFD", name).upper())


@pytest.mark.parametrize("name", OF_THE_STATE)
def test_a_body_of_the_state_is_not_taken_for_one_by_a_word_of_its_name(name: str) -> None:
    assert not is_of_party(name)
    assert not is_of_party(name.upper())


@pytest.mark.parametrize(
    ("competence", "of_party"),
    [
        ("TM. BAN CHẤP HÀNH", True),
        ("TM. HỘI MẪU", True),
        ("T/M BAN THƯỜNG TRỰC HỘI MẪU", True),
        ("K/T CHỦ TỊCH HỘI MẪU", True),
        ("T/L TỔNG BIÊN TẬP BÁO VÍ DỤ", True),
        ("TM. HỘI ĐỒNG", False),
        ("TM. BAN THƯỜNG TRỰC HỘI ĐỒNG", False),
        ("KT. CHỦ TỊCH HỘI ĐỒNG", False),
        ("KT. TỔNG BIÊN TẬP", False),
        ("TL. CỤC TRƯỞNG", False),
    ],
)
def test_it_is_known_by_those_whom_the_signer_speaks_for_too(competence: str, of_party: bool) -> None:
    assert is_of_party("Cơ quan Mẫu", competence) is of_party
