"""What is seen of signatures is judged by Decree 30/2020: images, colours, places, and the time that is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fixtures.letterhead import DECISION, LETTER, Letterhead
from fixtures.paper import new_pdf_document
from fixtures.signedpaper import (
    AGENCY_FIELD,
    BLUE,
    PERSON_FIELD,
    RED,
    Place,
    agency_look,
    appendix_look,
    person_look,
    place_of,
    shown,
    signed_appendix,
    signed_paper,
)
from protocol.content.bounds import Bounds
from protocol.content.pdf import read_pdf
from protocol.signatures.pdf.appearance import Part, judge_looks
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import Look, sign
from schemas import registry
from tests.protocol.signatures.moments import DAY, NOW
from tests.protocol.signatures.pdf.parties import AFTER, agency, facts_of, outcomes, paper, person, signed

GREY = (90, 90, 90)


def reasons(data: bytes, part: Part = "document", *, lines: bool = True) -> dict[str, set[str]]:
    facts = read_signatures(data)
    text = read_pdf(data, Bounds()) if lines else None
    looks = judge_looks(facts, outcomes(facts), text, part)
    return {place: {check.reason for check in checks if check.result == "bad"} for place, checks in looks.items()}


def with_looks(person_shows: Look | None, agency_shows: Look | None) -> bytes:
    data = sign(paper(), person(), NOW, field=PERSON_FIELD, look=person_shows)
    return sign(data, agency(), AFTER, field=AGENCY_FIELD, look=agency_shows)


def here() -> Place:
    return place_of(paper(), DECISION)


@pytest.mark.parametrize("document", [DECISION, LETTER], ids=["decision", "letter"])
def test_a_paper_as_the_decree_wants_it_has_nothing_to_say_against_it(document: Letterhead) -> None:
    data = signed_paper(document, person(), agency(), NOW)
    assert reasons(data) == {PERSON_FIELD: set(), AGENCY_FIELD: set()}
    assert reasons(data, lines=False) == {PERSON_FIELD: set(), AGENCY_FIELD: set()}


def test_place_text_and_images_are_read_as_they_were_drawn() -> None:
    signature = facts_of(signed(), PERSON_FIELD).appearance
    seal = facts_of(signed(), AGENCY_FIELD).appearance
    assert signature is not None
    assert seal is not None
    assert (signature.page, signature.text, len(signature.pictures)) == (1, "", 1)
    assert signature.pictures[0].blue > 0.9
    assert signature.pictures[0].clear > 0.5
    assert (seal.text, len(seal.pictures)) == ("2026-11-20T09:35:00+07:00", 1)
    assert seal.pictures[0].red > 0.9
    middle = here().middle
    assert signature.left < middle < signature.right
    assert here().top < signature.top < signature.bottom < here().bottom


PERSON_CASES: dict[str, tuple[Callable[[], Look | None], set[str]]] = {
    "hidden": (lambda: None, {"pdf-signature-image-missing"}),
    "grey": (lambda: person_look(here(), colour=GREY), {"pdf-signature-image-not-blue"}),
    "red": (lambda: person_look(here(), colour=RED), {"pdf-signature-image-not-blue"}),
    "dark-blue": (lambda: person_look(here(), colour=(10, 20, 110)), set()),
    "on-white": (
        lambda: person_look(here(), clear=False),
        {"pdf-signature-image-not-blue", "pdf-signature-image-not-transparent"},
    ),
    "beside": (lambda: person_look(here(), shift=(-80, 0)), {"pdf-signature-image-misplaced"}),
    "a-little-beside": (lambda: person_look(here(), shift=(15, 0)), set()),
    "below-the-name": (lambda: person_look(here(), shift=(0, 70)), {"pdf-signature-image-misplaced"}),
    "above-the-position": (lambda: person_look(here(), shift=(0, -80)), {"pdf-signature-image-misplaced"}),
}


@pytest.mark.parametrize("name", PERSON_CASES)
def test_the_signature_of_the_person(name: str) -> None:
    look, expected = PERSON_CASES[name]
    assert reasons(sign(paper(), person(), NOW, field=PERSON_FIELD, look=look()))[PERSON_FIELD] == expected


SEAL_CASES: dict[str, tuple[Callable[[], Look | None], set[str]]] = {
    "hidden": (lambda: None, {"pdf-seal-image-missing"}),
    "blue": (lambda: agency_look(here(), AFTER, colour=BLUE), {"pdf-seal-not-red"}),
    "on-white": (lambda: agency_look(here(), AFTER, clear=False), {"pdf-seal-not-red", "pdf-seal-not-transparent"}),
    "a-fifth": (lambda: agency_look(here(), AFTER, overlap=0.22), set()),
    "less-than-a-fifth": (lambda: agency_look(here(), AFTER, overlap=0.15), {"pdf-seal-misplaced"}),
    "four-tenths": (lambda: agency_look(here(), AFTER, overlap=0.43), set()),
    "half": (lambda: agency_look(here(), AFTER, overlap=0.5), {"pdf-seal-misplaced"}),
    "apart": (lambda: agency_look(here(), AFTER, overlap=-0.2), {"pdf-seal-misplaced"}),
    "on-the-right": (lambda: agency_look(here(), AFTER, right=True), {"pdf-seal-misplaced"}),
}


@pytest.mark.parametrize("name", SEAL_CASES)
def test_the_seal_of_the_agency(name: str) -> None:
    look, expected = SEAL_CASES[name]
    found = reasons(with_looks(person_look(here()), look()))
    assert found == {PERSON_FIELD: set(), AGENCY_FIELD: expected}


def test_a_seal_that_is_shrunk_is_named() -> None:
    drawn = agency_look(here(), AFTER)
    _, bottom, right, top = drawn.box
    small = Look(drawn.page, (right - 40, (bottom + top) / 2 - 20, right, (bottom + top) / 2 + 20), drawn.drawing)
    assert "pdf-seal-size" in reasons(with_looks(person_look(here()), small))[AGENCY_FIELD]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (shown(AFTER), set()),
        ("20/11/2026 09:35:00 +07:00", set()),
        ("Ký ngày: 20-11-2026 09:35:00 +07:00", set()),
        ("2026-11-20T09:35:00", {"pdf-shown-time-not-iso"}),
        ("2026-11-20T02:35:00Z", {"pdf-shown-time-not-iso"}),
        ("2026-11-20T09:35+07:00", {"pdf-shown-time-not-iso"}),
        ("20/11/2026", {"pdf-shown-time-not-iso"}),
        ("2026-13-20T09:35:00+07:00", {"pdf-shown-time-not-iso"}),
        (shown(AFTER + DAY), {"pdf-shown-time-differs"}),
        (shown(AFTER + timedelta(minutes=4)), set()),
        ("Sở Thử nghiệm", set()),
        ("", set()),
    ],
)
def test_the_time_that_is_shown(text: str, expected: set[str]) -> None:
    data = with_looks(person_look(here()), agency_look(here(), AFTER, text=text))
    assert reasons(data)[AGENCY_FIELD] == expected


def test_a_separate_appendix_shows_notation_and_time_at_the_top_right() -> None:
    data = signed_appendix(new_pdf_document(DECISION), agency(), "05/QĐ-STN", NOW)
    assert reasons(data, "appendix") == {AGENCY_FIELD: set()}
    look = facts_of(data, AGENCY_FIELD).appearance
    assert look is not None
    assert look.text.split("\n") == ["05/QĐ-STN", "2026-11-20T09:30:00+07:00"]


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        (lambda: appendix_look("05/QĐ-STN", NOW, text="x"), {"pdf-shown-time-missing"}),
        (lambda: None, {"pdf-shown-time-missing"}),
        (lambda: agency_look(here(), NOW), {"pdf-appendix-image-shown", "pdf-appendix-mark-misplaced"}),
    ],
    ids=["no-time", "hidden", "as-on-the-document"],
)
def test_a_separate_appendix_that_looks_otherwise(look: Callable[[], Look | None], expected: set[str]) -> None:
    assert reasons(sign(paper(), agency(), NOW, field="F", look=look()), "appendix") == {"F": expected}


def test_a_name_that_is_not_printed_once_says_nothing_of_the_place() -> None:
    stranger = sign(
        paper(), agency(), NOW, field="F", look=person_look(here(), shift=(-80, 0))
    )  # no role of a person: nothing is said of a handwritten signature
    assert "pdf-signature-image-misplaced" not in reasons(stranger)["F"]


def test_a_look_makes_no_signature_invalid() -> None:
    data = with_looks(None, None)
    assert {each.result for each in outcomes(read_signatures(data))} == {"good"}
    for code in ("pdf-signature-image-missing", "pdf-seal-misplaced", "pdf-shown-time-not-iso"):
        assert registry.reason(code).strict == "warn"
