"""The control API: shapes, errors, the token, what each call leaves behind."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema
import pytest
from jsonschema.validators import Draft202012Validator

import schemas
from protocol.package.writer import write_package
from tests.axis_process import RunningAxis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox


def fits(value: object, definition: str) -> None:
    """Validate against one definition of the control API's JSON Schema."""
    document = schemas.json_data("control.schema.json")
    Draft202012Validator({"$defs": document["$defs"], "$ref": f"#/$defs/{definition}"}).validate(value)


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    fits(answer.json(), "problem")
    assert answer.json()["status"] == status
    return str(answer.json()["detail"])


def test_the_schemas_are_schemas_and_name_closed_key_sets() -> None:
    for name in ("control.schema.json", "systems.schema.json"):
        Draft202012Validator.check_schema(schemas.json_data(name))
    with pytest.raises(jsonschema.ValidationError):
        fits({"now": "x", "rate": 1, "frozen": False}, "clock")


def test_every_answer_fits_its_schema(office: Office, sender: Participant, receiver: Participant) -> None:
    axis = office.axis
    document = office.document(sender, receiver)
    injected = axis.inject(write_package(document), sender.code)
    fits(injected, "injected")
    assert injected["document_id"] == document.header.document_id
    inbox(receiver)
    put = {
        "rules": [
            {"id": f"fits.{sender.system}", "fault": "latency", "match": {"system": "NOBODY"}, "args": {"seconds": 1}}
        ]
    }
    fits(axis.call("PUT", "/faults", json=put).json(), "faults")
    one = f"/faults/one.{sender.system}"
    fits(axis.call("PUT", one, json={"fault": "html-502", "match": {"system": "NOBODY"}}).json(), "rule")
    assert axis.call("DELETE", one).status_code == 204
    for path, definition in (
        ("/systems", "systems"),
        ("/faults/log", "fault_log"),
        (f"/systems/{sender.system}", "system"),
        ("/agencies", "agencies"),
        (f"/agencies/{sender.old_code}", "agency"),
        ("/documents", "documents"),
        (f"/documents/{injected['sender_id']}", "document_detail"),
        ("/exchanges?limit=3", "exchanges"),
        ("/faults", "faults"),
        ("/clock", "clock"),
    ):
        fits(axis.call("GET", path).json(), definition)
    fits(axis.last_exchange("getReceivedEdocList"), "exchange_detail")
    fits(dict(axis.ready), "ready")


@pytest.mark.parametrize(
    "path",
    ["/systems", "/systems/x", "/agencies", "/documents", "/exchanges", "/exchanges/1", "/faults", "/documents/x"],
)
@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", "Basic {}", "Bearer {}x"])
def test_nothing_is_told_without_the_token(axis: RunningAxis, path: str, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": token.format(axis.token)}
    problem(httpx.get(axis.control + path, headers=headers, trust_env=False), 401)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/reset"), ("POST", "/packages?from=x"), ("PUT", "/clock"), ("PUT", "/faults")]
)
def test_nothing_is_done_without_the_token(axis: RunningAxis, method: str, path: str) -> None:
    problem(httpx.request(method, axis.control + path, trust_env=False), 401)


def test_health_clock_and_meters_are_open(axis: RunningAxis, sender: Participant) -> None:
    inbox(sender)
    for path in ("/healthz", "/clock", "/metrics"):
        assert httpx.get(axis.control + path, trust_env=False).status_code == 200
    meters = httpx.get(axis.control + "/metrics", trust_env=False).text
    assert 'axis28_requests_total{error_code="0",operation="getReceivedEdocList",status="OK"}' in meters
    assert sender.system not in meters


