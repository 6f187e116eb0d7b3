"""How signals end a command: no child that is just being made or stopped is lost, and no signal either."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

from axis28 import ending
from tests.command.test_check_signals import gone

MAKING = """
import json, os, pathlib, signal, subprocess, sys
from axis28 import demo, ending, server_process

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is begun without
AXIS28 = (sys.executable, "-c", "import time; time.sleep(60)")
demo.AXIS28 = server_process.AXIS28 = AXIS28
demo.STOP_LIMIT = 0.2  # nobody but us gets this Ctrl-C
folder = pathlib.Path(sys.argv[1])
execute = subprocess.Popen._execute_child

def interrupted(process, *arguments, **options):
    execute(process, *arguments, **options)
    (folder / "pid").write_text(str(process.pid))
    os.kill(os.getpid(), signal.{signal})

subprocess.Popen._execute_child = interrupted
tour = demo.Tour(folder, folder, 28, "en", dict(os.environ))
with ending.in_order():
    {making}
"""
PARTS = {
    "part": "tour._part('simulate')",
    "server": "with server_process.served(('simulate',), os.environ, folder / 'log'): pass",
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("made", PARTS)
def test_a_child_is_not_lost_to_a_signal_that_comes_while_it_is_being_made(
    made: str, number: signal.Signals, tmp_path: Path
) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MAKING.format(signal=number.name, making=PARTS[made]), str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    child = int((tmp_path / "pid").read_text())
    try:
        assert gone(child)
    finally:
        if not gone(child):
            os.kill(child, signal.SIGKILL)
    assert done.returncode == (-number if number is signal.SIGINT else 128 + number)
    assert time.monotonic() - begun < 50, "it waited for the child's own end"


@pytest.mark.parametrize("times", ["once", "again"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("made", PARTS)
def test_no_child_is_lost_at_whichever_line_a_signal_comes_also_where_one_has_ended_the_work_before(
    made: str, number: signal.Signals, times: str, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.command.every_instant", str(tmp_path), made, number.name, times],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["lines"] > 50, "most of the way was not disturbed"
    assert seen["lost"] == []


def programmed(program: str) -> object:
    """Run a few lines in a process whose Ctrl-C and SIGTERM write down that they came, and give what came."""
    prelude = (
        "import json, os, signal, subprocess, sys\n"
        "from axis28 import ending\n"
        "came = []\n"
        "def note(number, frame):\n"
        "    came.append(signal.Signals(number).name)\n"
        "for number in ending.SIGNALS: signal.signal(number, note)\n"
    )
    done = subprocess.run([sys.executable, "-c", prelude + program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_signal_is_lost_that_comes_while_others_are_already_held() -> None:
    """Each comes at the moment when the other one's handler has just been set, before and after the block."""
    assert programmed(
        "setting = signal.signal\n"
        "def disturbed(number, handler):\n"
        "    before = setting(number, handler)\n"
        "    for each in ending.SIGNALS: os.kill(os.getpid(), each)\n"
        "    return before\n"
        "signal.signal = disturbed\n"
        "with ending.held_back() as let_through:\n"
        "    inside = [*came]\n"
        "    with let_through(): after = {*came}\n"
        "restored = all(signal.getsignal(number) is note for number in ending.SIGNALS)\n"
        "print(json.dumps([inside, sorted(after), restored]))\n"
    ) == [[], ["SIGINT", "SIGTERM"], True]


def test_what_comes_after_the_signal_that_ended_the_work_waits_until_the_work_is_cleared_away() -> None:
    """Of two works, one in the other; each is cleared away while both signals come again."""
    assert programmed(
        "def leave(number, frame):\n"
        "    note(number, frame)\n"
        "    sys.exit(128 + number)\n"
        "for number in ending.SIGNALS: signal.signal(number, leave)\n"
        "def clear(name):\n"
        "    for each in ending.SIGNALS: os.kill(os.getpid(), each)\n"
        "    came.append(name)\n"
        "try:\n"
        "    with ending.held_back() as outer:\n"
        "        try:\n"
        "            with outer(), ending.held_back() as inner:\n"
        "                try:\n"
        "                    with inner(): os.kill(os.getpid(), signal.SIGTERM)\n"
        "                finally: clear('inner')\n"
        "        finally: clear('outer')\n"
        "except SystemExit: came.append('left')\n"
        "came[3:4] = ['SIG']  # whichever of the two\n"
        "print(json.dumps(came))\n"
    ) == ["SIGTERM", "inner", "outer", "SIG", "left"]


def test_a_signal_that_ends_nothing_leaves_the_way_open_for_the_next() -> None:
    assert programmed(
        "with ending.held_back() as let_through, let_through():\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    print(json.dumps(came))\n"
    ) == ["SIGTERM", "SIGTERM"]


def test_a_signal_that_ends_the_command_leaves_no_handler_of_ours_behind() -> None:
    """It comes when the first of the handlers has just been set again."""
    assert programmed(
        "def leave(number, frame): sys.exit(128 + number)\n"
        "for number in ending.SIGNALS: signal.signal(number, leave)\n"
        "setting, left = signal.signal, []\n"
        "def disturbed(number, handler):\n"
        "    signal.signal = setting\n"
        "    setting(number, handler)\n"
        "    os.kill(os.getpid(), number)\n"
        "try:\n"
        "    with ending.held_back():\n"
        "        signal.signal = disturbed\n"
        "        raise OSError('no child')\n"
        "except SystemExit as exit: left.append(exit.code in {130, 143})\n"
        "left.append(all(signal.getsignal(number) is leave for number in ending.SIGNALS))\n"
        "left.append(not signal.pthread_sigmask(signal.SIG_BLOCK, ()))\n"
        "print(json.dumps(left))\n"
    ) == [True, True, True]


def test_what_is_ignored_stays_ignored_for_the_child() -> None:
    assert (
        programmed(
            "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "with ending.held_back():\n"
            "    child = 'import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)'\n"
            "    said = subprocess.run([sys.executable, '-c', child], capture_output=True, text=True).stdout\n"
            "print(json.dumps(said))\n"
        )
        == "True\n"
    )


def test_a_signal_that_nobody_handles_is_not_held_back() -> None:
    program = (
        "import os, signal\nfrom axis28 import ending\nwith ending.held_back(): os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGTERM


def test_outside_the_main_thread_nothing_is_held_and_nothing_fails() -> None:
    assert programmed(
        "import threading\n"
        "def work():\n"
        "    with ending.held_back() as let_through, let_through(): came.append('worked')\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "thread.join()\n"
        "print(json.dumps(came))\n"
    ) == ["worked"]


@pytest.mark.parametrize("way", [ending.in_order, ending.as_by_ctrl_c])
def test_handlers_are_as_before_when_the_block_has_ended(way: Callable[[], AbstractContextManager[None]]) -> None:
    before = [signal.getsignal(number) for number in ending.SIGNALS]
    with suppress(ZeroDivisionError), way():
        assert signal.getsignal(signal.SIGTERM) not in before
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in ending.SIGNALS] == before
