"""The oracle: what no correct receiver takes is refused, and whatever a lenient one may take is not judged."""

from __future__ import annotations

import pytest

from conformance.fuzz.damage import Damage, break_package
from conformance.fuzz.oracle import DamageClass, Expectation, classify, judge
from tests.conformance.fuzz.examples import rendered

LETTER = rendered().raw


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (LETTER[: len(LETTER) // 2], DamageClass.NOT_XML),
        (b"1212" + LETTER, DamageClass.NOT_XML),
        (LETTER + b"</x>", DamageClass.NOT_XML),
        (LETTER.replace(b"</edXML:Subject>", b"</edXML:Subjekt>"), DamageClass.NOT_XML),
        (LETTER.replace(b"<edXML:Subject>", b"<edXML:Subject>&khong-co;"), DamageClass.NOT_XML),
        (b"", DamageClass.NOT_XML),
        (b"{}", DamageClass.NOT_XML),
        (b"<html><body>502 Bad Gateway</body></html>", DamageClass.FOREIGN),
        *((break_package(LETTER, [Damage("doctype", amount=kind)]), DamageClass.DOCTYPE) for kind in range(5)),
        *((break_package(LETTER, [Damage("foreign", amount=kind)]), DamageClass.FOREIGN) for kind in range(3)),
    ],
)
def test_bytes_that_no_receiver_takes_for_a_letter(raw: bytes, found: DamageClass) -> None:
    assert classify(raw) is found
    judgement = judge(raw, valid=False, by_axis=True)
    assert (judgement.expectation, judgement.damage) == (Expectation.REFUSED, found)


@pytest.mark.parametrize(
    "raw",
    [
        LETTER,
        b"\xef\xbb\xbf" + LETTER,
        LETTER + b"\x00\r\n",
        b"\r\n" + LETTER,
        LETTER.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        LETTER.replace(b"UTF-8", b"khong-co"),
        LETTER.replace("Thử nghiệm".encode(), b"\xff\xfe"),
        LETTER.replace(b"<edXML:Reference>", b'<edXML:Reference xlink:href="cid:1">'),
        break_package(LETTER, [Damage("wrong-namespace", "Subject")]),
        break_package(LETTER, [Damage("drop", "DocumentId")]),
        break_package(LETTER, [Damage("payload", amount=2)]),
        break_package(LETTER, [Damage("lose-reference")]),
        break_package(LETTER, [Damage("cross-reference", amount=1)]),
    ],
)
def test_what_a_lenient_receiver_may_take_needs_only_an_answer(raw: bytes) -> None:
    assert judge(raw, valid=False, by_axis=False).expectation is Expectation.ANSWERED


def test_a_manifest_that_promises_more_than_there_is_is_judged_for_a_dms_only() -> None:
    raw = break_package(LETTER, [Damage("lose-attachment")])
    of_dms = judge(raw, valid=False, by_axis=False)
    assert (of_dms.expectation, of_dms.requirement) == (Expectation.REFUSED, "ATT-02")
    assert judge(raw, valid=False, by_axis=True).expectation is Expectation.ANSWERED


def test_a_valid_letter_has_to_arrive() -> None:
    assert judge(LETTER, valid=True, by_axis=True).expectation is Expectation.ARRIVES
