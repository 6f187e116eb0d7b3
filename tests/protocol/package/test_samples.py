"""The official samples, where they lie beside the checkout: accepted by the axis, written back as the builder does."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from fixtures.casebook.letters import NOW
from protocol.package.attachment import original
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from protocol.rules import judge

FOLDER = Path(__file__).parents[3].parent / "shared" / "reference" / "samples"
SAMPLES = sorted(FOLDER.glob("*.edxml"))
BUILT_BY_THE_CURRENT_BUILDER = {"document-new.builder.edxml", "status-01.edxml"}

pytestmark = pytest.mark.skipif(not SAMPLES, reason="the official samples are not part of this repository")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_axis_accepts_every_official_sample(path: Path) -> None:
    with path.open("rb") as stream, judge(stream, profile="axis", now=NOW) as reading:
        assert not reading.refused, reading.findings
        assert reading.kind == path.name.partition("-")[0]
        if isinstance(reading.package, DocumentPackage):
            for attachment in reading.package.attachments:
                assert original(attachment).data


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_writing_a_sample_anew_keeps_every_element(path: Path) -> None:
    raw = path.read_bytes()
    with read_package(raw) as reading:
        assert reading.package is not None
        written = write_package(reading.package)
    assert content(written) == content(raw)
    if path.name in BUILT_BY_THE_CURRENT_BUILDER:
        assert written == raw


def content(raw: bytes) -> list[tuple[str, str]]:
    """Give every element with its trimmed text, whatever the order."""
    root = etree.fromstring(raw)
    tree = root.getroottree()
    paths = [(element, tree.getelementpath(element)) for element in root.iter()]
    return sorted((str(path), (element.text or "").strip()) for element, path in paths)
