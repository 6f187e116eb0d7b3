"""Closed codes: mergers, new codes for old bodies, splits, and catalogues that shrink (ID-07, H-O06)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from protocol.package.writer import write_package
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_control import fits, problem
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_tenants import vendor


def _merged(office: Office, into: Participant, *closed: Participant) -> None:
    body = {"agencies": [participant.code for participant in closed]}
    answer = office.axis.call("POST", f"/agencies/{into.code}/merge", json=body)
    assert answer.status_code == 200, answer.text
    fits(answer.json(), "agency")


def _refused(office: Office, sender: Participant, *to: Participant | str, **options: Any) -> tuple[str, str]:
    result = sender.official().send(office.letter(sender, *to, **options), sender=sender.code).result
    assert result is not None
    assert result.status == "FAIL"
    return str(result.error_code), str(result.error_desc)


def _unit(of: Participant, code: str) -> dict[str, Any]:
    [unit] = [dict(unit) for unit in ok(of.official().units().result).items or () if unit["code"] == code]
    return unit


def test_a_letter_to_a_merged_code_is_refused_with_the_name_of_whoever_took_over(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """By either of its codes, and through mergers of mergers; nothing is delivered, also not to the others named."""
    middle, last = office.participant(), office.participant()
    _merged(office, middle, receiver)
    _merged(office, last, middle)
    for code in (receiver.code, receiver.old_code):
        expected = ("18", f"Don vi nhan khong ton tai: {code} da dong, don vi tiep nhan: {last.code}")
        assert _refused(office, sender, last, code) == expected
    assert inbox(last) == inbox(receiver) == []
    [entry, _] = [entry for entry in sender.exchanges("sendEdoc") if entry["status"] == "FAIL"]
    assert [(f["requirement"], f["reason"], f["got"]) for f in entry["findings"] if f["severity"] == "fail"] == [
        ("ID-07", "agency-closed", receiver.code)
    ]


def test_a_merged_agency_can_no_longer_send_and_learns_why(office: Office, sender: Participant) -> None:
    successor, other = office.participant(), office.participant()
    _merged(office, successor, sender)
    expected = ("19", f"Don vi gui khong ton tai: {sender.code} da dong, don vi tiep nhan: {successor.code}")
    assert _refused(office, sender, other) == expected


def test_what_waits_at_a_merger_stays_with_its_system(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    successor = office.participant()
    ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
    _merged(office, successor, receiver)
    [item] = inbox(receiver)
    ok(receiver.official().fetch(item["docId"]).result)
    ok(receiver.official().update_status(item["docId"], "done").result)
    assert inbox(receiver) == []


def test_a_status_about_a_letter_of_a_merged_agency_reaches_whoever_took_over(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    successor = office.participant()
    letter = office.document(sender, receiver)
    office.axis.inject(write_package(letter), sender.code)
    _merged(office, successor, sender)
    ok(
        receiver.official()
        .send(office.status(letter, "03", receiver), sender=receiver.code, message_type="status")
        .result
    )
    [item] = inbox(successor, "status")
    assert item["to"] == sender.code, "the code stays the one that the letter had"
    findings = receiver.exchanges("sendEdoc")[-1]["findings"]
    assert [(f["requirement"], f["severity"]) for f in findings if f["reason"] == "status-to-successor"] == [
        ("ID-07", "info")
    ]


def test_whoever_took_over_speaks_about_what_its_predecessor_received_and_sent(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Reports go on where the predecessor's ended, and a recall by the sender's heir is the sender's."""
    later_receiver, later_sender = office.participant(), office.participant()
    letter = office.document(sender, receiver)
    sent = office.axis.inject(write_package(letter), sender.code)

    def report(by: Participant, code: str, **options: Any) -> tuple[list[str], str]:
        status = office.status(letter, code, by, **options)
        ok(by.official().send(status, sender=by.code, message_type="status").result)
        findings = by.exchanges("sendEdoc")[-1]["findings"]
        [copy] = office.axis.call("GET", f"/documents/{sent['sender_id']}").json()["recipients"]
        return [each["reason"] for each in findings if each["severity"] == "warn"], copy["business_status"]

    assert report(receiver, "03") == ([], "03")
    _merged(office, later_receiver, receiver)
    assert report(later_receiver, "05") == ([], "05")
    assert report(later_receiver, "02") == (["status-contradicts"], "02"), "its predecessor had taken the letter"
    assert report(office.participant(), "06") == (["status-by-non-recipient"], "02")
    _merged(office, later_sender, sender)
    assert report(later_sender, "13", addressee=receiver.code) == ([], "13")
    assert report(later_receiver, "15") == ([], "15")


