"""What becomes of a person's signature below which the registry wrote: good, in doubt, or changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.casebook.jointpapers import CASES
from fixtures.casebook.letters import FIRST, NOW, letter_of, main_pdf
from fixtures.casebook.numberedpapers import CASES as NUMBERED
from fixtures.casebook.signedletters import agency, person, signed
from fixtures.casebook.trusts import NO_LISTS, PUBLIC_DUTY, trusted
from fixtures.pdfstamps import BODY_BOX, NUMBER_BOX, stamped
from protocol.rules import judge
from protocol.rules.paperstamps import MOST_ADDED
from protocol.rules.signing import Signing
from protocol.signatures.pdf.reader import SignatureReader


@pytest.fixture(scope="module")
def reader() -> Iterator[SignatureReader]:
    with SignatureReader() as papers:
        yield papers


def results(reader: SignatureReader, raw: bytes, trust: str | None) -> list[str]:
    signing = Signing(reader, trusted(trust) if trust else None)
    with judge(raw, profile="strict", now=NOW, signing=signing) as reading:
        said = [each.outcome.answer("changes") for each in reading.signatures]
        return [each.result if each else "not asked" for each in said]


def numbered(seal: str = "agency", box: tuple[int, int, int, int] = NUMBER_BOX) -> bytes:
    data = signed(stamped(signed(main_pdf(), person()), box), agency(seal))
    return letter_of(files=[(FIRST, data)])()


@pytest.mark.parametrize(
    ("seal", "trust", "result"),
    [
        ("agency", PUBLIC_DUTY, "good"),
        ("superior", PUBLIC_DUTY, "good"),
        ("agency", NO_LISTS, "unknown"),
        ("agency", None, "unknown"),
        ("seal-with-more", PUBLIC_DUTY, "unknown"),
        ("other-agency", PUBLIC_DUTY, "bad"),
        ("other-agency", None, "bad"),
        ("seal-of-neighbour", PUBLIC_DUTY, "bad"),
        ("self-signed", PUBLIC_DUTY, "bad"),
        ("self-signed", None, "unknown"),
        ("revoked-before", PUBLIC_DUTY, "bad"),
    ],
)
def test_a_number_is_as_good_as_the_seal_over_it(
    reader: SignatureReader, seal: str, trust: str | None, result: str
) -> None:
    assert results(reader, numbered(seal), trust) == [result, "good"]


def test_what_is_not_in_the_place_of_a_number_is_in_doubt(reader: SignatureReader) -> None:
    assert results(reader, numbered(box=BODY_BOX), PUBLIC_DUTY) == ["unknown", "good"]


def test_the_agency_answers_for_what_came_after_its_own_seal(reader: SignatureReader) -> None:
    raw = {case.id: case.raw for case in CASES}
    assert results(reader, raw["signed-number-after-seal"](), PUBLIC_DUTY) == ["bad", "bad", "good"]
    assert results(reader, raw["signed-number-before-both-seals"](), PUBLIC_DUTY) == ["good"] * 4


def test_an_odd_table_beside_the_number_leaves_it_open(reader: SignatureReader) -> None:
    raw = {case.id: case.raw for case in NUMBERED}
    assert results(reader, raw["signed-number-in-odd-table"](), PUBLIC_DUTY) == ["unknown", "good"]


@pytest.mark.parametrize(("number", "result"), [(MOST_ADDED, "good"), (MOST_ADDED + 1, "bad")])
def test_of_very_many_changes_nothing_is_taken_for_a_number(reader: SignatureReader, number: int, result: str) -> None:
    data = signed(main_pdf(), person())
    for _ in range(number):
        data = stamped(data, (85, 740, 95, 750))
    raw = letter_of(files=[(FIRST, signed(data, agency()))])()
    assert results(reader, raw, PUBLIC_DUTY) == [result, "good"]
