"""What was asked for and what crossed: the same text, signed by the keys that were given, when it was sent."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pypdfium2
import pytest

from conformance.reference_dms import sealing
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.credentials import Keys
from conformance.reference_dms.drafts import Draft, File
from conformance.reference_dms.office import Office, Refusal
from conformance.scenarios.drafted import may_hold
from conformance.verdict import Verdict
from fixtures.letterhead import DECISION, LETTER
from fixtures.paper import new_pdf_document
from fixtures.pdf import new_pdf
from fixtures.pdfattacks import stamp_added
from protocol.content.bounds import Bounds
from protocol.content.pdf import read_pdf
from protocol.content.text import FileText, Line
from protocol.signatures.pdf.sign import sign
from protocol.signatures.pdf.structures import Manner
from protocol.signatures.pki import Identity
from tests.conformance.stories import judged, verdict

PATIENT = 4.0
pytestmark = pytest.mark.timeout(300)
DRAFT = new_pdf_document(DECISION)


def text(data: bytes) -> FileText:
    return read_pdf(data, Bounds())


def written_anew(data: bytes) -> bytes:
    document = pypdfium2.PdfDocument(data)
    try:
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()
    finally:
        document.close()


def lines(*texts: str, unread: str = "") -> FileText:
    return FileText("pdf", tuple(map(Line, texts)), 1, unread)


@pytest.mark.parametrize("change", [written_anew, stamp_added, lambda data: stamp_added(written_anew(data))])
def test_a_file_that_was_written_anew_or_stamped_holds_its_draft(change: Callable[[bytes], bytes]) -> None:
    assert change(DRAFT) != DRAFT
    assert may_hold(text(change(DRAFT)), text(DRAFT))


def test_lines_may_break_elsewhere() -> None:
    draft = lines("Điều 1. Ban hành kèm theo Quyết định này", "Quy chế thử nghiệm.")
    assert may_hold(lines("ĐIỀU 1. Ban hành kèm", "theo Quyết-", "định này Quy chế", "thử nghiệm"), draft)


def test_a_stamped_number_may_break_a_line() -> None:
    body = tuple(f"Đoạn văn thứ {number} của nội dung văn bản thử nghiệm." for number in range(5))
    assert may_hold(lines("Số: 05/QĐ-STN Số:", "/QĐ-STN", *body), lines("Số: /QĐ-STN", *body))


def test_letters_that_look_right_and_read_as_others_are_no_text() -> None:
    garbled = text(new_pdf_document(DECISION, layer="garbled"))
    assert garbled.unread == "garbled"
    assert not may_hold(garbled, text(DRAFT))


def test_a_file_with_all_the_letters_holds_its_draft_whatever_else_stands_in_it() -> None:
    whole = replace(text(DRAFT), unread="garbled")
    assert may_hold(whole, text(DRAFT))


@pytest.mark.parametrize(
    "other",
    [
        new_pdf_document(LETTER),
        new_pdf_document(replace(DECISION, body=("Điều 1. Bãi bỏ Quy chế.", *DECISION.body[1:], "Điều 4. Hết."))),
        new_pdf(Random(1)),
    ],
)
def test_another_document_of_the_same_house_does_not_hold_it(other: bytes) -> None:
    assert not may_hold(text(other), text(DRAFT))


def test_an_empty_page_holds_nothing() -> None:
    assert not may_hold(FileText("pdf", pages=1, unread="no-text"), text(DRAFT))


@pytest.mark.parametrize("check", ["SIG-01/signed-by-both", "ATT-05/appendixes-are-signed"])
def test_a_system_may_write_files_anew_and_stamp_them_before_they_are_signed(check: str, tmp_path: Path) -> None:
    def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
        files = tuple(File(each.name, stamp_added(written_anew(each.data))) for each in draft.files)
        return sealing.with_signatures(replace(draft, files=files), keys, at)

    outcome = judged(check, tmp_path, behaviour=replace(Behaviour(), seal=seal), grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


def test_a_signature_that_names_no_time_costs_a_warning(tmp_path: Path) -> None:
    def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
        return sealing.with_signatures(draft, keys, at, manner=Manner(claim=False))

    behaviour = replace(Behaviour(), seal=seal)
    outcome = judged("SIG-01/signed-by-both", tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.WARN, "signed-without-time"), outcome.got


def test_to_refuse_every_certificate_but_the_first_is_no_check(tmp_path: Path) -> None:
    first: dict[str, bytes] = {}

    def known_only(office: Office, identity: Identity, at: datetime) -> Refusal | None:
        del office, at
        name = identity.certificate.subject.rfc4514_string()
        known = first.setdefault(name, identity.der) == identity.der
        return None if known else Refusal("signature", "Khóa ký không khớp với khóa đã đăng ký.")

    behaviour = replace(Behaviour(), check_signer=known_only)
    outcome = judged("SIG-10/certificate-checked-first", tmp_path, behaviour=behaviour, grace=PATIENT)
    assert verdict(outcome) == (Verdict.FAIL, "good-keys-refused"), outcome.got


def test_a_clock_that_is_behind_is_no_wrong_order(tmp_path: Path) -> None:
    def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
        main, *others = sealing.with_signatures(draft, keys, at, order=("person",))
        early = at - timedelta(minutes=6)
        return File(main.name, sign(main.data, keys.agency, early, field=sealing.AGENCY_FIELD)), *others

    outcome = judged("SIG-02/person-signs-first", tmp_path, behaviour=replace(Behaviour(), seal=seal), grace=PATIENT)
    assert verdict(outcome) == (Verdict.WARN, "signing-times-out-of-order")
