"""How much of a page annotations and fields take that came into a signed file, and how far down they reach."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from fixtures.pdfobjects import updated, with_inherited_field, with_text_field
from fixtures.pdfshadows import appearances_asked_for, field_filled, value_exchanged
from fixtures.pdfstamps import BODY_BOX, LARGE_BOX, NUMBER_BOX, stamped
from protocol.signatures.pdf.facts import Stamp
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.stamps import MOST_STAMPS, stamps
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import paper, person

Box = tuple[int, int, int, int]


def stamps_of(data: bytes) -> tuple[Stamp, ...]:
    return read_signatures(data).stamps


def signed(data: bytes | None = None) -> bytes:
    return sign(data or paper(), person(), NOW, field="F")


def share(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1]) / (595 * 842)


@pytest.mark.parametrize("box", [NUMBER_BOX, BODY_BOX, LARGE_BOX])
def test_a_frame_is_measured(box: Box) -> None:
    (found,) = stamps_of(stamped(signed(), box))
    assert (found.revision, found.page) == (read_signatures(stamped(signed(), box)).revisions, 1)
    assert found.share == pytest.approx(share(box), rel=0.01)
    assert found.down == pytest.approx(1 - box[1] / 842, abs=0.01)


def test_nothing_is_measured_in_a_file_that_nobody_changed() -> None:
    assert stamps_of(signed()) == ()
    assert stamps_of(sign(signed(), person(), NOW, field="G")) == ()


@pytest.mark.parametrize("kind", ["/Ink", "/Highlight", "/Line", "/RichMedia"])
def test_what_draws_outside_its_frame_takes_a_whole_page(kind: str) -> None:
    assert [(each.share, each.down) for each in stamps_of(stamped(signed(), NUMBER_BOX, kind))] == [(1.0, 1.0)]


def test_a_link_takes_its_frame_where_it_has_a_look_and_nothing_without_one() -> None:
    (drawn,) = stamps_of(stamped(signed(), BODY_BOX, "/Link"))
    assert drawn.share == pytest.approx(share(BODY_BOX), rel=0.01)
    (bare,) = stamps_of(stamped(signed(), BODY_BOX, "/Link", drawn=False))
    assert (bare.share, bare.down) == (0.0, 0.0)


@pytest.mark.parametrize(("width", "covers"), [(0, False), (3, False), (4, True)])
def test_a_link_with_a_thick_border_takes_its_frame(width: int, covers: bool) -> None:
    style = generic.DictionaryObject({pdf_name("/W"): generic.NumberObject(width)})
    border = generic.ArrayObject(map(generic.NumberObject, (0, 0, width)))
    for more in ({"BS": style}, {"Border": border}):
        (found,) = stamps_of(stamped(signed(), BODY_BOX, "/Link", drawn=False, **more))
        assert bool(found.share) is covers


def test_a_value_that_changed_above_a_widget_is_measured_where_the_widget_is() -> None:
    (found,) = stamps_of(value_exchanged(signed(with_inherited_field(paper()))))
    assert found.share == pytest.approx(2 * share((100, 380, 300, 400)), rel=0.01)


def test_all_fields_are_measured_where_they_are_to_be_drawn_anew() -> None:
    (found,) = stamps_of(appearances_asked_for(signed(with_text_field(paper()))))
    assert found.share == pytest.approx(2 * share((100, 500, 300, 520)), rel=0.01)


def test_a_field_that_was_filled_in_is_measured_where_it_was_and_where_it_is() -> None:
    (found,) = stamps_of(field_filled(signed(with_text_field(paper()))))
    assert found.share == pytest.approx(2 * share((100, 500, 300, 520)), rel=0.01)


def test_a_new_picture_in_an_old_annotation_is_measured_by_its_frame() -> None:
    def change(writer: Any, page: Any) -> None:
        shown = page["/Annots"][0]["/AP"].raw_get("/N")
        drawn = shown.get_object()
        drawn.strip_filters()
        drawn._data = b"0 0 180 20 re f"
        drawn._encoded_data = None
        writer.mark_update(shown.reference)

    (found,) = stamps_of(updated(signed(stamped(paper())), change))
    assert found.share == pytest.approx(2 * share(NUMBER_BOX), rel=0.01)


def test_an_annotation_that_was_taken_away_is_measured_where_it_was() -> None:
    def change(writer: Any, page: Any) -> None:
        del page["/Annots"][0]
        writer.update_container(page)

    (found,) = stamps_of(updated(signed(stamped(paper(), BODY_BOX)), change))
    assert found.share == pytest.approx(share(BODY_BOX), rel=0.01)


def test_an_annotation_without_a_number_of_its_own_is_measured() -> None:
    def change(writer: Any, page: Any) -> None:
        edges = generic.ArrayObject(generic.NumberObject(edge) for edge in BODY_BOX)
        made = {"/Subtype": pdf_name("/FreeText"), "/Rect": edges, "/Contents": generic.TextStringObject("X")}
        direct = generic.DictionaryObject({pdf_name(name): value for name, value in made.items()})
        page[pdf_name("/Annots")] = generic.ArrayObject([*page.get("/Annots", ()), direct])
        writer.update_container(page)

    (found,) = stamps_of(updated(signed(), change))
    assert found.share == pytest.approx(share(BODY_BOX), rel=0.01)


def test_on_a_turned_page_nobody_says_how_far_down_it_is() -> None:
    def turn(writer: Any, page: Any) -> None:
        page[pdf_name("/Rotate")] = generic.NumberObject(180)
        writer.update_container(page)

    assert [each.down for each in stamps_of(stamped(signed(updated(paper(), turn))))] == [1.0]


def test_a_frame_that_cannot_be_read_is_on_no_page() -> None:
    def change(writer: Any, page: Any) -> None:
        page["/Annots"][0][pdf_name("/Rect")] = generic.ArrayObject([pdf_name("/Here")])
        writer.update_container(page["/Annots"][0])

    found = stamps_of(updated(signed(stamped(paper())), change))
    assert [(each.page, each.share) for each in found] == [(0, 1.0)]


def test_of_too_many_there_is_one_answer() -> None:
    data = signed()
    first = read_signatures(data).revisions + 1
    for _ in range(MOST_STAMPS + 1):
        data = stamped(data)
    reader = PdfFileReader(io.BytesIO(data))
    assert len(stamps(reader, range(first, first + MOST_STAMPS))) == MOST_STAMPS
    assert stamps(reader, range(first, first + MOST_STAMPS + 1)) == (Stamp(0, 0, 1.0, 1.0),)
