"""What an outcome says as a whole, to people and in JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.signatures.outcome import (
    Check,
    PlacedSignature,
    Question,
    Result,
    Role,
    SignatureOutcome,
    Signer,
    signature_key,
)
from protocol.signatures.party import of_package

WHOLE = Check("integrity", "good")
ROOTED = Check("chain", "good", got="TEST")
ROOTLESS = Check("chain", "unknown", "trust-roots-missing")


@pytest.mark.parametrize(
    ("checks", "worst", "said"),
    [
        ((WHOLE, ROOTED), "good", "good"),
        ((WHOLE,), "good", "unknown"),
        ((WHOLE, ROOTLESS), "unknown", "unknown"),
        ((WHOLE, Check("timestamp", "good", parts=(ROOTED,))), "good", "good"),
        ((WHOLE, Check("party", "bad", "xml-signature-other-party")), "bad", "bad"),
        ((), "unknown", "unknown"),
    ],
    ids=["trusted", "unaltered", "rootless", "stamp", "other", "nothing"],
)
def test_nothing_is_called_good_in_json_of_which_nobody_knows_who_signed(
    checks: tuple[Check, ...], worst: Result, said: Result
) -> None:
    outcome = SignatureOutcome("x", checks=checks)
    assert (outcome.result, outcome.to_json()["result"]) == (worst, said)


@pytest.mark.parametrize(
    ("codes", "result", "reason"),
    [
        (("H99.01",), "good", ""),
        ((), "unknown", "xml-signature-party-unknown"),
        (("VATVN-0100000001",), "unknown", "xml-signature-party-unknown"),
        (("NTRVN-0100000001",), "unknown", "xml-signature-party-unknown"),
        (("MST:0100000001",), "unknown", "xml-signature-party-unknown"),
        (("0100000001",), "unknown", "xml-signature-party-unknown"),
        (("0100000001", "H99.01"), "good", ""),
        (("0100000001", "H99.02"), "bad", "xml-signature-other-party"),
        (("H99",), "unknown", "xml-signature-by-superior"),
        (("000.00.00.H99",), "unknown", "xml-signature-by-superior"),
        (("H99.01.05",), "bad", "xml-signature-other-party"),
        (("H99.02",), "bad", "xml-signature-other-party"),
    ],
)
def test_only_a_code_of_another_agency_makes_another_party(codes: tuple[str, ...], result: Result, reason: str) -> None:
    check = of_package(" h99.01 ", Signer("agency", "Sở Thử nghiệm", codes=codes))
    assert (check.result, check.reason) == (result, reason)


@pytest.mark.parametrize("sender", [None, "", " "])
def test_without_a_sender_nobody_is_another_party(sender: str | None) -> None:
    assert of_package(sender, Signer("agency", "Sở Khác", codes=("H99.02",))).result == "unknown"


def test_an_enterprise_is_bound_to_the_digits_of_its_registration() -> None:
    enterprise = Signer("agency", "Công ty Mẫu", codes=("0100000002",))
    assert of_package("0100000002", enterprise).result == "good"
    assert of_package("0100000001", enterprise).reason == "xml-signature-other-party"


@pytest.mark.parametrize(
    ("where", "place", "own", "told"),
    [
        ("Attachment[2]", "CoQuan", (WHOLE, ROOTED), True),
        ("Attachment[2]", "CoQuan", (Check("integrity", "bad"), ROOTED), False),
        ("Attachment[2]", "CoQuan", (WHOLE,), False),
        ("Attachment[2]", "NguoiKy", (WHOLE, ROOTED), False),
        ("Attachment[3]", "CoQuan", (WHOLE, ROOTED), False),
    ],
)
@pytest.mark.parametrize("added", [None, "party", "appearance"])
def test_a_finding_is_about_the_signature_of_its_place_whose_answers_it_carries(
    where: str, place: str, own: tuple[Check, ...], told: bool, added: Question | None
) -> None:
    listed = PlacedSignature("Attachment[2]", 7, "a.zip/b.pdf", SignatureOutcome("CoQuan", checks=(WHOLE, ROOTED)))
    more = (Check(added, "bad", "any"),) if added else ()
    carried = SignatureOutcome(place, checks=(*own, *more))
    assert (listed.key == signature_key(where, carried)) is told
    assert (hash(listed.key) == hash(signature_key(where, carried))) is told


@pytest.mark.parametrize("role", ["person", "agency", "unknown"])
def test_who_gives_a_timestamp_has_signed_as_nobody(role: Role) -> None:
    by = SignatureOutcome("DauThoiGian", Signer(role, "Sở Khác"))
    given = replace(by, kind="timestamp")
    assert by.is_of(role)
    assert by.may_be_of("agency") is (role != "person")
    assert not given.is_of(role)
    assert not given.may_be_of("agency")
