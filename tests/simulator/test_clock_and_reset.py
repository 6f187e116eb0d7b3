"""The clock of the axis dates everything; a reset goes back to the start."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from simulator.clock import VIETNAM
from tests.axis_process import RunningAxis, running_axis, start_axis
from tests.simulator.conftest import Office
from tests.simulator.test_control import problem
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox


def _now(axis: RunningAxis) -> datetime:
    return datetime.fromisoformat(axis.call("GET", "/clock").json()["now"])


def test_the_clock_dates_everything(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        body = {"now": "2031-02-03T04:05:06.700+07:00", "frozen": True}
        assert axis.call("PUT", "/clock", json=body).json() == body | {"rate": 1.0}
        call = sender.official().send(office.letter(sender, receiver), sender=sender.code)
        assert call.answer.header("Date") == "Sun, 02 Feb 2031 21:05:06 GMT"
        assert call.result is not None
        assert int(str(call.result.doc_id)[:8], 16) == int(datetime(2031, 2, 3, 4, 5, 6, tzinfo=VIETNAM).timestamp())
        [item] = inbox(receiver)
        assert item["created_time"] == "03/02/2031 04:05:06"
        package = ok(receiver.official().fetch(item["docId"]).result).text
        assert package is not None
        assert b"<edXML:Timestamp>2031/02/03 04:05:06</edXML:Timestamp>" in package
        assert sender.exchanges()[-1]["at"] == "2031-02-03T04:05:06.700+07:00"
        detail = axis.call("GET", f"/documents/{call.result.doc_id}").json()
        assert {event["at"] for event in detail["timeline"]} == {"2031-02-03T04:05:06.700+07:00"}
        ok(sender.official().register_agency(f'{{"code":"{sender.code}.01","name":"Phòng"}}'.encode()).result)
        [unit] = [a for a in ok(sender.official().units().result).items or () if a["code"] == f"{sender.code}.01"]
        assert unit["modifyDate"] == "03/02/2031 04:05:06"
        axis.call("PUT", "/clock", json={"frozen": False, "rate": 1000})
        time.sleep(0.2)
        assert axis.call("GET", "/clock").json()["now"] > "2031-02-03T04:06:"
        for wrong in ({"rate": 0}, {"rate": 1001}, {"now": "2031-02-03T04:05:06"}, {"now": "x"}, {"speed": 2}):
            problem(axis.call("PUT", "/clock", json=wrong), 422)


def test_a_restart_keeps_the_clock_as_it_was_set(tmp_path: Path) -> None:
    axis = start_axis(tmp_path)
    axis.call("PUT", "/clock", json={"now": "2031-02-03T04:05:06+07:00", "frozen": True})
    axis.kill()
    axis = start_axis(tmp_path)
    assert axis.call("GET", "/clock").json() == {"now": "2031-02-03T04:05:06.000+07:00", "rate": 1.0, "frozen": True}
    axis.call("PUT", "/clock", json={"frozen": False, "rate": 1000})
    before = _now(axis)
    axis.stop()
    time.sleep(0.5)
    with running_axis(tmp_path) as axis:
        state = axis.call("GET", "/clock").json()
        assert (state["rate"], state["frozen"]) == (1000.0, False)
        assert datetime.fromisoformat(state["now"]) >= before + timedelta(seconds=500), "it went on while nobody looked"
        assert axis.call("POST", "/reset").status_code == 204
    with running_axis(tmp_path) as axis:
        assert abs(_now(axis) - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_that_stands_shows_the_same_everywhere_and_can_be_set_back(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        frozen = axis.call("PUT", "/clock", json={"frozen": True}).json()
        time.sleep(0.2)
        assert axis.call("GET", "/clock").json() == frozen
        sender.official().send(office.letter(sender, receiver), sender=sender.code)
        assert sender.exchanges()[-1]["at"] == frozen["now"]
        back = axis.call("PUT", "/clock", json={"now": "2024-02-29T23:59:59+07:00"}).json()
        assert back == {"now": "2024-02-29T23:59:59.000+07:00", "rate": 1.0, "frozen": True}
        assert httpx.get(axis.control + "/clock", trust_env=False).json() == back, "published without a token"


def test_the_rules_of_the_axis_go_by_its_clock(tmp_path: Path) -> None:
    """A document issued today lies in the future for an axis whose clock stands in 2024."""
    with running_axis(tmp_path, "--profile", "strict") as axis:
        office = Office(axis)
        sender, receiver = office.participant(), office.participant()
        letter = office.letter(sender, receiver)
        assert axis.inject(letter, sender.code)["findings"] == []
        axis.call("PUT", "/clock", json={"now": "2024-02-29T12:00:00+07:00"})
        answer = axis.call("POST", "/packages", params={"from": sender.code}, content=letter)
        assert "date-in-future" in {finding["reason"] for finding in answer.json()["findings"]}, answer.text


def test_two_workers_show_one_clock(tmp_path: Path) -> None:
    """To the digit where it stands; and where it runs, whoever asks them in turn never sees it go back."""
    axis = start_axis(tmp_path, "--workers", "2")
    clients = [httpx.Client(base_url=axis.control, trust_env=False) for _ in range(6)]
    back: list[tuple[str, str]] = []
    ended = threading.Event()

    def ask() -> None:
        last = ""
        while not ended.is_set():
            for client in clients:
                begun = time.monotonic()
                now = str(client.get("/clock").json()["now"])
                if time.monotonic() - begun > 0.1:
                    continue  # the machine is busy: whoever reads that long after asking may have missed a change
                if now < last:
                    back.append((last, now))
                last = now

    try:
        axis.call("PUT", "/clock", json={"now": "2031-02-03T04:05:06+07:00"})
        asking = threading.Thread(target=ask)
        asking.start()
        for change in ({"rate": 1000}, {"rate": 1}, {"rate": 700, "frozen": True}, {"frozen": False}, {"rate": 0.5}):
            assert axis.call("PUT", "/clock", json=change).status_code == 200
        ended.set()
        asking.join()
        assert back == []
        frozen = axis.call("PUT", "/clock", json={"now": "2024-02-29T23:59:59.125+07:00", "frozen": True}).json()
        assert [client.get("/clock").json() for client in clients] == [frozen] * len(clients)
        assert {client.get("/healthz").headers["date"] for client in clients} == {"Thu, 29 Feb 2024 16:59:59 GMT"}
    finally:
        ended.set()
        axis.stop()
        for client in clients:
            client.close()


def test_reset_goes_back_to_the_start(tmp_path: Path) -> None:
    systems = tmp_path / "systems.toml"
    systems.write_text(
        '[[system]]\nid = "START"\nsecret = "not-a-real-secret-start"\n'
        'agencies = [{ code = "H99.01", name = "Sở Thử nghiệm" }]\n',
        encoding="utf-8",
    )
    with running_axis(tmp_path, "--systems", str(systems)) as axis:
        office = Office(axis)
        sender = office.participant()
        axis.inject(office.letter(sender, "H99.01", files=8), sender.code)
        large = office.letter(sender, "H99.01") + b" " * 100_000
        axis.inject(large, sender.code)
        axis.call("PUT", "/faults", json={"rules": [{"id": "a", "fault": "empty-200"}]})
        begun = _now(axis)
        axis.call("PUT", "/clock", json={"now": (begun + timedelta(days=365)).isoformat()})
        last = axis.exchanges()[-1]["seq"]
        assert axis.call("POST", "/reset").status_code == 204
        assert [system["id"] for system in axis.call("GET", "/systems").json()["systems"]] == ["START"]
        assert axis.call("GET", "/documents").json() == {"documents": []}
        assert axis.call("GET", "/faults").json() == {"rules": []}
        assert axis.call("GET", "/exchanges").json() == {"exchanges": [], "next": 0}
        assert begun <= _now(axis) < begun + timedelta(hours=1)
        assert [path for path in (tmp_path / "axis" / "bodies").rglob("*") if path.is_file()] == []
        sender = office.participant()
        axis.inject(office.letter(sender, "H99.01"), sender.code)
        assert axis.exchanges()[0]["seq"] > last
