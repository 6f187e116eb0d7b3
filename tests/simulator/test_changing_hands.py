"""A system id or a code that changes hands takes nothing along, not even while a request is on its way."""

from __future__ import annotations

import json

import pytest

from fixtures.rawhttp import RawConnection
from tests.axis_process import RunningAxis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_tenants import vendor
from tests.simulator.test_transport import request


def test_a_request_that_began_for_the_former_owner_of_a_system_id_sees_nothing_of_the_new_one(office: Office) -> None:
    axis = office.axis
    former, new, sender = vendor(axis), vendor(axis), office.participant()
    mine = former.participant()
    wire = request(mine, "getReceivedEdocList", {"messagetype": "edoc"}, body=b"{}")
    with RawConnection(axis.url) as connection:
        connection.send(wire[:-1])
        _at_work(axis, mine)
        assert former.call("DELETE", f"/systems/{mine.system}").status_code == 204
        theirs = Participant(axis, mine.system, "not-a-real-secret-either", mine.code, "")
        entry = {"secret": theirs.secret, "agencies": [{"code": mine.code, "name": "Sở Thử nghiệm"}]}
        assert new.call("PUT", f"/systems/{mine.system}", json=entry).status_code == 201
        ok(sender.official().send(office.letter(sender, theirs), sender=sender.code).result)
        connection.send(wire[-1:])
        answer = json.loads(connection.read_answer().body)
    assert (answer["status"], answer["ErrorCode"]) == ("FAIL", "15"), answer
    assert len(inbox(theirs)) == 1


@pytest.mark.parametrize("operation", ["registerAgency", "countReceiveEdoc"])
def test_a_request_whose_tenant_goes_meanwhile_is_answered_like_a_stranger(office: Office, operation: str) -> None:
    axis = office.axis
    tenant = vendor(axis)
    mine = tenant.participant()
    body = json.dumps({"code": f"{mine.code}.1", "name": "Sở Thử nghiệm", "mail": "a@example.vn"}).encode()
    wire = request(mine, operation, {}, body=body)
    with RawConnection(axis.url) as connection:
        connection.send(wire[:-1])
        _at_work(axis, mine)
        assert axis.call("DELETE", f"/tenants/{tenant.name}").status_code == 204
        connection.send(wire[-1:])
        answer = json.loads(connection.read_answer().body)
    assert (answer["status"], answer["ErrorCode"]) == ("FAIL", "15"), answer
    entry = axis.last_exchange(operation)
    assert (entry["system"], entry["verified"]) == (mine.system, False)
    assert [finding["reason"] for finding in entry["findings"]] == ["unknown-system"]


def test_who_takes_a_code_over_and_removes_it_takes_no_letters_from_who_had_it(office: Office) -> None:
    axis = office.axis
    former, new, sender = vendor(axis), vendor(axis), office.participant()
    mine, theirs = former.participant(), new.participant()
    ok(sender.official().send(office.letter(sender, mine), sender=sender.code).result)
    moved = axis.call("PUT", f"/agencies/{mine.code}", json={"name": "Sở Thử nghiệm", "system": theirs.system})
    assert moved.status_code == 200, moved.text
    assert new.call("DELETE", f"/agencies/{mine.code}").status_code == 204
    [letter] = former.seen()
    assert [copy["to"] for copy in letter["recipients"]] == [mine.code]
    assert len(inbox(mine)) == 1


def _at_work(axis: RunningAxis, asking: Participant) -> None:
    """Wait until a request that was sent without its end is at work: another one by another connection is through."""
    for _ in range(3):
        ok(asking.official().count_received().result)
    axis.call("GET", "/healthz")
