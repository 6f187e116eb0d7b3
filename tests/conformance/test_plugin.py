"""The plugin as a vendor meets it: pytest as a process of its own, in a folder that is not ours."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.axis_process import RunningAxis
from tests.conformance.toys import SECRET

DRIVER = """
import asyncio
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError

class Toy:
    async def __aenter__(self):
        self.task = asyncio.create_task(self.poll())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def poll(self):
        while True:
            try:
                async with AxisClient({url!r}, {system!r}, {secret!r}) as client:
                    await client.received("edoc")
            except AxisError:
                pass
            await asyncio.sleep(0.2)

    async def handle(self, request):
        if request["op"] == "describe":
            return {{"id": request["id"], "ok": {{
                "protocol": "axis28/driver/1", "name": "toy", "version": "1", "system": {system!r},
                "organisations": [{{"code": {code!r}, "name": "Sở Đồ chơi"}}],
                "capabilities": ["send", "sent", "received"], "poll_interval_s": 0.2}}}}
        return {{"id": request["id"], "unsupported": True}}
"""

STORIES = """
import asyncio
from dataclasses import replace

from conformance.checks import check
from tests_entry import ENTRY

def story(number, phase="together"):
    @check(replace(ENTRY, id=f"TOY-{number:02d}/waits", requirements=(f"TOY-{number:02d}",), phase=phase))
    async def test_story(case):
        await asyncio.sleep(1)
    return test_story
"""

ENTRY = """
from schemas.registry import CheckEntry

words = {"vi": "Chờ", "en": "Waits"}
ENTRY = CheckEntry(
    id="", requirements=(), quirk=(), level="connect", role="both", phase="together", needs=(), scored=True,
    title=words, law="-", why=words, fix=words, reasons=(), accepts=(),
)
"""


@pytest.fixture
def vendor(axis: RunningAxis, tmp_path: Path) -> Path:
    """A vendor's folder with a driver, and stories of its own to be added."""
    system, code = f"TOY.{tmp_path.name}"[:40], f"H97.{uuid.uuid4().int % 10**9:09d}"
    axis.register(system, SECRET, [{"code": code, "name": "Sở Đồ chơi"}])
    (tmp_path / "toy_driver.py").write_text(DRIVER.format(url=axis.url, system=system, secret=SECRET, code=code))
    (tmp_path / "tests_entry.py").write_text(ENTRY)
    return tmp_path


def run(folder: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_", "AXIS28_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder, env={**clean, **(environ or {})}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def active(axis: RunningAxis, *arguments: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
    options = ("--axis28-driver", "python:toy_driver:Toy", "--axis28-axis", axis.url, "--axis28-out", "out")
    return (*options, *arguments), {"AXIS28_CONTROL_TOKEN": axis.token}


def test_fifty_items_that_wait_a_second_end_in_about_a_second_as_fifty_items(axis: RunningAxis, vendor: Path) -> None:
    made = "\n".join(f"test_{number:02d} = story({number})" for number in range(50))
    (vendor / "test_many.py").write_text(f"{STORIES}\n{made}\n")
    arguments, environ = active(axis, "--junitxml", "j.xml")
    done = run(vendor, *arguments, environ=environ)
    cases = list(ET.parse(vendor / "j.xml").getroot().iter("testcase"))
    assert len(cases) == 50, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout
    assert 0.9 < sum(float(case.get("time", "0")) for case in cases) < 5


def test_items_come_in_the_order_of_their_phases_whatever_their_order_in_the_file(
    axis: RunningAxis, vendor: Path
) -> None:
    (vendor / "test_order.py").write_text(
        f"{STORIES}\ntest_a = story(1, 'reset')\ntest_b = story(2, 'poison')\ntest_c = story(3)\n"
    )
    arguments, environ = active(axis, "-v")
    lines = run(vendor, *arguments, environ=environ).stdout.splitlines()
    assert [line.split()[0].rpartition("::")[2] for line in lines if "PASSED" in line] == ["test_c", "test_b", "test_a"]


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (("-k", "TOY-02"), 1),
        (("-k", "waits and not TOY-01"), 2),
        (("-m", "axis28_check(phase='poison')"), 1),
        (("-m", "axis28_requirement(id='TOY-01') or axis28_requirement(id='TOY-02')"), 2),
    ],
)
def test_expressions_and_markers_choose_checks_and_the_run_is_partial(
    axis: RunningAxis, vendor: Path, choice: tuple[str, str], chosen: int
) -> None:
    (vendor / "test_some.py").write_text(
        f"{STORIES}\ntest_a = story(1)\ntest_b = story(2)\ntest_c = story(3, 'poison')\n"
    )
    arguments, environ = active(axis, *choice)
    done = run(vendor, *arguments, environ=environ)
    assert f"{chosen} passed" in done.stdout
    assert "partial DRAFT" in done.stdout


