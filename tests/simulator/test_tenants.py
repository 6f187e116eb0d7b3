"""Several vendors on one hosted axis: each has its own systems, codes, letters, faults and view of the journal."""

from __future__ import annotations

import base64
import itertools
import json
import os
import threading
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from protocol.wire.operations import Operation
from tests.axis_process import RunningAxis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_control import fits, problem
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Vendor:
    """A tenant with its token."""

    axis: RunningAxis
    name: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call the control API as this tenant."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        address = self.axis.control + path
        return httpx.request(method, address, headers=headers, timeout=60, trust_env=False, **options)

    def participant(self, **agency: Any) -> Participant:
        """Register a fresh system with one agency."""
        mark = f"{os.getpid()}.{next(_numbers)}"
        code, old_code = f"H98.{mark}", f"000.{mark}.H98"
        system, secret = f"VENDOR.SYS.{mark}", f"not-a-real-secret-of-a-vendor-{mark}"
        entry = {"code": code, "old_code": old_code, "name": "Sở Thử nghiệm", **agency}
        answer = self.call("PUT", f"/systems/{system}", json={"secret": secret, "agencies": [entry]})
        assert answer.status_code == 201, answer.text
        return Participant(self.axis, system, secret, code, old_code)

    def seen(self, **query: Any) -> list[dict[str, Any]]:
        """Give the documents that this tenant sees."""
        return list(self.call("GET", "/documents", params={"limit": 1000, **query}).json()["documents"])

    def exchanges(self) -> list[dict[str, Any]]:
        """Give the exchanges that this tenant sees."""
        return list(self.call("GET", "/exchanges", params={"limit": 1000}).json()["exchanges"])


def vendor(axis: RunningAxis, **entry: Any) -> Vendor:
    """Enter a fresh tenant."""
    name = f"vendor-{os.getpid()}-{next(_numbers)}"
    answer = axis.call("PUT", f"/tenants/{name}", json=entry)
    assert answer.status_code == 201, answer.text
    return Vendor(axis, name, answer.json()["token"])


@pytest.fixture
def first(axis: RunningAxis) -> Vendor:
    """A fresh tenant."""
    return vendor(axis)


@pytest.fixture
def second(axis: RunningAxis) -> Vendor:
    """Another fresh tenant."""
    return vendor(axis)


def test_a_token_is_shown_once_and_a_new_one_makes_the_old_useless(axis: RunningAxis, first: Vendor) -> None:
    again = axis.call("PUT", f"/tenants/{first.name}", json={"prefixes": ["H98.1"], "limits": {"systems": 3}})
    assert again.status_code == 200
    assert "token" not in again.json()
    shown = axis.call("GET", f"/tenants/{first.name}").json()
    assert shown["prefixes"] == ["H98.1"]
    assert shown["limits"]["systems"] == 3
    assert shown in axis.call("GET", "/tenants").json()["tenants"]
    assert first.token not in axis.call("GET", "/tenants").text
    assert first.call("GET", "/systems").status_code == 200
    renewed = axis.call("PUT", f"/tenants/{first.name}/token").json()["token"]
    problem(first.call("GET", "/systems"), 401)
    assert Vendor(axis, first.name, renewed).call("GET", "/systems").status_code == 200
    assert axis.call("DELETE", f"/tenants/{first.name}").status_code == 204
    problem(Vendor(axis, first.name, renewed).call("GET", "/systems"), 401)
    problem(axis.call("GET", f"/tenants/{first.name}"), 404)


