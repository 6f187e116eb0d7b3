"""Every attack on a signed PDF is found, by its reason, with the revision and the kind of what was changed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from fixtures import pdfattacks, pdfforgeries, pdfshadows
from fixtures.casebook.damagedpapers import misnumbered_before
from fixtures.casebook.letters import main_pdf
from fixtures.casebook.signedletters import both
from fixtures.casebook.signedletters import signed as signed_letter
from fixtures.pdfobjects import (
    FIELD,
    FORGED,
    append_field,
    form,
    updated,
    widget,
    with_shadow,
    with_text_field,
)
from fixtures.signedpaper import AGENCY_FIELD, PERSON_FIELD
from protocol.signatures.pdf.answer import decode, encode
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pdf.sign import Look, sign
from protocol.signatures.pdf.whole import judge_whole
from schemas import registry
from tests.protocol.signatures.moments import NOW
from tests.protocol.signatures.pdf.parties import (
    AFTER,
    LATER,
    agency,
    asked,
    facts_of,
    judged,
    outcomes,
    paper,
    person,
    signed,
    signed_twice,
    told,
)

FOUND = {
    "page-text-added": ("pdf-page-changed-after-signing", "page-content"),
    "page-text-replaced": ("pdf-page-changed-after-signing", "page-content"),
    "page-added": ("pdf-page-changed-after-signing", "page"),
    "page-turned": ("pdf-page-changed-after-signing", "page"),
    "page-text-in-hidden-table": ("pdf-page-changed-after-signing", "page-content"),
    "annotation-added": ("pdf-annotation-added-after-signing", "annotation"),
    "stamp-added": ("pdf-annotation-added-after-signing", "annotation"),
    "script-added": ("pdf-structure-changed-after-signing", "catalog"),
    "layers-added": ("pdf-structure-changed-after-signing", "catalog"),
    "xfa-added": ("pdf-form-changed-after-signing", "xfa"),
    "field-added": ("pdf-form-changed-after-signing", "form-field"),
    "empty-field-added": ("pdf-annotation-added-after-signing", "annotation"),
    "signature-emptied": ("pdf-signature-changed-after-signing", "signature"),
    "shadow-replaced": ("pdf-page-changed-after-signing", "page-content"),
    "data-appended": ("pdf-data-after-end", "trailing-data"),
}


@lru_cache(maxsize=1)
def shadowed() -> bytes:
    return signed_twice(with_shadow(paper()))


@lru_cache(maxsize=1)
def with_field() -> bytes:
    return signed_twice(with_text_field(paper(), FORGED, "Mot dong"))


def test_the_table_knows_every_attack_after_signing() -> None:
    assert set(FOUND) == set(pdfattacks.AFTER_SIGNING)


@pytest.mark.parametrize("name", FOUND)
def test_what_came_after_the_signatures_is_found_and_named(name: str) -> None:
    attacked = pdfattacks.AFTER_SIGNING[name](signed())
    assert attacked.startswith(signed())
    reason, kind = FOUND[name]
    last = read_signatures(attacked).revisions
    for field, outcome in judged(attacked).items():
        changes = asked(outcome)["changes"]
        assert told(outcome) == {("changes", "bad", reason)}, field
        assert kind in {part.got.split()[1] for part in changes.parts if part.result == "bad"}
        assert {part.got.split()[0] for part in changes.parts if part.result == "bad"} == {f"r{last}"}
        assert asked(outcome)["integrity"].result == "good"


@pytest.mark.parametrize("name", pdfshadows.SHADOW)
def test_a_prepared_document_is_good_until_it_is_turned_over(name: str) -> None:
    assert {each.result for each in judged(shadowed()).values()} == {"good"}
    turned = pdfshadows.SHADOW[name](shadowed())
    assert turned.startswith(shadowed())
    for outcome in judged(turned).values():
        assert told(outcome) == {("changes", "bad", "pdf-page-changed-after-signing")}
        assert "page-content p.1" in asked(outcome)["changes"].got


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("field-filled", f"form-field {FIELD}"),
        ("appearances-asked-for", "form /NeedAppearances"),
        ("letters-exchanged", "form /DA"),
    ],
)
def test_a_form_that_reads_otherwise_after_signing_is_found(name: str, named: str) -> None:
    assert {each.result for each in judged(with_field()).values()} == {"good"}
    for outcome in judged(pdfshadows.FORM[name](with_field())).values():
        assert told(outcome) == {("changes", "bad", "pdf-form-changed-after-signing")}
        assert named in asked(outcome)["changes"].got


def test_a_signature_that_is_lent_to_another_field_is_found() -> None:
    found = judged(pdfattacks.signature_reused(signed()))
    assert set(found) == {PERSON_FIELD, AGENCY_FIELD, "ChuKyMuon"}
    assert {each.result for each in found.values()} == {"bad"}


def test_two_fields_of_one_name_do_not_hide_each_other() -> None:
    data = pdfattacks.signature_reused(signed()).replace(b"(ChuKyMuon)", b"(CoQuan)   ")
    assert len(judged(data)) == 3


@pytest.mark.parametrize("name", pdfattacks.HARMLESS)
def test_what_everybody_may_do_is_no_breach(name: str) -> None:
    assert {each.result for each in judged(pdfattacks.HARMLESS[name](signed())).values()} == {"good"}


def test_an_emptied_signature_is_missed_in_the_whole_file() -> None:
    facts = read_signatures(pdfattacks.signature_emptied(signed()))
    assert facts.empty == (PERSON_FIELD,)
    assert "pdf-person-signature-missing" in {each.reason for each in judge_whole(facts, outcomes(facts))}


def test_signatures_that_were_taken_out_leave_traces() -> None:
    facts = read_signatures(pdfattacks.signatures_removed(signed()))
    assert (facts.unread, facts.signatures, facts.traces) == ("", (), True)
    assert [each.reason for each in judge_whole(facts, ())] == ["pdf-signature-removed"]
    assert not read_signatures(paper()).traces


@pytest.mark.parametrize("at", [20, 30_000, 60_000])
def test_a_signed_file_that_others_repair_silently_is_bad(at: int) -> None:
    facts = read_signatures(signed()[:at] + b"  " + signed()[at:])
    found = outcomes(facts)
    answers = {each.result for each in judge_whole(facts, found)} | {each.result for each in found}
    assert "bad" in answers
    if facts.unread:
        assert [each.reason for each in judge_whole(facts, found)] == ["pdf-signed-file-damaged"]
    assert facts.unread or all(each.result == "bad" for each in found)


def test_a_file_that_cannot_be_read_is_in_doubt_where_its_signed_bytes_are_whole() -> None:
    data = misnumbered_before(signed_letter(main_pdf(), *both()))
    facts = read_signatures(data)
    assert (facts.unread, facts.traces) == ("damaged", False)
    assert [(each.result, each.reason) for each in judge_whole(facts, ())] == [("unknown", "pdf-signatures-unread")]
    for changed in (
        data.replace(b"/MediaBox [0 0 595", b"/MediaBox [0 0 596", 1),
        data.replace(b"/ByteRange", b"/ByteRang_", 1),
        data + b"1 0 obj\n<< >>\nendobj\n",
        data[:-100],
    ):
        assert changed != data
        assert read_signatures(changed).traces


def test_a_rewritten_signature_covers_no_longer_what_it_says() -> None:
    found = judged(pdfattacks.signature_rewritten(signed()))
    assert told(found[PERSON_FIELD]) == {("coverage", "bad", "pdf-byte-range-partial")}
    assert told(found[AGENCY_FIELD]) == {("changes", "bad", "pdf-signature-changed-after-signing")}


@pytest.mark.parametrize(("size", "bad"), [((0, 0, 595, 842), True), ((100, 100, 220, 220), False)])
def test_a_later_signature_may_not_hide_the_page(size: tuple[float, float, float, float], bad: bool) -> None:
    first = sign(paper(), person(), NOW, field=PERSON_FIELD)
    covered = sign(first, agency(), AFTER, field="Che", look=Look(0, size, paper()))
    reasons = {reason for _, _, reason in told(judged(covered)[PERSON_FIELD])}
    assert reasons == ({"pdf-signature-hides-page"} if bad else set())


# --- forgeries inside the file ---


@pytest.mark.parametrize("name", pdfforgeries.UNIVERSAL)
def test_a_dictionary_without_meaning_is_no_signature(name: str) -> None:
    forge, trouble = pdfforgeries.UNIVERSAL[name]
    forged = forge(signed())
    assert len(forged) == len(signed())
    assert facts_of(forged, AGENCY_FIELD).trouble == trouble
    outcome = judged(forged)[AGENCY_FIELD]
    reason = "pdf-signature-padding-filled" if trouble == "contents-padded" else "pdf-signature-malformed"
    assert told(outcome) == {("form", "bad", reason)}
    assert asked(outcome)["form"].got == trouble


@pytest.mark.parametrize(
    ("before", "after", "end", "reason"),
    [
        (0, 0, 0, ""),
        (1, 0, 0, "pdf-byte-range-gap"),
        (12, 0, 0, "pdf-byte-range-gap"),
        (0, 1, 0, "pdf-byte-range-gap"),
        (0, 0, 1, ""),  # the line break behind the last mark
        (0, 0, 6, "pdf-byte-range-partial"),
        (0, 0, 40, "pdf-byte-range-partial"),
    ],
)
def test_a_signer_who_leaves_something_out_is_found(before: int, after: int, end: int, reason: str) -> None:
    data = pdfforgeries.resigned(signed(), agency(), AFTER, skip_before=before, skip_after=after, leave_end=end)
    outcome = judged(data)[AGENCY_FIELD]
    assert asked(outcome)["integrity"].result == "good"
    assert {told_reason for _, _, told_reason in told(outcome)} == ({reason} if reason else set())


def test_a_signature_whose_range_was_moved_is_found_though_its_digest_holds() -> None:
    forged = pdfforgeries.wrapped(signed())
    outcome = judged(forged)[AGENCY_FIELD]
    assert asked(outcome)["integrity"].result == "good"
    assert ("coverage", "bad", "pdf-byte-range-gap") in told(outcome)
    assert judged(forged)[PERSON_FIELD].result == "bad"


def test_a_name_without_end_does_not_hide_a_change() -> None:
    def change(writer: IncrementalPdfFileWriter, page: Any) -> None:
        drawn = writer.add_object(form("", 9, 9))
        append_field(writer, page, widget("/Tx", "x" * 5_000, (9, 9, 99, 99), drawn))

    facts = decode(encode(read_signatures(updated(signed(), change))))
    assert facts.unread == ""
    for outcome in outcomes(facts):
        assert told(outcome) == {("changes", "bad", "pdf-form-changed-after-signing")}


def test_every_reason_for_an_attack_refuses_in_strict_and_warns_on_the_axis() -> None:
    for reason, _ in FOUND.values():
        assert (registry.reason(reason).strict, registry.reason(reason).axis) == ("fail", "warn")


def test_an_unknown_encoding_is_named() -> None:
    data = signed().replace(b"/adbe.pkcs7.detached", b"/adbe.pkcs7.sha1    ")
    assert told(judged(data)[AGENCY_FIELD]) == {("form", "bad", "pdf-signature-encoding-unknown")}
    assert LATER > AFTER
