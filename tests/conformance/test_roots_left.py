"""Test roots and keys that a run may leave in a system: they are taken out, or told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance import clearing, staging
from conformance.case import Case
from conformance.drivers import Answer
from conformance.events import Event, Residue
from conformance.evidence import Evidence
from conformance.run import Run
from conformance.scenarios.signed import signatures
from conformance.settings import Settings, SetupFailure
from conformance.signatures import Signatures
from conformance.told import in_language
from tests.axis_process import RunningAxis
from tests.conformance.toys import (
    PLAN,
    Toy,
    by_slug,
    importable,
    join,
    scenario,
)

SIGNING = ("send", "received", "sent", "trust", "reset")
NO_RESET = "các gốc tin cậy và khóa thử nghiệm đã giao cho hệ thống, vì hệ thống không có reset"
RESET_FAILED = "các gốc tin cậy và khóa thử nghiệm đã giao cho hệ thống, vì reset không thành công"


def _refused(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "refused": {"reason": "không được phép", "category": "other"}}


def _taken(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "ok": {}}


def _unsupported(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "unsupported": True}


def _failed(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "error": "bị lỗi giữa chừng"}


def _nonsense(request: dict[str, Any]) -> dict[str, Any]:
    return {"id": request["id"], "nonsense": 1}


async def _never(request: dict[str, Any]) -> dict[str, Any]:
    await asyncio.Event().wait()
    return _taken(request)


def _residues(events: list[Event]) -> list[str]:
    return [in_language(event.text, "vi") for event in events if isinstance(event, Residue)]


@pytest.mark.parametrize("resets", [True, False], ids=["reset", "no-reset"])
@pytest.mark.parametrize("signs", [True, False], ids=["handed", "nothing-handed"])
def test_roots_and_keys_that_stay_in_a_system_are_told(
    signs: bool, resets: bool, axis: RunningAxis, tmp_path: Path
) -> None:
    capabilities = ("send", "received", "sent", "trust", *(["reset"] if resets else []))
    told = _left_behind(Toy(capabilities=capabilities, answers={"trust": _taken}), axis, tmp_path, signs=signs)
    assert told == ([NO_RESET] if signs and not resets else [])


@pytest.mark.parametrize("signs", [True, False], ids=["handed", "nothing-handed"])
@pytest.mark.parametrize(
    ("reset", "said"), [(_refused, "reset: refused không được phép"), (_never, "reset: ")], ids=["refused", "no-answer"]
)
def test_a_reset_that_does_not_succeed_leaves_roots_and_keys(
    reset: Callable[[dict[str, Any]], Any],
    said: str,
    signs: bool,
    *,
    axis: RunningAxis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clearing, "RESET_S", 0.5)
    toy = Toy(capabilities=SIGNING, answers={"trust": _taken, "reset": reset})
    first, *others = _left_behind(toy, axis, tmp_path, signs=signs)
    assert first.startswith(said)
    assert others == ([RESET_FAILED] if signs else [])


def test_roots_and_keys_are_told_where_clearing_up_is_given_up(
    axis: RunningAxis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "LIMIT_S", 0.5)
    toy = Toy(capabilities=SIGNING, answers={"trust": _taken, "reset": _never})
    assert _left_behind(toy, axis, tmp_path)[-1] == RESET_FAILED


@pytest.mark.parametrize(
    ("trust", "stays"),
    [(_nonsense, [NO_RESET]), (_failed, [NO_RESET]), (_refused, []), (_unsupported, [])],
    ids=["nonsense", "error", "refused", "unsupported"],
)
def test_a_system_that_does_not_say_whether_it_took_roots_and_keys_may_have_them(
    trust: Callable[[dict[str, Any]], dict[str, Any]], stays: list[str], axis: RunningAxis, tmp_path: Path
) -> None:
    toy = Toy(capabilities=SIGNING[:-1], answers={"trust": trust})
    assert _left_behind(toy, axis, tmp_path, passes=False) == stays


def test_what_a_system_has_stays_where_it_refuses_more(tmp_path: Path) -> None:
    async def hand_both() -> tuple[bool, bool]:
        signatures = Signatures(Evidence(tmp_path))
        try:
            for kind in (Answer("error"), Answer("refused")):
                await signatures.hand(_answered(kind))
            return signatures.handed, signatures.taken
        finally:
            signatures.close()

    assert asyncio.run(hand_both()) == (True, False)


async def _answered(answer: Answer) -> Answer:
    return answer


@pytest.mark.parametrize(
    ("configure", "stays"),
    [(_never, [NO_RESET]), (_taken, [NO_RESET]), (_failed, [NO_RESET]), (_refused, [])],
    ids=["late", "taken", "error", "refused"],
)
def test_what_configure_may_have_handed_over_is_told(
    configure: Callable[[dict[str, Any]], Any], stays: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "CONFIGURE_S", 0.5)

    async def story(case: Case) -> None:
        del case

    toy = Toy(capabilities=("received", "sent", "trust", "signing", "verifies"), answers={"configure": configure})
    events: list[Event] = []
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=tmp_path, level="exchange")
        run = Run(settings, PLAN, [scenario(story, "waits")], Evidence(tmp_path), listeners=[events.append])
        asyncio.run(run.conduct())
    assert _residues(events) == stays


@pytest.mark.parametrize(("resets", "stays"), [(True, []), (False, [NO_RESET])], ids=["reset", "no-reset"])
def test_a_run_that_is_stopped_while_it_configures_clears_up_as_well(
    resets: bool, stays: list[str], tmp_path: Path
) -> None:
    asked = asyncio.Event()

    async def hangs(request: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        return await _never(request)

    async def story(case: Case) -> None:
        del case

    capabilities = ("received", "sent", "trust", "signing", "verifies", *(["reset"] if resets else []))
    toy = Toy(capabilities=capabilities, answers={"configure": hangs})
    events: list[Event] = []
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=tmp_path, level="exchange")
        run = Run(settings, PLAN, [scenario(story, "waits")], Evidence(tmp_path), listeners=[events.append])

        async def interrupted() -> None:
            task = asyncio.create_task(run.conduct())
            await asked.wait()
            run.stop()
            await task

        with pytest.raises(SetupFailure, match="interrupted before the first check began"):
            asyncio.run(interrupted())
    assert toy.resets == resets
    assert _residues(events) == stays


def _left_behind(toy: Toy, axis: RunningAxis, out: Path, *, signs: bool = True, passes: bool = True) -> list[str]:
    """Run a story that hands roots and keys to a toy by ``trust``, and give what is told to stay."""

    async def story(case: Case) -> None:
        if signs:
            await signatures(case)

    join(toy, axis)
    events: list[Event] = []
    with importable(toy) as driver:
        settings = Settings(driver=driver, out=out, axis=axis.url, token=axis.token, level="exchange")
        run = Run(settings, PLAN, [scenario(story, "signs")], Evidence(out), listeners=[events.append])
        ended = asyncio.run(run.conduct())
    assert (by_slug(ended)["signs"].verdict.value == "pass") == passes
    return _residues(events)
