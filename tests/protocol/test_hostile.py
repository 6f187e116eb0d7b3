"""Attacks are refused with their finding within seconds and little memory, without a look at files or the network."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.casebook.letters import letter_bytes
from tests.protocol import hostile
from tests.protocol.hostile import Trap, trap

DEADLINE_S = 20.0
"""Four times what is promised: a promise is for a machine that does nothing else, and measured by ``make bench``."""
MOST_GROWTH_KIB = 64 * 1024
ROOT = Path(__file__).resolve().parents[2]

# Peak and present size come from /proc: ru_maxrss would have the parent process in it.
JUDGE = """
import json, sys, time
from datetime import datetime
from pathlib import Path
from protocol.rules import judge
from protocol.content.reader import ContentReader

def memory(field):
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field))

def look(path, contents):
    with open(path, "rb") as stream, judge(stream, profile=sys.argv[1], now=NOW, contents=contents) as reading:
        return reading.refused, sorted({finding.reason for finding in reading.findings})

NOW = datetime.fromisoformat("2026-11-21T09:00:00+07:00")
with ContentReader() as contents:
    look(sys.argv[2], contents)
    before = memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    started = time.monotonic()
    refused, reasons = look(sys.argv[3], contents)
    spent = time.monotonic() - started
    peak = memory("VmHWM")
print(json.dumps({"refused": refused, "reasons": reasons, "seconds": spent, "growth": peak - before, "total": peak}))
"""
# The command runs below a small process of its own, whose child's peak is then no larger than what the child took.
COMMAND = """
import json, os, subprocess, sys, time
started = time.monotonic()
with open(sys.argv[1], "wb") as out:
    child = subprocess.Popen([sys.executable, "-m", "axis28", *sys.argv[2:]], stdout=out)
    _, status, usage = os.wait4(child.pid, 0)
print(json.dumps({"exit": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - started,
                  "peak": usage.ru_maxrss}))
"""

ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "billion laughs": (hostile.billion_laughs, "doctype-present"),
    "quadratic blow-up": (hostile.quadratic_blow_up, "doctype-present"),
    "ten thousand levels": (hostile.deep, "nesting-too-deep"),
    "gigabyte in the zip of a sheet": (hostile.zip_bomb, "zip-bomb"),
    "gigabyte in a zip": (hostile.archive_bomb, "zip-bomb"),
}

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read from Linux /proc"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fresh process made of a package; memory in KiB."""

    refused: bool
    reasons: list[str]
    seconds: float
    growth: int
    total: int


def judged_apart(raw: bytes, folder: Path, profile: str = "strict") -> Outcome:
    """Judge in a fresh process, after a clean letter that warms it up."""
    clean, package = folder / "clean.edxml", folder / "package.edxml"
    clean.write_bytes(letter_bytes())
    package.write_bytes(raw)
    run = subprocess.run(
        [sys.executable, "-c", JUDGE, profile, str(clean), str(package)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    return Outcome(**json.loads(run.stdout))


@pytest.mark.parametrize("profile", ["axis", "strict"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_in_time_and_memory(
    attack: str, profile: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    make, reason = ATTACKS[attack]
    outcome = judged_apart(make(), tmp_path, profile)
    record_property("hostile", f"{attack}: {outcome.seconds:.2f} s, +{outcome.growth} KiB, {outcome.total} KiB in all")
    assert outcome.refused
    assert reason in outcome.reasons
    assert outcome.seconds < DEADLINE_S
    assert outcome.growth < MOST_GROWTH_KIB


def test_a_word_file_that_inflates_to_a_gigabyte_harms_nobody(tmp_path: Path) -> None:
    outcome = judged_apart(hostile.word_bomb(), tmp_path)
    assert outcome.reasons
    assert outcome.seconds < DEADLINE_S
    assert outcome.growth < MOST_GROWTH_KIB


WAYS = sorted(hostile.reaching("urn:x"))
REFUSED_WAYS = {"entity", "parameter entity", "external subset", "UTF-16"}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_outside_is_reached_for(way: str, tmp_path: Path) -> None:
    with trap(tmp_path) as laid:
        for uri in laid.uris:
            outcome = judged_apart(hostile.reaching(uri)[way], tmp_path)
            assert laid.sprung() == []
            assert outcome.seconds < DEADLINE_S
            if way in REFUSED_WAYS:
                assert "doctype-present" in outcome.reasons
                assert outcome.refused


def test_the_traps_catch_whoever_reaches(tmp_path: Path) -> None:
    with trap(tmp_path) as laid:
        file, network = laid.uris
        Path(file.removeprefix("file://")).read_bytes()
        caught_in_time(laid, "file")
        with pytest.raises(OSError, match="timed out"):
            urllib.request.urlopen(network, timeout=0.2)
        assert "network" in laid.sprung()


def caught_in_time(laid: Trap, what: str) -> None:
    """The thread that waits at the FIFO needs a moment to say so."""
    deadline = time.monotonic() + DEADLINE_S
    while what not in laid.sprung():
        assert time.monotonic() < deadline, f"the trap did not see the {what}"
        time.sleep(0.01)


def checked(package: Path, folder: Path) -> tuple[dict[str, object], dict[str, object]]:
    """Run ``axis28 check`` on a file; gives how it went and the report of the file."""
    out = folder / "report.json"
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, str(out), "check", str(package), "--format", "json", "--jobs", "1"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(out.read_bytes())["files"][0]
    return json.loads(run.stdout), report


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_command_refuses_the_same_attacks(attack: str, tmp_path: Path) -> None:
    make, reason = ATTACKS[attack]
    clean, package = tmp_path / "clean.edxml", tmp_path / "package.edxml"
    clean.write_bytes(letter_bytes())
    package.write_bytes(make())
    usual, _ = checked(clean, tmp_path)
    went, report = checked(package, tmp_path)
    assert went["exit"] == 1
    assert report["verdict"] == "fail"
    findings = report["findings"]
    assert isinstance(findings, list)
    assert reason in {finding["reason"] for finding in findings}
    assert isinstance(went["seconds"], float)
    assert isinstance(usual["seconds"], float)
    assert went["seconds"] - usual["seconds"] < DEADLINE_S
    assert isinstance(went["peak"], int)
    assert isinstance(usual["peak"], int)
    assert went["peak"] - usual["peak"] < MOST_GROWTH_KIB


@pytest.mark.parametrize("way", ["entity", "schema location", "Word"])
def test_the_command_reaches_for_nothing(way: str, tmp_path: Path) -> None:
    with trap(tmp_path) as laid:
        for uri in laid.uris:
            package = tmp_path / "package.edxml"
            package.write_bytes(hostile.reaching(uri)[way])
            _, report = checked(package, tmp_path)
            assert report["findings"]
            assert laid.sprung() == []