def test_a_split_agency_has_no_single_heir(office: Office, sender: Participant, receiver: Participant) -> None:
    """A letter's refusal names all who followed; a status cannot be passed on, because nobody knows to whom."""
    parts = [office.participant() for _ in range(2)]
    letter = office.document(sender, receiver)
    office.axis.inject(write_package(letter), sender.code)
    body = {"successors": [part.code for part in parts]}
    closed = office.axis.call("POST", f"/agencies/{sender.code}/close", json=body).json()
    assert (closed["deleted"], closed["successors"]) == (True, body["successors"])
    code, text = _refused(office, receiver, sender)
    assert code == "18"
    assert text.endswith(f"da dong, don vi tiep nhan: {parts[0].code}, {parts[1].code}")
    status = office.status(letter, "03", receiver)
    result = receiver.official().send(status, sender=receiver.code, message_type="status").result
    assert result is not None
    assert result.error_code == "18"


def test_a_code_closed_for_good_names_nobody(office: Office, sender: Participant, receiver: Participant) -> None:
    ok(receiver.official().delete_agency(receiver.code).result)
    expected = ("18", f"Don vi nhan khong ton tai: {receiver.code} da dong")
    assert _refused(office, sender, receiver) == expected
    assert _refused(office, sender, "H99.NOBODY") == ("18", "Don vi nhan khong ton tai: H99.NOBODY")


def test_no_list_of_agencies_undoes_a_merger(office: Office, sender: Participant, receiver: Participant) -> None:
    """Neither one that leaves the merged agency out nor one that still has it; only opening it again does."""
    axis = office.axis
    _merged(office, sender, receiver)
    axis.register(receiver.system, receiver.secret, [])
    assert axis.call("GET", f"/agencies/{receiver.code}").json()["successors"] == [sender.code]
    entry = {"code": receiver.code, "name": "Danh sách cũ"}
    told = f"code: {receiver.code} was closed, {sender.code} took over; use that, or open {receiver.code} again first"
    for answer in (
        axis.call("PUT", f"/systems/{receiver.system}", json={"secret": "s", "agencies": [entry]}),
        axis.call("PUT", f"/agencies/{receiver.code}", json={"name": "Danh sách cũ"}),
        axis.call("PUT", "/agencies", content=json.dumps(entry).encode()),
    ):
        problem(answer, 409)
        assert answer.json()["detail"] == told
    result = receiver.official().register_agency(json.dumps(entry).encode()).result
    assert result is not None
    assert (result.error_code, result.error_desc) == (
        "19",
        f"Ma don vi {receiver.code} da dong, don vi tiep nhan: {sender.code}",
    )
    opened = axis.call("POST", f"/agencies/{receiver.code}/open").json()
    assert (opened["deleted"], opened["successors"]) == (False, [])
    ok(receiver.official().register_agency(json.dumps(entry).encode()).result)


def test_versions_go_on_when_a_code_is_left_out_and_comes_back(office: Office, sender: Participant) -> None:
    """Whoever keeps a copy in step learns of each change: it is listed as deleted, and its version never goes back."""
    axis, watcher = office.axis, office.participant()
    entry = {"code": sender.code, "name": "Sở Thử nghiệm", "old_code": sender.old_code}
    seen = [_unit(watcher, sender.code)]
    for agencies in ([], [entry], [entry], [entry | {"name": "Sở Hai"}]):
        axis.register(sender.system, sender.secret, agencies)
        seen.append(_unit(watcher, sender.code))
    assert [(unit["version"], unit["deleted"], unit["name"]) for unit in seen[1:]] == [
        (2, True, seen[0]["name"]),
        (3, False, "Sở Thử nghiệm"),
        (3, False, "Sở Thử nghiệm"),
        (4, False, "Sở Hai"),
    ]
    ok(sender.official().delete_agency(sender.code).result)
    ok(sender.official().delete_agency(sender.code).result)
    assert (_unit(watcher, sender.code)["version"], _unit(watcher, sender.code)["deleted"]) == (5, True)
    body = json.dumps({"code": sender.code, "name": "Sở Ba"}).encode()
    ok(sender.official().register_agency(body).result)
    assert (_unit(watcher, sender.code)["version"], _unit(watcher, sender.code)["deleted"]) == (6, False)


