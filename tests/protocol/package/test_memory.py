"""A 50 MB package is read within 16 MB above what the process has anyway."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pybase64
import pytest

from fixtures.casebook.letters import letter_bytes

MEASURE = """
import sys
from datetime import datetime
from pathlib import Path
from protocol.rules import judge

def memory(field):
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field))

def read(source):
    with judge(source, now=datetime.fromisoformat("2026-11-21T09:00:00+07:00")) as reading:
        assert reading.kind == "document", reading.findings
        assert not reading.refused, reading.findings
        return sum(attachment.size for attachment in reading.package.attachments)

small, large, whole = sys.argv[1:]
with open(small, "rb") as stream:
    read(stream)
before = memory("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # starts the peak anew; ru_maxrss would have the parent in it
with open(large, "rb") as stream:
    assert read(stream.read() if whole == "whole" else stream) > 36_000_000
print(memory("VmHWM") - before)
"""


def growth_kib(small: Path, big: Path, how: str) -> int:
    """Read both in a fresh process; give by how much the second made it grow at its peak."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(big), how],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


def large(path: Path, *, wrapped: bool, files: int) -> None:
    """Write a package of 50 MB: one attachment or several, base64 on one line or wrapped."""
    raw = letter_bytes()
    start = raw.index(b'2016">JVBE') + 6
    end = raw.index(b"<", start)
    block = pybase64.b64encode(bytes(range(256)) * 223 + b"x" * 2)[:76_000]
    line = b"\r\n".join(block[at : at + 76] for at in range(0, len(block), 76)) + b"\r\n" if wrapped else block
    attachment = raw[raw.index(b"    <Attachment>") : raw.index(b"    <Attachment>", start)]
    head, tail = attachment[: attachment.index(b'2016">') + 6], attachment[attachment.index(b"</edXML:Content") :]
    with path.open("wb") as target:
        target.write(raw[:start])
        for number in range(files):
            if number:
                target.write(head.replace(b"cid:1", b"cid:x%d" % number))
            for _ in range(50_000_000 // len(line) // files):
                target.write(line)
            if number < files - 1:
                target.write(tail)
        target.write(raw[end:])


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is read from Linux /proc")
@pytest.mark.parametrize(("wrapped", "files"), [(False, 1), (True, 1), (False, 12)])
def test_fifty_megabytes_need_sixteen(tmp_path: Path, *, wrapped: bool, files: int) -> None:
    small, big = tmp_path / "small.edxml", tmp_path / "big.edxml"
    small.write_bytes(letter_bytes(bytes(2_000_000)))
    large(big, wrapped=wrapped, files=files)
    assert big.stat().st_size > 49_000_000
    assert growth_kib(small, big, "stream") <= 16 * 1024
    if not wrapped and files == 1:
        # The measure sees what it is there for: with the file itself in memory the growth is that of the file.
        assert growth_kib(small, big, "whole") > 40 * 1024
