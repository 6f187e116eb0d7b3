"""What a client may ask of the axis, and how long the axis waits for it."""

from __future__ import annotations

import resource
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from fixtures.rawhttp import RawAnswer, RawConnection
from simulator.control.gate import STRANGERS
from simulator.limits import Bucket, Limits
from simulator.patience import BODY_RATE, BODY_SECONDS, HEAD_SECONDS, Patience
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_transport import envelope, raw, request


def _count(who: Participant) -> RawAnswer:
    return raw(who.axis, request(who, "countReceiveEdoc", {}, body=b"{}"))


def _reasons(axis: RunningAxis, system: str) -> list[str]:
    return [
        finding["reason"] for entry in axis.exchanges() if entry["system"] == system for finding in entry["findings"]
    ]


def test_a_system_over_its_rate_is_told_when_to_come_back_and_others_go_on(tmp_path: Path) -> None:
    with running_axis(tmp_path, "--rate", "0.01") as axis:
        office = Office(axis)
        busy, other = office.participant(), office.participant()
        impostor = replace(busy, secret="another-secret-than-the-right-one")
        assert envelope(_count(impostor)) == ("FAIL", "15")  # uses up nothing of the one that it names
        assert envelope(_count(busy)) == ("OK", "0")
        refused = _count(busy)
        assert (refused.status, *envelope(refused)) == (200, "FAIL", "20")
        assert 1 <= int(refused.header("retry-after") or 0) <= 100
        assert b"Retry" not in refused.body
        assert b"0.01 yeu cau moi giay" in refused.body
        assert envelope(_count(other)) == ("OK", "0")
        assert _reasons(axis, busy.system).count("rate-exceeded") == 1
        assert "rate-exceeded" not in _reasons(axis, other.system)


def test_a_system_has_no_more_requests_under_way_than_it_may(tmp_path: Path) -> None:
    with running_axis(tmp_path, "--concurrency", "1") as axis:
        office = Office(axis)
        busy, other = office.participant(), office.participant()
        whole = request(busy, "countReceiveEdoc", {}, body=b"{}")
        with RawConnection(axis.url) as slow:
            slow.send(whole[:-1])  # its body is not there yet
            deadline = time.monotonic() + 60
            while envelope(answer := _count(busy)) == ("OK", "0"):
                assert time.monotonic() < deadline
            assert envelope(answer) == ("FAIL", "20")
            assert answer.header("retry-after") == "1"
            assert envelope(_count(other)) == ("OK", "0")
            slow.send(whole[-1:])
            assert envelope(slow.read_answer()) == ("OK", "0")
        assert envelope(_count(busy)) == ("OK", "0")
        assert "concurrency-exceeded" in _reasons(axis, busy.system)


def test_connections_beyond_the_limit_are_answered_and_closed(tmp_path: Path) -> None:
    with running_axis(tmp_path, "--connections", "2") as axis:
        who = Office(axis).participant()
        with RawConnection(axis.url) as first, RawConnection(axis.url) as second:
            for held in (first, second):
                held.send(request(who, "countReceiveEdoc", {}, body=b"{}"))
                assert envelope(held.read_answer()) == ("OK", "0")
            with RawConnection(axis.url) as third:
                answer = third.read_answer()
                assert answer.status == 503
                assert answer.header("retry-after") == "1"
            first.send(request(who, "countReceiveEdoc", {}, body=b"{}"))
            assert envelope(first.read_answer()) == ("OK", "0")


