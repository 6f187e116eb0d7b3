from __future__ import annotations

import asyncio
import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from conformance.drivers import Driver, DriverFault, DriverUnusable, open_driver

pytestmark = pytest.mark.anyio

PATIENCE_S = 30.0


def spec(folder: Path, body: str) -> str:
    """A driver whose body sees each request as `asked` and answers with `say(object)`."""
    script = folder / "driver.py"
    script.write_text(
        "import json, os, sys, time, threading\n"
        "def say(thing):\n"
        "    sys.stdout.write(json.dumps(thing) + '\\n')\n"
        "    sys.stdout.flush()\n"
        "held = []\n"
        "for line in sys.stdin:\n"
        "    asked = json.loads(line)\n" + "".join(f"    {row}\n" for row in body.strip().splitlines()),
        encoding="utf-8",
    )
    return f"exec:{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


async def polled(driver: Driver, timeout: float = PATIENCE_S) -> str:  # noqa: ASYNC109 - hands it on
    return (await driver.call("poll", timeout=timeout)).kind


async def test_answers_are_matched_by_id_in_any_order(tmp_path: Path) -> None:
    body = """
held.append(asked)
if len(held) == 3:
    for one in reversed(held):
        say({"id": one["id"], "error": one["args"]["name"]})
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        driver.allow(3)
        names = ("a", "b", "c")
        calls = (driver.call("poll", {"name": name}, timeout=PATIENCE_S) for name in names)
        assert tuple(answer.reason for answer in await asyncio.gather(*calls)) == names


async def test_no_more_calls_are_under_way_than_the_driver_declared(tmp_path: Path) -> None:
    body = """
held.append(asked["id"])
most = max(len(held), globals().get("most", 0))
def later(one=asked, most=most):
    time.sleep(0.05)
    held.remove(one["id"])
    say({"id": one["id"], "error": str(most)})
threading.Thread(target=later).start()
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        driver.allow(2)
        answers = await asyncio.gather(*(driver.call("poll", timeout=PATIENCE_S) for _ in range(8)))
        assert max(int(answer.reason) for answer in answers) <= 2


async def test_waiting_for_a_turn_is_not_held_against_the_driver(tmp_path: Path) -> None:
    body = """
time.sleep(0.3)
say({"id": asked["id"], "ok": {}})
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        calls = (polled(driver, timeout=2.0) for _ in range(9))
        assert set(await asyncio.gather(*calls)) == {"ok"}


async def test_a_call_never_outlives_the_deadline(tmp_path: Path) -> None:
    async with open_driver(spec(tmp_path, "pass")) as driver:
        begun = time.monotonic()
        deadline = asyncio.get_running_loop().time() + 0.3
        with pytest.raises(DriverFault) as fault:
            await driver.call("poll", timeout=PATIENCE_S, deadline=deadline)
        assert fault.value.reason == "driver-timeout"
        assert time.monotonic() - begun < PATIENCE_S / 2


async def test_a_late_answer_is_dropped_and_the_next_call_gets_its_own(tmp_path: Path) -> None:
    body = """
if not held:
    held.append(asked)
else:
    say({"id": held[0]["id"], "error": "late"})
    say({"id": asked["id"], "ok": {}})
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        with pytest.raises(DriverFault) as fault:
            await polled(driver, timeout=0.3)
        assert fault.value.reason == "driver-timeout"
        assert await polled(driver) == "ok"


async def test_a_line_that_answers_nothing_is_told_to_whoever_waits(tmp_path: Path) -> None:
    async with open_driver(spec(tmp_path, "print('INFO starting up', flush=True)")) as driver:
        with pytest.raises(DriverFault, match="INFO starting up") as fault:
            await polled(driver)
        assert fault.value.reason == "driver-nonsense"


async def test_a_driver_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    body = """
sys.stderr.write("no database\\n")
sys.exit(7)
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        for _ in range(2):
            with pytest.raises(DriverFault, match=r"exit code 7.*no database") as fault:
                await polled(driver)
            assert fault.value.reason == "driver-unreachable"


@pytest.mark.parametrize("wrong", ["exec:/nonexistent/driver", "exec:", "exec:'unfinished"])
async def test_a_command_that_cannot_be_started_is_named(wrong: str) -> None:
    with pytest.raises(DriverUnusable, match="exec:"):
        async with open_driver(wrong):
            pass


async def test_closing_ends_the_command_and_its_children(tmp_path: Path) -> None:
    body = """
child = os.fork() or os.execvp("sleep", ["sleep", "600"])
say({"id": asked["id"], "error": str(child)})
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        child = int((await driver.call("poll", timeout=PATIENCE_S)).reason)
        os.kill(child, 0)
    deadline = time.monotonic() + PATIENCE_S
    while _lives(child):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("line", ['{"id": ["1"], "ok": {}}', '{"id": {}, "ok": {}}', "[" * 100_000])
async def test_a_line_that_no_reader_expects_is_nonsense_and_ends_nobody(tmp_path: Path, line: str) -> None:
    body = f"""
sys.stdout.write({line!r} + "\\n")
sys.stdout.flush()
"""
    async with open_driver(spec(tmp_path, body)) as driver:
        for _ in range(2):
            with pytest.raises(DriverFault, match="answers no request") as fault:
                await polled(driver)
            assert fault.value.reason == "driver-nonsense"
