"""What was asked for and what crossed: the same text, signed by the keys that were given, when it was sent."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from conformance.mutants.misreading import misread
from conformance.reference_dms import sealing
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.credentials import Keys
from conformance.reference_dms.drafts import Draft, File
from conformance.reference_dms.office import Office, Refusal
from conformance.scenarios.drafted import may_hold, unheld
from conformance.verdict import Verdict
from fixtures import vietnamese
from fixtures.letterhead import DECISION, LETTER
from fixtures.paper import REGULAR, new_pdf_document
from fixtures.pdf import new_pdf
from fixtures.pdfattacks import stamp_added
from fixtures.twofonts import drawn_in_two_turns, is_late, with_a_second_font, without_marks
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
TONES = "\u0300\u0301\u0303\u0309\u0323"
OTHERS = (
    LETTER,
    replace(DECISION, body=("Điều 1. Bãi bỏ Quy chế.", *DECISION.body[1:], "Điều 4. Hết.")),
    *(
        replace(
            DECISION,
            subject=vietnamese.sentence(Random(seed), 10),
            body=tuple(vietnamese.sentence(Random(seed + turn), 20) for turn in range(paragraphs)),
        )
        for seed, paragraphs in ((11, 4), (77, 6))
    ),
)
"""Other pages of the same house; the last have all the letters of ``DRAFT``, in other words."""


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


def looks(data: bytes) -> bytes:
    document = pypdfium2.PdfDocument(data)
    try:
        return bytes(document[0].render().to_pil().tobytes())
    finally:
        document.close()


@pytest.mark.parametrize("draft", [DRAFT, new_pdf(Random(1))], ids=["main", "appendix"])
def test_letters_that_look_right_and_read_as_others_are_no_text(draft: bytes) -> None:
    garbled = text(misread(draft))
    assert looks(misread(draft)) == looks(draft)
    assert garbled.unread == "garbled"
    assert not may_hold(garbled, text(draft))


@pytest.mark.parametrize(
    "lawful",
    [with_a_second_font(DRAFT), stamp_added(with_a_second_font(DRAFT)), with_a_second_font(stamp_added(DRAFT))],
    ids=["second-font", "second-font-and-stamp", "stamp-in-the-second-font"],
)
def test_letters_that_are_drawn_after_all_others_stand_where_they_are_seen(lawful: bytes) -> None:
    read = text(lawful)
    assert read.unread == "garbled"
    assert may_hold(read, text(DRAFT))
    assert [line.text for line in read.lines][: len(text(DRAFT).lines)] == [line.text for line in text(DRAFT).lines]


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("late", [is_late, str.isspace], ids=["second-font", "one-font"])
def test_a_page_that_is_drawn_on_its_side_and_turned_back_holds_its_draft(
    turn: int, late: Callable[[str], bool]
) -> None:
    assert may_hold(text(drawn_in_two_turns(DRAFT, late, turn=turn)), text(DRAFT))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_another_page_that_is_turned_back_does_not_hold_it(turn: int) -> None:
    for page in OTHERS:
        read = text(drawn_in_two_turns(new_pdf_document(page), is_late, turn=turn))
        assert read.unread == "garbled"
        assert not may_hold(read, text(DRAFT))


@pytest.mark.parametrize("angle", [0, 45, 55, 60, 65, 75, 90])
@pytest.mark.parametrize("size", [36, 72])
def test_what_is_written_over_a_page_breaks_no_line_of_it(angle: int, size: int) -> None:
    def over(canvas: Canvas) -> None:
        canvas.rotate(angle)
        canvas.setFont(REGULAR, size)
        canvas.drawCentredString(0, 0, "SỞ THỬ NGHIỆM – BẢN ĐIỆN TỬ")

    read = text(drawn_in_two_turns(DRAFT, is_late, over=over))
    assert read.unread == "garbled"
    assert may_hold(read, text(DRAFT))


def _other_tones(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return unicodedata.normalize("NFC", "".join(TONES[(TONES.index(s) + 1) % 5] if s in TONES else s for s in parts))


def _untoned(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if sign not in TONES))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "other",
    [
        without_marks,
        lambda data: drawn_in_two_turns(data, is_late, glyph=_untoned),
        lambda data: drawn_in_two_turns(data, is_late, glyph=_other_tones),
    ],
    ids=["no-marks", "no-tones", "other-tones"],
)
def test_a_page_whose_second_font_has_not_the_marks_of_the_draft_says_other_words(
    other: Callable[[bytes], bytes], seed: int
) -> None:
    body = tuple(vietnamese.sentence(Random(seed + turn), 20) for turn in range(3))
    draft = new_pdf_document(replace(DECISION, body=body))
    assert may_hold(text(with_a_second_font(draft)), text(draft))
    assert not may_hold(text(other(draft)), text(draft))


def test_of_letters_that_cannot_be_trusted_marks_are_asked_for_too() -> None:
    apart = (unicodedata.normalize("NFD", line.text) for line in text(DRAFT).lines)
    bare = ("".join(sign for sign in line if not unicodedata.combining(sign)) for line in apart)
    assert not may_hold(lines(*bare, unread="garbled"), text(DRAFT))


SIGNS = {
    "combining": {},
    "of-a-keyboard": {"\u0300": "`", "\u0301": "´", "\u0302": "^", "\u0303": "~"},
    "modifier-letters": {"\u0300": "ˋ", "\u0301": "ˊ", "\u0302": "ˆ", "\u0303": "˜"},
}
"""What a program may draw for the marks of Vietnamese; those that are not listed it draws as they are."""


@pytest.mark.parametrize("signs", SIGNS.values(), ids=SIGNS)
def test_a_page_whose_marks_are_drawn_by_themselves_holds_its_draft(signs: dict[str, str]) -> None:
    table = str.maketrans(signs)
    apart = tuple(unicodedata.normalize("NFD", line.text).translate(table) for line in text(DRAFT).lines)
    assert may_hold(lines(*apart, unread="garbled"), text(DRAFT))
    untoned = tuple(
        "".join(sign for sign in line if sign not in signs.values() and sign not in TONES) for line in apart
    )
    assert not may_hold(lines(*untoned, unread="garbled"), text(DRAFT))


@pytest.mark.parametrize(
    "other",
    [
        *(with_a_second_font(new_pdf_document(page)) for page in OTHERS),
        new_pdf_document(DECISION, layer="garbled"),
    ],
    ids=["letter", "short", "other-words", "more-words", "letters-behind-their-line"],
)
def test_another_page_whose_second_font_is_drawn_last_does_not_hold_it(other: bytes) -> None:
    read = text(other)
    assert read.unread == "garbled"
    assert not may_hold(read, text(DRAFT))


def test_a_page_that_lacks_the_letters_of_its_second_font_is_no_text() -> None:
    read = text(with_a_second_font(DRAFT))
    marked = lines(*("".join(filter(str.isascii, line.text)) for line in read.lines), unread="garbled")
    assert not may_hold(marked, text(DRAFT))


def test_a_file_with_all_the_letters_holds_its_draft_whatever_else_stands_in_it() -> None:
    whole = replace(text(DRAFT), unread="garbled")
    assert may_hold(whole, text(DRAFT))


def test_files_whose_letters_are_in_each_other_are_told_apart() -> None:
    main, short = lines("Quyết định"), lines("Phụ lục của quy chế")
    long = lines("Phụ lục của quy chế", "và một đoạn nữa: ban hành mẫu biểu thử nghiệm")
    read = [replace(each, unread="garbled") for each in (main, long, short)]
    assert all(may_hold(each, short) for each in read[1:])
    assert unheld([main, short, long], read) == []
    assert unheld([main, short, long], read[:2]) == [2]
    assert unheld([short, main], [read[0], read[2]]) == [0, 1]


@pytest.mark.parametrize(
    "other",
    [*map(new_pdf_document, OTHERS), new_pdf(Random(1))],
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


@pytest.mark.parametrize("check", ["SIG-01/signed-by-both", "ATT-05/appendixes-are-signed"])
def test_a_system_may_draw_the_letters_of_a_second_font_after_the_page(check: str, tmp_path: Path) -> None:
    def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
        main, *others = draft.files
        turned = [File(each.name, drawn_in_two_turns(each.data, lambda letter: letter in "aeiou")) for each in others]
        files = (File(main.name, with_a_second_font(main.data)), *reversed(turned))
        return sealing.with_signatures(replace(draft, files=files), keys, at)

    outcome = judged(check, tmp_path, behaviour=replace(Behaviour(), seal=seal), grace=PATIENT)
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got


@pytest.mark.parametrize("check", ["SIG-01/signed-by-both", "ATT-05/appendixes-are-signed"])
def test_a_system_may_draw_a_page_on_its_side_and_turn_it_back(check: str, tmp_path: Path) -> None:
    def seal(draft: Draft, keys: Keys, at: datetime) -> tuple[File, ...]:
        files = tuple(File(each.name, drawn_in_two_turns(each.data, is_late, turn=90)) for each in draft.files)
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
