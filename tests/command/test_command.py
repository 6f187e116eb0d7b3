"""The command as a user meets it: quick help, one-line errors, no traceback, two languages."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from axis28 import __version__
from axis28.command import SUBCOMMANDS, run

AXIS28 = (sys.executable, "-m", "axis28")
# 0.2 s is what a person should wait at most; the rest is for a loaded machine.
HELP_LIMIT = 5.0
HEAVY = (
    "fastapi",
    "sqlalchemy",
    "hypothesis",
    "pytest",
    "locust",
    "gevent",
    "jinja2",
    "rich",
    "reportlab",
    "lxml",
    "httpx",
)


def axis28(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*AXIS28, *arguments], capture_output=True, text=True, encoding="utf-8", env=os.environ | environ, check=False
    )


def test_help_answers_at_once_and_names_every_subcommand() -> None:
    durations = []
    for _ in range(3):
        begun = time.perf_counter()
        answer = axis28("--help")
        durations.append(time.perf_counter() - begun)
        assert answer.returncode == 0
        assert all(name in answer.stdout for name in SUBCOMMANDS)
    assert min(durations) < HELP_LIMIT


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from axis28.command import parser\n"
        "parser().format_help()\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_each_subcommand_explains_itself_in_both_languages(name: str) -> None:
    english, vietnamese = axis28(name, "--help"), axis28(name, "--help", LC_ALL="vi_VN.UTF-8")
    assert (english.returncode, vietnamese.returncode) == (0, 0)
    assert english.stdout.startswith(f"usage: axis28 {name}")
    assert vietnamese.stdout.startswith(f"cách dùng: axis28 {name}")
    assert not english.stderr
    assert not vietnamese.stderr


def test_version_is_the_distributions() -> None:
    answer = axis28("--version")
    assert (answer.returncode, answer.stdout) == (0, f"axis28 {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("certifie",),
        ("--frobnicate",),
        *((name, "--frobnicate") for name in SUBCOMMANDS),
        ("demo", "--seed", "many"),
        ("demo", "--see", "1"),
        ("simulate", "--port", "http"),
        ("certify",),
        ("load", "--profile"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    output, errors = capfd.readouterr()
    assert output == ""
    assert errors.startswith("axis28: ")
    assert errors.endswith("--help)\n")
    assert errors.count("\n") == 1


def test_argparse_words_are_translated() -> None:
    answer = axis28("demo", "--seed", "many", LC_ALL="vi_VN.UTF-8")
    assert answer.returncode == 2
    assert answer.stderr == (
        "axis28: tham số --seed: 'many' không phải là giá trị hợp lệ (cần kiểu int) (xem: axis28 demo --help)\n"
    )


def test_a_terminal_without_vietnamese_letters_is_no_error() -> None:
    answer = axis28("demo", "--help", LC_ALL="vi_VN.UTF-8", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert answer.returncode == 0
    assert answer.stderr == ""


def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        answer = subprocess.run(
            [*AXIS28, "--help"],
            stdout=writing,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONUNBUFFERED": ""},
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert (answer.returncode, answer.stderr) == (141, "")


@pytest.mark.parametrize("arguments", [("check", "--help"), ("--version",), ("check", "-", "--no-contents")])
def test_an_output_that_is_full_is_one_line_and_exit_2(arguments: tuple[str, ...]) -> None:
    for unbuffered in ("", "1"):
        with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device, not a path of ours
            answer = subprocess.run(
                [*AXIS28, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=full,
                stderr=subprocess.PIPE,
                env=os.environ | {"PYTHONUNBUFFERED": unbuffered, "LC_ALL": "C.UTF-8"},
                text=True,
                check=False,
            )
        assert answer.returncode == 2
        assert answer.stderr.startswith("axis28: standard output cannot be written to: ")
        assert answer.stderr.count("\n") == 1


def test_a_closed_stream_is_one_line_and_exit_2() -> None:
    for closed, said in ((">&-", "standard output is closed"), (">&- 2>&-", "")):
        answer = subprocess.run(
            ["sh", "-c", f'"$@" {closed}', "sh", *AXIS28, "--version"],
            capture_output=True,
            text=True,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            check=False,
        )
        assert answer.returncode == 2
        assert said in answer.stderr
        assert answer.stderr.count("\n") == bool(said)


@pytest.mark.parametrize("given", [("--lang", "vi"), ("--lang=vi",)])
def test_usage_errors_speak_the_language_that_is_asked_for(given: tuple[str, ...]) -> None:
    answer = axis28("check", *given, "x.edxml", "--frobnicate", LC_ALL="C.UTF-8")
    assert answer.returncode == 2
    assert answer.stderr == "axis28: không nhận ra các tham số: --frobnicate (xem: axis28 check --help)\n"
