"""Ask PyPI whether a known weakness stands in what uv.lock names; part of ``make check``.

The answer for a lock file is kept for a day under ``.venv``, so that asking again costs nothing. Without a network it
says "skipped" and fails nothing: the next check with one catches up. A weakness that does not touch us is excused in
``EXCUSED``, with its reason.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".venv" / ".audit.json"
KEEP_SECONDS = 24 * 3600
LIMIT_SECONDS = 180
EXCUSED: dict[str, str] = {}
"""Id of a weakness → why it does not touch us."""


def main() -> int:
    """Give 1 where a weakness stands that nobody excused, else 0."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes() + repr(sorted(EXCUSED)).encode()).hexdigest()
    found = _kept(digest)
    if found is None:
        found = _asked()
        if found is None:
            print("dependency audit: skipped: no network")
            return 0
        KEPT.write_text(json.dumps({"lock": digest, "at": time.time(), "found": found}), encoding="utf-8")
    for line in found:
        print(f"dependency audit: {line}", file=sys.stderr)
    if not found:
        print("dependency audit: no known weakness")
    return 1 if found else 0


def _kept(digest: str) -> list[str] | None:
    try:
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    fresh = kept["lock"] == digest and time.time() - kept["at"] < KEEP_SECONDS
    return list(kept["found"]) if fresh else None


def _asked() -> list[str] | None:
    """Give one line for each weakness, ``None`` where nobody could be asked."""
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder) / "requirements.txt"
        exported = subprocess.run(  # noqa: S603 - our own tools with our own arguments
            [
                str(ROOT / ".uv" / "bin" / "uv"), "export", "--quiet", "--locked", "--all-extras", "--all-groups",
                "--no-emit-project", "--no-annotate", "--output-file", str(names),
            ],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if exported.returncode:
            raise SystemExit(f"dependency audit: uv export failed: {exported.stderr.strip()}")
        command = [
            sys.executable, "-m", "pip_audit", "--vulnerability-service", "pypi", "--disable-pip", "--require-hashes",
            "--requirement", str(names), "--format", "json", "--progress-spinner", "off", "--timeout", "10",
        ]  # fmt: skip
        for excused in EXCUSED:
            command += ["--ignore-vuln", excused]
        try:
            done = subprocess.run(  # noqa: S603 - as above
                command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return None
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return [
        f"{row['name']} {row['version']}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'no version yet'}"
        for row in rows
        for each in row.get("vulns", ())
    ]


if __name__ == "__main__":
    sys.exit(main())
