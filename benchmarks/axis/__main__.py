"""Measure an axis against limits and peers of the same machine in the same run, and print the table.

One core for the server and the client on another, where there are two; medians of rounds that alternate, with the least
and the most; ratios are those of one round. Absolute numbers say more about the machine than about the axis.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from benchmarks.axis import accepting, listing, reading, sealed, stores
from benchmarks.axis.accepting import Plan
from benchmarks.axis.rounds import Row
from benchmarks.axis.servers import CLIENT_CORE, pinned

PARTS: dict[str, Callable[[Plan], Iterator[Row]]] = {
    "accepting": accepting.accepting,
    "large": accepting.large,
    "polls": accepting.polls,
    "memory": accepting.memory,
    "sealed": sealed.sealed,
    "workers": sealed.workers,
    "streaming": reading.streaming,
    "paper": reading.paper,
    "listing": listing.listing,
    "stores": stores.stores,
}
_SAID = (__doc__ or "").partition("\n")[0]
_SHOWN = ("uvicorn", "uvloop", "httptools", "starlette", "sqlalchemy", "lxml", "prometheus-client")


def machine() -> dict[str, str]:
    """Say on what was measured: the processor, the system, and versions of what matters."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    java = shutil.which("java")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr if java else ""
    return {
        "processor": f"{os.cpu_count()} x {model}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "java": told.partition("\n")[0],
        "pinned": "server and client to a core each" if pinned() else "no",
        "load": f"{os.getloadavg()[0]:.1f}",
        **{name: version(name) for name in _SHOWN},
    }


def shown(row: Row) -> str:
    """Write one row for people."""
    bound = "" if row.goal is None else f"  {'at most' if row.at_most else 'goal'} {row.goal:g}"
    verdict = {True: "  reached", False: "  MISSED", None: ""}[row.reached]
    notes = "".join(f"  {name}: {value}" for name, value in row.notes.items())
    return (
        f"{row.name:<28}{row.ours.shown()} {row.unit}; {row.peer_name}: {row.peer.shown()}\n"
        f"{'':<28}ratio {row.ratio.shown(3)}{bound}{verdict}{notes}"
    )


def main() -> int:
    """Measure the parts that are asked for, or all."""
    arguments = argparse.ArgumentParser(
        prog="python -m benchmarks.axis", description=(__doc__ or "").partition("\n")[0]
    )
    arguments.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    arguments.add_argument("--rounds", type=int, default=5, help="rounds that count (default 5)")
    arguments.add_argument("--seconds", type=float, default=2.0, help="about how long each server works in a round")
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    args = arguments.parse_args()
    unknown = [part for part in args.parts if part not in PARTS]
    if unknown:
        arguments.error(f"{', '.join(unknown)}: there are {', '.join(PARTS)}")
    told = machine()
    if pinned():
        os.sched_setaffinity(0, {CLIENT_CORE})
    rows = []
    if not args.json:
        print(", ".join(f"{name} {value}" for name, value in told.items()))
    with tempfile.TemporaryDirectory(prefix="axis28-bench-") as folder:
        for part in args.parts or PARTS:
            place = Path(folder) / part
            place.mkdir()
            for row in PARTS[part](Plan(args.rounds, args.seconds, place)):
                rows.append(row)
                if not args.json:
                    print(shown(row), flush=True)
    if args.json:
        json.dump({"machine": told, "rows": [row.to_json() for row in rows]}, sys.stdout, indent=2)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
