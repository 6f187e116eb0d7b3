"""How fast the reader and the writer are, as ratios to limits of the same machine measured in the same run.

Absolute numbers say more about the machine than about the code; a ratio to SHA-256 over the same bytes, which any
receiver has to compute anyway, and to a plain DOM parse with base64 decoding, which is what one would write first,
can be compared between machines and versions. Each number is the best of several rounds, and rounds of all
competitors alternate, so that a busy moment of the machine strikes all of them.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from random import Random

from lxml import etree

from fixtures.agencies import new_agencies
from fixtures.documents import new_document
from fixtures.files import new_file
from protocol.package.model import NAMESPACE, DocumentPackage
from protocol.package.reader import read_package
from protocol.package.writer import write_package

SIZES = {"letter, 20 kB": 20_000, "report, 1 MB": 1_000_000, "book, 30 MB": 30_000_000}
ROUNDS = 5
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=7)))


def package(random: Random, size: int) -> DocumentPackage:
    """Invent a package with one attachment of about ``size`` bytes that do not compress."""
    sender, recipient = new_agencies(random, 2)
    file = new_file(random, size=size)
    return new_document(random, sender, [recipient], files=[file], now=NOW)


def measure(random: Random, size: int) -> dict[str, float]:
    """Give MB/s, over the bytes of the package, of reader, writer, SHA-256 and a plain DOM parse with decoding."""
    original = package(random, size)
    data = write_package(original)
    competitors: dict[str, Callable[[], None]] = {
        "sha256": lambda: _discard(hashlib.sha256(data).digest()),
        "dom": lambda: _dom(data),
        "reader": lambda: _read(data),
        "writer": lambda: _discard(write_package(original)),
    }
    repeats = max(1, 2_000_000 // len(data))
    best = dict.fromkeys(competitors, float("inf"))
    for _ in range(ROUNDS):
        for name, work in competitors.items():
            begun = time.perf_counter()
            for _ in range(repeats):
                work()
            best[name] = min(best[name], (time.perf_counter() - begun) / repeats)
    return {"bytes": len(data), **{name: len(data) / seconds / 1e6 for name, seconds in best.items()}}


def _discard(_: bytes) -> None:
    pass


def _read(data: bytes) -> None:
    with read_package(data) as reading:
        if reading.refused:
            raise SystemExit(f"the benchmark's package was refused: {reading.findings}")


def _dom(data: bytes) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    for payload in etree.fromstring(data, parser).iter(f"{{{NAMESPACE}}}ContentTransferEncoded"):
        hashlib.sha256(base64.b64decode(payload.text or "")).digest()


def main() -> int:
    """Print the table, or with ``--json`` the numbers."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    arguments.add_argument("--seed", type=int, default=28)
    args = arguments.parse_args()
    results = {name: measure(Random(args.seed), size) for name, size in SIZES.items()}
    if args.json:
        json.dump(results, sys.stdout, indent=2)
        print()
        return 0
    print("MB/s over the package (best of rounds), and the reader in units of SHA-256 and of a plain DOM parse")
    print(f"{'package':<16}{'SHA-256':>10}{'DOM':>10}{'reader':>10}{'writer':>10}{'÷ SHA-256':>12}{'÷ DOM':>9}")
    for name, found in results.items():
        speeds = "".join(f"{found[column]:>10.1f}" for column in ("sha256", "dom", "reader", "writer"))
        ratios = f"{found['reader'] / found['sha256']:>12.3f}{found['reader'] / found['dom']:>9.2f}"
        print(f"{name:<16}{speeds}{ratios}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
