"""A 50 MB package is read within 16 MB above what the process has anyway."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pybase64
import pytest

from tests.protocol.package.letters import letter_bytes

MEASURE = """
import resource, sys
from datetime import datetime
from protocol.rules import judge

def peak_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

now = datetime.fromisoformat("2026-11-21T09:00:00+07:00")
for path in sys.argv[1:2]:
    with open(path, "rb") as stream, judge(stream, now=now) as reading:
        assert reading.kind == "document", reading.findings
before = peak_kib()
with open(sys.argv[2], "rb") as stream, judge(stream, now=now) as reading:
    assert reading.kind == "document", reading.findings
    assert not reading.refused, reading.findings
    assert sum(attachment.size for attachment in reading.package.attachments) > 36_000_000
print(peak_kib() - before)
"""


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


@pytest.mark.parametrize(("wrapped", "files"), [(False, 1), (True, 1), (False, 12)])
def test_fifty_megabytes_need_sixteen(tmp_path: Path, *, wrapped: bool, files: int) -> None:
    small, big = tmp_path / "small.edxml", tmp_path / "big.edxml"
    small.write_bytes(letter_bytes(bytes(2_000_000)))
    large(big, wrapped=wrapped, files=files)
    assert big.stat().st_size > 49_000_000
    root = Path(__file__).parents[3]
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(big)], capture_output=True, text=True, check=False, cwd=root
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) <= 16 * 1024
