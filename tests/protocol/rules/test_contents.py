"""Defects D1, D2, D3 and D5 on real files: each is caught, its near twin is not; and when the rules keep silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from random import Random
from typing import Any

import pytest

import schemas
from fixtures.agencies import new_agencies
from fixtures.casebook import addressees, enclosures, printed, secrecy
from fixtures.casebook.case import Case
from fixtures.casebook.letters import FIRST, NOW, letter, small_pdf, status_bytes
from fixtures.casebook.spoiling import zipped
from fixtures.documents import new_document
from fixtures.letterhead import DECISION, LETTER, Appendix, Letterhead, letterhead_of, new_letterhead
from fixtures.paper import new_pdf_document
from fixtures.wordpaper import new_docx_document
from protocol.content.reader import ContentReader
from protocol.content.text import FileText
from protocol.finding import Finding
from protocol.package.attachment import attach
from protocol.package.model import Code, Organisation, PromulgationInfo, SignerInfo
from protocol.package.writer import write_package
from protocol.rules import contextfile, judge
from protocol.rules.surroundings import NOTHING_KNOWN

CASES: Mapping[str, Case] = {
    case.id: case for case in chain(secrecy.CASES, printed.CASES, enclosures.CASES, addressees.CASES)
}
OURS = frozenset(schemas.json_data("reasons/content.json"))
STRANGER = Organisation("G97.99", organ_name="Hội đồng Xyz")
DEFECTS = {
    "D1": ("secrecy-stamp-toi-mat", "secrecy-sphere", "secrecy-name-bracketed"),
    "D2": ("printed-number-other", "printed-notation-other", "printed-date-other-day", "printed-signer-other"),
    "D3": ("enclosure-header-missing", "enclosure-appendix-missing", "enclosure-list-missing"),
    "D5": ("addressee-stranger", "addressee-not-in-recipients"),
}


@pytest.fixture(scope="module")
def contents() -> Iterator[ContentReader]:
    with ContentReader() as reader:
        yield reader


def found(case: Case, contents: ContentReader | None, profile: str = "strict") -> dict[str, str]:
    around = contextfile.from_json(dict(case.context)) if case.context else NOTHING_KNOWN
    raw = case.raw()
    lenient = profile == "axis"
    with judge(
        raw, profile="axis" if lenient else "strict", now=NOW, contents=contents, surroundings=around
    ) as reading:
        return {finding.reason: finding.severity.value for finding in reading.findings}


@pytest.mark.parametrize("case_id", [case_id for ids in DEFECTS.values() for case_id in ids])
def test_each_defect_is_refused_in_strict_and_told_by_the_axis_and_its_twin_passes(
    contents: ContentReader, case_id: str
) -> None:
    case = CASES[case_id]
    assert case.reason is not None
    assert case.twin is not None
    assert found(case, contents)[case.reason] == "fail"
    assert found(case, contents, "axis")[case.reason] == "warn"
    assert found(CASES[case.twin], contents) == {}


@pytest.mark.parametrize("case_id", ["printed-number-other", "secrecy-stamp-mat", "addressee-stranger"])
def test_nothing_is_said_of_files_that_nobody_asked_to_read(case_id: str) -> None:
    assert found(CASES[case_id], None) == {}


def test_marks_in_the_header_need_no_reader() -> None:
    assert set(found(CASES["secrecy-sphere"], None)) == {"secrecy-mark-in-header"}


def test_every_reason_of_contents_has_a_case_that_deserves_it() -> None:
    deserved = {case.reason for case in CASES.values()} | {code for case in CASES.values() for code in case.also}
    assert deserved >= OURS


def said(contents: ContentReader, *files: tuple[str, bytes], **header: Any) -> list[Finding]:
    raw = write_package(letter(files=files, **header))
    with judge(raw, profile="strict", now=NOW, contents=contents) as reading:
        return [finding for finding in reading.findings if finding.requirement != "ATT-08"]


def reasons(contents: ContentReader, *files: tuple[str, bytes], **header: Any) -> set[str]:
    return {finding.reason for finding in said(contents, *files, **header)}


def pdf(document: Letterhead = DECISION, **changes: object) -> bytes:
    return new_pdf_document(new_letterhead(document, **changes))


def test_both_values_and_the_place_are_told(contents: ContentReader) -> None:
    (finding,) = said(contents, (FIRST, pdf(sign_line="Số: 06/QĐ-STN")))
    assert finding.expected == f"06 ({FIRST} p.1 l.5)"
    assert finding.got == "05"
    assert finding.where.endswith("Code/CodeNumber")


def test_a_finding_about_a_secret_quotes_its_degree_and_nothing_else(contents: ContentReader) -> None:
    (finding,) = said(contents, (FIRST, pdf(mark="MẬT")))
    assert finding.got == "MẬT (p.1 l.7)"
    assert finding.expected == ""


def test_a_folder_of_many_secret_files_is_told_once(contents: ContentReader) -> None:
    inside = zipped(*((f"TỐI MẬT/{number}.txt", b"So lieu") for number in range(3)), ("MẬT.txt", b"So lieu"))
    told = said(contents, (FIRST, pdf()), ("hồ sơ.zip", inside))
    assert [(finding.reason, finding.got) for finding in told] == [
        ("secrecy-mark-in-file-name", "TỐI MẬT (hồ sơ.zip/TỐI MẬT)"),
        ("secrecy-mark-in-file-name", "MẬT (hồ sơ.zip/MẬT.txt)"),
    ]


def test_each_secret_name_in_a_zip_is_told_with_the_way_to_it(contents: ContentReader) -> None:
    inside = zipped(("tài liệu/TỐI MẬT - a.txt", b"So lieu"), ("tài liệu/TỐI MẬT - b.txt", b"So lieu"))
    told = said(contents, (FIRST, pdf()), ("hồ sơ.zip", inside), ("hồ sơ 2.zip", inside))
    names = [finding for finding in told if finding.reason == "secrecy-mark-in-file-name"]
    assert [(finding.where[-3:], finding.got) for finding in names] == [
        (f"[{number}]", f"TỐI MẬT ({archive}/tài liệu/TỐI MẬT - {letter}.txt)")
        for number, archive in ((2, "hồ sơ.zip"), (3, "hồ sơ 2.zip"))
        for letter in "ab"
    ]


def test_of_many_secret_names_in_a_zip_the_first_are_told_and_the_rest_counted(contents: ContentReader) -> None:
    inside = zipped(*((f"TỐI MẬT - {number}.txt", b"So lieu") for number in range(30)))
    told = said(contents, (FIRST, pdf()), ("hồ sơ.zip", inside))
    assert [finding.reason for finding in told] == ["secrecy-mark-in-file-name"] * 20
    assert told[-1].details["more"] == "10"


def test_all_four_facts_may_differ_at_once(contents: ContentReader) -> None:
    header: dict[str, Any] = {"code": Code("70", "BC-STN"), "promulgation": PromulgationInfo("Ví Dụ", "2026/11/19")}
    other = pdf(signer="Lê Văn Giả")
    assert {reason for reason in reasons(contents, (FIRST, other), **header) if reason.startswith("printed")} == {
        "printed-number-differs",
        "printed-notation-differs",
        "printed-date-differs",
        "printed-signer-differs",
    }


def test_an_enclosed_document_of_the_same_agency_is_not_the_document(contents: ContentReader) -> None:
    earlier = pdf(sign_line="Số: 99/BC-STN", date_line="Ví Dụ, ngày 01 tháng 10 năm 2026", signer="Lê Văn Giả")
    scan = small_pdf()
    assert reasons(contents, (FIRST, scan), ("báo cáo.pdf", earlier)) == {"file-text-unread"}


PLAN: dict[str, Any] = {"sign_line": "Số: 88/KH-STN", "type_name": "KẾ HOẠCH"}
"""Another document of the same agency, day and signer."""


@pytest.mark.parametrize(
    "main", [small_pdf(), new_pdf_document(DECISION, "recognised"), new_pdf_document(DECISION, "garbled")]
)
def test_what_is_sent_along_is_not_the_document_where_that_cannot_be_read(contents: ContentReader, main: bytes) -> None:
    assert reasons(contents, (FIRST, main), ("kế hoạch.pdf", pdf(**PLAN))) == {"file-text-unread"}


def test_a_wrong_number_is_found_beside_an_appendix_and_not_beside_a_file_that_may_be_the_document(
    contents: ContentReader,
) -> None:
    wrong = pdf(sign_line="Số: 06/QĐ-STN")
    assert reasons(contents, (FIRST, wrong), ("pl.pdf", small_pdf("Phu luc I"))) == set()
    appendix = new_docx_document(new_letterhead(superior="", agency="Phụ lục I", sign_line="", date_line=""))
    assert reasons(contents, (FIRST, wrong), ("pl.docx", appendix)) == {"printed-number-differs"}
    assert reasons(contents, (FIRST, wrong), ("kế hoạch.pdf", pdf(**PLAN))) == {"printed-number-differs"}


def test_two_documents_that_fit_the_header_equally_well_contradict_nothing(contents: ContentReader) -> None:
    one, other = pdf(sign_line="Số: 06/BC-STN"), pdf(**PLAN)
    assert reasons(contents, (FIRST, one), ("kế hoạch.pdf", other)) == set()
    assert "printed-number-differs" in reasons(contents, (FIRST, one), ("cùng văn bản.pdf", one))


def test_a_recognised_stamp_is_a_warning_and_a_recognised_number_nothing(contents: ContentReader) -> None:
    scanned = new_pdf_document(new_letterhead(sign_line="Số: 06/QĐ-STN", mark="TỐI MẬT"), "recognised")
    told = {finding.reason: finding.severity for finding in said(contents, (FIRST, scanned))}
    assert told == {"file-text-unread": "info", "secrecy-mark-doubtful": "warn"}


STRANGE: dict[str, Any] = {
    "superior": "BỘ GIẢ ĐỊNH",
    "agency": "CỤC ĐỐI CHỨNG",
    "sign_line": "Số: 77/BC-CĐC",
    "date_line": "Mẫu Sơn, ngày 02 tháng 3 năm 2026",
    "signer": "Lê Văn Giả",
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, True),
        ({"date_line": "Mẫu Sơn, ngày 20 tháng 11 năm 2026"}, False),
        ({"signer": "Trần Thị Mẫu"}, False),
        ({"superior": "UBND TỈNH VÍ DỤ", "agency": "SỞ THỬ NGHIỆM"}, False),
        ({"signer": ""}, False),
        ({"sign_line": "Số:      /BC-CĐC"}, False),
        ({"page_header": "SAO Y"}, False),
    ],
)
def test_a_document_of_somebody_else_is_told_where_it_is_whole_and_has_nothing_in_common(
    contents: ContentReader, change: dict[str, Any], told: bool
) -> None:
    found = reasons(contents, (FIRST, pdf(**{**STRANGE, **change})))
    assert ("printed-other-document" in found) is told


def test_a_certified_copy_has_the_sign_of_its_original(contents: ContentReader) -> None:
    strange = (FIRST, pdf(**STRANGE))
    assert "printed-other-document" not in reasons(contents, strange, code=Code("05", "SY-STN"))
    assert "printed-other-document" not in reasons(contents, strange, ("bản quét.pdf", small_pdf()))


def test_a_draft_in_word_beside_the_signed_pdf_is_not_judged(contents: ContentReader) -> None:
    draft = new_docx_document(new_letterhead(sign_line="Số:     /QĐ-STN", date_line="Ví Dụ, ngày    tháng    năm"))
    assert reasons(contents, (FIRST, pdf()), ("dự thảo.docx", draft)) == set()


def test_enclosures_may_hide_on_pages_behind_the_signature(contents: ContentReader) -> None:
    body = ("Điều 1. Ban hành Quy chế (kèm theo Phụ lục I, II).", "Điều 2. Thi hành.")
    merged = pdf(body=body, appendixes=(Appendix("DANH MỤC", "DANH MỤC HỆ THỐNG"),))
    assert reasons(contents, (FIRST, merged)) == set()
    assert reasons(contents, (FIRST, pdf(body=body))) == {"enclosure-in-text-missing"}


def test_a_group_among_the_recipients_may_mean_every_addressee(contents: ContentReader) -> None:
    to = tuple(Organisation(f"H99.{number:02}", organ_name=f"UBND xã Mẫu {number}") for number in range(2, 5))
    document = pdf(LETTER, addressees=("Ủy ban nhân dân các xã",))
    sign: dict[str, Any] = {"code": Code("05", "STN-VP"), "to_places": ("Như trên", "Lưu: VT")}
    assert "addressee-not-printed" not in reasons(contents, (FIRST, document), to=to, **sign)


class Never:
    """A reader that must not be asked."""

    def read(self, *_: object) -> FileText:
        raise AssertionError("read")


def test_a_status_is_judged_without_reading_anything() -> None:

    with judge(status_bytes(), now=NOW, contents=Never()) as reading:
        assert reading.findings == ()


class Counting:
    """A reader that counts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, name: str, *_: object) -> FileText:
        self.asked.append(name)
        return FileText("other", unread="unsupported")


