"""`axis28 simulate` as a process: what it prints, how it starts, how it refuses to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.axis_process import running_axis

SIMULATE = [sys.executable, "-m", "axis28", "simulate", "--port", "0"]
SYSTEM = '[[system]]\nid = "A"\nsecret = "not-a-real-secret"\nagencies = [{ code = "H99.01", name = "Sở" }]\n'


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run to its end."""
    done = subprocess.run(
        [*SIMULATE, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def one_line(*arguments: str, **environment: str) -> str:
    """Expect a start that fails: exit 2, one line on stderr, nothing on stdout."""
    code, out, err = run(*arguments, **environment)
    assert (code, out) == (2, ""), err
    assert err.count("\n") == 1, err
    return err


def test_without_a_token_one_is_made_and_told_once_and_the_data_are_temporary() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "AXIS28_CONTROL_TOKEN"}
    process = subprocess.Popen(SIMULATE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert set(ready) == {"event", "url", "control", "pid", "token"}
    assert ready["pid"] == process.pid
    headers = {"Authorization": f"Bearer {ready['token']}"}
    assert httpx.get(f"{ready['control']}/systems", headers=headers, trust_env=False).json() == {"systems": []}
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    folder = Path(err.split("everything is kept in ")[1].split(" and removed")[0])
    assert folder.name.startswith("axis28-")
    assert not folder.exists()


def test_an_interrupt_is_a_clean_end_too(tmp_path: Path) -> None:
    with running_axis(tmp_path) as axis:
        axis.process.send_signal(signal.SIGINT)
        assert axis.process.wait(30) == 0


def test_the_token_comes_from_a_file_and_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token-from-a-file\n", encoding="ascii")
    with running_axis(tmp_path, "--control-token-file", str(tmp_path / "token")) as axis:
        assert "token" not in axis.ready
        assert axis.call("GET", "/systems").status_code == 401
        headers = {"Authorization": "Bearer a-token-from-a-file"}
        assert axis.call("GET", "/systems", headers=headers).status_code == 200


def test_systems_of_the_file_are_there_and_stay_over_a_restart(tmp_path: Path) -> None:
    (tmp_path / "systems.toml").write_text(SYSTEM, encoding="utf-8")
    for _ in range(2):
        with running_axis(tmp_path, "--systems", str(tmp_path / "systems.toml")) as axis:
            assert [system["id"] for system in axis.call("GET", "/systems").json()["systems"]] == ["A"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["[[system]]"]),
        ("[[system]\n", ["TOML", "line 1"]),
        ("[system]\n", ["[[system]]"]),
        (SYSTEM.replace("secret", "secrets"), ["line 1", "system[1].secrets"]),
        ("\n\n" + SYSTEM.replace('id = "A"\n', ""), ["line 3", "system[1].id"]),
        (SYSTEM + SYSTEM, ["id A"]),
        (SYSTEM + SYSTEM.replace('"A"', '"B"'), ["code H99.01"]),
        (SYSTEM.replace("[{ code", '["x", { code'), ["line 1", "system[1].agencies[1]"]),
        (SYSTEM.replace('"Sở"', "7"), ["line 1", "system[1].agencies[1].name"]),
        (SYSTEM.replace('name = "Sở"', 'name = "Sở", locked = 1'), ["agencies[1].locked"]),
        (SYSTEM.replace('[{ code = "H99.01", name = "Sở" }]', "[]"), ["system[1].agencies"]),
        (SYSTEM.replace("H99.01", "H 99"), ["H 99"]),
    ],
)
def test_an_unreadable_systems_file_is_one_line_that_names_the_place(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    path = tmp_path / "systems.toml"
    path.write_text(text, encoding="utf-8")
    line = one_line("--systems", str(path))
    for word in words:
        assert word in line
    assert "not-a-real-secret" not in line


def test_other_things_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(SYSTEM.encode("utf-16"))
    (tmp_path / "empty").write_text("\n", encoding="ascii")
    (tmp_path / "file").write_text("x", encoding="ascii")
    assert "nothing.toml" in one_line("--systems", str(tmp_path / "nothing.toml"))
    assert "UTF-8" in one_line("--systems", str(tmp_path / "latin"))
    assert "token" in one_line("--control-token-file", str(tmp_path / "nothing"))
    assert "token" in one_line("--control-token-file", str(tmp_path / "empty"))
    assert "AXIS28_CONTROL_TOKEN" in one_line(AXIS28_CONTROL_TOKEN="two words")
    assert "--data" in one_line("--data", str(tmp_path / "file" / "x"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--profile", "loose"],
        ["--reserialise", "maybe"],
        ["--body-limit", "0"],
        ["--colour", "red"],
        ["more"],
        ["--host", "no.such.host.invalid"],
    ],
)
def test_a_wrong_flag_is_one_line(arguments: list[str]) -> None:
    one_line(*arguments)


def test_a_busy_port_is_one_line_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        line = one_line("--port", port)
    assert port in line
    assert "--port" in line


def test_the_reader_is_answered_in_vietnamese_where_the_locale_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        line = one_line("--port", str(busy.getsockname()[1]), LC_ALL="vi_VN.UTF-8")
    assert "không thể lắng nghe" in line