def test_openapi_describes_every_call(axis: RunningAxis) -> None:
    paths = axis.call("GET", "/openapi.json").json()["paths"]
    told = {(method.upper(), path) for path, item in paths.items() for method in item}
    root = "/_axis/v1"
    expected = {
        ("POST", "/reset"), ("GET", "/systems"), ("GET", "/systems/{system_id}"), ("PUT", "/systems/{system_id}"),
        ("DELETE", "/systems/{system_id}"), ("GET", "/agencies"), ("GET", "/agencies/{code}"),
        ("PUT", "/agencies/{code}"), ("DELETE", "/agencies/{code}"), ("PUT", "/agencies"),
        ("POST", "/agencies/{code}/close"), ("POST", "/agencies/{code}/open"), ("POST", "/agencies/{code}/merge"),
        ("POST", "/packages"), ("GET", "/documents"),
        ("GET", "/documents/{sender_id}"), ("GET", "/exchanges"), ("GET", "/exchanges/{seq}"), ("GET", "/faults"),
        ("GET", "/faults/log"),
        ("PUT", "/faults"), ("DELETE", "/faults"), ("PUT", "/faults/{rule_id}"), ("DELETE", "/faults/{rule_id}"),
        ("GET", "/clock"), ("PUT", "/clock"), ("GET", "/metrics"),
        ("GET", "/healthz"), ("GET", "/statistics"), ("POST", "/reconciliation"),
        ("GET", "/tenants"), ("GET", "/tenants/{name}"), ("PUT", "/tenants/{name}"), ("DELETE", "/tenants/{name}"),
        ("PUT", "/tenants/{name}/token"),
    }  # fmt: skip
    assert told == {(method, root + path) for method, path in expected}


def test_a_system_is_entered_replaced_and_taken_away_with_all_that_it_left(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    axis = office.axis
    other = office.participant()
    ok(sender.official().send(office.letter(sender, receiver), sender=sender.code).result)
    ok(receiver.official().send(office.letter(receiver, sender, other), sender=receiver.code).result)
    assert axis.call("PUT", f"/systems/{receiver.system}", json={"secret": "s", "agencies": []}).status_code == 200
    left_out = axis.call("GET", f"/agencies/{receiver.code}").json()
    assert (left_out["deleted"], left_out["system"]) == (True, None)
    axis.register(receiver.system, receiver.secret, [{"code": receiver.code, "name": "Sở Thử nghiệm"}])
    assert len(inbox(receiver)) == 1

    assert axis.call("DELETE", f"/systems/{receiver.system}").status_code == 204
    for path in (f"/systems/{receiver.system}", f"/agencies/{receiver.code}"):
        problem(axis.call("GET", path), 404)
    problem(axis.call("DELETE", f"/systems/{receiver.system}"), 404)
    left = [entry for entry in axis.call("GET", "/documents").json()["documents"] if receiver.code in json.dumps(entry)]
    assert left == []
    assert inbox(sender) == []
    assert inbox(other) == []
    refused = receiver.official().count_received().result
    assert refused is not None
    assert refused.error_code == "15"


def test_a_secret_never_comes_back(axis: RunningAxis, sender: Participant) -> None:
    for path in ("/systems", f"/systems/{sender.system}"):
        assert sender.secret not in axis.call("GET", path).text
        assert '"secret"' not in axis.call("GET", path).text


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "secret"),
        ({"secret": "", "agencies": []}, "secret"),
        ({"secret": "s", "agencies": [{"code": "H 99", "name": "x"}]}, "code"),
        ({"secret": "s", "agencies": [{"code": "H99"}]}, "name"),
        ({"secret": "s", "agencies": [{"code": "H99", "name": "x", "colour": "red"}]}, "colour"),
        ({"secret": "s", "agencies": [{"code": "H97", "name": "x"}, {"code": "H97", "name": "y"}]}, "twice"),
        ([], "body"),
    ],
)
def test_a_wrong_system_is_refused_by_field(axis: RunningAxis, body: Any, word: str) -> None:
    assert word in problem(axis.call("PUT", "/systems/WRONG", json=body), 422)
    assert axis.call("GET", "/systems/WRONG").status_code == 404


def test_a_code_belongs_to_one_agency(axis: RunningAxis, sender: Participant) -> None:
    for code in (sender.code, sender.old_code):
        for entry in ({"code": code, "name": "x"}, {"code": f"{sender.code}.9", "old_code": code, "name": "x"}):
            body = {"secret": "s", "agencies": [entry]}
            problem(axis.call("PUT", "/systems/OTHER", json=body), 409)
    assert axis.call("GET", "/systems/OTHER").status_code == 404