def test_a_failed_check_tells_what_to_do_instead_of_a_traceback(axis: RunningAxis, vendor: Path) -> None:
    (vendor / "test_bad.py").write_text(
        f"{STORIES}\n@check(replace(ENTRY, id='TOY-01/bad', requirements=('TOY-01',)))\n"
        "async def test_bad(case):\n    case.fail('not-fetched', expected='this', got='that')\n"
    )
    arguments, environ = active(axis)
    done = run(vendor, *arguments, environ=environ)
    assert done.returncode == 1
    for part in ("expected: this", "got: that", "rule: -", "how to fix: Waits"):
        assert part in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "conductor.py" not in done.stdout


def test_under_xdist_it_refuses_in_one_sentence(axis: RunningAxis, vendor: Path) -> None:
    (vendor / "test_one.py").write_text(f"{STORIES}\ntest_a = story(1)\n")
    arguments, environ = active(axis, "-n", "2")
    done = run(vendor, *arguments, environ=environ)
    assert done.returncode == 2
    assert "leave out -n" in done.stderr + done.stdout


def test_without_a_driver_the_plugin_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n\ndef test_nothing_of_the_suite_was_loaded():\n"
        "    mine = [name for name in sys.modules if name.startswith(('conformance.', 'schemas', 'protocol'))]\n"
        "    assert mine == ['conformance.plugin']\n"
        "    assert not {'fastapi', 'sqlalchemy', 'jsonschema', 'jinja2', 'lxml'} & set(sys.modules)\n"
    )
    done = run(tmp_path, "-q")
    assert done.returncode == 0, done.stdout
    assert "axis28:" not in done.stdout


def test_a_vendor_with_a_conformance_folder_of_its_own_keeps_its_pytest(tmp_path: Path) -> None:
    (tmp_path / "conformance").mkdir()
    (tmp_path / "conformance" / "__init__.py").write_text("")
    (tmp_path / "test_theirs.py").write_text("def test_goes_on():\n    assert True\n")
    theirs = run(tmp_path, "-q", environ={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert theirs.returncode == 0, theirs.stdout + theirs.stderr
    asked = run(tmp_path, "--axis28-driver", "exec:true", environ={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert asked.returncode == 2
    assert "conformance" in asked.stdout + asked.stderr
    assert "Traceback" not in asked.stdout + asked.stderr


def test_the_scenarios_without_a_driver_say_what_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "--pyargs", "conformance.scenarios", "-q", "-x")
    assert done.returncode == 2
    assert "--axis28-driver" in done.stdout + done.stderr


@pytest.mark.parametrize("wrong", ["carrier-pigeon:coop", "python:no_such_module:make"])
def test_a_wrong_driver_ends_the_session_in_one_line(vendor: Path, wrong: str) -> None:
    (vendor / "test_one.py").write_text(f"{STORIES}\ntest_a = story(1)\n")
    done = run(vendor, "--axis28-driver", wrong)
    assert done.returncode == 2
    assert wrong.split(":")[1] in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
