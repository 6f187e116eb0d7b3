"""What a system declares is held against it: what the level requires, and what it says it can do."""

from __future__ import annotations

from pathlib import Path

from conformance.case import Case
from conformance.report import raw
from conformance.scenarios.arrivals import perform
from conformance.verdict import REQUIRED
from conformance.violation import NotSupported
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    Toy,
    by_slug,
    conducted,
    join,
    polls,
    scenario,
)


def test_a_capability_that_the_plan_requires_blocks_the_certificate(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(capabilities=("received",))
    join(toy, axis)
    ended = conducted(toy, [scenario(polls, "passes"), scenario(polls, "sends", needs=("send",))], tmp_path, axis)
    assert by_slug(ended)["sends"].reason == REQUIRED
    report = raw.build(ended)
    assert (report["verdict"], report["exit_code"]) == ("not-certified", 1)


async def accepts(case: Case) -> None:
    peer = await case.peer()
    await perform(case, "accept", case.letter(sender=peer, to=[case.sut]))


async def asks_freely(case: Case) -> None:
    await case.dms.call("accept", {"document": {"document_id": "1", "from": "H99"}})


def test_a_capability_that_is_declared_and_then_unsupported_fails_the_check(axis: RunningAxis, tmp_path: Path) -> None:
    toy = Toy(capabilities=("send", "received", "accept", "reset"))
    join(toy, axis)
    ended = conducted(toy, [scenario(accepts, "performs"), scenario(asks_freely, "calls")], tmp_path, axis)
    for outcome in ended.outcomes:
        assert (outcome.verdict.value, outcome.reason) == ("fail", "driver-contradicts-itself")
    assert raw.build(ended)["exit_code"] == 1


async def cannot_send(case: Case) -> None:
    await polls(case)
    raise NotSupported("send")


def test_an_operation_that_the_level_requires_blocks_also_when_its_lack_shows_late(
    axis: RunningAxis, tmp_path: Path
) -> None:
    toy = Toy()
    join(toy, axis)
    ended = conducted(toy, [scenario(polls, "passes"), scenario(cannot_send, "late")], tmp_path, axis)
    assert by_slug(ended)["late"].reason == REQUIRED
    assert raw.build(ended)["exit_code"] == 1