def test_whoever_dribbles_a_head_or_a_body_loses_the_connection(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        who = Office(axis).participant()
        head = b"GET /getAgenciesList HTTP/1.1\r\nHost: axis\r\nX-Slow: "
        body = request(who, "sendEdoc", {"from": who.code, "hash-file": "0"}, body=b"x" * 50_000)[:-49_000]
        ended: dict[str, float] = {}

        def dribble(name: str, beginning: bytes) -> None:
            with RawConnection(axis.url, timeout=5) as connection:
                connection.send(beginning)
                begun = time.monotonic()
                while time.monotonic() - begun < 5 * (HEAD_SECONDS + BODY_SECONDS):
                    try:
                        connection.send(b"x")
                    except OSError:
                        break
                    time.sleep(0.5)
                ended[name] = time.monotonic() - begun

        threads = [threading.Thread(target=dribble, args=pair) for pair in (("head", head), ("body", body))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert HEAD_SECONDS * 0.9 < ended["head"] < 4 * HEAD_SECONDS
        assert BODY_SECONDS * 0.9 < ended["body"] < 4 * (BODY_SECONDS + HEAD_SECONDS)
        assert "upload-cut-off" in _reasons(axis, who.system)


def test_a_full_disk_is_said_and_the_axis_goes_on(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        office = Office(axis)
        sender = office.participant()
        room = max(path.stat().st_size for path in (tmp_path / "axis").rglob("*") if path.is_file()) + 2_000_000
        before = resource.prlimit(axis.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        parameters = {"from": sender.code, "messagetype": "edoc", "hash-file": "0"}
        answer = raw(axis, request(sender, "sendEdoc", parameters, body=b"x" * (room + 500_000)))
        assert envelope(answer) == ("FAIL", "20")
        assert "storage-failed" in _reasons(axis, sender.system)
        resource.prlimit(axis.pid, resource.RLIMIT_FSIZE, before)
        assert envelope(_count(sender)) == ("OK", "0")


def test_guessing_tokens_is_slowed_down_and_hinders_nobody_who_has_one(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis, httpx.Client(trust_env=False, timeout=60) as client:
        answers = [
            client.get(axis.control + "/systems", headers={"Authorization": f"Bearer guess-{number}"})
            for number in range(int(20 * STRANGERS))
            if number % 50 or axis.call("GET", "/systems").status_code == 200
        ]
        statuses = {answer.status_code for answer in answers}
        assert statuses <= {401, 429}
        # However slow this machine is: more than the burst within one second there is a 429.
        seconds = sum((answer.elapsed for answer in answers), start=timedelta()).total_seconds()
        assert 429 in statuses or len(answers) <= STRANGERS * (seconds + 2)
        assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status_code == 429)
        assert axis.call("GET", "/systems").status_code == 200


def test_a_bucket_gives_what_came_in_since() -> None:
    bucket = Bucket(rate=2.0, burst=2.0, now=0.0)
    assert [bucket.take(0.0), bucket.take(0.0)] == [0.0, 0.0]
    assert bucket.take(0.0) == pytest.approx(0.5)
    assert bucket.take(0.5) == 0.0
    assert bucket.take(100.0) == 0.0
    assert bucket.take(100.0) == 0.0
    assert bucket.take(100.0) > 0  # what was not used is no credit beyond the burst


def test_workers_share_the_limits() -> None:
    alone = Limits(None, 4, workers=1)
    shared = Limits(None, 4, workers=3)
    for limits, most in ((alone, 4), (shared, 2)):
        assert [limits.enter("A") is None for _ in range(most + 1)] == [True] * most + [False]
        assert limits.enter("B") is None
        limits.leave("A")
        assert limits.enter("A") is None


def test_patience_counts_only_the_clients_own_time() -> None:
    patience = Patience(0.0)
    patience.head(10.0)
    assert not patience.head_is_late(10.0 + HEAD_SECONDS)
    assert patience.head_is_late(10.1 + HEAD_SECONDS)
    patience.body_begins(100.0)
    assert not patience.body_is_slow(100.0 + 2 * BODY_SECONDS, ours=True)
    patience.body(int(BODY_RATE * BODY_SECONDS) + 1)
    assert not patience.body_is_slow(100.0 + 3 * BODY_SECONDS, ours=False)
    assert patience.body_is_slow(100.0 + 4 * BODY_SECONDS, ours=False)
    patience.over()
    assert not patience.body_is_slow(1e9, ours=False)
    assert not patience.head_is_late(1e9)
