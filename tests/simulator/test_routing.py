"""Who gets a package, and who may send it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from protocol.package.model import Organisation
from protocol.package.writer import write_package
from protocol.wire.operations import Operation
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok


def refusal(who: Participant, letter: bytes, **options: Any) -> tuple[str | None, str | None]:
    """Send and give error code and text; the journal must hold a finding that fails."""
    result = who.official().send(letter, **{"sender": who.code, **options}).result
    assert result is not None
    assert result.status == "FAIL"
    entry = who.exchanges("sendEdoc")[-1]
    assert entry["error_code"] == result.error_code
    assert "fail" in {finding["severity"] for finding in entry["findings"]}
    return result.error_code, result.error_desc


def reasons(who: Participant) -> dict[str, str]:
    return {f["reason"]: f["severity"] for f in who.exchanges("sendEdoc")[-1]["findings"]}


def inbox(who: Participant, kind: str = "edoc") -> list[dict[str, Any]]:
    return list(ok(who.official().received(kind).result).items or ())


def test_an_unknown_receiver_refuses_the_whole_send(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-X22, ID-11."""
    letter = office.letter(sender, receiver, "H98.99")
    assert refusal(sender, letter) == ("18", "Don vi nhan khong ton tai: H98.99")
    assert inbox(receiver) == []


def test_a_locked_receiver_refuses_the_whole_send(office: Office, sender: Participant, receiver: Participant) -> None:
    locked = office.participant(locked=True)
    assert refusal(sender, office.letter(sender, receiver, locked)) == ("23", f"Don vi nhan da khoa: {locked.code}")
    assert inbox(receiver) == []


def test_a_node_that_is_not_connected_cannot_be_addressed(office: Office, sender: Participant) -> None:
    """H-O05."""
    node = office.participant(is_agency=False)
    code, text = refusal(sender, office.letter(sender, node))
    assert code == "18"
    assert text is not None
    assert node.code in text


