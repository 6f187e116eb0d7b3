"""A signature costs a bounded amount of memory and time, whoever made the package."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pybase64
import pytest

from fixtures.casebook.letters import letter_bytes
from fixtures.xmlattacks.content import payload
from fixtures.xmlattacks.stage import swap
from protocol.signatures.xml.methods import EXCLUSIVE, INCLUSIVE, Canonical
from protocol.signatures.xml.sign import Style
from tests.protocol.signatures.xml.scene import outcome, reasons, signed

MEASURE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from protocol.package.reader import read_package
from protocol.signatures.trust import Times, Trust
from protocol.signatures.xml.verify import verify

def memory(field):
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field))

def judged(path, whole):
    with open(path, "rb") as stream:
        source = stream.read() if whole else stream
        with read_package(source) as reading:
            whole or stream.seek(0)
            outcome = verify(reading, source, trusted=Trust(), times=Times(datetime(2026, 11, 20, tzinfo=UTC)))
    assert outcome.answer("integrity").result == "good", outcome

small, large, whole = sys.argv[1:]
judged(small, False)
before = memory("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # starts the peak anew; ru_maxrss would have the parent in it
judged(large, whole == "whole")
print(memory("VmHWM") - before)
"""
on_linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read from Linux /proc"
)
SECONDS = 30.0
"""A guard and no measure: what is tested takes well under one, and without its bound minutes. The machine that runs the
tests is not alone on its processors."""