def test_letters_between_tenants_show_each_side_what_is_its_own(office: Office, first: Vendor, second: Vendor) -> None:
    third = vendor(office.axis)
    sender, receiver, other = first.participant(), second.participant(), third.participant()
    document = office.document(sender, receiver, other)
    letter = office.letter(sender, receiver, other)
    sent = ok(sender.official().send(letter, sender=sender.code).result)
    [item] = inbox(receiver)
    ok(receiver.official().fetch(item["docId"]).result)
    receiver.axis.last_exchange("getEdoc")

    [mine] = first.seen()
    assert [copy["to"] for copy in mine["recipients"]] == [receiver.code, other.code]
    [theirs] = second.seen()
    assert theirs["id"] == sent.doc_id
    assert [copy["to"] for copy in theirs["recipients"]] == [receiver.code]
    detail = second.call("GET", f"/documents/{sent.doc_id}").json()
    fits(detail, "document_detail")
    assert {event["to"] for event in detail["timeline"]} == {None, receiver.code}
    assert vendor(office.axis).seen() == []
    problem(vendor(office.axis).call("GET", f"/documents/{sent.doc_id}"), 404)
    assert {entry["operation"] for entry in first.exchanges()} == {"sendEdoc"}
    assert {entry["system"] for entry in second.exchanges()} == {receiver.system}
    assert document.header.document_id
    for seq in (entry["seq"] for entry in first.exchanges()):
        problem(second.call("GET", f"/exchanges/{seq}"), 404)


def test_a_tenants_secret_strikes_out_nothing_of_anybody_else(
    office: Office, first: Vendor, second: Vendor, sender: Participant
) -> None:
    """Somebody who chooses ``getReceivedEdocList`` or the words of a letter for a secret spoils his own view only."""
    receiver = second.participant()
    letter = office.letter(sender, receiver, subject="Công văn thử nghiệm số một")
    for number, secret in enumerate(("getReceivedEdocList", "edXMLEnvelope", receiver.code, "xroadvnpt-", "fetched")):
        body = {"secret": secret, "agencies": []}
        assert first.call("PUT", f"/systems/SPOIL.{first.name}.{number}", json=body).status_code == 201
    sent = ok(sender.official().send(letter, sender=sender.code).result)
    [item] = inbox(receiver)
    ok(receiver.official().fetch(item["docId"]).result)
    office.axis.last_exchange("getEdoc")
    seen = [(second, entry) for entry in second.exchanges()] + [(office.axis, entry) for entry in sender.exchanges()]
    assert {entry["operation"] for _, entry in seen} >= {"sendEdoc", "getReceivedEdocList", "getEdoc"}
    for viewer, entry in seen:
        for shown in (viewer, office.axis):
            detail = shown.call("GET", f"/exchanges/{entry['seq']}").json()
            told = json.dumps([entry, detail], ensure_ascii=False)
            told += base64.b64decode(detail["request"]["body"]).decode("utf-8", "replace")
            assert "***" not in told
            assert "xroadvnpt-" in told
    for viewer in (second, office.axis):
        detail = viewer.call("GET", f"/documents/{sent.doc_id}").json()
        assert "***" not in json.dumps(detail)
        assert base64.b64decode(detail["package"]).startswith(b"<?xml")
        assert "fetched" in {event["event"] for event in detail["timeline"]}


def test_a_tenants_own_secrets_and_tokens_are_struck_out_of_what_it_and_the_operator_see(
    office: Office, first: Vendor, second: Vendor
) -> None:
    sender, receiver = first.participant(), second.participant()
    subject = f"Công văn {sender.secret} {second.token} thử nghiệm"
    sent = ok(sender.official().send(office.letter(sender, receiver, subject=subject), sender=sender.code).result)
    ok(receiver.official().fetch(inbox(receiver)[0]["docId"]).result)
    office.axis.last_exchange("getEdoc")
    views: list[bytes] = []
    for viewer in (first, second, office.axis):
        shown = viewer.call("GET", f"/documents/{sent.doc_id}").json()
        views.append(base64.b64decode(shown["package"]))
        views.append(json.dumps(shown, ensure_ascii=False).encode())
    for viewer, entry in [(first, entry) for entry in first.exchanges()] + [
        (office.axis, entry) for entry in (*first.exchanges(), *second.exchanges())
    ]:
        detail = viewer.call("GET", f"/exchanges/{entry['seq']}").json()
        views.append(base64.b64decode(detail["request"]["body"]))
        answer = base64.b64decode(detail["answer"]["body"])
        views.append(answer if entry["operation"] != "getEdoc" else base64.b64decode(json.loads(answer)["data"]))
    assert not [view for view in views if sender.secret.encode() in view or second.token.encode() in view]
    assert sum(b"***" in view for view in views) >= 5


