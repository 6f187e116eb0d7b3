"""The start-up guard: the packages that run must be those of this distribution.

Their names are plain words, so others carry them too: PyPI's ``fixtures`` writes its files over ours, and a vendor's
own ``schemas/`` in the working directory comes first on the path. Both would fail far from their cause. The guard looks
for the packages without importing them and uses the standard library only, because nothing else can be trusted yet;
its words stand here in both languages for the same reason.
"""

from __future__ import annotations

import csv
from base64 import urlsafe_b64encode
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("protocol", "schemas", "fixtures", "simulator", "conformance")
HOME = Path(__file__).resolve().parent.parent


def intruder() -> str | None:
    """Say, in one line, which package does not come from this distribution and what to do; ``None`` if all do."""
    hashes = _recorded_hashes()
    for name in PACKAGES:
        expected = HOME / name / "__init__.py"
        spec = find_spec(name)
        found = None if spec is None else spec.origin or next(iter(spec.submodule_search_locations or ()), None)
        if found is None:
            return (
                f"axis28: the package '{name}' is missing at {expected}; reinstall axis28 in an environment of its own"
                f" / thiếu gói '{name}' tại {expected}; hãy cài lại axis28 trong một môi trường riêng"
            )
        if Path(found).resolve() != expected:
            return (
                f"axis28: the package '{name}' was found at {found} instead of {expected}; run axis28 from another"
                f" directory or remove that one from PYTHONPATH"
                f" / gói '{name}' được tìm thấy tại {found} thay vì {expected}; hãy chạy axis28 từ thư mục khác hoặc bỏ"
                f" đường dẫn đó khỏi PYTHONPATH"
            )
        if name in hashes and hashes[name] != _digest(expected):
            return (
                f"axis28: {expected} was overwritten by another distribution that also has a package '{name}';"
                f" reinstall axis28 in an environment of its own"
                f" / {expected} đã bị ghi đè bởi một bản phân phối khác cũng có gói '{name}'; hãy cài lại axis28 trong"
                f" một môi trường riêng"
            )
    return None


def _recorded_hashes() -> dict[str, str]:
    """Read what the installer recorded of each package's ``__init__.py``; empty for an editable installation."""
    hashes: dict[str, str] = {}
    files = {f"{name}/__init__.py": name for name in PACKAGES}
    for record in HOME.glob("axis28-*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                if len(row) >= 2 and row[0] in files and row[1].startswith("sha256="):
                    hashes[files[row[0]]] = row[1].removeprefix("sha256=")
    return hashes


def _digest(file: Path) -> str:
    return urlsafe_b64encode(sha256(file.read_bytes()).digest()).rstrip(b"=").decode("ascii")
