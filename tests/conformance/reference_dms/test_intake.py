"""Completeness of what came, and what the register takes from it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from conformance.reference_dms import intake
from conformance.reference_dms.office import Agency, Connection
from conformance.reference_dms.vietnam import host_clock
from fixtures.documents import new_document
from protocol.package.attachment import attach
from protocol.package.model import DocumentPackage, DocumentType, OtherInfo, PromulgationInfo

OWN = Connection("http://axis.example", "SYS", "secret", (Agency("H99.01", "Sở Thử nghiệm", "000.00.01.H99"),))


def _letter(files: int = 3, **fields: Any) -> DocumentPackage:
    return new_document(random.Random(5), "H98.01", ["H99.01"], files=files, now=host_clock(), **fields)


def test_a_complete_letter_misses_nothing_with_or_without_cid() -> None:
    letter = _letter()
    assert intake.missing_files(letter) == ()
    bare = tuple(replace(one, content_id=(one.content_id or "").removeprefix("cid:")) for one in letter.attachments)
    assert intake.missing_files(replace(letter, attachments=bare)) == ()


@pytest.mark.parametrize("lost", range(3))
def test_a_listed_file_that_did_not_come_is_named(lost: int) -> None:
    letter = _letter()
    kept = tuple(one for index, one in enumerate(letter.attachments) if index != lost)
    assert intake.missing_files(replace(letter, attachments=kept)) == (letter.attachments[lost].name,)


def test_ids_that_do_not_match_are_forgiven_where_the_names_do() -> None:
    """H-A10."""
    letter = _letter()
    assert letter.manifest is not None
    renamed = tuple(replace(line, content_id=f"cid:khac-{index}") for index, line in enumerate(letter.manifest))
    assert intake.missing_files(replace(letter, manifest=renamed)) == ()


def test_one_file_cannot_stand_for_two_lines_of_the_manifest() -> None:
    letter = _letter(1)
    assert letter.manifest is not None
    doubled = replace(letter, manifest=(*letter.manifest, *letter.manifest))
    assert intake.missing_files(doubled) == (letter.attachments[0].name,)


def test_an_empty_file_and_a_broken_zip_count_as_missing() -> None:
    empty, line = attach("rong.pdf", b"")
    broken, other = attach("hong.pdf", b"%PDF")
    broken = replace(broken, name="hong.txt", content_type="application/zip")
    letter = replace(_letter(0), manifest=(line, other), attachments=(empty, broken))
    assert intake.missing_files(letter) == ("rong.pdf", "hong.txt")


def test_files_that_the_manifest_does_not_list_are_warned_about() -> None:
    letter = _letter(2)
    assert letter.manifest is not None
    warnings = intake.warnings(replace(letter, manifest=letter.manifest[:1]), ())
    assert [warning.category for warning in warnings] == ["attachment"]


@pytest.mark.parametrize(
    ("code", "ours"), [("H99.01", True), ("000.00.01.H99", True), ("H99.02", False), (None, False)]
)
def test_either_code_of_an_agency_addresses_it(code: str | None, ours: bool) -> None:
    letter = _letter(0)
    to = (replace(letter.header.to[0], organ_id=code),)
    assert intake.is_addressed(replace(letter, header=replace(letter.header, to=to)), OWN) is ours


def test_what_is_no_day_and_no_number_is_shown_as_nothing() -> None:
    letter = _letter(
        0,
        promulgation=PromulgationInfo("Ví Dụ", "30/10/2020"),
        due_date=None,
        other=OtherInfo(priority="Khẩn"),
        signer=None,
        document_type=DocumentType("71", None, None),
    )
    shown = intake.shown(letter, intake.shown_file)
    assert (shown["date"], shown["due_date"], shown["priority"], shown["signer"]) == (None, None, None, None)
    assert shown["type_name"] == "71"


def test_the_digest_tells_documents_apart_and_not_their_journeys() -> None:
    letter = _letter()
    shown = intake.shown(letter, intake.shown_file)
    again = intake.shown(replace(letter, trace=None), intake.shown_file)
    other = intake.shown(replace(letter, header=replace(letter.header, subject="Khác")), intake.shown_file)
    assert intake.digest(shown) == intake.digest(again) != intake.digest(other)
