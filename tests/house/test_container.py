"""The Containerfile, read as text: nothing here can build one, but what must not stand in it can be told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """The instructions with their words, continued lines joined, in their order."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = [line.partition(" ") for line in joined.splitlines()]
    return [(name, words) for name, _, words in found]


def _last_stage(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return steps[max(index for index, (name, _) in enumerate(steps) if name == "FROM") :]


def test_it_stands_on_an_exact_version(steps: list[tuple[str, str]]) -> None:
    bases = [words.split()[0] for name, words in steps if name == "FROM"]
    assert bases
    assert all(re.fullmatch(r"docker\.io/library/python:3\.\d+\.\d+-slim-\w+", base) for base in bases)


def test_the_axis_runs_as_nobody_in_particular(steps: list[tuple[str, str]]) -> None:
    last = _last_stage(steps)
    users = [words for name, words in last if name == "USER"]
    assert users == ["10001:10001"]
    after = [name for name, _ in last[[name for name, _ in last].index("USER") + 1 :]]
    assert "RUN" not in after  # nothing is done as root once the user is set, nor as that user to the image


def test_only_named_folders_of_the_project_go_in(steps: list[tuple[str, str]]) -> None:
    copied = [words for name, words in steps if name == "COPY" and not words.startswith("--from=build ")]
    assert all(name != "ADD" for name, _ in steps)
    sources = {source for words in copied for source in words.split()[:-1]}
    assert sources == {
        ".ci/uv.txt", "pyproject.toml", "uv.lock", "README.md", "LICENSE",
        "axis28", "protocol", "schemas", "fixtures", "simulator", "conformance",
    }  # fmt: skip
    assert all((ROOT / source).exists() for source in sources)
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert sources == {line[1:] for line in ignored if line.startswith("!")}


def test_no_secret_goes_into_a_layer(steps: list[tuple[str, str]]) -> None:
    for name, words in steps:
        if name in ("ENV", "ARG", "RUN", "COPY", "LABEL"):
            assert not re.search(r"token|secret|password|\.key\b|\.pem\b", words, re.IGNORECASE), words


def test_all_that_it_writes_is_below_data(steps: list[tuple[str, str]]) -> None:
    last = dict(_last_stage(steps))
    assert last["VOLUME"] == "/data"
    entry = json.loads(last["ENTRYPOINT"])
    assert entry[:2] == ["axis28", "simulate"]
    assert entry[entry.index("--data") + 1] == "/data"
    assert "HEALTHCHECK" in last
    assert last["STOPSIGNAL"] == "SIGTERM"
