"""The demo: everything together, as processes of their own, on real HTTP; and its manners."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest

from axis28 import demo
from axis28.demo import Tour
from axis28.errors import CommandError

AXIS28 = (sys.executable, "-m", "axis28")
# Under 90 s on two idle cores; tests run beside others.
DEMO_LIMIT = 240
REPORTED = ("report.html", "junit.xml", "evidence")


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.timeout(DEMO_LIMIT + 30)
def test_the_demo_certifies_the_sound_system_and_catches_the_defective_one(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    answer = subprocess.run(
        [*AXIS28, "demo", "--out", "tour"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(temporary), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEMO_LIMIT,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    closing = answer.stdout.splitlines()[-3:]
    assert closing[0].startswith("certified: ")
    assert closing[1].startswith("nothing found: ")
    assert closing[2].startswith("not certified: ")
    sound, defective = (json.loads((tmp_path / name / "report.json").read_text()) for name in ("tour", "tour/mutant"))
    assert (sound["verdict"], defective["verdict"]) == ("certified", "not-certified")
    for name in (*REPORTED, "load.json", *(f"mutant/{each}" for each in REPORTED)):
        assert (tmp_path / "tour" / name).exists(), name
    assert list(temporary.iterdir()) == []
    assert {entry.name for entry in tmp_path.iterdir()} == {"tmp", "tour"}
    assert all(_gone(int(pid)) for pid in re.findall(r"\(process (\d+)\)", answer.stdout))
    for file in (file for file in (tmp_path / "tour").rglob("*") if file.is_file()):
        assert str(temporary) not in file.read_text("utf-8", "replace"), file


def test_a_demo_that_is_terminated_leaves_nothing(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with subprocess.Popen(
        [*AXIS28, "demo", "--out", str(tmp_path / "out")],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"\(process (\d+)\)", line):
                break
        else:
            pytest.fail("the demo never said that its axis runs")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
    end = time.monotonic() + 10
    while not _gone(int(found[1])) and time.monotonic() < end:
        time.sleep(0.05)
    assert _gone(int(found[1]))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("lang", "advice"), [("en", "run it again"), ("vi", "hãy chạy lại")])
def test_a_part_that_does_not_end_is_stopped_and_the_user_told_what_to_do(
    lang: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "AXIS28", ("sh", "-c", f"echo $$ > '{tmp_path}/pid'; exec sleep 60"))
    monkeypatch.setattr(demo, "PART_LIMIT", 1)
    with pytest.raises(CommandError, match=f"axis28 load .*{advice}.*{tmp_path}") as raised:
        Tour(tmp_path, tmp_path, 28, lang, os.environ)._part("load")
    assert raised.value.exit_code == 3
    assert _gone(int((tmp_path / "pid").read_text()))


def test_what_axis_and_dms_logged_stays_beside_what_was_found(tmp_path: Path) -> None:
    work, out = tmp_path / "work", tmp_path / "out"
    work.mkdir()
    out.mkdir()
    for name in ("axis.log", "TEST.SYS.01.log", "systems.toml"):
        (work / name).write_text(name)
    Tour(work, out, 28, "vi", {}).keep_logs()
    assert {entry.name for entry in out.iterdir()} == {"axis.log", "TEST.SYS.01.log"}


@pytest.mark.parametrize(("good", "kept"), [(True, []), (False, ["axis.log"])])
def test_what_was_logged_is_kept_unless_all_was_good(
    good: bool, kept: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(tour: Tour) -> bool:
        (tour.folder / "axis.log").write_text("said")
        return good

    monkeypatch.setattr(Tour, "walk", walk)
    assert demo.run(Namespace(out=tmp_path / "out", seed=28, lang="en")) == (0 if good else 1)
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == kept


@pytest.mark.usefixtures("capfd")
def test_a_demo_that_cannot_go_on_keeps_what_was_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "POLL_SECONDS", "never")  # the DMS does not start
    with pytest.raises(CommandError, match="reference-dms did not start"):
        demo.run(Namespace(out=tmp_path, seed=28, lang="en"))
    assert {entry.name for entry in tmp_path.iterdir()} == {"axis.log", "TEST.SYS.01.log"}
    assert "--poll" in (tmp_path / "TEST.SYS.01.log").read_text("utf-8")


def test_logs_that_cannot_be_kept_do_not_hide_what_went_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def walk(tour: Tour) -> bool:
        (tour.folder / "axis.log").write_text("said")
        (tour.out / "axis.log").symlink_to(tour.out / "nowhere" / "axis.log")  # nothing can be copied there
        raise CommandError("the reason")

    monkeypatch.setattr(Tour, "walk", walk)
    with pytest.raises(CommandError, match="the reason"):
        demo.run(Namespace(out=tmp_path / "out", seed=28, lang="en"))


def test_an_unwritable_place_is_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = subprocess.run(
        [*AXIS28, "demo", "--out", str(tmp_path / "file" / "out")], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith("axis28: --out ")
    assert answer.stderr.count("\n") == 1
