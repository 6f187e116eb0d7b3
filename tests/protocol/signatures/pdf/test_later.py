"""What may come after a signature and what may not: by every revision, every byte, every field and every reference."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from fixtures import pdffields, pdfupdates
from fixtures.letterhead import DECISION
from fixtures.pdfattacks import annotation_added
from fixtures.pdfobjects import append_field, form, updated, widget
from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD, signed_by_person
from protocol.signatures.anchors import Trust
from protocol.signatures.pdf.answer import decode, encode
from protocol.signatures.pdf.changes import MOST_CHANGES
from protocol.signatures.pdf.covers import LARGEST_LOOK, MOST_COVERED
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign, stamp, with_validation_data
from protocol.signatures.pdf.structures import Manner, Stamping
from protocol.signatures.pki import Pki, Validity, authority, names
from tests.protocol.signatures.moments import DAY, HOUR, NOW, YEAR
from tests.protocol.signatures.pdf.parties import (
    AFTER,
    LATER,
    agency,
    asked,
    facts_of,
    judged,
    paper,
    person,
    pki,
    signed,
    signed_twice,
    told,
)

REPLACED = {("changes", "bad", "pdf-object-replaced-after-signing")}
UNDECIDED = {("changes", "unknown", "pdf-changes-undecided")}
HIDES = {("changes", "bad", "pdf-signature-hides-page")}
ANNOTATED = {("changes", "bad", "pdf-annotation-added-after-signing")}
PAGE = {("changes", "bad", "pdf-page-changed-after-signing")}


@lru_cache(maxsize=1)
def by_person() -> bytes:
    return signed_by_person(paper(), DECISION, person(), NOW)


def all_told(data: bytes) -> set[tuple[str, str, str]]:
    """Give what is told of the two signatures that stood when somebody changed the file."""
    found = judged(data)
    return {each for field in (PERSON_FIELD, AGENCY_FIELD) for each in told(found[field])}


# --- every revision ---


def test_a_change_behind_many_harmless_revisions_is_found() -> None:
    assert all_told(pdfupdates.noted_often(signed())) == set()
    data = pdfupdates.flooded(signed())
    assert read_signatures(data).revisions > MOST_CHANGES
    assert all_told(data) == PAGE
    assert len(facts_of(data, PERSON_FIELD).changes) == MOST_CHANGES


# --- every byte ---


@pytest.mark.parametrize("name", pdfupdates.HIDDEN)
def test_an_object_that_no_table_lists_is_found(name: str) -> None:
    assert all_told(pdfupdates.HIDDEN[name](signed())) == REPLACED


@pytest.mark.parametrize("name", pdfupdates.HARMLESS)
def test_a_revision_by_hand_is_harmless_without_it(name: str) -> None:
    assert all_told(pdfupdates.HARMLESS[name](signed())) == set()


@pytest.mark.parametrize(
    "data",
    [
        pdfupdates.row_too_short(signed()),
        pdfupdates.noted(signed(), start=-1),
        pdfupdates.noted(signed(), hidden=b"no object\n"),
    ],
    ids=["short-row", "wrong-start", "noise"],
)
def test_what_readers_take_in_different_ways_is_left_open(data: bytes) -> None:
    assert all_told(data) == UNDECIDED


def test_a_remark_between_objects_is_no_noise() -> None:
    assert all_told(pdfupdates.noted(signed(), hidden=b"% a remark\n")) == set()


def test_a_remark_before_the_end_is_no_noise() -> None:
    """Signing programs put their own names there."""
    data = pdfupdates.noted(signed())
    at = data.rindex(b"startxref")
    assert all_told(data[:at] + b"%Programme-1.0\n" + data[at:]) == set()
    hidden = data[:at] + b"%4 0 obj << >> endobj\n" + data[at:]
    assert all_told(hidden) == REPLACED


def test_an_object_in_a_remark_is_one_all_the_same() -> None:
    assert all_told(pdfupdates.noted(signed(), hidden=b"% 4 0 obj << >> endobj\n")) == REPLACED


def test_a_file_that_is_repaired_leaves_open_what_came_after_its_first_signature() -> None:
    broken = paper().replace(b"0000000000 65535 f \n", b"0000000000 65536 f \n", 1)
    found = judged(signed_twice(broken))
    assert told(found[PERSON_FIELD]) == UNDECIDED
    assert told(found[AGENCY_FIELD]) == set()


# --- every reference ---


def test_a_reference_to_nothing_is_legal_until_somebody_fills_it() -> None:
    prepared = signed_twice(pdfupdates.with_late_content(paper()))
    assert all_told(prepared) == set()
    assert all_told(pdfupdates.late_content_written(prepared)) == PAGE


def test_a_reference_that_editors_left_behind_is_no_change() -> None:
    assert all_told(signed_twice(pdfupdates.with_dangling_reference(paper()))) == set()


def test_an_object_that_was_freed_before_the_signing_is_no_change() -> None:
    data = pdfupdates.with_dangling_reference(paper())
    at = data.rindex(b"trailer")
    freed = data[:at] + b"%d 1\n0000000000 00001 f \n" % pdfupdates.LATE + data[at:]
    size = max(int(each.split()[0]) for each in freed.split(b"/Size ")[1:])
    freed = freed.replace(b"/Size %d" % size, b"/Size %d" % (pdfupdates.LATE + 1))
    assert read_signatures(freed).unread == ""
    assert all_told(signed_twice(freed)) == set()


# --- every field ---


@pytest.mark.parametrize("name", pdffields.LAWFUL)
@pytest.mark.parametrize("certified", [False, True])
def test_every_lawful_field_may_hold_the_second_signature(name: str, certified: bool) -> None:
    first = signed_by_person(paper(), DECISION, person(), NOW, manner=Manner(certify=certified))
    data = pdffields.signed_in(first, pdffields.LAWFUL[name], "Dau", agency(), AFTER)
    assert {each.result for each in judged(data).values()} == {"good"}
    assert len(judged(data)) == 2


def test_a_group_of_fields_may_grow_by_a_signature() -> None:
    first = pdffields.signed_in(paper(), pdffields.below_group, "A", person(), NOW)
    data = pdffields.signed_in(first, pdffields.in_known_group, "B", agency(), AFTER)
    assert {each.place: each.result for each in judged(data).values()} == {"PhieuKy.A": "good", "PhieuKy.B": "good"}


@pytest.mark.parametrize("name", pdffields.ACTING)
def test_a_field_that_does_something_is_no_place_for_a_signature(name: str) -> None:
    data = pdffields.signed_in(signed(), pdffields.ACTING[name], "Them", agency(), LATER)
    assert all_told(data) == {("changes", "bad", "pdf-structure-changed-after-signing")}


def test_a_field_with_an_entry_that_nobody_knows_is_left_open() -> None:
    odd = pdffields.plain(La=generic.NumberObject(1))
    assert all_told(pdffields.signed_in(signed(), odd, "Them", agency(), LATER)) == UNDECIDED


def test_a_tagged_document_may_get_its_fields_into_its_structure() -> None:
    first = signed_by_person(pdffields.tagged(paper()), DECISION, person(), NOW)
    lawful = pdffields.signed_in(first, pdffields.in_structure, "Dau", agency(), AFTER)
    assert {each.result for each in judged(lawful).values()} == {"good"}
    forged = judged(pdffields.signed_in(first, pdffields.text_in_structure, "Dau", agency(), AFTER))
    assert asked(forged[PERSON_FIELD])["changes"].result == "bad"


def test_an_empty_field_shows_by_its_widgets_too() -> None:
    def change(writer: IncrementalPdfFileWriter, page: Any) -> None:
        pdffields.with_kids((100, 400, 400, 440))(writer, page, "Trong")

    assert all_told(updated(signed(), change)) == ANNOTATED


def test_a_form_is_looked_at_through_its_references() -> None:
    """A later revision may put the list of fields where a reference leads to."""

    def change(writer: IncrementalPdfFileWriter, page: Any) -> None:
        entries = writer.root["/AcroForm"]
        drawn = writer.add_object(form("1 1 1 rg 0 0 300 40 re f", 300, 40))
        append_field(writer, page, widget("/Sig", "Trong", (100, 400, 400, 440), drawn))
        entries[pdf_name("/Fields")] = writer.add_object(entries["/Fields"])
        writer.update_container(entries)

    assert all_told(updated(signed(), change)) == ANNOTATED


def test_other_flags_of_a_form_are_a_change() -> None:
    def change(writer: IncrementalPdfFileWriter, _page: Any) -> None:
        writer.root["/AcroForm"][pdf_name("/SigFlags")] = generic.NumberObject(1)
        writer.update_container(writer.root["/AcroForm"])

    assert all_told(updated(signed(), change)) == {("changes", "bad", "pdf-form-changed-after-signing")}


# --- every frame ---


def strip(number: int) -> pdffields.Made:
    return pdffields.plain((0, 842 - 105 * (number + 1), 595, 842 - 105 * number), "x")


def test_small_frames_that_together_cover_a_page_are_found() -> None:
    data = signed()
    told_at: list[bool] = []
    for number in range(4):
        data = pdffields.signed_in(data, strip(number), f"Y{number}", agency(), LATER)
        told_at.append(all_told(data) == HIDES)
    share = 105 / 842
    assert share < LARGEST_LOOK
    assert told_at == [share * (number + 1) > MOST_COVERED for number in range(4)]
    assert told_at[-1]


@pytest.mark.parametrize("make", [pdffields.with_kids((9, 9, 13, 13), (0, 0, 595, 842)), strip(0)])
def test_a_timestamp_over_the_page_is_found(make: pdffields.Made) -> None:
    data = pdffields.stamped_in(signed(), make, "T", Stamping(pki().timestamp, LATER))
    assert all_told(data) == HIDES


def test_every_widget_of_a_signature_is_measured() -> None:
    make = pdffields.with_kids((9, 9, 13, 13), (0, 0, 595, 842), indirect=True)
    assert all_told(pdffields.signed_in(signed(), make, "Them", agency(), LATER)) == HIDES


def test_the_thirteenth_signature_is_measured_like_the_others() -> None:
    data = signed()
    for number in range(11):
        data = sign(data, agency(), LATER, field=f"X{number}", manner=Manner(chain=False))
    data = pdffields.signed_in(data, pdffields.plain((0, 0, 595, 842), "x"), "Che", agency(), LATER)
    assert all_told(data) == HIDES


def test_ten_who_sign_together_hide_nothing() -> None:
    data = signed()
    for number in range(9):
        box = (40, 20 + 60 * number, 150, 66 + 60 * number)
        data = pdffields.signed_in(data, pdffields.plain(box), f"X{number}", agency(), LATER)
    assert all_told(data) == set()


# --- names ---


def test_every_signature_keeps_its_own_name() -> None:
    first = sign(paper(), agency(), NOW, field="Z#2")
    second = pdffields.signed_in(first, pdffields.plain(), "Z", agency(), AFTER)
    third = pdffields.signed_in(second, pdffields.plain(), "Z", agency(), AFTER)
    assert sorted(each.field for each in read_signatures(third).signatures) == ["Z", "Z#2", "Z#3"]


def test_what_is_left_open_survives_the_way_from_the_child() -> None:
    facts = read_signatures(pdfupdates.row_too_short(signed()))
    assert {each.permitted for each in facts.signatures[0].changes} == {True, None}
    assert decode(encode(facts)) == facts


# --- timestamps that carry each other ---


def test_a_newer_timestamp_carries_an_older_one_over_the_end_of_its_certificate() -> None:
    then = NOW - 5 * YEAR
    old = Pki(then, name="lưu trữ", years=2)
    by = old.person("Trần Thị Mẫu", "H99.01", "Sở Thử nghiệm"), old.agency("H99.01", "Sở Thử nghiệm")
    first, second = (
        old.issuing.issue(names.authority(f"TSA{number}"), old.key(f"tsa{number}"), authority.TIMESTAMP, term)
        for number, term in enumerate((Validity(then - YEAR, then + 2.5 * YEAR), Validity(then, NOW + YEAR)))
    )
    data = sign(paper(), by[0], then, field="A", stamping=Stamping(first, then + timedelta(minutes=1)))
    data = sign(data, by[1], then + timedelta(minutes=5), field="B")
    data = with_validation_data(data, certificates=(first.der,), crls=old.crls(then + HOUR))
    data = stamp(data, Stamping(first, then + 2 * HOUR), field="T1")
    renewed = then + 2 * YEAR - 10 * DAY
    alone = data
    data = with_validation_data(data, crls=old.crls(renewed))
    data = stamp(data, Stamping(second, renewed + HOUR), field="T2")
    trust = Trust((old.root.identity.der,), (old.issuing.identity.der,), old.crls(NOW - HOUR))
    results = [{each.place: each.result for each in judge(read_signatures(each), trust, NOW)} for each in (alone, data)]
    assert set(results[0].values()) == {"unknown"}
    assert set(results[1].values()) == {"good"}


def test_an_annotation_is_found_beside_what_is_left_open() -> None:
    assert all_told(annotation_added(pdfupdates.row_too_short(signed()))) == ANNOTATED
