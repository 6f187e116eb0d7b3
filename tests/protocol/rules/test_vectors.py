"""Every vector of ``fixtures/vectors/`` gets exactly the verdict, the reasons and the place that the index names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.casebook.judging import judged_at, said, signing_at
from fixtures.casebook.letters import NOW, PROFILES, letter_bytes
from protocol.content.reader import ContentReader
from protocol.finding import Finding
from protocol.rules import judge
from protocol.signatures.pdf.reader import SignatureReader
from schemas import registry
from tests.protocol.rules.remembered import Remembered

VECTORS = Path(__file__).resolve().parents[3] / "fixtures" / "vectors"
ENTRIES: list[dict[str, Any]] = json.loads((VECTORS / "index.json").read_bytes())["vectors"]
LONGEST_QUOTE = 200


@pytest.fixture(scope="module")
def contents() -> Iterator[ContentReader]:
    with ContentReader() as reader:
        yield reader


@pytest.fixture(scope="module")
def papers() -> Iterator[SignatureReader]:
    with SignatureReader() as reader:
        yield reader


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_a_vector_gets_what_the_index_says(
    entry: dict[str, Any], contents: ContentReader, papers: SignatureReader
) -> None:
    raw = (VECTORS / entry["file"]).read_bytes()
    read_once = Remembered(contents, papers)  # what a file says is the same in both profiles
    signing = signing_at(entry, VECTORS, read_once.papers)
    for profile in PROFILES:
        with judged_at(raw, profile, entry["now"], entry["context"], read_once, signing=signing) as reading:
            assert said(reading) == entry["expect"][profile], profile
            assert reading.refused == (entry["expect"][profile]["verdict"] == "fail")
            require_place(entry, reading.findings)
            for finding in reading.findings:
                require_sense(finding)


def require_place(entry: dict[str, Any], findings: tuple[Finding, ...]) -> None:
    """The finding that the case is about names its place and requirement, where the profile says anything about it."""
    told = [(finding.where, finding.requirement) for finding in findings if finding.reason == entry["reason"]]
    assert not told or (entry["where"], entry["requirement"]) in told


def require_sense(finding: Finding) -> None:
    """Requirement and reason are known, values are short."""
    assert finding.requirement in registry.requirements()
    assert registry.reasons()[finding.reason].text
    assert max(len(finding.got), len(finding.expected)) <= LONGEST_QUOTE


def test_one_broken_rule_is_told_twenty_times_at_most() -> None:
    extra = b"<edXML:La>x</edXML:La>" * 100
    raw = letter_bytes().replace(b"<edXML:Subject>", extra + b"<edXML:Subject>")
    with judge(raw, now=NOW) as reading:
        assert len(reading.findings) == 20
