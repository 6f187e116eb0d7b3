"""Every operation of the control API and of the wire, tried by one tenant on the things of another and of the operator.

The operations come from the OpenAPI document and from the protocol, so a new one without a case here fails.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from fixtures.documents import response_for
from fixtures.official_results import OfficialResult
from protocol.wire.operations import Operation
from tests.axis_process import RunningAxis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_control import problem
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_tenants import Vendor, vendor

ROOT = "/_axis/v1"
MARK = "Dấu riêng của bên kia"
"""Stands in every text of the other: where it shows, something leaked."""

OPEN = {("GET", "/clock"), ("GET", "/healthz"), ("GET", "/metrics")}
OPERATORS = {
    ("PUT", "/clock"),
    ("PUT", "/agencies"),
    ("GET", "/statistics"),
    ("POST", "/reconciliation"),
    ("GET", "/tenants"),
    ("GET", "/tenants/{name}"),
    ("PUT", "/tenants/{name}"),
    ("DELETE", "/tenants/{name}"),
    ("PUT", "/tenants/{name}/token"),
}


@dataclass(frozen=True)
class World:
    """A tenant that tries, what it has, and what somebody else has."""

    axis: RunningAxis
    trying: Vendor
    own: Participant
    other: Participant
    see: Callable[..., httpx.Response]
    sender_id: str
    receiver_id: str
    seqs: tuple[int, ...]

    def state(self) -> list[Any]:
        """Give all that the other has, as it sees it itself; not its journal, which goes on by its own looking."""
        sender_id = self.sender_id
        paths = (
            f"/systems/{self.other.system}",
            f"/agencies/{self.other.code}",
            f"/documents/{sender_id}",
            "/faults/x",
        )
        shown = [self.see("GET", path).text for path in paths[:3]]
        rules = [
            rule for rule in self.see("GET", "/faults").json()["rules"] if rule["match"]["system"] == self.other.system
        ]
        return [*shown, rules, [item["docId"] for item in inbox(self.other)]]


@pytest.fixture(params=["another tenant", "the operator"])
def world(request: pytest.FixtureRequest, office: Office) -> Iterator[World]:
    """Two sides that know nothing of each other, each with a letter to itself and a rule that disturbs nothing."""
    axis = office.axis
    trying = vendor(axis)
    own = trying.participant()
    if request.param == "the operator":
        other, see = office.participant(name=MARK), axis.call
    else:
        second = vendor(axis)
        other, see = second.participant(name=MARK), second.call
    rule = {"fault": "html-502", "match": {"system": other.system, "operation": "getEdoc", "nth": 2**31 - 1}}
    name = f"x.{other.system}"
    assert see("PUT", f"/faults/{name}", json=rule).status_code == 201
    letter = office.letter(other, other, subject=MARK)
    sender_id = ok(other.official().send(letter, sender=other.code).result).doc_id
    assert sender_id is not None
    receiver_id = inbox(other)[0]["docId"]
    axis.last_exchange("sendEdoc")
    _await_inspection(axis, sender_id)
    seqs = tuple(entry["seq"] for entry in other.exchanges())
    yield World(axis, trying, own, other, see, sender_id, receiver_id, seqs)
    see("DELETE", f"/faults/{name}")


def _await_inspection(axis: RunningAxis, sender_id: str) -> None:
    """Let the axis look at the attached files first: what it finds there, it adds to the letter by itself."""
    deadline = time.monotonic() + 120
    while not axis.call("GET", f"/documents/{sender_id}").json()["inspected"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _entry(code: str) -> dict[str, str]:
    return {"code": code, "name": "Sở Thử nghiệm"}


def _system(world: World, code: str) -> dict[str, Any]:
    return {"secret": "not-a-real-secret-of-a-thief", "agencies": [_entry(code)]}


def _rule(system: str | None) -> dict[str, Any]:
    return {"fault": "html-502", "match": {} if system is None else {"system": system}}


Case = Callable[[World, Office], Iterator[tuple[httpx.Response, int]]]


def _systems(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    answer = world.trying.call("GET", "/systems")
    assert [system["id"] for system in answer.json()["systems"]] == [world.own.system]
    yield answer, 200


def _get_system(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("GET", f"/systems/{world.other.system}"), 404


def _put_system(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("PUT", f"/systems/{world.other.system}", json=_system(world, f"{world.own.code}.1")), 409
    for code in (world.other.code, world.other.old_code):
        yield world.trying.call("PUT", f"/systems/{world.own.system}", json=_system(world, code)), 409


def _delete_system(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("DELETE", f"/systems/{world.other.system}"), 404


def _agencies(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for query in ("", "?limit=1000"):
        answer = world.trying.call("GET", f"/agencies{query}")
        assert [agency["code"] for agency in answer.json()["agencies"]] == [world.own.code]
        yield answer, 200


def _get_agency(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for code in (world.other.code, world.other.old_code):
        yield world.trying.call("GET", f"/agencies/{code}"), 404


def _put_agency(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for code in (world.other.code, world.other.old_code):
        yield world.trying.call("PUT", f"/agencies/{code}", json={"name": "Sở Thử nghiệm"}), 409
        entry = {"name": "Sở Thử nghiệm", "old_code": code}
        yield world.trying.call("PUT", f"/agencies/{world.own.code}.8", json=entry), 409
    entry = {"name": "Sở Thử nghiệm", "system": world.other.system}
    yield world.trying.call("PUT", f"/agencies/{world.own.code}.9", json=entry), 422


def _delete_agency(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("DELETE", f"/agencies/{world.other.code}"), 404


def _close(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("POST", f"/agencies/{world.other.code}/close", json={}), 404
    followed = {"successors": [world.other.code]}
    yield world.trying.call("POST", f"/agencies/{world.own.code}/close", json=followed), 422
    assert world.trying.call("GET", f"/agencies/{world.own.code}").json()["deleted"] is False


def _open(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("POST", f"/agencies/{world.other.code}/open"), 404


def _merge(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    merged = {"agencies": [world.other.code]}
    yield world.trying.call("POST", f"/agencies/{world.own.code}/merge", json=merged), 422
    merged = {"agencies": [world.own.code]}
    yield world.trying.call("POST", f"/agencies/{world.other.code}/merge", json=merged), 404


def _inject(world: World, office: Office) -> Iterator[tuple[httpx.Response, int]]:
    own, other = world.own, world.other
    for package, query in (
        (office.letter(other, other), {"from": other.code}),
        (office.letter(other, other), {"from": own.code}),
        (office.letter(own, other), {"from": other.old_code}),
        (b"<poison/>", {"from": own.code, "to": other.code, "as_is": "true"}),
        (b"<poison/>", {"from": other.code, "to": own.code, "as_is": "true"}),
    ):
        yield world.trying.call("POST", "/packages", params=query, content=package), 422


def _documents(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for query in ({}, {"from": world.other.code}, {"system": world.other.system}, {"limit": "5", "after": "0"}):
        answer = world.trying.call("GET", "/documents", params=query)
        assert answer.json()["documents"] == []
        yield answer, 200


def _document(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("GET", f"/documents/{world.sender_id}"), 404


def _exchanges(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for query in ({}, {"after": world.seqs[0] - 1, "limit": 1000}, {"wait": 0.2}):
        answer = world.trying.call("GET", "/exchanges", params=query)
        assert answer.json()["exchanges"] == []
        yield answer, 200


def _exchange(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for seq in world.seqs:
        yield world.trying.call("GET", f"/exchanges/{seq}"), 404


def _faults(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    answer = world.trying.call("GET", "/faults")
    assert answer.json() == {"rules": []}
    yield answer, 200


def _fault_log(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    rule = {"fault": "empty-200", "match": {"system": world.other.system, "operation": "countReceiveEdoc"}, "times": 1}
    assert world.see("PUT", f"/faults/log.{world.other.system}", json=rule).status_code == 201
    world.other.official().count_received()
    assert world.other.system in world.see("GET", "/faults/log?limit=1000").text
    answer = world.trying.call("GET", "/faults/log")
    assert answer.json()["log"] == []
    assert world.see("DELETE", f"/faults/log.{world.other.system}").status_code == 204
    yield answer, 200


def _put_faults(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for system in (world.other.system, None):
        yield world.trying.call("PUT", "/faults", json={"rules": [{**_rule(system), "id": "y"}]}), 422
    yield world.trying.call("PUT", "/faults", json={"rules": []}), 200


def _delete_faults(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("DELETE", "/faults", params={"id": f"x.{world.other.system}"}), 200
    yield world.trying.call("DELETE", "/faults"), 200


def _put_fault(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    for system in (world.other.system, None):
        yield world.trying.call("PUT", f"/faults/x.{world.other.system}", json=_rule(system)), 422
    mine = world.trying.call("PUT", f"/faults/x.{world.other.system}", json=_rule(world.own.system))
    yield mine, 201
    assert world.trying.call("DELETE", f"/faults/x.{world.other.system}").status_code == 204


def _delete_fault(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("DELETE", f"/faults/x.{world.other.system}"), 404


def _reset(world: World, _: Office) -> Iterator[tuple[httpx.Response, int]]:
    yield world.trying.call("POST", "/reset"), 204


CASES: dict[tuple[str, str], Case] = {
    ("GET", "/systems"): _systems,
    ("GET", "/systems/{system_id}"): _get_system,
    ("PUT", "/systems/{system_id}"): _put_system,
    ("DELETE", "/systems/{system_id}"): _delete_system,
    ("GET", "/agencies"): _agencies,
    ("GET", "/agencies/{code}"): _get_agency,
    ("PUT", "/agencies/{code}"): _put_agency,
    ("DELETE", "/agencies/{code}"): _delete_agency,
    ("POST", "/agencies/{code}/close"): _close,
    ("POST", "/agencies/{code}/open"): _open,
    ("POST", "/agencies/{code}/merge"): _merge,
    ("POST", "/packages"): _inject,
    ("GET", "/documents"): _documents,
    ("GET", "/documents/{sender_id}"): _document,
    ("GET", "/exchanges"): _exchanges,
    ("GET", "/exchanges/{seq}"): _exchange,
    ("GET", "/faults"): _faults,
    ("GET", "/faults/log"): _fault_log,
    ("PUT", "/faults"): _put_faults,
    ("DELETE", "/faults"): _delete_faults,
    ("PUT", "/faults/{rule_id}"): _put_fault,
    ("DELETE", "/faults/{rule_id}"): _delete_fault,
    ("POST", "/reset"): _reset,
}


def test_every_operation_of_the_openapi_document_has_a_case(axis: RunningAxis) -> None:
    paths = axis.call("GET", "/openapi.json").json()["paths"]
    told = {(method.upper(), path.removeprefix(ROOT)) for path, item in paths.items() for method in item}
    assert told == OPEN | OPERATORS | CASES.keys()


@pytest.mark.parametrize(("method", "path"), sorted(OPERATORS), ids=str)
def test_what_is_the_operators_is_closed_to_tenants(axis: RunningAxis, method: str, path: str) -> None:
    trying = vendor(axis)
    filled = path.replace("{code}", "H99").replace("{name}", trying.name)
    detail = problem(trying.call(method, filled, json={}), 403)
    assert "operator" in detail
    assert axis.call("GET", f"/tenants/{trying.name}").status_code == 200


@pytest.mark.parametrize(("method", "path"), sorted(CASES), ids=str)
def test_nothing_of_others_is_told_or_changed(world: World, office: Office, method: str, path: str) -> None:
    before = world.state()
    for answer, expected in CASES[method, path](world, office):
        assert answer.status_code == expected, answer.text
        assert MARK not in answer.text
        if answer.status_code >= 400:
            problem(answer, expected)
    assert world.state() == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/systems/{}", None),
        ("DELETE", "/systems/{}", None),
        ("GET", "/agencies/{}", None),
        ("DELETE", "/agencies/{}", None),
        ("GET", "/documents/{}", None),
        ("GET", "/exchanges/{}", None),
        ("DELETE", "/faults/{}", None),
    ],
)
def test_what_is_anothers_is_unknown_in_the_words_of_what_is_nobodys(
    world: World, method: str, path: str, body: Any
) -> None:
    there = {"systems": world.other.system, "agencies": world.other.code, "documents": world.sender_id}
    there |= {"exchanges": str(world.seqs[0]), "faults": f"x.{world.other.system}"}
    kind = path.split("/")[1]
    nowhere = {"exchanges": str(2**40), "documents": "0" * 24}.get(kind, "H97.NOBODY")
    answers = [world.trying.call(method, path.format(name), json=body) for name in (there[kind], nowhere)]
    told = [
        (answer.status_code, answer.text.replace(name, "…"))
        for answer, name in zip(answers, (there[kind], nowhere), strict=True)
    ]
    assert told[0] == told[1]


def _fail(result: OfficialResult | None) -> None:
    assert result is not None
    assert result.status in ("FAIL", None)


def _wire_send(world: World, office: Office) -> None:
    own, other = world.own, world.other
    for sender in (own.code, other.code):
        answer = own.official().send(office.letter(other, own), sender=sender)
        assert json.loads(answer.answer.body)["ErrorCode"] == "19"
    answer = own.official().send(office.letter(own, own), sender=other.code)
    assert json.loads(answer.answer.body)["ErrorCode"] == "19"


def _wire_received(world: World, _: Office) -> None:
    for kind in ("edoc", "status"):
        assert not ok(world.own.official().received(kind).result).items
        period = {"fromDate": "01/01/2020 00:00:00", "toDate": "01/01/2099 00:00:00"}
        assert not ok(world.own.official().received(kind, **period).result).items


def _wire_fetch(world: World, _: Office) -> None:
    answers = [world.own.official().fetch(name).answer.body for name in (world.receiver_id, "0" * 36)]
    assert answers[0].replace(world.receiver_id.encode(), b"") == answers[1].replace(b"0" * 36, b"")
    assert json.loads(answers[0])["status"] == "FAIL"


def _wire_download(world: World, _: Office) -> None:
    assert world.own.official().download(world.receiver_id).answer.body == b""


def _wire_acknowledge(world: World, _: Office) -> None:
    _fail(world.own.official().update_status(world.receiver_id).result)


def _wire_sent(world: World, _: Office) -> None:
    assert not ok(world.own.official().sent(world.sender_id).result).items


def _wire_counts(world: World, _: Office) -> None:
    for result in (world.own.official().count_received().result, world.own.official().count_statuses().result):
        assert ok(result).count == 0


def _wire_directory(world: World, _: Office) -> None:
    """The directory is public to connected systems: codes and names, never who serves them."""
    for call in (world.own.official().agencies(), world.own.official().agencies_qd20(), world.own.official().units()):
        body = call.answer.body.decode()
        assert world.other.code in body or call.result is not None
        assert world.other.system not in body


def _wire_register(world: World, _: Office) -> None:
    for code in (world.other.code, world.other.old_code):
        entry = {"code": code, "name": "Sở Thử nghiệm", "mail": "a@example.vn"}
        _fail(world.own.official().register_agency(json.dumps(entry).encode()).result)


def _wire_delete(world: World, _: Office) -> None:
    answers = [world.own.official().delete_agency(code).answer.body for code in (world.other.code, "H97.0")]
    assert answers[0].replace(world.other.code.encode(), b"") == answers[1].replace(b"H97.0", b"")
    assert json.loads(answers[0])["status"] == "FAIL"


WIRE: dict[Operation, Callable[[World, Office], None]] = {
    Operation.SEND: _wire_send,
    Operation.RECEIVED: _wire_received,
    Operation.FETCH: _wire_fetch,
    Operation.DOWNLOAD: _wire_download,
    Operation.UPDATE_STATUS: _wire_acknowledge,
    Operation.SENT: _wire_sent,
    Operation.COUNT_RECEIVED: _wire_counts,
    Operation.COUNT_STATUSES: _wire_counts,
    Operation.AGENCIES: _wire_directory,
    Operation.AGENCIES_QD20: _wire_directory,
    Operation.UNITS: _wire_directory,
    Operation.REGISTER_AGENCY: _wire_register,
    Operation.DELETE_AGENCY: _wire_delete,
}


@pytest.mark.parametrize("operation", list(Operation), ids=str)
def test_no_operation_of_the_wire_reaches_what_is_anothers(world: World, office: Office, operation: Operation) -> None:
    before = world.state()
    WIRE[operation](world, office)
    assert world.state() == before


def test_a_status_tells_nothing_about_letters_that_the_tenant_never_had(world: World, office: Office) -> None:
    """Whether there is a letter of that id, only its sender and its recipients learn."""
    shown = world.see("GET", f"/documents/{world.sender_id}").json()
    known = response_for(office.document(world.other, world.own))
    findings = []
    for document_id in (shown["document_id"], "H97.0,2026/01/01,1"):
        original = replace(known, document_id=document_id)
        status = office.status(original, "03", world.own)
        answer = world.trying.call(
            "POST", "/packages", params={"from": world.own.code, "messagetype": "status"}, content=status
        )
        assert answer.status_code == 200, answer.text
        reasons = [finding["reason"] for finding in answer.json()["findings"]]
        findings.append([reason for reason in reasons if reason.startswith(("status-", "recall-", "answer-"))])
    assert findings == [["status-document-unknown"]] * 2
    after = world.see("GET", f"/documents/{world.sender_id}").json()
    assert after["timeline"] == shown["timeline"]
    assert base64.b64decode(after["package"])