def test_a_closed_agency_cannot_be_addressed_nor_send(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    ok(receiver.official().delete_agency(receiver.code).result)
    assert refusal(sender, office.letter(sender, receiver))[0] == "18"
    assert refusal(receiver, office.letter(receiver, sender))[0] == "19"


@pytest.mark.parametrize("to", [(), ("",)])
def test_a_package_without_a_receiver_is_refused(office: Office, sender: Participant, to: tuple[str, ...]) -> None:
    """H-X22."""
    assert refusal(sender, office.letter(sender, *to))[0] == "18"


def test_a_receiver_named_twice_gets_one_copy(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-X22."""
    ok(sender.official().send(office.letter(sender, receiver, receiver), sender=sender.code).result)
    assert len(inbox(receiver)) == 1
    assert reasons(sender) == {"recipient-repeated": "warn"}


def test_old_and_new_code_of_one_body_are_two_deliveries_of_one_document(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-O02."""
    letter = office.letter(sender, receiver.code, receiver.old_code)
    result = ok(sender.official().send(letter, sender=sender.code).result)
    assert [item["to"] for item in inbox(receiver)] == [receiver.code, receiver.old_code]
    assert result.doc_id is not None
    assert len(ok(sender.official().sent(result.doc_id).result).items or ()) == 2


@pytest.mark.parametrize("old", [False, True])
def test_the_sender_may_use_either_of_its_codes(
    office: Office, sender: Participant, receiver: Participant, *, old: bool
) -> None:
    code = sender.old_code if old else sender.code
    letter = office.letter(sender, receiver, from_code=sender.old_code)
    ok(sender.official().send(letter, sender=code).result)
    assert [item["from"] for item in inbox(receiver)] == [code]


def test_a_foreign_sender_is_refused_with_the_observed_text(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-X21, ID-10: the parameter, the package, and neither."""
    expected = ("19", f"Don vi gui {receiver.code} khong dung voi ma da dang ky: {sender.code}")
    letter = office.letter(receiver, sender)
    assert refusal(sender, letter, sender=receiver.code) == expected
    assert refusal(sender, letter) == expected
    assert refusal(sender, office.letter(sender, receiver), sender="") == (
        "19",
        f"Don vi gui (trong) khong dung voi ma da dang ky: {sender.code}",
    )
    assert inbox(sender) == []


def test_a_centre_sends_for_each_of_its_agencies(office: Office, receiver: Participant) -> None:
    centre = office.participant()
    codes = [f"{centre.code}.{number}" for number in range(5)]
    office.axis.register(centre.system, centre.secret, [{"code": code, "name": "Phòng"} for code in codes])
    for code in codes:
        ok(centre.official().send(office.letter(centre, receiver, from_code=code), sender=code).result)
    assert [item["from"] for item in inbox(receiver)] == codes
    assert refusal(centre, office.letter(centre, receiver)) == (
        "19",
        f"Don vi gui {centre.code} khong dung voi ma da dang ky: {', '.join(codes[:3])}, ...",
    )


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ('["{0}"]', None),
        ('"{0}"', None),
        ("{0}", None),
        ("null", None),
        ("[]", None),
        ('["{0}","H98.99"]', "to-header-differs"),
        ('["H98.99"]', "to-header-differs"),
        ("{0};H98.99", "to-header-unreadable"),
        ("[" * 20000, "to-header-unreadable"),
        ("[1]", "to-header-unreadable"),
    ],
)
def test_the_package_decides_over_the_to_parameter(
    office: Office, sender: Participant, receiver: Participant, to: str, reason: str | None
) -> None:
    client = sender.official()
    client.headers.put("to", to.replace("{0}", receiver.code))
    ok(client.send(office.letter(sender, receiver), sender=sender.code).result)
    assert [item["to"] for item in inbox(receiver)] == [receiver.code]
    assert reasons(sender) == ({} if reason is None else {reason: "warn"})


@pytest.mark.parametrize("kind", ["edoc", "status"])
def test_a_package_sent_as_the_other_kind_goes_where_it_says_with_a_warning(
    office: Office, sender: Participant, receiver: Participant, kind: str
) -> None:
    """H-W07: routed by what it is, queued as what it was called."""
    document = office.document(sender, receiver)
    package = write_package(document) if kind == "status" else office.status(document, "01", receiver)
    who, to = (sender, receiver) if kind == "status" else (receiver, sender)
    ok(who.official().send(package, sender=who.code, message_type=kind).result)
    assert reasons(who)["message-type-differs"] == "warn"
    assert [item["messageType"] for item in inbox(to, kind)] == [kind]


@pytest.mark.parametrize("kind", ["", "EDOC", "letter"])
def test_an_unknown_message_type_is_refused_by_name(
    office: Office, sender: Participant, receiver: Participant, kind: str
) -> None:
    code, text = refusal(sender, office.letter(sender, receiver), message_type=kind)
    assert code == "16"
    assert text is not None
    assert "messagetype" in text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"hello", "10"),
        (b"", "10"),
        (b"1212<?xml version='1.0'?><edXML/>", "10"),
        (b"<edXML/>", "22"),
        (b'<!DOCTYPE edXML [<!ENTITY x "y">]><edXML/>', "22"),
        (b"\x00" * 100_000, "10"),
        (b"<" * 100_000, "10"),
    ],
)
def test_a_body_that_is_no_package_is_refused_with_a_text(sender: Participant, body: bytes, code: str) -> None:
    got, text = refusal(sender, body)
    assert got == code
    assert text
    assert text.isascii()


def test_a_status_to_nobody_is_refused(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-W09: Code and OrganId swapped in ResponseFor."""
    document = office.document(sender, receiver)
    report = office.status(document, "13", receiver, addressee="7816/VPCP-TTĐT")
    code, text = refusal(receiver, report, sender=receiver.code, message_type="status")
    assert code in {"18", "22"}
    assert text


def test_odd_statuses_pass_with_a_warning_that_says_why(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-W16, H-W17, STS-16, RCL-09: routed all the same, noted in journal and ledger."""
    stranger = office.participant()
    document = office.document(sender, receiver)

    def report(who: Participant, code: str, **options: Any) -> set[str]:
        package = office.status(document, code, who, **options)
        stamp = f"21112026T000000+0{office.random.randrange(1000):03d}"
        ok(who.official(timestamp=stamp).send(package, sender=who.code, message_type="status").result)
        return set(reasons(who)) - {"package-sent-again"}

    assert report(receiver, "01") == {"status-document-unknown"}
    office.axis.inject(write_package(document), sender.code)
    assert report(receiver, "01") == set()
    assert report(stranger, "06") == {"status-by-non-recipient"}
    assert report(stranger, "13", addressee=receiver.code) == {"recall-not-by-sender"}
    assert report(sender, "13", addressee=stranger.code) == {"recall-to-non-recipient"}
    assert report(receiver, "15") == {"answer-without-request"}
    assert report(receiver, "03") == set()
    assert report(receiver, "02") == {"status-contradicts"}
    assert len(inbox(sender, "status")) == 6
    shown = office.axis.call("GET", "/documents", params={"document_id": document.header.document_id}).json()
    first = next(entry for entry in shown["documents"] if entry["messagetype"] == "edoc")
    assert first["recipients"][0]["business_status"] == "02"


@pytest.mark.parametrize(
    ("codes", "odd", "state"),
    [
        ("01 02 01 03", "", "03"),
        ("01 02 03", "03", "03"),
        ("01 03 04 01 02", "02", "02"),
        ("01 03 13 05 15 06", "06", "06"),
        ("03 13 15 01", "", "01"),
        ("03 13 15 04", "04", "04"),
        ("03 13 15 13 16", "", "15"),
        ("01 03 13 16", "", "03"),
        ("01 03 13 13 16 05", "", "05"),
        ("03 13 16 02", "02", "02"),
        ("13 16", "", None),
    ],
)
def test_a_status_is_compared_with_the_whole_history_of_its_copy(
    office: Office, sender: Participant, receiver: Participant, *, codes: str, odd: str, state: str | None
) -> None:
    """STS-08: only ever a warning; a declined recall (16) brings the state before it back."""
    document = office.document(sender, receiver)
    office.axis.inject(write_package(document), sender.code)
    contradicting = []
    for number, code in enumerate(codes.split()):
        who, addressee = (sender, {"addressee": receiver.code}) if code == "13" else (receiver, {})
        stamp = f"21112026T0000{number:02d}+0000"
        package = office.status(document, code, who, description=f"lần {number}", **addressee)
        ok(who.official(timestamp=stamp).send(package, sender=who.code, message_type="status").result)
        if "status-contradicts" in reasons(who):
            contradicting.append(code)
    assert contradicting == odd.split()
    shown = office.axis.call("GET", "/documents", params={"document_id": document.header.document_id}).json()
    first = next(entry for entry in shown["documents"] if entry["messagetype"] == "edoc")
    assert first["recipients"][0]["business_status"] == state


def test_a_document_id_used_again_for_something_else_is_noted(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    document = office.document(sender, receiver)
    ok(sender.official().send(write_package(document), sender=sender.code).result)
    other = replace(document, header=replace(document.header, subject="V/v nội dung khác"))
    ok(sender.official().send(write_package(other), sender=sender.code).result)
    assert reasons(sender) == {"document-id-used": "warn"}
    assert len(inbox(receiver)) == 2


def test_a_system_id_may_be_an_organ_id(office: Office, receiver: Participant) -> None:
    """H-O04."""
    odd = office.participant()
    code = f"vxp.saas.{odd.code.rpartition('.')[2]}"
    office.axis.register(odd.system, odd.secret, [{"code": code, "name": "Hệ thống thử"}])
    document = office.document(odd, receiver)
    letter = write_package(
        replace(document, header=replace(document.header, sender=Organisation(code, organ_name="X")))
    )
    ok(odd.official().call(Operation.SEND, {"from": code, "messagetype": "edoc"}, letter).result)
    assert [item["from"] for item in inbox(receiver)] == [code]
