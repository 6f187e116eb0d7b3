"""Write ``fixtures/vectors/`` from the casebook: one file per case and the index, the same bytes every time.

``python scripts/vectors.py`` writes; with ``--check`` it prints what is stale or left over and exits 1 if anything is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from fixtures.casebook.index import TRUST_FOLDER, every_case, file_name, index
from fixtures.casebook.trusts import TRUSTS, trust_files

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "vectors"
INDEX = "index.json"


def files() -> Mapping[str, bytes]:
    """Give the content of every file, by its path below ``fixtures/vectors/``."""
    made = {file_name(area, case): case.raw() for area, case in every_case()}
    for name in TRUSTS:
        made |= {f"{TRUST_FOLDER}/{name}/{path}": der for path, der in trust_files(name).items()}
    made[INDEX] = (json.dumps(index(), ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    return made


def complaints(made: Mapping[str, bytes]) -> Iterator[str]:
    """Yield what is missing, stale or left over in the folder."""
    for name, content in made.items():
        path = FOLDER / name
        if not path.is_file():
            yield f"fixtures/vectors/{name}: missing; write it with `make vectors`"
        elif path.read_bytes() != content:
            yield f"fixtures/vectors/{name}: not what the casebook makes; write it with `make vectors`"
    for name in left_over(made):
        yield f"fixtures/vectors/{name}: no case makes it; `make vectors` removes it"


def left_over(made: Mapping[str, bytes]) -> list[str]:
    """Give the files of the folder that no case makes."""
    there = (path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
    return sorted(set(there) - set(made))


def write(made: Mapping[str, bytes]) -> None:
    """Write what changed and remove what is left over."""
    for name, content in made.items():
        path = FOLDER / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for name in left_over(made):
        (FOLDER / name).unlink()
    for folder in sorted((path for path in FOLDER.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def main() -> int:
    """Write the vectors, or complain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something is stale")
    arguments = parser.parse_args()
    made = files()
    if not arguments.check:
        write(made)
        print(f"{len(list(every_case()))} vectors, {sum(map(len, made.values())) // 1024} KB")
        return 0
    found = list(complaints(made))
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
