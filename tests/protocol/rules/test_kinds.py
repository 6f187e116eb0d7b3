"""Kinds of document: the table of the law, names as people write them, and who may have paper."""

from __future__ import annotations

import pytest

from fixtures.casebook.letters import NOW, STAFF, letter_of
from protocol.package.model import Business, Organisation
from protocol.rules import doctypes, judge


def test_the_table_has_the_29_administrative_kinds_of_article_7() -> None:
    numbered = [kind for kind in doctypes.kinds().values() if kind.abbreviations]
    administrative = {kind.name for kind in numbered} - {
        "Nghị quyết liên tịch",
        "Nghị định",
        "Thông tư",
        "Thông tư liên tịch",
        "Bản sao y",
        "Bản trích sao",
        "Bản sao lục",
    }
    assert len(administrative | {"Công văn", "Thư công"}) == 29


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("quyết định", "Quyết định"),
        ("  QUYẾT   ĐỊNH ", "Quyết định"),
        ("Giấy uỷ quyền", "Giấy ủy quyền"),
        ("Bản thoả thuận", "Bản thỏa thuận"),
        ("Nghị quyết (cá biệt)", "Nghị quyết"),
        ("Quyết định", "Quyết định"),
        ("Quyết định UBND", None),
        ("Quyet dinh", None),
        ("", None),
        ("ế" * 100_000, None),
    ],
)
def test_a_name_is_known_however_it_is_written(written: str, name: str | None) -> None:
    found = doctypes.exactly(written)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Nghị quyết liên tịch số 1", "Nghị quyết liên tịch"),
        ("Nghị quyết HĐND", "Nghị quyết"),
        ("Báo cáo tháng 11", "Báo cáo"),
        ("Luật sư", "Luật"),
        ("Văn bản khác", None),
        ("Công văng", None),
    ],
)
def test_the_longest_name_that_begins_the_text_counts(written: str, name: str | None) -> None:
    found = doctypes.roughly(written)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(("code", "told"), [("G22", False), ("000.00.00.G22", False), ("G98.22", True)])
def test_paper_may_follow_to_the_government(code: str, told: bool) -> None:
    raw = letter_of(business=Business(paper="1", staff=STAFF), to=(Organisation(code, organ_name="Văn phòng"),))()
    with judge(raw, profile="strict", now=NOW) as reading:
        assert ("paper-not-needed" in {finding.reason for finding in reading.findings}) is told
