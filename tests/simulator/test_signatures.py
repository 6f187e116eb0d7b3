"""H.2: signed rightly, oddly and wrongly."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace

import pytest

from fixtures.rawhttp import RawAnswer
from protocol.wire.filehash import padded, unpadded
from protocol.wire.operations import Operation
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_transport import envelope, raw, request


def _findings(who: Participant, operation: str) -> dict[str, str]:
    return {finding["reason"]: finding["severity"] for finding in who.exchanges(operation)[-1]["findings"]}


def _refused(who: Participant, call: bytes) -> RawAnswer:
    answer = raw(who.axis, call)
    assert (answer.status, *envelope(answer)) == (200, "FAIL", "15")
    assert json.loads(answer.body)["ErrorDesc"].isascii()
    return answer


def _send(office: Office, sender: Participant, receiver: Participant, hash_file: str, letter: bytes) -> RawAnswer:
    parameters = {"from": sender.code, "messagetype": "edoc", "hash-file": hash_file}
    return raw(office.axis, request(sender, "sendEdoc", parameters, body=letter))


def _letter_with_small_bytes(office: Office, sender: Participant, receiver: Participant) -> bytes:
    while True:
        letter = office.letter(sender, receiver, files=0)
        digest = hashlib.sha256(letter).digest()
        if 0 in digest and any(0 < byte < 16 for byte in digest):
            return letter


def test_both_forms_of_the_hash_are_taken(office: Office, sender: Participant, receiver: Participant) -> None:
    """H-S01, with a digest that holds a byte below 0x10 and a 0x00."""
    letter = _letter_with_small_bytes(office, sender, receiver)
    digest = hashlib.sha256(letter).digest()
    assert unpadded(digest) != padded(digest)
    for form in (unpadded, padded):
        for body in (letter, letter + b"\r\n"):
            assert envelope(_send(office, sender, receiver, form(digest), body)) == ("OK", "0")
    whole = padded(hashlib.sha256(letter + b"\r\n").digest())
    assert envelope(_send(office, sender, receiver, whole, letter + b"\r\n")) == ("OK", "0")
    assert "hash-file-covers-line-end" in _findings(sender, "sendEdoc")


@pytest.mark.parametrize(("hash_file", "reason"), [("", "hash-file-missing"), ("0" * 64, "hash-file-wrong")])
def test_a_wrong_hash_is_refused(
    office: Office, sender: Participant, receiver: Participant, hash_file: str, reason: str
) -> None:
    """H-S02."""
    answer = _send(office, sender, receiver, hash_file, office.letter(sender, receiver))
    assert envelope(answer) == ("FAIL", "10")
    assert json.loads(answer.body)["DocId"] == ""
    assert _findings(sender, "sendEdoc") == {reason: "fail"}


@pytest.mark.parametrize("timestamp", ["01012001T000000+0999", "21112026T212802+0756", "31122099T235959+0000"])
def test_timestamps_of_any_age_are_taken(sender: Participant, timestamp: str) -> None:
    """H-S03, H-S04: `+0756` are milliseconds and no zone."""
    result = sender.official(timestamp=timestamp).count_received().result
    assert result is not None
    assert (result.status, result.count) == ("OK", 0)


@pytest.mark.parametrize("timestamp", ["2026-11-21T21:28:02", "32132026T000000+0000", "21112026T212802+07:00", ""])
def test_a_malformed_timestamp_is_refused(sender: Participant, timestamp: str) -> None:
    _refused(sender, request(sender, "countReceiveEdoc", {"timestamp": timestamp}, body=b"{}"))


def test_the_order_of_headers_is_the_signers_own(sender: Participant) -> None:
    """H-S05."""
    call = request(sender, "getReceivedEdocList", {"messagetype": "edoc", "servicetype": "eDoc"})
    first, *lines = call.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert envelope(raw(sender.axis, b"\r\n".join([first, *reversed(lines), b"", b""]))) == ("OK", "0")


def _altered(call: bytes, pattern: bytes, replacement: bytes) -> bytes:
    changed, count = re.subn(pattern, replacement, call, count=1)
    assert count == 1
    return changed


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (rb"(XroadVnpt-sign-header: .*)edoc", rb"\1status"),
        (rb"XroadVnpt-messagetype: edoc", rb"XroadVnpt-messagetype: status"),
        (rb"XroadVnpt-messagetype: edoc", rb"XroadVnpt-messagetype: edoc\r\nXroadVnpt-fromDate: 01/01/2026 00:00:00"),
        (rb"XroadVnpt-messagetype: edoc", rb"XroadVnpt-messagetype: edoc\r\nXroadVnpt-messagetype: edoc"),
        (rb"XroadVnpt-messagetype: edoc\r\n", rb""),
        (rb"XroadVnpt-hash-header: [0-9a-f]+", rb"XroadVnpt-hash-header: " + b"0" * 64),
        (rb"XroadVnpt-hash-header: [0-9a-f]+\r\n", rb""),
        (rb"XroadVnpt-systemid: [^\r]+", rb"XroadVnpt-systemid: NOBODY"),
        (rb"XroadVnpt-systemid: [^\r]+\r\n", rb""),
        (rb"XroadVnpt-sign-header-key: ", rb"XroadVnpt-sign-header-key: more;"),
        (rb"XroadVnpt-sign-header: \{", rb"XroadVnpt-sign-header: [{"),
    ],
)
def test_what_was_changed_after_signing_is_refused(sender: Participant, pattern: bytes, replacement: bytes) -> None:
    """H-S06."""
    call = request(sender, "getReceivedEdocList", {"messagetype": "edoc"})
    assert envelope(raw(sender.axis, call)) == ("OK", "0")
    _refused(sender, _altered(call, pattern, replacement))


def test_a_mac_over_other_material_is_refused(sender: Participant) -> None:
    """H-S07."""
    call = request(sender, "countReceiveEdoc", {}, body=b"{}")
    material = f"{sender.system}21112019T213551+0883application/json{{}}".encode()
    mac = hmac.new(sender.secret.encode(), material, hashlib.sha256).hexdigest().encode()
    _refused(sender, _altered(call, rb"(XroadVnpt-hash-header: )[0-9a-f]+", rb"\g<1>" + mac))
    entry = sender.exchanges("countReceiveEdoc")[-1]
    assert (entry["status"], entry["error_code"]) == ("FAIL", "15")


def test_a_mac_in_capitals_is_taken_with_a_warning(sender: Participant) -> None:
    """H-S08."""
    call = request(sender, "updateStatus", {"docId": "x", "status": "done"}, body=b"{}")
    found = re.search(rb"XroadVnpt-hash-header: ([0-9a-f]+)", call)
    assert found is not None
    answer = raw(sender.axis, call.replace(found[1], found[1].upper()))
    assert envelope(answer) == ("FAIL", "21")
    assert _findings(sender, "updateStatus")["signature-upper-case"] == "warn"


def test_the_systemid_header_decides_whose_secret_counts(sender: Participant, receiver: Participant) -> None:
    """H-S09: a caller may put another system id among the parameters."""
    client = sender.official()
    client._secret = receiver.secret
    result = client.call(Operation.COUNT_RECEIVED, {"systemid": receiver.system}).result
    assert result is not None
    assert result.status == "OK"
    assert receiver.exchanges("countReceiveEdoc")
    wrong = sender.official().call(Operation.COUNT_RECEIVED, {"systemid": receiver.system}).result
    assert wrong is not None
    assert (wrong.status, wrong.error_code) == ("FAIL", "15")


def test_what_a_proxy_legally_changes_is_taken_with_a_warning(sender: Participant) -> None:
    """H-S10."""
    call = request(sender, "updateStatus", {"docId": "x", "status": "done"}, body=b"{}")
    changed = _altered(
        call, rb"\r\nContent-Type: application/json", rb"\r\nContent-Type: application/json; charset=utf-8"
    )
    changed = _altered(changed, rb"XroadVnpt-status: done", rb"XroadVnpt-status:   done  ")
    assert envelope(raw(sender.axis, changed)) == ("FAIL", "21")
    assert _findings(sender, "updateStatus")["content-type-changed"] == "warn"


def test_a_captured_signature_works_on_another_operation(sender: Participant) -> None:
    """H-S11: the protocol cannot tell; that it is so is written down here."""
    call = request(sender, "countReceiveEdoc", {}, body=b"{}")
    assert envelope(raw(sender.axis, call.replace(b"/countReceiveEdoc", b"/getAgenciesList"))) == ("OK", "0")


def test_a_refused_call_stands_in_the_journal_under_the_system_that_it_claims(sender: Participant) -> None:
    _refused(
        sender, request(sender, "getAgenciesList", {}).replace(b"XroadVnpt-hash-header: ", b"XroadVnpt-hash-header: 0")
    )
    entry = sender.exchanges("getAgenciesList")[-1]
    assert (entry["system"], entry["error_code"], entry["verified"]) == (sender.system, "15", False)
    assert [finding["severity"] for finding in entry["findings"]] == ["fail"]


def test_a_verified_call_is_marked_so(sender: Participant) -> None:
    assert envelope(raw(sender.axis, request(sender, "getAgenciesList", {}))) == ("OK", "0")
    assert sender.axis.last_exchange("getAgenciesList")
    assert [entry["verified"] for entry in sender.exchanges("getAgenciesList")] == [True]


def test_an_unknown_system_is_answered_in_the_words_for_a_wrong_mac(sender: Participant) -> None:
    """Who asks around for system ids learns nothing; the operator's journal has the reason."""
    stranger = replace(sender, system=sender.system + ".NOT-THERE")
    wrong = replace(sender, secret="another-secret-than-the-right-one")
    answers = [raw(sender.axis, request(caller, "getAgenciesList", {})).body for caller in (stranger, wrong)]
    assert answers[0] == answers[1]
    reasons = [caller.exchanges("getAgenciesList")[-1]["findings"][0]["reason"] for caller in (stranger, wrong)]
    assert reasons == ["unknown-system", "signature-wrong"]


def test_who_only_claims_to_be_a_system_meets_none_of_its_faults_and_moves_no_count(sender: Participant) -> None:
    rule = {"fault": "html-502", "match": {"system": sender.system, "operation": "getAgenciesList", "nth": 1}}
    name = f"claimed-{sender.system}"
    assert sender.axis.call("PUT", f"/faults/{name}", json=rule).status_code in (200, 201)
    try:
        impostor = replace(sender, secret="another-secret-than-the-right-one")
        for _ in range(3):
            assert envelope(raw(sender.axis, request(impostor, "getAgenciesList", {}))) == ("FAIL", "15")
        assert raw(sender.axis, request(sender, "getAgenciesList", {})).status == 502
    finally:
        sender.axis.call("DELETE", f"/faults/{name}")
