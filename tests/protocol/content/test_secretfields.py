"""Degrees of secrecy in the fields of the header."""

from __future__ import annotations

import pytest

from protocol.content.secretfields import field_mark
from protocol.content.secretnames import name_mark
from tests.protocol.content.marks import told


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
