"""Who gets at an axis and its data: the gate of the control API, the clock's bounds, the data folder."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from fixtures.rawhttp import RawConnection
from tests.axis_process import RunningAxis, running_axis, start_axis
from tests.simulator.conftest import Office
from tests.simulator.test_control import problem
from tests.simulator.test_simulate_command import one_line, run
from tests.simulator.test_transport import envelope, raw, request


def test_without_the_token_nothing_of_a_body_is_read(axis: RunningAxis) -> None:
    for line in (b"PUT /_axis/v1/systems/X", b"PUT /_axis/v1/clock", b"POST /_axis/v1/packages", b"GET /_axis/v1/x"):
        with RawConnection(axis.url) as connection:
            connection.send(line + b" HTTP/1.1\r\nHost: axis\r\nContent-Length: 1000000\r\n\r\n{")
            answer = connection.read_answer()  # though the rest of the body never comes
        assert answer.status == 401
        assert answer.header("WWW-Authenticate") == "Bearer"
    problem(axis.call("PUT", "/systems/X", headers={"Authorization": "Bearer wrong"}, content=b"no json"), 401)
    for path in ("/clock", "/healthz", "/metrics", "/openapi.json"):
        assert axis.call("GET", path, headers={"Authorization": ""}).status_code == 200


def test_a_control_body_is_limited(axis: RunningAxis) -> None:
    problem(axis.call("PUT", "/clock", content=b" " * (16 * 1024 * 1024 + 1)), 413)
    chunks = (b" " * 1024 * 1024 for _ in range(17))
    problem(axis.call("PUT", "/clock", content=chunks), 413)
    assert axis.call("PUT", "/clock", content=b"{}" + b" " * (1024 * 1024)).status_code in (200, 422)
    injected = axis.call("POST", "/packages", params={"from": "H99.1"}, content=b" " * (17 * 1024 * 1024))
    problem(injected, 422)


def test_openapi_tells_of_the_token(axis: RunningAxis) -> None:
    told = axis.call("GET", "/openapi.json").json()
    assert [scheme["scheme"] for scheme in told["components"]["securitySchemes"].values()] == ["bearer"]
    paths = told["paths"]
    assert paths["/_axis/v1/systems"]["get"]["security"]
    assert "security" not in paths["/_axis/v1/healthz"]["get"]


def test_the_clock_keeps_within_a_century(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        who = Office(axis).participant()
        for wrong in ("9999-12-31T23:59:59+00:00", "1999-12-31T23:59:59+07:00", "0001-01-01T00:00:00+14:00"):
            assert "2100" in problem(axis.call("PUT", "/clock", json={"now": wrong}), 422)
        assert axis.call("GET", "/clock").json()["now"] < "2100"
        axis.call("PUT", "/clock", json={"now": "2099-12-31T23:59:59+07:00", "rate": 1000})
        deadline = time.monotonic() + 20
        while (now := axis.call("GET", "/clock").json()["now"]) < "2100" and time.monotonic() < deadline:
            pass
        assert now == "2100-01-01T00:00:00.000+07:00"
        assert envelope(raw(axis, request(who, "countReceiveEdoc", {}, body=b"{}"))) == ("OK", "0")
        assert axis.last_exchange("countReceiveEdoc")["at"].startswith("2100-01-01")


def test_more_than_thirty_seconds_of_waiting_count_as_thirty(axis: RunningAxis) -> None:
    axis.register(f"WAIT.{os.getpid()}", "not-a-real-secret", [])
    last = max((entry["seq"] for entry in axis.exchanges()), default=0)
    answers: list[int] = []
    ask = {"after": last, "wait": 1000}
    thread = threading.Thread(target=lambda: answers.append(axis.call("GET", "/exchanges", params=ask).status_code))
    thread.start()
    raw(axis, b"POST /countReceiveEdoc HTTP/1.1\r\nHost: axis\r\nContent-Length: 0\r\n\r\n")
    thread.join(25)
    assert answers == [200]


@pytest.mark.parametrize(("lang", "words"), [("vi_VN.UTF-8", "trục khác"), ("C.UTF-8", "another axis")])
def test_a_data_folder_serves_one_axis_at_a_time(tmp_path: Path, lang: str, words: str) -> None:
    first = start_axis(tmp_path)
    folder = tmp_path / "axis"
    spooled = folder / "bodies" / "incoming" / "on-its-way"
    try:
        spooled.write_bytes(b"x")
        said = one_line("--data", str(folder), LC_ALL=lang)
        assert words in said
        assert str(folder) in said
        assert spooled.exists()  # what the first one is receiving is left alone
    finally:
        first.kill()
    with running_axis(tmp_path):
        assert not spooled.exists()


def test_the_data_are_nobody_elses(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        office = Office(axis)
        who = office.participant()
        axis.inject(office.letter(who, who) + b" " * 100_000, who.code)
        folder = tmp_path / "axis"
        found = [folder, *folder.rglob("*")]
        assert any(path.is_file() and path.parent.parent.name == "bodies" for path in found)
        assert [path for path in found if path.stat().st_mode & 0o077] == []


def test_a_slow_answer_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        who = Office(axis).participant()
        rule = {"id": "slow", "fault": "latency", "match": {"system": who.system}, "args": {"seconds": 60}}
        assert axis.call("PUT", "/faults", json={"rules": [rule]}).status_code == 200
        with RawConnection(axis.url) as connection:
            connection.send(request(who, "countReceiveEdoc", {}, body=b"{}"))
            assert not connection.wait_for_data(0.5)
            started = time.monotonic()
            axis.process.terminate()
            assert envelope(connection.read_answer()) == ("OK", "0")
        assert axis.process.wait(30) == 0
        assert time.monotonic() - started < 30
        assert "Traceback" not in axis.errors()


@pytest.mark.parametrize("value", ["abc", "-1", "65536", "1e3", "²"])
def test_a_port_that_is_none_is_named(value: str) -> None:
    code, out, err = run(f"--port={value}")
    assert (code, out) == (2, "")
    assert f"{value} is no port" in err
    code, out, err = run("--body-limit=abc")
    assert (code, out) == (2, "")
    assert "abc is no size" in err