def test_each_file_is_read_once_and_fifty_at_most() -> None:
    counting = Counting()
    files = tuple((f"tệp {number}.txt", b"chu") for number in range(60))
    with judge(write_package(letter(files=files)), now=NOW, contents=counting):
        assert counting.asked == [name for name, _ in files[:50]]


@pytest.mark.parametrize("seed", range(40))
def test_documents_that_agree_with_their_header_deserve_nothing(contents: ContentReader, seed: int) -> None:
    random = Random(seed)
    sender, *receivers = new_agencies(random, random.randint(2, 6))
    document = new_document(random, sender, receivers, now=NOW)
    drawn = letterhead_of(document.header)
    file = new_pdf_document(drawn) if seed % 4 == 0 else new_docx_document(drawn, form="NFD" if seed % 2 else "NFC")
    named = f"văn bản.{'pdf' if seed % 4 == 0 else 'docx'}"
    attachment, reference = attach(named, file)
    whole = replace(document, attachments=(attachment,), manifest=(reference,))
    with judge(write_package(whole), profile="strict", now=NOW, contents=contents) as reading:
        assert [f for f in reading.findings if f.reason in OURS] == []
        for reason, header in (
            ("printed-number-differs", replace(document.header, code=Code("99999", document.header.code.notation))),
            ("printed-signer-differs", replace(document.header, signer=SignerInfo("", "Giám đốc", "Hồ Xuân Khác"))),
            ("addressee-not-printed", replace(document.header, to=(*document.header.to, STRANGER))),
        ):
            with judge(
                write_package(replace(whole, header=header)), profile="strict", now=NOW, contents=contents
            ) as other:
                assert [f.reason for f in other.findings if f.reason in OURS and f.severity == "fail"] == [reason]
