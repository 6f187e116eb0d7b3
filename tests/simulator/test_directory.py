"""The directory as the operations of the axis show and change it."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from fixtures.official_client import OfficialClient
from protocol.wire.operations import Operation
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import OLD_TIMESTAMP, Office, Participant
from tests.simulator.test_exchange import ok


def test_directory_operations_speak_the_official_keys(office: Office, sender: Participant) -> None:
    client = sender.official()
    [mine] = [a for a in ok(client.agencies().result).items or () if a["code"] == sender.code]
    assert set(mine) == {"code", "id", "mail", "name", "pid", "oldCode"}
    assert mine["oldCode"] == sender.old_code
    [mine] = [a for a in ok(client.agencies_qd20("3").result).items or () if a["code"] == sender.code]
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


def test_registering_a_known_agency_keeps_what_a_registration_does_not_say(office: Office, sender: Participant) -> None:
    known = {"name": "Trung tâm", "old_code": f"old.{sender.code}", "system": sender.system}
    code = f"{sender.code}.W00"
    answer = office.axis.call("PUT", f"/agencies/{code}", json={**known, "is_agency": False, "locked": True})
    assert answer.status_code == 201
    body = {"code": known["old_code"], "name": "Trung tâm Hai", "pcode": sender.code, "mail": "a@example.org"}
    ok(sender.official().register_agency(json.dumps(body).encode()).result)
    shown = office.axis.call("GET", f"/agencies/{code}").json()
    assert (shown["name"], shown["old_code"], shown["is_agency"], shown["locked"]) == (
        "Trung tâm Hai",
        known["old_code"],
        False,
        True,
    )


_FILE = """
[[system]]
id = "TEST.FILE.01"
secret = "{secret}"
agencies = [
  {{ code = "H99.F1", name = "{name}", old_code = "000.F1.H99" }},
  {{ code = "H99.F2", name = "Chi cục" }},
  {{ code = "H99.F4", name = "Phòng Bốn" }},
]
"""


def test_a_restart_with_the_same_systems_file_changes_nothing_that_happened_since(tmp_path: Path) -> None:
    """Closed agencies stay closed, registered and renamed ones stay, versions stay; what the file changed is taken."""
    file = tmp_path / "systems.toml"

    def units(axis: RunningAxis, secret: str) -> dict[str, tuple[str, int, bool]]:
        client = OfficialClient(axis.url, "TEST.FILE.01", secret, timestamp=OLD_TIMESTAMP)
        items = ok(client.units().result).items or ()
        return {str(unit["code"]): (str(unit["name"]), int(unit["version"]), bool(unit["deleted"])) for unit in items}

    def started(secret: str, name: str) -> AbstractContextManager[RunningAxis]:
        file.write_text(_FILE.format(secret=secret, name=name), encoding="utf-8")
        return running_axis(tmp_path, "--systems", str(file))

    with started("first-secret", "Sở") as axis:
        client = OfficialClient(axis.url, "TEST.FILE.01", "first-secret", timestamp=OLD_TIMESTAMP)
        ok(client.register_agency(b'{"code":"H99.F3","name":"C"}').result)
        ok(client.register_agency('{"code":"H99.F4","name":"Phòng mới"}'.encode()).result)
        ok(client.delete_agency("H99.F2").result)
        before = units(axis, "first-secret")
        assert before["H99.F4"] == ("Phòng mới", 2, False)
        assert before["H99.F2"][2] is True
    with started("first-secret", "Sở") as axis:
        assert units(axis, "first-secret") == before
    with started("other-secret", "Sở Hai") as axis:
        assert units(axis, "other-secret") == {**before, "H99.F1": ("Sở Hai", 2, False)}
        axis.call("POST", "/reset")
        assert units(axis, "other-secret") == {
            "H99.F1": ("Sở Hai", 1, False),
            "H99.F2": ("Chi cục", 1, False),
            "H99.F4": ("Phòng Bốn", 1, False),
        }
