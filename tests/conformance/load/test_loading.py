"""Load from end to end: the sound DMS holds a profile, a freezing one does not, a starved generator judges nobody."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.load import profile as profiles
from conformance.load import report, session
from conformance.load.connection import LoadSettings, connected
from conformance.load.measurement import Measurement
from conformance.load.profile import Profile
from conformance.load.verdict import LoadVerdict, Result, decide
from tests.acceptance import commands
from tests.conformance.load.profiles import profile
from tests.proof import write_proof

SOUND = "python:conformance.reference_dms.local:make"
FREEZING = "python:conformance.mutants:freezes_3s"
# The defective system stands still for three of every twenty seconds: whenever the generator begins, it meets three.
ROUND_THE_FREEZE = {"duration_s": 21.0, "warm_up_s": 0.5, "drain_s": 15.0}
# A busy machine must not make a sound system fail here: the real limits are those of the profile smoke (make proof).
PATIENT = {"send_p95_ms": 10_000.0, "acknowledged_p95_s": 8.0, "status_01_p95_s": 9.0}
SOBER = {"lateness_p99_ms": 5_000.0}


def load(
    driver: str | None, chosen: Profile, started: Callable[[tuple[int, ...]], None] = lambda _pids: None
) -> tuple[Measurement, LoadVerdict]:
    async def run() -> Measurement:
        async with connected(LoadSettings(driver=driver)) as target:
            return await session.run(chosen, target.axis, target.recipient, started=started)

    measured = asyncio.run(run())
    return measured, decide(chosen, measured)


def test_the_reference_dms_holds_a_short_profile() -> None:
    measured, verdict = load(SOUND, profile(thresholds=PATIENT, health=SOBER))
    assert verdict.result is Result.PASSED, verdict.breaches
    assert measured.offered == 10
    assert measured.documents == 12
    assert measured.acknowledged_s.count == measured.offered
    assert measured.status_01_s is not None
    assert measured.status_01_s.count == measured.offered
    assert measured.send_ms.values[0] > 0


def test_an_axis_alone_holds_a_short_profile() -> None:
    measured, verdict = load(None, profile(thresholds=PATIENT, health=SOBER))
    assert verdict.result is Result.PASSED, verdict.breaches
    assert measured.status_01_s is None
    assert measured.acknowledged_s.count == 10


def test_a_dms_that_freezes_does_not_hold() -> None:
    chosen = profile(arrivals=ROUND_THE_FREEZE, health=SOBER, thresholds={"send_p95_ms": 10_000.0})
    _, verdict = load(FREEZING, chosen)
    assert verdict.result is Result.FAILED
    assert "acknowledged" in [line.name for line in verdict.breaches]


def test_a_generator_that_was_starved_judges_nobody() -> None:
    """The generator is stopped by a signal for a while, as a busy machine would stop it."""

    async def starve(pid: int) -> None:
        await asyncio.sleep(1.5)
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(1.5)
        os.kill(pid, signal.SIGCONT)

    starving: list[asyncio.Task[None]] = []
    _, verdict = load(
        SOUND,
        profile(thresholds=PATIENT),
        started=lambda pids: starving.append(asyncio.get_running_loop().create_task(starve(pids[0]))),
    )
    assert (verdict.result, verdict.exit_code) == (Result.INVALID, 3)
    assert [line.name for line in verdict.breaches] == ["lateness"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--profile", "smoke"), "--driver SPEC or --axis URL"),
        (("--profile", "khong-co", "--driver", SOUND), "demo, smoke"),
        (("--driver", SOUND), "--profile"),
        (("--profile", "demo", "--driver", SOUND, "--processes", "0"), "--processes 0"),
        (("--profile", "demo", "--driver", "khong-co"), "khong-co"),
        (("--profile", "demo", "--axis", "http://127.0.0.1:1"), "control token"),
    ],
)
def test_bad_usage_is_one_line(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    ended = commands.run("load", *arguments, "--out", str(tmp_path))
    assert ended.returncode == 2
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_an_axis_that_is_down_is_one_line_and_an_invalid_run(tmp_path: Path) -> None:
    ended = commands.run("load", "--profile", "demo", "--axis", "http://127.0.0.1:1", "--out", str(tmp_path), token="t")
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "127.0.0.1:1" in ended.stderr.splitlines()[-1]


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_the_proof_of_the_profile_smoke_is_written_down(tmp_path: Path) -> None:
    chosen = profiles.load("smoke")
    proof = {}
    for name, driver, code in (("reference DMS", SOUND, 0), ("freezes-3s", FREEZING, 1)):
        out = tmp_path / name
        ended = commands.run("load", "--profile", "smoke", "--driver", driver, "--out", str(out))
        assert ended.returncode == code, ended.stdout + ended.stderr
        proof[name] = report.summary(json.loads((out / "load.json").read_text(encoding="utf-8")))
    write_proof("load", {"profile": chosen.name, "sha256": report.fingerprint(chosen), "runs": proof})