def growth_kib(small: Path, large: Path, how: str) -> int:
    """Verify both in a fresh process; give by how much the second made it grow at its peak."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(large), how],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
    )
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


def in_section(data: bytes) -> bytes:
    """Put the first attachment into one CDATA section, which changes nothing that was signed."""
    start, end = payload(data)
    return data[:start] + b"<![CDATA[" + data[start:end] + b"]]>" + data[end:]


def large_letter(*, wrapped: bool) -> bytes:
    raw = letter_bytes()
    start = raw.index(b">", raw.index(b"<edXML:ContentTransferEncoded")) + 1
    block = pybase64.b64encode(bytes(range(256)) * 223 + b"x" * 2)[:76_000]
    line = b"&#13;\n".join(block[at : at + 76] for at in range(0, len(block), 76)) + b"&#13;\n" if wrapped else block
    return raw[:start] + line * (50_000_000 // len(line)) + raw[raw.index(b"<", start) :]


@on_linux
@pytest.mark.parametrize("wrapped", [False, True], ids=["one-line", "wrapped"])
def test_the_signature_of_fifty_megabytes_verifies_in_sixteen(tmp_path: Path, *, wrapped: bool) -> None:
    small, large = tmp_path / "small.edxml", tmp_path / "large.edxml"
    small.write_bytes(signed(letter=letter_bytes(bytes(2_000_000))))
    large.write_bytes(signed(letter=large_letter(wrapped=wrapped)))
    assert large.stat().st_size > 49_000_000
    assert growth_kib(small, large, "stream") <= 16 * 1024
    if not wrapped:
        # The measure sees what it is there for: with the file itself in memory the growth is that of the file.
        assert growth_kib(small, large, "whole") > 40 * 1024


@on_linux
def test_an_attachment_in_one_section_of_fifty_megabytes_verifies_as_any_other(tmp_path: Path) -> None:
    small, large = tmp_path / "small.edxml", tmp_path / "large.edxml"
    small.write_bytes(signed(letter=letter_bytes(bytes(2_000_000))))
    large.write_bytes(in_section(signed(letter=large_letter(wrapped=False))))
    assert growth_kib(small, large, "stream") <= 16 * 1024


def _declared(count: int, address: str) -> Callable[[bytes], bytes]:
    written = "".join(f' xmlns:n{number}="{address}{number}"' for number in range(count))
    return lambda data: swap(data, b"<AttachmentEncoded>", f"<AttachmentEncoded{written}>".encode())


def _used(data: bytes) -> bytes:
    long = _declared(1, "urn:" + "n" * 60_000)(data)
    return swap(long, b"</AttachmentEncoded>", b"<n0:a/>" * 40_000 + b"</AttachmentEncoded>")


def _attributes(data: bytes) -> bytes:
    written = b"".join(b' a%d="1"' % number for number in range(90_000))
    return swap(data, b"<AttachmentEncoded>", b"<AttachmentEncoded" + written + b">")


@pytest.mark.parametrize(
    "grown",
    [_declared(20_000, "urn:n"), _declared(1, "urn:" + "n" * 60_000), _used, _attributes],
    ids=["many", "long", "long-and-used", "attributes"],
)
def test_markup_beyond_the_bounds_is_refused_at_once(grown: Callable[[bytes], bytes]) -> None:
    data = grown(signed())
    begun = time.perf_counter()
    assert reasons(outcome(data)) == {"xml-signature-too-complex"}
    assert time.perf_counter() - begun < SECONDS


@pytest.mark.parametrize("unit", [b"xmlns:", b"xmlns='", b"xmlns ", b'xmlns:a = "'])
def test_texts_that_look_like_declarations_cost_no_time(unit: bytes) -> None:
    data = signed() + b"<!-- " + unit * 200_000 + b" -->"
    begun = time.perf_counter()
    assert outcome(data).result == "good"
    assert time.perf_counter() - begun < SECONDS


@pytest.mark.parametrize("form", [INCLUSIVE, EXCLUSIVE], ids=["inclusive", "exclusive"])
def test_the_most_that_the_bounds_allow_takes_seconds(form: str) -> None:
    """Thirty prefixes in scope of ninety thousand elements that use them."""
    letter = _declared(28, "urn:" + "n" * 100)(letter_bytes())
    used = "".join(f"<n{number}:a/>" for number in range(28)) * 3_400
    letter = swap(letter, b"</AttachmentEncoded>", used.encode() + b"</AttachmentEncoded>")
    data = signed(style=Style(canonical=Canonical(form)), letter=letter)
    begun = time.perf_counter()
    assert outcome(data).result == "good"
    assert time.perf_counter() - begun < 2 * SECONDS


_FORMS = {
    "inclusive": Canonical(INCLUSIVE),
    "exclusive": Canonical(EXCLUSIVE),
    "default": Canonical(EXCLUSIVE, ("#default", "n1")),
}


def _nested(levels: int, elements: int) -> Callable[[bytes], bytes]:
    """Declare the same twenty-eight prefixes at each of some levels, with elements below all of them."""
    declared = (" ".join(f'xmlns:n{number}="urn:{level}"' for number in range(28)) for level in range(levels))
    opened = "".join(f"<n0:b {each}>" for each in declared)
    written = f"{opened}{'<n0:a/>' * elements}{'</n0:b>' * levels}</AttachmentEncoded>"
    return lambda data: swap(data, b"</AttachmentEncoded>", written.encode())


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
def test_prefixes_that_are_declared_again_at_every_level_are_counted_each_time(form: Canonical) -> None:
    """Without that bound the smaller half of a megabyte keeps the verifier busy for minutes."""
    data = _nested(55, 85_000)(signed(style=Style(canonical=form)))
    begun = time.perf_counter()
    assert reasons(outcome(data)) == {"xml-signature-too-complex"}
    assert time.perf_counter() - begun < SECONDS


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
def test_prefixes_at_four_levels_are_within_the_bound(form: Canonical) -> None:
    letter = _nested(4, 2_000)(letter_bytes())
    assert outcome(signed(style=Style(canonical=form), letter=letter)).result == "good"


def _repeating() -> bytes:
    """Make a package in which every element brings thirty long namespaces into the exclusive form again."""
    letter = _declared(30, "urn:" + "n" * 245)(letter_bytes())
    element = "<x " + " ".join(f'n{number}:a=""' for number in range(30)) + "/>"
    data = signed()
    signature = data[data.index(b"<Signature ") : data.index(b"</Signature>") + len(b"</Signature>")]
    grown = swap(letter, b"</AttachmentEncoded>", element.encode() * 15_000 + b"</AttachmentEncoded>")
    return swap(grown, b"</edXML:edXMLHeader>", signature + b"</edXML:edXMLHeader>")


def test_a_canonical_form_beyond_its_bound_is_refused() -> None:
    data = _repeating()
    begun = time.perf_counter()
    assert reasons(outcome(data)) == {"xml-signature-too-complex"}
    assert time.perf_counter() - begun < 2 * SECONDS


@on_linux
def test_a_package_that_is_nothing_but_markup_needs_a_bounded_memory(tmp_path: Path) -> None:
    """What the reader lets in at most, a hundred thousand pieces of markup in eight megabytes, costs this."""
    small, large = tmp_path / "small.edxml", tmp_path / "large.edxml"
    small.write_bytes(signed(letter=letter_bytes(bytes(2_000_000))))
    elements = b"<x>" + b"y" * 150 + b"</x>"
    letter = swap(letter_bytes(), b"</AttachmentEncoded>", elements * 48_000 + b"</AttachmentEncoded>")
    large.write_bytes(signed(letter=letter))
    assert growth_kib(small, large, "stream") <= 128 * 1024


def test_a_signature_as_large_as_a_package_is_not_read() -> None:
    data = signed()
    found = outcome(swap(data, b"<KeyInfo>", b"<KeyInfo><KeyName>" + b"x" * 300_000 + b"</KeyName>"))
    assert reasons(found) == {"xml-signature-too-complex"}
