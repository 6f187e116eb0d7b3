"""Where enclosures may hide in the file of a document: on pages and lines behind its signature."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.letterhead import Appendix, new_letterhead
from fixtures.paper import new_pdf_document
from fixtures.wordpaper import new_docx_document
from protocol.content.enclosures import read_enclosures
from protocol.content.hidden import may_hide
from protocol.content.text import FileText, Line
from tests.protocol.content.conftest import Read

LINES = tuple(f"{number}. Đơn vị thứ {number} cập nhật số liệu hằng tuần và đối chiếu." for number in range(1, 60))
FIRST = Appendix(lines=LINES)
SIGNED = ("Điều 1. Thi hành.", "Nơi nhận:", "- Như Điều 1;", "- Lưu: VT.", "GIÁM ĐỐC", "Trần Thị Mẫu")


def hides(text: FileText) -> bool:
    return may_hide(text, read_enclosures(text))


def flow(*lines: str) -> FileText:
    return FileText("word", tuple(Line(line) for line in lines))


@pytest.mark.parametrize(
    ("inside", "may"),
    [
        ((), False),
        ((Appendix(),), False),
        ((FIRST,), False),
        ((Appendix("DANH SÁCH"),), True),
        ((FIRST, Appendix("Danh sách đơn vị", "tham gia")), True),
        ((Appendix("DANH SÁCH"), FIRST), True),
        ((FIRST, Appendix("", "", "", ())), True),
    ],
)
def test_pages_hide_enclosures_where_no_heading_shows_them(
    read: Read, inside: tuple[Appendix, ...], *, may: bool
) -> None:
    document = new_letterhead(appendixes=inside)
    assert hides(read("a.pdf", new_pdf_document(document))) == may
    if all(appendix.heading for appendix in inside):
        assert hides(read("a.docx", new_docx_document(document))) == may


def test_a_heading_may_stand_where_no_heading_is_looked_for(read: Read) -> None:
    short = Appendix(lines=(*LINES[:9], "Phụ lục II", "MẪU BÁO CÁO", "Kỳ báo cáo: tháng."))
    text = read("a.pdf", new_pdf_document(new_letterhead(appendixes=(short,))))
    assert [heading.numeral for heading in read_enclosures(text).headings] == ["I"]
    assert hides(text)
    assert hides(flow(*SIGNED, "Phụ lục I", "TIẾN ĐỘ", "Phụ lục II Mẫu báo cáo"))
    assert not hides(flow("Phụ lục I: Tiến độ thực hiện các nhiệm vụ trong năm", *SIGNED))


def test_the_document_ends_at_its_own_recipients_and_not_at_those_of_a_form(read: Read) -> None:
    form = Appendix("MẪU CÔNG VĂN", "BÁO CÁO", "", ("Kính gửi: Sở Thử nghiệm", "Nơi nhận:", "- Như trên;"))
    assert hides(read("a.pdf", new_pdf_document(new_letterhead(appendixes=(form,)))))


def test_a_text_without_pages_has_room_for_a_signature_behind_its_recipients() -> None:
    assert not hides(flow(*SIGNED))
    assert not hides(flow(*SIGNED, *["Nội dung khác."] * 6))
    assert hides(flow(*SIGNED, *["Nội dung khác."] * 7))
    notes = [replace(Line("Ghi chú."), part="note")] * 7
    assert not hides(replace(flow(*SIGNED), lines=(*flow(*SIGNED).lines, *notes)))
    assert hides(flow(*SIGNED, "BIỂU SỐ LIỆU"))


def test_a_text_without_pages_and_recipients_may_end_anywhere() -> None:
    assert hides(flow("Điều 1. Thi hành.", "GIÁM ĐỐC", "Trần Thị Mẫu"))
