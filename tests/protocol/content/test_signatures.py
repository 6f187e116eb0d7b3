"""Who signed, as printed, on a document that bears electronic signatures as well."""

from __future__ import annotations

import pytest

from protocol.content.signatures import signatures
from protocol.content.text import FileText, Line


def printed(*lines: str) -> list[str]:
    text = FileText("word", tuple(Line(line) for line in ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", *lines)))
    return [each.name for each in signatures(text)]


@pytest.mark.parametrize(
    "note",
    [
        "2026-11-20T16:05:00+07:00",
        "20/11/2026 16:05:00 +07:00",
        "16:05:00 ngày 20/11/2026",
        "Ký bởi: Sở Thử nghiệm",
        "Người ký: Sở Thử nghiệm",
        "Cơ quan: Ủy ban nhân dân tỉnh Ví Dụ",
        "Email: vanthu@example.org",
        "Thời gian ký: 20.11.2026 16:05:00 +07:00",
    ],
)
def test_what_an_electronic_signature_writes_is_not_the_name_and_does_not_hide_it(note: str) -> None:
    assert printed("Trần Thị Mẫu", note) == ["Trần Thị Mẫu"]
    assert printed(note, "Trần Thị Mẫu") == ["Trần Thị Mẫu"]
    assert printed(note) == []


@pytest.mark.parametrize("line", ["Nơi nhận", "20/11/2026", "(Đã ký)", "Ký bởi", "Email: " + "a" * 200])
def test_any_other_line_below_the_name_leaves_it_open(line: str) -> None:
    assert printed("Trần Thị Mẫu", line) == []
