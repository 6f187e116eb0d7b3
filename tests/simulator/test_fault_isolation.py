"""A fault that is on for one system changes nothing for another, whatever the fault and however busy the first."""

from __future__ import annotations

import base64
import contextlib
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures.documents import new_document
from fixtures.files import File
from fixtures.official_client import OfficialCall
from protocol.package.model import DocumentPackage
from protocol.package.writer import write_package
from simulator.faults.kinds import KINDS
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.disturbing import put
from tests.simulator.test_exchange import ok
from tests.simulator.test_fault_answers import log_of
from tests.simulator.test_fault_deliveries import DSIG, PDF

ARGS: dict[str, dict[str, Any]] = {
    "latency": {"seconds": 0.2, "deviation": 0.1},
    "dribble": {"bytes": 2000, "seconds": 0.02},
    "slow-network": {"bytes_per_second": 100_000},
    "null-field": {},
    "delayed-delivery": {"seconds": 3600},
    "wrong-time": {"seconds": 86400},
    "closed-code": {"code": ""},  # the code of whom A writes to
}
_CHANGING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{24}\b|\d\d/\d\d/\d{4} \d\d:\d\d:\d\d"
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"
)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An axis that passes packages on as they came: there every fault finds something to do."""
    folder: Path = tmp_path_factory.mktemp("apart")
    with running_axis(folder, "--reserialise", "off") as running:
        yield Office(running)
        assert "Traceback" not in running.errors()


def package(sender: Participant, receiver: Participant) -> DocumentPackage:
    """Make the same document each time, but for its parties."""
    made = new_document(
        random.Random(28),
        sender.code,
        [receiver.code],
        files=[File("van-ban.pdf", PDF)],
        now=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )
    return replace(made, signature=DSIG)


def conversation(ours: Participant, theirs: Participant) -> list[OfficialCall]:
    """Hold the whole round between two systems, with every operation but registering."""
    sender, receiver = ours.official(), theirs.official()
    letter = write_package(package(ours, theirs))
    calls = [sender.send(letter, sender=ours.code), receiver.received()]
    [item] = ok(calls[-1].result).items or ()
    calls += [receiver.fetch(item["docId"]), receiver.download(item["docId"]), receiver.count_received()]
    calls += [receiver.update_status(item["docId"]), receiver.received(), receiver.count_statuses()]
    calls += [sender.sent(ok(calls[0].result).doc_id or ""), sender.agencies(), sender.units()]
    return calls


def plain(calls: list[OfficialCall], *parties: Participant) -> list[tuple[Any, ...]]:
    """Reduce answers to what has to be the same for everybody: ids, times and codes get general names."""
    told = []
    for call in calls:
        headers = sorted(name.lower() for name, _ in call.answer.headers)
        text = _CHANGING.sub("#", _own(call.answer.body.decode("utf-8"), parties))
        for number, party in enumerate(parties):
            for name in (party.code, party.old_code, party.system):
                text = text.replace(name, f"<{number}>")
        text = re.sub(r"Sở Thử nghiệm \d+|S\\u1edf Th\\u1eed nghi\\u1ec7m \d+", "<name>", text)
        told.append((call.answer.status, headers, text, call.waited_for_continue, call.answer.interim))
    return told


def _own(text: str, parties: tuple[Participant, ...]) -> str:
    """Leave of a list of agencies only what is about these parties (others come and go), and unpack a package."""
    if not text.startswith("{"):
        return text
    content = json.loads(text)
    if isinstance(content.get("data"), str):
        content["data"] = base64.b64decode(content["data"]).decode("utf-8")
    if isinstance(content.get("data"), list):
        codes = [party.code for party in parties]
        mine = [item for item in content["data"] if item.get("code") in (None, *codes)]
        content["data"] = sorted(mine, key=lambda item: codes.index(item["code"]) if "code" in item else 0)
    return json.dumps(content, sort_keys=True)


@pytest.fixture(scope="module")
def undisturbed(apart: Office) -> list[tuple[Any, ...]]:
    """What a conversation looks like while no rule is in force."""
    parties = apart.participant(), apart.participant()
    assert apart.axis.call("GET", "/faults").json()["rules"] == []
    return plain(conversation(*parties), *parties)


def busy(who: Participant, other: Participant, entries: list[str]) -> None:
    """Let a disturbed system do all that it can, whatever comes of it."""
    client = who.official(timeout=20, expect_patience=0.2)
    steps: list[Callable[[], object]] = [
        client.received,
        lambda: client.send(write_package(package(who, other)), sender=who.code),
        lambda: client.fetch(entries[0]),
        lambda: client.download(entries[0]),
        client.count_received,
        lambda: client.update_status(entries[0]),
        client.received,
        client.agencies,
        client.units,
    ]
    for step in steps:
        with contextlib.suppress(OSError, ValueError):
            step()


@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_for_one_system_leaves_the_conversation_of_another_as_it_is(
    apart: Office, undisturbed: list[tuple[Any, ...]], fault: str
) -> None:
    disturbed, other = apart.participant(), apart.participant()
    entries = [
        apart.axis.inject(write_package(package(other, disturbed)), other.code, to=disturbed.code, as_is=True)
        for _ in range(3)
    ]
    waiting = [entry["deliveries"][0]["receiver_id"] for entry in entries]
    ok(disturbed.official().update_status(waiting.pop()).result)
    args = {name: value or other.code for name, value in ARGS.get(fault, {}).items()}
    rule = put(disturbed, fault, args=args)
    try:
        parties = apart.participant(), apart.participant()
        busy(disturbed, other, waiting)
        calls = conversation(*parties)
        busy(disturbed, other, waiting)
    finally:
        apart.axis.call("DELETE", f"/faults/{rule}")
    assert plain(calls, *parties) == undisturbed
    assert {json.loads(entry["line"])["fault"] for entry in log_of(disturbed)} == {fault}
    for party in parties:
        assert log_of(party) == []
        for entry in party.exchanges():
            assert apart.axis.call("GET", f"/exchanges/{entry['seq']}").json()["fault"] is None


def test_who_only_claims_to_be_a_system_meets_none_of_its_rules_and_counts_for_nobody(apart: Office) -> None:
    """Not even once: neither `times` nor the ordinals of the system that is named go on."""
    who = apart.participant()
    rule = put(who, "html-502", "countReceiveEdoc", times=1, match={"nth": 2})
    impostor = replace(who, secret="another-secret")
    counts = [impostor.official().count_received().answer for _ in range(5)]
    assert {(answer.status, json.loads(answer.body)["ErrorCode"]) for answer in counts} == {(200, "15")}
    assert [who.official().count_received().answer.status for _ in range(3)] == [200, 502, 200]
    apart.axis.call("DELETE", f"/faults/{rule}")


def test_a_rule_for_nobody_in_particular_meets_strangers_too(tmp_path: Path) -> None:
    """On an axis of its own: such a rule meets everybody."""
    with running_axis(tmp_path) as axis:
        who = Office(axis).participant()
        axis.call("PUT", "/faults/all", json={"fault": "html-502", "match": {"operation": "countReceiveEdoc"}})
        for one in (who, replace(who, secret="another-secret")):
            assert one.official().count_received().answer.status == 502
        systems = [json.loads(entry["line"])["system"] for entry in axis.call("GET", "/faults/log").json()["log"]]
        assert systems == [who.system, None]


def test_a_new_axis_has_no_rule_and_a_log_without_lines(axis: RunningAxis, tmp_path: Path) -> None:
    with running_axis(tmp_path) as fresh:
        assert fresh.call("GET", "/faults").json() == {"rules": []}
        assert fresh.call("GET", "/faults/log").json() == {"seed": 0, "log": [], "next": 0}
