"""The schedule of faults: known answers of the pure function, and two runs that can be compared byte for byte."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.documents import new_document
from fixtures.official_client import OfficialClient
from protocol.package.writer import write_package
from simulator.faults.rules import Match, Rule
from simulator.faults.schedule import Draw, draw
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import OLD_TIMESTAMP

SYSTEMS = """
[[system]]
id = "TEST.SYS.A"
secret = "not-a-real-secret-a"
agencies = [{ code = "H99.01", name = "Sở Thử nghiệm A" }]
[[system]]
id = "TEST.SYS.B"
secret = "not-a-real-secret-b"
agencies = [{ code = "H99.02", name = "Sở Thử nghiệm B" }]
"""
RULES = """
[[rules]]
id = "chậm"
fault = "latency"
args = { seconds = 0.01, deviation = 0.005, probability = 0.5 }
[[rules]]
id = "gateway"
fault = "html-502"
match = { system = "TEST.SYS.A" }
args = { probability = 0.4 }
[[rules]]
id = "lost"
fault = "reset-after"
match = { operation = "sendEdoc" }
args = { probability = 0.3 }
times = 4
[[rules]]
id = "own-seed"
fault = "bom"
match = { system = "TEST.SYS.B", operation = "getReceivedEdocList" }
args = { probability = 0.5, seed = 99 }
"""


@pytest.mark.parametrize(
    ("seed", "operation", "index", "rule", "drawn"),
    [
        (0, "sendEdoc", 1, "r", Draw(0.11934065589314469, -2.386997181456536)),
        (0, "sendEdoc", 2, "r", Draw(0.6766424072045429, 1.5912315666209906)),
        (1, "sendEdoc", 1, "r", Draw(0.7439363592371078, -0.9185628991108388)),
        (7, "getEdoc", 100_000, "mất điện", Draw(0.2724620213944521, 0.601949360454455)),
    ],
)
def test_known_answers_of_the_draw(seed: int, operation: str, index: int, *, rule: str, drawn: Draw) -> None:
    """Exact: another machine, process or version of Python draws the same."""
    assert draw(seed, operation, index, rule) == drawn


def test_draws_are_spread_as_they_should_be() -> None:
    draws = [draw(28, "sendEdoc", index, "r") for index in range(1, 10_001)]
    for threshold in (0.1, 0.5, 0.9):
        assert abs(sum(one.chance < threshold for one in draws) / len(draws) - threshold) < 0.02
    normals = [one.normal for one in draws]
    mean = sum(normals) / len(normals)
    assert abs(mean) < 0.05
    assert abs(sum((one - mean) ** 2 for one in normals) / len(normals) - 1) < 0.05
    assert all(-6 <= one <= 6 for one in normals)


def test_probability_zero_never_fires_and_one_always_does() -> None:
    for probability, fires in ((0, False), (1, True), (1.0, True)):
        rule = Rule("r", "html-502", Match(), None, {"probability": probability})
        assert all((rule.drawn(3, "sendEdoc", index) is not None) is fires for index in range(1, 200))


def exchange(axis: RunningAxis) -> None:
    """Make the same requests in the same order, whatever the answers."""
    clients = {
        system: OfficialClient(
            axis.url, f"TEST.SYS.{system}", f"not-a-real-secret-{system.lower()}", timestamp=OLD_TIMESTAMP
        )
        for system in "AB"
    }
    invented = random.Random(4)
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for _ in range(12):
        for system, sender, receiver in (("A", "H99.01", "H99.02"), ("B", "H99.02", "H99.01")):
            letter = write_package(new_document(invented, sender, [receiver], now=now))
            client = clients[system]
            with contextlib.suppress(OSError):
                client.send(letter, sender=sender)
            with contextlib.suppress(OSError):
                client.received()
            with contextlib.suppress(OSError):
                client.count_received()


def lines(axis: RunningAxis) -> list[str]:
    """Give the whole log of faults."""
    found = axis.call("GET", "/faults/log", params={"limit": 1000}).json()["log"]
    return [entry["line"] for entry in found]


def run(folder: Path, seed: int) -> list[str]:
    """Run an axis of its own through the exchange and give its log."""
    folder.mkdir()
    (folder / "systems.toml").write_text(SYSTEMS, encoding="utf-8")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    files: Sequence[str] = ("--systems", str(folder / "systems.toml"), "--faults", str(folder / "rules.toml"))
    with running_axis(folder, *files, "--seed", str(seed)) as axis:
        exchange(axis)
        assert axis.call("GET", "/faults/log").json()["seed"] == seed
        return lines(axis)


def test_several_workers_number_and_count_as_one(tmp_path: Path) -> None:
    """No two requests get the same number, and `times` holds, however the requests are shared out."""
    (tmp_path / "systems.toml").write_text(SYSTEMS, encoding="utf-8")
    with running_axis(tmp_path, "--systems", str(tmp_path / "systems.toml"), "--workers", "2") as axis:
        for rule in ({"fault": "latency", "args": {"seconds": 0}}, {"fault": "html-502", "times": 5}):
            axis.call("PUT", f"/faults/{rule['fault']}", json={"match": {"operation": "countReceiveEdoc"}, **rule})

        def count(_: int) -> int:
            client = OfficialClient(axis.url, "TEST.SYS.A", "not-a-real-secret-a", timestamp=OLD_TIMESTAMP)
            return client.count_received().answer.status

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(count, range(24)))
        assert statuses.count(502) == 5
        deadline = time.monotonic() + 60
        while len(lines(axis)) < 29:  # what reads is journalled a moment after its answer
            assert time.monotonic() < deadline
            time.sleep(0.1)
        fired = [json.loads(line) for line in lines(axis)]
        assert sorted(one["index"] for one in fired if one["fault"] == "latency") == list(range(1, 25))
        assert sum(one["fault"] == "html-502" for one in fired) == 5


def test_one_seed_repeats_byte_for_byte_and_two_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over processes with other hash seeds, other ports, another start of the clock."""
    logs = {}
    for name, seed, hash_seed in (("first", 5, "1"), ("again", 5, "4242"), ("other", 6, "1")):
        monkeypatch.setenv("PYTHONHASHSEED", hash_seed)
        logs[name] = "\n".join(run(tmp_path / name, seed)).encode("utf-8")
    assert logs["first"] == logs["again"]
    assert logs["first"] != logs["other"]
    entries: list[dict[str, Any]] = [json.loads(line) for line in logs["first"].splitlines()]
    assert {entry["rule"] for entry in entries} == {"chậm", "gateway", "lost", "own-seed"}
    assert sum(entry["rule"] == "lost" for entry in entries) <= 4
    assert list(entries[0]) == ["operation", "system", "index", "rule", "fault", "args", "milliseconds"]
    others = [json.loads(line) for line in logs["other"].splitlines()]
    own = [[(one["index"]) for one in log if one["rule"] == "own-seed"] for log in (entries, others)]
    assert own[0] == own[1]  # its own seed, not the axis's