def test_a_name_that_comes_again_inherits_nothing(office: Office, first: Vendor, second: Vendor) -> None:
    axis = office.axis
    sender, receiver = first.participant(), second.participant()
    before = ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result).doc_id
    ok(receiver.official().send(office.letter(receiver, sender), sender=receiver.code).result)
    rule = {"fault": "html-502", "match": {"system": sender.system}}
    assert first.call("PUT", "/faults/of-the-first", json=rule).status_code == 201
    assert axis.call("DELETE", f"/tenants/{first.name}").status_code == 204
    answer = axis.call("PUT", f"/tenants/{first.name}", json={})
    heir = Vendor(axis, first.name, answer.json()["token"])
    assert heir.call("GET", "/systems").json() == {"systems": []}
    assert heir.call("GET", "/faults").json() == {"rules": []}
    body = {"secret": "not-a-real-secret-of-an-heir", "agencies": [{"code": sender.code, "name": "Sở Thử nghiệm"}]}
    assert heir.call("PUT", f"/systems/{sender.system}", json=body).status_code == 201
    assert heir.seen() == []
    assert heir.exchanges() == []
    new = Participant(axis, sender.system, body["secret"], sender.code, sender.old_code)  # type: ignore[arg-type]
    assert inbox(new) == []
    assert not ok(new.official().sent(before or "").result).items
    # Letters that the other received stay, and so does what it sent.
    assert len(inbox(receiver)) == 1
    ok(receiver.official().fetch(inbox(receiver)[0]["docId"]).result)
    assert len(second.seen()) == 2


def test_the_reset_of_a_tenant_is_its_own(office: Office, first: Vendor, second: Vendor, sender: Participant) -> None:
    mine, theirs = first.participant(), second.participant()
    for writer, reader in ((mine, theirs), (theirs, mine), (sender, mine), (sender, theirs), (mine, sender)):
        ok(writer.official().send(office.letter(writer, reader), sender=writer.code).result)
    before = second.call("GET", "/systems").json()
    assert first.call("POST", "/reset").status_code == 204
    assert first.call("GET", "/systems").json() == {"systems": []}
    assert first.seen() == []
    assert first.exchanges() == []
    assert second.call("GET", "/systems").json() == before
    assert len(inbox(theirs)) == 2
    assert len(inbox(sender)) == 1
    assert len(second.seen()) == 3
    assert len(second.exchanges()) >= 1
    assert office.axis.call("GET", f"/systems/{sender.system}").status_code == 200
    # What others still hold of it counts on: a reset is no way around the limits.
    assert office.axis.call("GET", f"/tenants/{first.name}").json()["usage"]["documents"] == 2
    problem(first.call("PUT", "/clock", json={"rate": 2}), 403)


def test_nothing_that_is_not_its_own_can_be_taken(
    office: Office, first: Vendor, second: Vendor, receiver: Participant
) -> None:
    own, foreign = first.participant(), second.participant()
    loose = f"{foreign.code}.9"
    assert second.call("PUT", f"/agencies/{loose}", json={"name": "Phòng Thử nghiệm"}).status_code == 201
    for code in (foreign.code, foreign.old_code, loose, receiver.code):
        entry = {"code": code, "name": "Sở Thử nghiệm"}
        taken = first.call("PUT", f"/systems/{own.system}", json={"secret": "not-a-real-secret", "agencies": [entry]})
        text = problem(taken, 409)
        assert foreign.system not in text
        assert "another" not in text.replace("choose another", "")
        problem(first.call("PUT", f"/agencies/{code}", json={"name": "Sở Thử nghiệm", "system": own.system}), 409)
        answer = own.official().register_agency(json.dumps({**entry, "mail": "a@example.vn"}).encode()).result
        assert answer is not None
        assert answer.error_code == "19"
        problem(first.call("DELETE", f"/agencies/{code}"), 404)
    for system in (foreign.system, receiver.system):
        body = {"secret": "not-a-real-secret", "agencies": []}
        problem(first.call("PUT", f"/systems/{system}", json=body), 409)
        problem(first.call("DELETE", f"/systems/{system}"), 404)
        entry = {"name": "Sở Thử nghiệm", "system": system}
        problem(first.call("PUT", f"/agencies/{own.code}.1", json=entry), 422)
    assert second.call("GET", f"/agencies/{loose}").json()["name"] == "Phòng Thử nghiệm"
    ok(foreign.official().count_received().result)
    ok(own.official().count_received().result)