def test_the_list_of_agencies_shrinks_while_the_synchronisation_says_why(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    _merged(office, sender, receiver)
    listed = {agency["code"] for agency in ok(sender.official().agencies().result).items or ()}
    assert sender.code in listed
    assert receiver.code not in listed
    assert _unit(sender, receiver.code)["deleted"] is True


def test_a_body_takes_on_a_new_code_and_keeps_its_old_one(office: Office, sender: Participant) -> None:
    """A rename within one system: the new agency is known by the code that the old one had."""
    axis, writer = office.axis, office.participant()
    renamed = {"code": f"{sender.code}.NEW", "name": "Sở Đổi tên", "old_code": sender.code}
    axis.register(sender.system, sender.secret, [renamed])
    assert axis.call("GET", f"/agencies/{sender.code}").json()["code"] == renamed["code"]
    ok(writer.official().send(office.letter(writer, sender.code), sender=writer.code).result)
    assert [item["to"] for item in inbox(sender)] == [sender.code]


@pytest.mark.parametrize("closed", [False, True])
def test_nobody_takes_a_code_by_which_another_is_known(
    office: Office, sender: Participant, receiver: Participant, closed: bool
) -> None:
    """Neither as code nor as old code, on the wire and through the control API, closed or not."""
    axis = office.axis
    if closed:
        _merged(office, office.participant(), receiver)
    for code, old_code in (
        (receiver.old_code, ""),
        (f"{sender.code}.1", receiver.old_code),
        (f"{sender.code}.1", receiver.code),
    ):
        entry = {"code": code, "name": "Giả mạo", "old_code": old_code}
        answer = axis.call("PUT", f"/systems/{sender.system}", json={"secret": "s", "agencies": [entry]})
        problem(answer, 409)
        assert f"names the agency {receiver.code} already" in answer.json()["detail"]
    body = json.dumps({"code": receiver.old_code, "name": "Giả mạo"}).encode()
    result = sender.official().register_agency(body).result
    assert result is not None
    assert result.error_code == "19"
    assert axis.call("GET", f"/agencies/{receiver.old_code}").json()["system"] == receiver.system


def test_succession_is_refused_where_it_would_lead_nowhere(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    axis, third = office.axis, office.participant()
    _merged(office, sender, receiver)
    for path, body, status, word in (
        (f"/agencies/{sender.code}/merge", {"agencies": [sender.code]}, 422, "itself"),
        (f"/agencies/{sender.code}/merge", {"agencies": [sender.old_code]}, 422, "itself"),
        (f"/agencies/{receiver.code}/merge", {"agencies": [third.code]}, 422, "is closed"),
        (f"/agencies/{sender.code}/merge", {"agencies": [third.code, "H99.NOBODY"]}, 422, "H99.NOBODY"),
        (f"/agencies/{sender.code}/close", {"successors": ["H99.NOBODY"]}, 422, "H99.NOBODY"),
        ("/agencies/H99.NOBODY/close", {}, 404, "H99.NOBODY"),
        ("/agencies/H99.NOBODY/open", {}, 404, "H99.NOBODY"),
        (f"/agencies/{sender.code}/merge", {"agencies": []}, 422, "agencies"),  # nobody is merged
    ):
        answer = axis.call("POST", path, json=body)
        problem(answer, status)
        assert word in answer.json()["detail"]
    assert axis.call("GET", f"/agencies/{third.code}").json()["deleted"] is False, "all of a merger or nothing"


def test_a_tenant_merges_its_own_agencies_and_nobody_elses(office: Office, sender: Participant) -> None:
    """Those of others are not there for it: neither to be closed, nor to take over."""
    first, second = vendor(office.axis), vendor(office.axis)
    own, closed, foreign = first.participant(), first.participant(), second.participant()
    for path, body, status in (
        (f"/agencies/{foreign.code}/close", {}, 404),
        (f"/agencies/{foreign.code}/open", {}, 404),
        (f"/agencies/{sender.code}/merge", {"agencies": [own.code]}, 404),
        (f"/agencies/{own.code}/merge", {"agencies": [foreign.code]}, 422),
        (f"/agencies/{own.code}/merge", {"agencies": [sender.code]}, 422),
        (f"/agencies/{own.code}/close", {"successors": [foreign.code]}, 422),
    ):
        assert "names no agency" in problem(first.call("POST", path, json=body), status) or status == 404
    for participant in (own, foreign, sender):
        assert office.axis.call("GET", f"/agencies/{participant.code}").json()["deleted"] is False
    answer = first.call("POST", f"/agencies/{own.code}/merge", json={"agencies": [closed.code]})
    assert answer.status_code == 200, answer.text
    assert first.call("GET", f"/agencies/{closed.code}").json()["successors"] == [own.code]
    assert _refused(office, sender, closed)[1].endswith(f"don vi tiep nhan: {own.code}")
    assert first.call("POST", f"/agencies/{closed.code}/open").json()["deleted"] is False
    problem(first.call("PUT", "/agencies", content=b""), 403)
