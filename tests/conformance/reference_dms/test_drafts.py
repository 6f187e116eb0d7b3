"""What may leave, and how it is numbered and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from conformance.reference_dms import drafts
from conformance.reference_dms.composing import identify
from conformance.reference_dms.drafts import Draft
from conformance.reference_dms.office import Refused
from protocol.package.model import Code
from schemas import messages
from tests.conformance.reference_dms.office_world import file

GOOD = Draft("signed", "H99.01", ("H98.01",), "12", "QĐ-STN", date(2026, 11, 21), "Về việc thử nghiệm", "2", ())


@pytest.mark.parametrize(("state", "leaves"), [("signed", True), ("approved", False), ("draft", False)])
def test_only_what_is_signed_may_leave(state: str, leaves: bool) -> None:
    assert (drafts.may_leave(replace(GOOD, state=state)) is None) is leaves


@pytest.mark.parametrize("letter", ["a", "ữ", "𝓥"])
def test_a_subject_is_limited_in_characters_and_not_in_bytes(letter: str) -> None:
    assert drafts.subject_limit(replace(GOOD, subject=letter * 500)) is None
    refusal = drafts.subject_limit(replace(GOOD, subject=letter * 501))
    assert refusal is not None
    assert refusal.category == "size"
    assert "501" in refusal.text


@pytest.mark.parametrize(
    ("field", "limit"),
    [("number", 11), ("notation", 30), ("content", 500), ("type_name", 100), ("place", 50), ("position", 100)],
)
def test_every_other_text_has_its_limit_too(field: str, limit: int) -> None:
    fits: dict[str, Any] = {field: "ế" * limit}
    exceeds: dict[str, Any] = {field: "ế" * (limit + 1)}
    assert drafts.check(replace(GOOD, **fits)) is None
    refusal = drafts.check(replace(GOOD, **exceeds))
    assert refusal is not None
    assert refusal.category == "size"
    assert field in refusal.text


@pytest.mark.parametrize(
    ("changed", "category"),
    [
        ({"subject": " \n"}, "format"),
        ({"number": ""}, "format"),
        ({"to": ()}, "addressee"),
        ({"to": ("H98.01", "H98.01")}, "addressee"),
        ({"to": ("H98.01", " ")}, "addressee"),
        ({"subject": "có ký tự \x0b lạ"}, "format"),
        ({"appendixes": ("phụ lục \ud800",)}, "format"),
    ],
)
def test_what_no_receiver_could_register_is_refused(changed: dict[str, Any], category: str) -> None:
    draft = replace(GOOD, **changed)
    refusal = drafts.check(draft) or drafts.subject_limit(draft)
    assert refusal is not None
    assert refusal.category == category


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_carry_is_refused_with_rule_and_fix_and_left_out_where_it_is_only_shown(character: str) -> None:
    refusal = drafts.check(replace(GOOD, content=f"nội dung {character}lạ"))
    named = f"content có ký tự U+{ord(character):04X} mà XML không mang được (PKG-07); hãy bỏ ký tự này"
    assert refusal is not None
    assert refusal.text == named
    assert drafts.without_unfit(f"lý do {character}khác") == "lý do khác"


@pytest.mark.parametrize("character", ["\t", "\n", "\r", " ", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"])
def test_what_xml_can_carry_may_leave(character: str) -> None:
    text = f"nội dung {character}lạ"
    assert drafts.check(replace(GOOD, content=text)) is None
    assert drafts.without_unfit(text) == text


def test_what_xml_cannot_carry_is_named_with_rule_and_fix_in_english_too() -> None:
    said = messages.text("dms.draft.not-xml", "en", field="content", character="U+000B")
    assert said == "content holds the character U+000B, which XML cannot carry (PKG-07); remove it"


@pytest.mark.parametrize(
    ("given", "written"), [("5", "05"), ("0", "00"), ("05", "05"), ("12", "12"), ("7a", "7a"), ("1234", "1234")]
)
def test_numbers_below_ten_get_a_leading_zero(given: str, written: str) -> None:
    assert drafts.number_text(given) == written


@pytest.mark.parametrize(
    ("type_name", "notation"), [("Quyết định", "QĐ-STN"), ("Công văn", "STN"), (None, "STN"), ("tờ trình", "TTr-STN")]
)
def test_a_missing_notation_is_formed_from_kind_and_agency(type_name: str | None, notation: str) -> None:
    assert drafts.default_notation(type_name, "Sở Thử nghiệm") == notation


def test_an_identifier_holds_issuer_day_and_sign() -> None:
    assert identify("H99.01", date(2026, 1, 2), Code("05", "QĐ-STN")) == "H99.01,2026/01/02,05/QĐ-STN"


def _args(**changed: object) -> dict[str, object]:
    return {
        "state": "signed",
        "from": "H99.01",
        "to": ["H98.01"],
        "number": 5,
        "date": "2026-11-21",
        "subject": "Về việc",
        "type": {"type": 2},
        "files": [file("a.pdf", b"abc")],
        **changed,
    }


def test_the_arguments_of_send_become_a_draft() -> None:
    draft = drafts.read_draft(_args())
    assert (draft.number, draft.type, draft.day, draft.files[0].data) == ("5", "2", date(2026, 11, 21), b"abc")


@pytest.mark.parametrize(
    ("changed", "category"),
    [
        ({"date": "2026-02-30"}, "format"),
        ({"due_date": "2026-13-01"}, "format"),
        ({"files": [file("a.pdf", b"abc") | {"sha256": "0" * 64}]}, "integrity"),
        ({"files": [file("a.pdf", b"abc") | {"base64": "không"}]}, "integrity"),
    ],
)
def test_a_draft_that_contradicts_itself_is_refused(changed: dict[str, object], category: str) -> None:
    with pytest.raises(Refused) as refused:
        drafts.read_draft(_args(**changed))
    assert refused.value.refusal.category == category
