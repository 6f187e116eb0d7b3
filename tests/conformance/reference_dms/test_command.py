"""``axis28 reference-dms`` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from axis28 import command

SYSTEMS = """
[[system]]
id = "TEST.SYS.01"
secret = "bi-mat"
agencies = [{ code = "H99.01", name = "Sở Thử nghiệm", old_code = "000.00.01.H99" }]
"""
TWO = SYSTEMS + SYSTEMS.replace("01", "02")


@pytest.fixture
def systems(tmp_path: Path) -> Path:
    path = tmp_path / "systems.toml"
    path.write_text(SYSTEMS, encoding="utf-8")
    return path


def _arguments(systems: Path, *more: str) -> list[str]:
    return ["reference-dms", "--axis", "http://127.0.0.1:9", "--systems", str(systems), *more]


@pytest.mark.parametrize("more", [(), ("--variant", "slow-but-in-time"), ("--defect", "no-01", "--host", "::1")])
def test_it_says_that_it_is_ready_answers_and_stops_at_sigterm(
    systems: Path, tmp_path: Path, more: tuple[str, ...]
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "axis28", *_arguments(systems, *more)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready"
        assert ready["pid"] == process.pid
        asked = {"id": "1", "op": "describe", "args": {}}
        described = httpx.post(ready["url"], json=asked, trust_env=False, timeout=30).json()["ok"]
        assert described["organisations"][0]["old_code"] == "000.00.01.H99"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert process.stdout.read() == ""
        assert list(scratch.iterdir()) == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


Refused = Callable[..., str]


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command line in this process; give the one line that it must end with."""

    def run(systems: Path, *more: str) -> str:
        assert command.run(_arguments(systems, *more)) == 2
        said = capsys.readouterr()
        assert said.out == ""
        lines = said.err.splitlines()
        assert len(lines) == 1
        return lines[0]

    return run


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--defect", "nope"), "no-01"),
        (("--variant", "nope"), "slow-but-in-time"),
        (("--poll", "0"), "--poll"),
        (("--poll", "nan"), "--poll"),
        (("--system", "OTHER"), "TEST.SYS.01"),
        (("--port", "70000"), "70000"),
        (("--ca", "/khong/co.pem"), "ca"),
        (("--bogus",), "--bogus"),
        (("--data", "/dev/null/x"), "/dev/null/x"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(
    systems: Path, more: tuple[str, ...], says: str, refused: Refused
) -> None:
    assert says in refused(systems, *more)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("[[system]", "line 1"),
        ("", "[[system]]"),
        ('[[system]]\nid = "a"\nsecret = ""\nagencies = [{code="b", name="c"}]', "system[1].secret"),
        ('[[system]]\nid = "a"\nsecret = "s"\nagencies = []', "system[1].agencies"),
        ('[[system]]\nid = "a"\nsecret = "s"\nagencies = [{code="b"}]', "system[1].agencies[1].name"),
        (TWO, "--system"),
    ],
)
def test_a_systems_file_that_cannot_be_used_is_named_with_its_field(
    tmp_path: Path, content: str | None, says: str, refused: Refused
) -> None:
    path = tmp_path / "other.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    line = refused(path)
    assert "other.toml" in line
    assert says in line


def test_a_busy_port_is_one_line_and_exit_code_2(systems: Path, refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert str(port) in refused(systems, "--port", str(port))
