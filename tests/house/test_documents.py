"""The documents tell the truth: commands, options, targets, links and versions that they name exist."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import schemas
from axis28 import __version__
from axis28.command import SUBCOMMANDS, parser

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(?:sh|console|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"[a-z][a-z-]*")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _commands(file: Path) -> Iterator[list[str]]:
    for block in BLOCK.findall(file.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ ").removesuffix(" &"), comments=True)
            while words and re.fullmatch(r"[A-Z0-9_]+=.*", words[0]):
                words.pop(0)
            if words:
                yield words


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_commands_in_documents_exist_with_their_options(file: Path) -> None:
    for words in _commands(file):
        if Path(words[0]).name != "axis28" or words[1:2] in ([], ["--help"], ["--version"]):
            continue
        assert words[1] in SUBCOMMANDS, words
        inner, rest = _chosen(parser([words[1]]), words[1:])
        assert {word for word in rest if word.startswith("--")} <= set(inner._option_string_actions), words


def _chosen(outer: ArgumentParser, words: list[str]) -> tuple[ArgumentParser, list[str]]:
    """Follow a command line to its innermost subcommand, and give the words that are left for it."""
    if outer._subparsers is None or not words:
        return outer, words
    choices = outer._subparsers._group_actions[0].choices
    assert isinstance(choices, dict)
    return _chosen(choices[words[0]], words[1:]) if words[0] in choices else (outer, words)


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_make_targets_in_documents_exist(file: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {word for words in _commands(file) if words[0] == "make" for word in words[1:] if TARGET.fullmatch(word)}
    named |= set(re.findall(r"`make ([a-z][a-z-]*)`", file.read_text("utf-8")))
    assert named <= targets


@pytest.mark.parametrize("file", DOCUMENTS, ids=_name)
def test_links_in_documents_lead_somewhere(file: Path) -> None:
    text = re.sub(r"^```.*?^```", "", file.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = [
        link
        for link in LINK.findall(text)
        if not link.startswith(("http://", "https://", "#", "mailto:"))
        and not (file.parent / link.partition("#")[0]).exists()
    ]
    assert broken == []


def test_the_changelog_tells_of_this_version() -> None:
    released = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert released[0] == __version__


def test_every_dependency_is_accounted_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    groups = [project["project"]["dependencies"], *extras, project["dependency-groups"]["dev"]]
    declared = [dependency for group in groups for dependency in group]
    page = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text("utf-8")
    named = {name for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) for name in re.split(r",\s*", row)}
    assert {re.split(r"[\[><=;\s]", dependency)[0] for dependency in declared} <= named


@pytest.mark.parametrize("name", ["connect-your-dms.md", "connect-your-dms.vi.md"])
def test_the_worked_exchange_keeps_the_driver_protocol(name: str) -> None:
    text = (ROOT / "docs" / "how-to" / name).read_text("utf-8")
    definitions = schemas.json_data("driver.schema.json")["$defs"]
    lines = [
        line
        for block in re.findall(r"^```jsonl\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]
    asked: dict[str, str] = {}

    def valid(value: object, definition: str) -> None:
        Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": definitions}).validate(value)

    for line in lines:
        message = json.loads(line[2:])
        if line.startswith("→"):
            valid(message, "request")
            valid(message["args"], f"{message['op']}.args")
            asked[message["id"]] = message["op"]
        else:
            valid(message, "answer")
            valid(message["ok"], f"{asked.pop(message['id'])}.ok")
    assert len(lines) >= 12
    assert asked == {}


@pytest.mark.parametrize("vietnamese", [file for file in DOCUMENTS if file.name.endswith(".vi.md")], ids=_name)
def test_both_languages_of_a_document_show_the_same_commands(vietnamese: Path) -> None:
    english = vietnamese.with_name(vietnamese.name.replace(".vi.md", ".md"))
    assert list(_commands(english)) == list(_commands(vietnamese))


def test_the_generated_pages_are_up_to_date() -> None:
    answer = subprocess.run(
        [sys.executable, "scripts/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
