"""What has to be in order before a run begins: the axis, the description of the system, its first call."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from conformance.settings import SetupFailure
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    SECRET,
    Toy,
    by_slug,
    conducted,
    join,
    polls,
    scenario,
)


def test_the_suites_own_axis_is_started_configured_and_stopped(tmp_path: Path) -> None:
    toy = Toy(axis_url=None)
    ended = conducted(toy, [scenario(polls, "passes")], tmp_path)
    assert ended.axis_started
    assert by_slug(ended)["passes"].verdict.value == "pass"
    assert toy.axis_url == ended.axis_url
    assert toy.secret != SECRET


def test_a_system_without_configure_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    toy = Toy(answers={"configure": lambda request: {"id": request["id"], "unsupported": True}})
    begun = time.monotonic()
    with pytest.raises(SetupFailure, match="no authenticated call") as failure:
        conducted(toy, [scenario(polls, "passes")], tmp_path, wait_s=1.0)
    assert failure.value.exit_code == 3
    assert time.monotonic() - begun > 1.0


def test_a_call_that_was_refused_does_not_count_as_connected(tmp_path: Path) -> None:
    def by_hand(request: dict[str, Any]) -> dict[str, Any]:
        toy.axis_url, toy.system = request["args"]["axis_url"], request["args"]["system_id"]
        return {"id": request["id"], "unsupported": True}

    toy = Toy(answers={"configure": by_hand}, secret="not-the-secret")
    with pytest.raises(SetupFailure, match="no authenticated call"):
        conducted(toy, [scenario(polls, "passes")], tmp_path, wait_s=1.5)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"protocol": "axis28/driver/9"}, "protocol"),
        ({"poll_interval_s": 0}, "poll_interval_s"),
        ({"organisations": [{"name": "không mã"}]}, "code"),
    ],
)
def test_a_describe_that_breaks_its_shape_ends_the_run_before_it_begins(
    change: dict[str, Any], named: str, tmp_path: Path
) -> None:
    toy = Toy()
    toy.answers = {"describe": lambda request: {"id": request["id"], "ok": {**toy.describe(), **change}}}
    with pytest.raises(SetupFailure, match=named) as failure:
        conducted(toy, [scenario(polls, "passes")], tmp_path)
    assert failure.value.exit_code == 2


def test_a_system_that_the_axis_does_not_know_is_a_set_up_error(axis: RunningAxis, tmp_path: Path) -> None:
    stranger = Toy(system="TOY.STRANGER")
    with pytest.raises(SetupFailure, match=r"no system TOY\.STRANGER"):
        conducted(stranger, [scenario(polls, "passes")], tmp_path, axis)
    known = Toy()
    join(known, axis)
    known.code = "H98.01.02"
    with pytest.raises(SetupFailure, match=r"H98\.01\.02"):
        conducted(known, [scenario(polls, "passes")], tmp_path, axis)