def test_a_tenant_injects_in_its_own_name_only(office: Office, first: Vendor, second: Vendor) -> None:
    own, foreign = first.participant(), second.participant()

    def inject(package: bytes, **query: Any) -> httpx.Response:
        return first.call("POST", "/packages", params=query, content=package)

    assert inject(office.letter(own, foreign), **{"from": own.code}).status_code == 200
    assert len(inbox(foreign)) == 1
    unknown = problem(inject(office.letter(own, foreign), **{"from": "H97.0"}), 422)
    known = problem(inject(office.letter(own, foreign), **{"from": foreign.code}), 422)
    assert known.replace(foreign.code, "CODE") == unknown.replace("H97.0", "CODE")
    forged = office.letter(foreign, own)
    assert problem(inject(forged, **{"from": own.code}), 422).startswith("19")
    unread = {"from": own.code, "as_is": "true"}
    assert problem(inject(b"<forged/>", **unread, to=foreign.code), 422).startswith("18")
    assert inject(b"<poison/>", **unread, to=own.code).status_code == 200
    assert len(inbox(foreign)) == 1


def test_the_faults_of_a_tenant_meet_its_own_systems_only(first: Vendor, second: Vendor, axis: RunningAxis) -> None:
    own, foreign = first.participant(), second.participant()
    for match in ({}, {"operation": "sendEdoc"}, {"system": foreign.system}, {"system": "NOBODY"}):
        rule = {"fault": "html-502", "match": match}
        problem(first.call("PUT", "/faults/x", json=rule), 422)
        problem(first.call("PUT", "/faults", json={"rules": [{**rule, "id": "x"}]}), 422)
    rule = {"fault": "html-502", "match": {"system": foreign.system}}
    assert second.call("PUT", "/faults/x", json=rule).status_code == 201
    rule = {"fault": "empty-200", "match": {"system": own.system}}
    assert first.call("PUT", "/faults/x", json=rule).status_code == 201
    [shown] = first.call("GET", "/faults").json()["rules"]
    fits(shown, "rule")
    assert shown["fault"] == "empty-200"
    assert foreign.system not in axis.call("GET", "/faults").text
    assert first.call("DELETE", "/faults").json() == {"rules": []}
    assert [rule["id"] for rule in second.call("GET", "/faults").json()["rules"]] == ["x"]
    problem(first.call("DELETE", "/faults/x"), 404)
    assert second.call("DELETE", "/faults/x").status_code == 204
    ok(foreign.official().count_received().result)


def test_limits_hold_in_the_control_api_and_on_the_wire(office: Office) -> None:
    limits = {"systems": 1, "agencies": 2, "documents": 2, "stored_bytes": 2**40, "rules": 1}
    small = vendor(office.axis, prefixes=["H98", "H96.1"], limits=limits)
    own = small.participant()
    body = {"secret": "not-a-real-secret", "agencies": []}
    assert "systems" in problem(small.call("PUT", "/systems/ONE.TOO.MANY", json=body), 409)
    assert small.call("GET", "/systems/ONE.TOO.MANY").status_code == 404

    def register(code: str) -> str | None:
        entry = {"code": code, "name": "Sở Thử nghiệm", "mail": "a@example.vn"}
        answer = own.official().register_agency(json.dumps(entry).encode()).result
        assert answer is not None
        return answer.error_code

    assert register("H96.10") == "19"
    assert "H96.1" in problem(small.call("PUT", "/agencies/H95", json={"name": "Sở Thử nghiệm"}), 403)
    assert register(f"{own.code}.1") == "0"
    assert register(f"{own.code}.2") == "20"
    assert "agencies" in problem(small.call("PUT", f"/agencies/{own.code}.3", json={"name": "Sở Thử nghiệm"}), 409)
    rule = {"fault": "latency", "match": {"system": own.system, "operation": "getEdoc"}, "args": {"seconds": 0}}
    assert small.call("PUT", "/faults/a", json=rule).status_code == 201
    assert "rules" in problem(small.call("PUT", "/faults/b", json=rule), 409)
    ok(own.official().send(office.letter(own, own), sender=own.code).result)
    answer = small.call("POST", "/packages", params={"from": own.code}, content=office.letter(own, own))
    assert answer.status_code == 200
    refused = own.official().send(office.letter(own, own), sender=own.code).result
    assert refused is not None
    assert (refused.error_code, refused.doc_id) == ("20", "")
    assert len(inbox(own)) == 2
    answer = small.call("POST", "/packages", params={"from": own.code}, content=office.letter(own, own))
    assert "documents" in problem(answer, 409)
    used = office.axis.call("GET", f"/tenants/{small.name}").json()["usage"]
    assert used["documents"] == 2
    assert used["stored_bytes"] > 2 * len(office.letter(own, own))
    less = {"limits": {**limits, "documents": 9, "stored_bytes": 1}}
    assert office.axis.call("PUT", f"/tenants/{small.name}", json=less).status_code == 200
    refused = own.official().send(office.letter(own, own), sender=own.code).result
    assert refused is not None
    assert "stored_bytes" in (refused.error_desc or "")
    assert small.call("POST", "/reset").status_code == 204
    assert office.axis.call("GET", f"/tenants/{small.name}").json()["usage"] == {"documents": 0, "stored_bytes": 0}


