"""How fast packages are checked: many small ones, and a large one, against limits of the same machine in the same run.

Small: 1,000 packages of about 10 KB through the whole path of `axis28 check` (read, decode, judge, sort), without and
with the text of attached files, beside a plain lxml parse of the same bytes. Large: one package of 50 MB read, decoded
and digested, beside SHA-256 alone over the same bytes, and how far the memory of a fresh process grows above that of
one that read a small package.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from random import Random

from lxml import etree

from axis28.checking.examination import Examiner, Settings
from fixtures.agencies import new_agencies
from fixtures.documents import new_document
from fixtures.files import new_file
from protocol.package.reader import read_package
from protocol.package.writer import write_package

SMALL, MANY = 5_000, 1_000
LARGE = 37_000_000
"""Bytes of the attached file: some 10 KB and 50 MB as a package."""
ROUNDS = 5
SPEED_GOAL, MEMORY_GOAL_MB = 0.4, 16.0
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=7)))
_GROWTH = """
import sys
from pathlib import Path
from protocol.package.reader import read_package

def memory(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

def read(name):
    with open(name, "rb") as stream, read_package(stream) as reading:
        assert not reading.refused, reading.findings

read(sys.argv[1])
Path("/proc/self/clear_refs").write_text("5")  # begin the peak anew
before = memory("VmRSS")
read(sys.argv[2])
print((memory("VmHWM") - before) / 1024)
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """Packages or megabytes per second: the check's, the peer's, and their ratio."""

    ours: float
    peer: float

    @property
    def ratio(self) -> float:
        """Our rate in units of the peer's."""
        return self.ours / self.peer


def package(random: Random, size: int) -> bytes:
    """Invent a package with one PDF of about ``size`` bytes."""
    sender, recipient = new_agencies(random, 2)
    return write_package(new_document(random, sender, [recipient], files=[new_file(random, size=size)], now=NOW))


def small(random: Random, *, contents: bool) -> Rate:
    """Give packages per second of checking and of a plain parse, in one process."""
    packages = [package(random, SMALL) for _ in range(MANY)]
    with Examiner(Settings("strict", NOW, contents=contents)) as examiner:

        def check() -> None:
            for raw in packages:
                examiner.examine(BytesIO(raw), "package")

        def parse() -> None:
            for raw in packages:
                etree.fromstring(raw)

        examiner.examine(BytesIO(packages[0]), "package")  # imports and the first start of the content reader
        ours, peer = fastest((check, parse), 2)
    return Rate(MANY / ours, MANY / peer)


def large(raw: bytes) -> Rate:
    """Give MB/s of reading, decoding and digesting a package and of SHA-256 alone over its bytes."""

    def read() -> None:
        with read_package(BytesIO(raw)) as reading:
            if reading.refused:
                raise SystemExit(f"the benchmark's package was refused: {reading.findings}")

    def digest() -> None:
        hashlib.sha256(raw).digest()

    ours, peer = fastest((read, digest), ROUNDS)
    return Rate(len(raw) / ours / 1e6, len(raw) / peer / 1e6)


def fastest(competitors: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """Give the least seconds of each; rounds alternate, so that a busy moment of the machine strikes all of them."""
    best = [float("inf")] * len(competitors)
    for _ in range(rounds):
        for number, work in enumerate(competitors):
            begun = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - begun)
    return best


def growth(random: Random, raw: bytes) -> float:
    """Give by how many MB a fresh process (on Linux) that has read a small package grows for a large one."""
    with tempfile.TemporaryDirectory(prefix="axis28-") as folder:
        files = [Path(folder) / "small.edxml", Path(folder) / "large.edxml"]
        for file, content in zip(files, (package(random, SMALL), raw), strict=True):
            file.write_bytes(content)
        command = [sys.executable, "-c", _GROWTH, *map(str, files)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> int:
    """Print the figures, or with ``--json`` the numbers."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of the text")
    arguments.add_argument("--seed", type=int, default=28)
    args = arguments.parse_args()
    random = Random(args.seed)
    without, with_contents = small(random, contents=False), small(random, contents=True)
    raw = package(random, LARGE)
    speed, grown = large(raw), growth(random, raw)
    if args.json:
        rates = {"check": without, "check_with_contents": with_contents, "large": speed}
        numbers: dict[str, object] = {
            name: {"ours": rate.ours, "peer": rate.peer, "ratio": rate.ratio} for name, rate in rates.items()
        }
        json.dump({**numbers, "bytes": len(raw), "growth_mb": grown}, sys.stdout, indent=2)
        print()
        return 0
    kilobytes = len(package(random, SMALL)) / 1000
    print(f"{MANY} packages of {kilobytes:.0f} kB, one process (plain lxml parse: {without.peer:,.0f}/s)")
    print(f"  check, package alone:       {without.ours:8,.0f}/s   {without.ratio:.3f} of the parse")
    print(f"  check, with attached files: {with_contents.ours:8,.0f}/s   {with_contents.ratio:.3f} of the parse")
    print(f"One package of {len(raw) / 1e6:.0f} MB (SHA-256 alone: {speed.peer:,.0f} MB/s)")
    print(f"  read, decoded, digested:    {speed.ours:8,.0f} MB/s   {speed.ratio:.3f} of SHA-256 (goal {SPEED_GOAL})")
    print(f"  memory above a small one:   {grown:8.1f} MB   (goal {MEMORY_GOAL_MB:.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
