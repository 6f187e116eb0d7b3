"""Where a finding stands: every place that a rule can name is found in the source, whatever the source looks like."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pytest

from axis28.checking.elements import spans
from axis28.checking.examination import Examiner, Settings
from axis28.checking.excerpt import MARKED, WIDTH, excerpts
from axis28.checking.result import FileReport
from axis28.checking.visible import cells, escaped, fitting, in_place
from protocol.finding import Finding, Severity
from protocol.package.reader import read_package
from protocol.package.wellformed import first_error
from tests.command.packages import NOW, clean_letter, letter_with_bad_date, spoilt


def examined(raw: bytes) -> FileReport:
    with Examiner(Settings("strict", datetime.fromisoformat(NOW), contents=False)) as examiner:
        return examiner.examine(BytesIO(raw), "letter.edxml")


def meant(skeleton: str, place: str) -> str:
    raw = skeleton.encode()
    found = spans(raw, [place])[place]
    return raw[found.start : found.end].decode()


def test_of_an_element_with_text_the_text_is_meant() -> None:
    text = '<a xmlns="n"><b>một</b><c/><b>\n  hai  \n</b></a>'
    assert meant(text, "a/b[1]") == "một"
    assert meant(text, "a/b") == "một"
    assert meant(text, "a/c") == "<c/>"


def test_text_that_begins_on_a_later_line_is_shown_by_its_tag() -> None:
    assert meant("<a><b>\n  hai\n</b></a>", "a/b") == "<b>"


def test_of_an_element_with_children_the_start_tag_is_meant() -> None:
    assert meant("<a><p:b x='1>2'><c/></p:b></a>", "a/b") == "<p:b x='1>2'>"


def test_prefixes_count_for_nothing_and_may_be_undeclared() -> None:
    assert meant("<p:a><q:b>1</q:b><b>2</b></p:a>", "a/b[2]") == "2"


def test_for_what_is_absent_the_nearest_element_above_is_meant() -> None:
    assert meant("<a><b><c/></b></a>", "a/b/d[2]/e") == "<b"
    assert meant("<a><b/></a>", "a/b[2]/c") == "<a"


def test_a_place_outside_the_document_is_not_found() -> None:
    assert spans(b"<a/>", ["z/b", "", "[/"]) == {}


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("<a><b>1</c></a>", "</c>"),
        ("<a>V & v</a>", "&"),
        ("<a>1 < 2</a>", "<"),
        ("<a>1 <2</a>", "<2"),
        ("<a>x&nbsp;y</a>", "&nbsp;"),
        ("<a>x&#0;y</a>", "&#0;"),
        ("<a><b>text</b>", "</b>"),
        ("<a><b>text", "<b>"),
        ("<a>\x01b</a>", "\x01"),
    ],
)
def test_where_xml_ends_something_is_marked(text: str, token: str) -> None:
    raw = text.encode()
    error = first_error(raw)
    assert error is not None
    assert raw[error.start : error.end].decode() == token
    assert first_error(b"<a/>") is None


def test_of_reasons_about_an_element_its_name_is_marked() -> None:
    raw = spoilt(clean_letter(), "<edXML:Subject>", "<edXML:Subjet>x</edXML:Subjet><edXML:Subject>")
    (remark,) = (remark for remark in examined(raw).remarks if remark.finding.reason == "unknown-element")
    assert remark.excerpt is not None
    assert remark.excerpt.marked == "<edXML:Subjet"
    assert remark.finding.expected == "Subject"


@pytest.mark.parametrize("ends", [b"\r\n", b"\n", b""])
def test_every_finding_of_a_spoilt_letter_has_a_line_that_holds_what_it_got(ends: bytes) -> None:
    raw = letter_with_bad_date().replace(b"\r\n", ends)
    lines = raw.decode().split("\n")
    remarks = [remark for remark in examined(raw).remarks if remark.finding.got]
    assert remarks
    for remark in remarks:
        assert remark.line is not None
        assert remark.column is not None
        assert lines[remark.line - 1][remark.column - 1 :].startswith(remark.finding.got), remark.finding


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_have_the_same_lines(encoding: str) -> None:
    plain, other = letter_with_bad_date(), letter_with_bad_date().decode().encode(encoding)
    places = [
        {(remark.finding.reason, remark.line, remark.column) for remark in examined(raw).remarks}
        for raw in (plain, other)
    ]
    assert places[0] <= places[1]


def test_behind_base64_in_the_same_line_no_column_is_claimed() -> None:
    raw = spoilt(clean_letter().replace(b"\r\n", b""), "<edXML:CodeNumber>05", "<edXML:CodeNumber>5")
    raw = raw.replace(b"<AttachmentName>", b"<AttachmentName>../", 3)
    columns = [remark.column for remark in examined(raw).remarks if remark.finding.reason == "attachment-name-unsafe"]
    assert columns[0] is not None
    assert columns[1:] == [None, None]


def test_a_long_line_is_cut_around_the_mark() -> None:
    for before, value, after in ((5000, 10, 5000), (0, 900, 0), (3, 10, 9000), (9000, 10, 3), (200, 900, 200)):
        raw = f"<a>{'đ' * before}<b>{'ệ' * value}</b>{'ư' * after}</a>".encode()
        with read_package(raw) as reading:
            finding = Finding("HDR-12", "subject-too-long", Severity.FAIL, where="a/b", line=1)
            reading.findings = (finding,)
            (excerpt,) = excerpts(reading)
        assert excerpt is not None
        assert excerpt.column == 3 + before + 4
        assert len(excerpt.before + excerpt.marked + excerpt.after) <= WIDTH
        assert excerpt.marked == ("ệ" * value if value <= MARKED else f"{'ệ' * (MARKED - 1)}…")
        assert excerpt.before.endswith("<b>")
        assert excerpt.cut_before == (before > 200 or (before, value) == (200, 900))
        assert excerpt.cut_after == (after > 100)


def test_a_package_with_many_findings_on_one_long_line_is_placed_quickly() -> None:
    names = b"".join(b"<x%d>1</x%d>" % (number, number) for number in range(20_000))
    raw = clean_letter().replace(b"\r\n", b"").replace(b"<edXML:Subject>", names + b"<edXML:Subject>", 1)
    with read_package(raw) as reading:
        places = [f"edXML/edXMLEnvelope/edXMLHeader/MessageHeader/x{number}" for number in range(0, 20_000, 20)]
        reading.findings = tuple(Finding("HDR-12", "x", Severity.FAIL, where=place, line=1) for place in places)
        found = excerpts(reading)
    assert len({excerpt.column for excerpt in found if excerpt is not None}) == 1000


def test_text_is_made_harmless_without_losing_its_width() -> None:
    assert escaped("a\x1b[31m\u202eb\u200b") == "a\\x1b[31m\\u202eb\\u200b"
    assert in_place("a\tb\x07") == "a b\ufffd"
    assert escaped("Đường số 5 – “ảo”") == "Đường số 5 – “ảo”"
    assert (cells("Đường"), cells("Đu\u031bo\u031b\u0300ng"), cells("部")) == (5, 5, 2)


def test_letters_that_an_encoding_lacks_lose_their_marks_one_by_one() -> None:
    assert fitting("Đã đến “hệ thống”…", "ascii") == 'Da den "he thong".'
    assert fitting("Đường", "utf-8") == "Đường"
    assert fitting("dấu €", "no-such-encoding") == "dau ?"
    assert len(fitting("Sở Thử nghiệm", "ascii")) == len("Sở Thử nghiệm")