def test_waiting_for_the_journal_ends_with_ones_own_exchange(first: Vendor, second: Vendor) -> None:
    own, foreign = first.participant(), second.participant()
    found: list[dict[str, Any]] = []

    def wait() -> None:
        found.append(first.call("GET", "/exchanges", params={"wait": 30}).json())

    waiting = threading.Thread(target=wait)
    waiting.start()
    for _ in range(5):
        ok(foreign.official().count_received().result)
        second.axis.last_exchange("countReceiveEdoc")
    assert found == []
    ok(own.official().count_statuses().result)
    waiting.join(30)
    [page] = found
    assert [entry["system"] for entry in page["exchanges"]] == [own.system]


def test_what_only_claims_to_be_a_tenants_is_the_operators(first: Vendor) -> None:
    own = first.participant()
    liar = Participant(own.axis, own.system, "not-the-secret", own.code, own.old_code)
    answer = liar.official().count_received().result
    assert answer is not None
    assert answer.error_code == "15"
    own.axis.last_exchange("countReceiveEdoc")
    assert own.exchanges() != []
    assert first.exchanges() == []


def test_a_code_that_others_closed_is_taken_and_nothing_more(first: Vendor, second: Vendor) -> None:
    closed, heir, mine = second.participant(), second.participant(), first.participant()
    closing = second.call("POST", f"/agencies/{closed.code}/close", json={"successors": [heir.code]})
    assert closing.status_code == 200, closing.text
    entry = {"secret": "not-a-real-secret", "agencies": [{"code": closed.code, "name": "Sở Thử nghiệm"}]}
    answer = first.call("PUT", f"/systems/{mine.system}.2", json=entry)
    assert problem(answer, 409) == "code: taken; choose another"
    body = json.dumps({"code": closed.code, "name": "Sở Thử nghiệm", "mail": "a@example.vn"}).encode()
    result = mine.official().register_agency(body).result
    assert result is not None
    assert result.error_desc == f"Ma don vi da duoc dang ky: {closed.code}"


def test_a_tenant_cannot_find_out_from_which_system_a_letter_came(
    first: Vendor, second: Vendor, office: Office
) -> None:
    sender, receiver = first.participant(), second.participant()
    ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
    assert len(second.seen()) == 1
    assert second.seen(system=sender.system) == []
    assert len(first.seen(system=sender.system)) == 1


def test_a_letter_that_filled_its_tenant_up_is_answered_again_when_it_is_sent_again(office: Office) -> None:
    full = vendor(office.axis, limits={"stored_bytes": 100})
    sender, receiver = full.participant(), office.participant()
    sent = sender.official().send(office.letter(sender, receiver), sender=sender.code)
    again = sender.official().replay(Operation.SEND, sent.request).result
    assert ok(again).doc_id == ok(sent.result).doc_id
    assert len(inbox(receiver)) == 1
    another = sender.official().send(office.letter(sender, receiver), sender=sender.code).result
    assert another is not None
    assert another.error_code == "20"
