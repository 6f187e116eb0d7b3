"""The directory as the operations of the axis show and change it."""

from __future__ import annotations

import json

import pytest

from protocol.wire.operations import Operation
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_exchange import ok


def test_directory_operations_speak_the_official_keys(office: Office, sender: Participant) -> None:
    client = sender.official()
    [mine] = [a for a in ok(client.agencies().result).items or () if a["code"] == sender.code]
    assert set(mine) == {"code", "id", "mail", "name", "pid", "oldCode"}
    assert mine["oldCode"] == sender.old_code
    [mine] = [a for a in ok(client.agencies_qd20().result).items or () if a["code"] == sender.code]
    assert set(mine) == {"code", "id", "mail", "name", "code102"}
    assert mine["code102"] == sender.old_code
    code = f"{sender.code}.01"
    body = {
        "id": "",
        "pcode": sender.code,
        "code": code,
        "name": "Phòng Thử",
        "mail": "a@example.org",
        "mobile": "1",
        "fax": "2",
    }
    ok(client.register_agency(json.dumps(body).encode()).result)
    [unit] = [a for a in ok(client.units().result).items or () if a["code"] == code]
    assert (unit["name"], unit["pid"], unit["version"], unit["deleted"], unit["isAgency"]) == (
        "Phòng Thử",
        sender.code,
        1,
        False,
        True,
    )
    ok(client.register_agency(json.dumps(body | {"name": "Phòng Hai"}).encode()).result)
    [unit] = [a for a in ok(client.units().result).items or () if a["code"] == code]
    assert (unit["name"], unit["version"]) == ("Phòng Hai", 2)
    ok(client.delete_agency(code).result)
    [unit] = [a for a in ok(client.units().result).items or () if a["code"] == code]
    assert unit["deleted"] is True
    assert code not in [a["code"] for a in ok(client.agencies().result).items or ()]


@pytest.mark.parametrize(
    "body",
    [b'{"mail":cc"","code":"H99"}', b"[]", b"", b'{"code":"","name":"x"}', b'{"code":"H99 1","name":"x"}', b"[" * 9000],
)
def test_a_malformed_registration_is_refused(sender: Participant, body: bytes) -> None:
    """H-O07."""
    result = sender.official().register_agency(body).result
    assert result is not None
    assert (result.status, result.error_code) == ("FAIL", "16")


def test_nobody_registers_or_removes_the_agency_of_another(sender: Participant, receiver: Participant) -> None:
    body = json.dumps({"code": receiver.code, "name": "Giả mạo"}).encode()
    for result in (
        sender.official().register_agency(body).result,
        sender.official().delete_agency(receiver.code).result,
    ):
        assert result is not None
        assert (result.status, result.error_code) == ("FAIL", "19")
    assert ok(receiver.official().call(Operation.AGENCIES, {}).result).items