def test_agencies_come_and_go_on_their_own(office: Office, sender: Participant) -> None:
    axis, code = office.axis, f"{sender.code}.7"
    assert axis.call("PUT", f"/agencies/{code}", json={"name": "Không ai nhận"}).status_code == 201
    problem(axis.call("PUT", f"/agencies/{code}", json={"name": "x", "system": "NOBODY"}), 422)
    body = {"name": "Phòng", "system": sender.system, "locked": True}
    assert axis.call("PUT", f"/agencies/{code}", json=body).json()["locked"] is True
    assert axis.call("DELETE", f"/agencies/{code}").status_code == 204
    problem(axis.call("GET", f"/agencies/{code}"), 404)


def test_what_is_injected_as_it_is_arrives_unread(office: Office, sender: Participant, receiver: Participant) -> None:
    poison = b"\x00\xff this is no package <<<"
    query = {"to": receiver.code, "as_is": "true"}
    injected = office.axis.inject(poison, sender.code, **query)
    assert injected["document_id"] is None
    [item] = inbox(receiver)
    assert item["docId"] == injected["deliveries"][0]["receiver_id"]
    downloaded = receiver.official().download(item["docId"]).result
    assert downloaded is not None
    assert downloaded.text == poison
    [entry] = [e for e in office.axis.exchanges("inject") if e["agency"] == sender.code]
    assert (entry["system"], entry["document_id"], entry["status"]) == (None, None, "OK")
    document = office.document(sender, receiver)
    letter = write_package(document).replace(b"\r\n", b"\n")
    readable = office.axis.inject(letter, sender.code, **query)
    assert readable["document_id"] == document.header.document_id
    downloaded = receiver.official().download(readable["deliveries"][0]["receiver_id"]).result
    assert downloaded is not None
    assert downloaded.text == letter


def test_an_injected_package_can_go_to_whom_it_does_not_name(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    stranger = office.participant()
    letter = office.letter(sender, stranger)
    injected = office.axis.inject(letter, sender.code, to=[receiver.code, receiver.old_code])
    assert [copy["to"] for copy in injected["deliveries"]] == [receiver.code, receiver.old_code]
    assert len(inbox(receiver)) == 2
    assert inbox(stranger) == []


def test_a_bad_injection_says_why(office: Office, sender: Participant, receiver: Participant) -> None:
    def inject(body: bytes, **parameters: Any) -> httpx.Response:
        return office.axis.call("POST", "/packages", params=parameters, content=body)

    letter = office.letter(sender, receiver)
    answer = inject(b"hello", **{"from": sender.code})
    assert problem(answer, 422).startswith("10")
    assert answer.json()["findings"][0]["severity"] == "fail"
    assert problem(inject(office.letter(sender, "H98.99"), **{"from": sender.code}), 422).startswith("18")
    assert problem(inject(letter, **{"from": "H98.99"}), 422).startswith("19")
    assert problem(inject(letter, **{"from": sender.code, "to": "H98.99"}), 422).startswith("18")
    assert "to" in problem(inject(letter, **{"from": sender.code, "as_is": "true"}), 422)
    assert "from" in problem(inject(letter), 422)
    assert "messagetype" in problem(inject(letter, **{"from": sender.code, "messagetype": "x"}), 422)
    assert inbox(receiver) == []


def test_documents_are_found_by_their_marks(office: Office, sender: Participant, receiver: Participant) -> None:
    document = office.document(sender, receiver)
    doc_id = ok(sender.official().send(write_package(document), sender=sender.code).result).doc_id
    for query in ({"document_id": document.header.document_id}, {"from": sender.code}, {"system": sender.system}):
        [entry] = office.axis.call("GET", "/documents", params=query).json()["documents"]
        assert entry["id"] == doc_id
    ok(receiver.official().fetch(inbox(receiver)[0]["docId"]).result)
    shown = office.axis.call("GET", f"/documents/{doc_id}").json()
    assert [(event["event"], event["to"]) for event in shown["timeline"]] == [
        ("accepted", None),
        ("delivered", receiver.code),
        ("fetched", receiver.code),
    ]
    problem(office.axis.call("GET", "/documents/nothing"), 404)


def test_what_does_not_exist_is_a_problem(axis: RunningAxis) -> None:
    problem(axis.call("GET", "/nothing"), 404)
    problem(axis.call("PATCH", "/systems"), 405)
    problem(axis.call("PUT", "/faults", content=b"{", headers={"Content-Type": "application/json"}), 422)
