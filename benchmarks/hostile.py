"""How soon `axis28 check` refuses what is made to exhaust it, and how much memory it takes, against what is promised.

Each package is checked by a fresh process, beside one that checks a clean letter; the least seconds of several rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fixtures.casebook.letters import letter_bytes
from tests.protocol import hostile

ROUNDS = 3
SECONDS, GROWTH_MB = 5.0, 64.0
"""What is promised of each: seconds in all, and memory above that of a clean letter."""
ATTACKS: dict[str, tuple[Callable[[], bytes], int]] = {
    "billion laughs": (hostile.billion_laughs, 1),
    "quadratic blow-up": (hostile.quadratic_blow_up, 1),
    "ten thousand levels": (hostile.deep, 1),
    "gigabyte in the zip of a sheet": (hostile.zip_bomb, 1),
    "gigabyte in a zip": (hostile.archive_bomb, 1),
    "gigabyte in a Word file": (hostile.word_bomb, 0),
}
"""Each with the exit code of its check; what cannot be read of a Word file is told, and no breach."""
_CHILD = """
import json, os, subprocess, sys
command = [sys.executable, "-m", "axis28", "check", sys.argv[1], "--jobs", "1"]
child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024]))
"""


def checked(file: Path, expected: int) -> tuple[float, float]:
    """Give the least seconds of a check and its peak in MB (Linux); a wrong exit code ends the benchmark."""
    seconds, peak = float("inf"), 0.0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run = subprocess.run([sys.executable, "-c", _CHILD, file], capture_output=True, text=True, check=True)
        seconds = min(seconds, time.perf_counter() - begun)
        code, megabytes = json.loads(run.stdout)
        if code != expected:
            raise SystemExit(f"{file.name}: exit code {code} instead of {expected}")
        peak = max(peak, megabytes)
    return seconds, peak


def main() -> int:
    """Print the figures, or with ``--json`` the numbers."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead of the text")
    args = arguments.parse_args()
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="axis28-") as folder:
        clean = Path(folder, "clean.edxml")
        clean.write_bytes(letter_bytes())
        usual_seconds, usual = checked(clean, os.EX_OK)
        for name, (make, code) in ATTACKS.items():
            file = Path(folder, f"{name.replace(' ', '-')}.edxml")
            file.write_bytes(make())
            seconds, peak = checked(file, code)
            found[name] = {"seconds": seconds, "growth_mb": peak - usual}
    if args.json:
        json.dump({"clean": {"seconds": usual_seconds, "peak_mb": usual}, **found}, sys.stdout, indent=2)
        print()
        return 0
    print(f"Hostile packages, the whole command (clean letter: {usual_seconds:.2f} s, {usual:.0f} MB)")
    for name, numbers in found.items():
        share = numbers["seconds"] / SECONDS
        print(f"  {name + ':':32}{numbers['seconds']:6.2f} s   {share:.2f} of the promised {SECONDS:.0f} s", end="")
        print(f"   {numbers['growth_mb']:+6.1f} MB (promised {GROWTH_MB:.0f})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
