"""Guards of what linters do not see: schemas, registries, frozen ids, module sizes, text that stands alone.

``python scripts/guard.py`` prints one line per complaint and exits 1 when there is one. ``--freeze`` enters the ids
that are new into ``schemas/frozen.json``; nothing takes one out again, because reports, waivers and rules of other
people cite them.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

import schemas
from axis28.citations import every_citation, vectors
from axis28.trace import complaint as sentence
from axis28.trace import summary, table
from schemas import registry
from schemas.traceability import Trace, trace

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("axis28", "protocol", "schemas", "fixtures", "simulator", "conformance", "scripts", "benchmarks")
FROZEN = ROOT / "schemas" / "frozen.json"
LONG_MODULES = ROOT / "scripts" / "long_modules.json"
MAX_LINES = 300
LONGEST_MESSAGE = 200
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Machine paths, and documents that this repository does not hold: what stands here must be readable without them.
LEAKS = re.compile(r"/(?:work|root|home/\w+)/|\b(?:PROTOCOL|NORMS|DESIGN|CONTRACTS|ANCHORS|PERFORMANCE)\.md")
TEXT_ENDINGS = {".py", ".md", ".toml", ".json", ".html", ".j2", ".css", ".yaml", ".txt", ""}


def complaints() -> Iterator[str]:
    """Yield what is wrong in this tree, one sentence each."""
    yield from json_schemas()
    yield from requirement_files()
    try:
        yield from references()
        yield from traceability()
        yield from frozen_ids()
    except schemas.DataError as error:
        yield str(error)
    yield from module_sizes()
    yield from leaks()


def json_schemas() -> Iterator[str]:
    """Yield what keeps a ``*.schema.json`` from being a valid schema of the dialect that all of them name."""
    for name in (*schemas.names("", ".schema.json"), *schemas.names("load", ".schema.json")):
        schema = schemas.json_data(name)
        if schema.get("$schema") != DIALECT:
            yield f'schemas/{name}: say which dialect it is: "$schema": "{DIALECT}"'
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            yield f"schemas/{name}: {'/'.join(map(str, error.absolute_path))}: {error.message}"


def requirement_files() -> Iterator[str]:
    """Yield where a file of the requirement catalogue breaks its schema or does not hold the group of its name."""
    validator = Draft202012Validator(schemas.json_schema("requirement"))
    for name in schemas.names("requirements", ".json"):
        content = schemas.json_data(name)
        for error in validator.iter_errors(content):
            yield f"schemas/{name}: {error.json_path}: {error.message[:LONGEST_MESSAGE]}"
        group = Path(name).stem
        for stranger in sorted(key for key in content if key.partition("-")[0] != group):
            yield f"schemas/{name}: {stranger} is of another group"


def traceability() -> Iterator[str]:
    """Yield requirements that nothing verifies, and citations of requirements that do not exist."""
    for gap in traceability_now().gaps:
        if gap.code not in {"id-gone", "id-new"}:  # frozen_ids says it
            yield sentence(gap, "en")


def traceability_now() -> Trace:
    """Give the trace of this tree."""
    return trace(every_citation())


def counted() -> Iterator[str]:
    """Yield the counts of the catalogue; nothing where a complaint says already why it cannot be read."""
    try:
        now = traceability_now()
    except schemas.DataError:
        return
    yield summary(now, "en")
    yield from table(now, "en")


def references() -> Iterator[str]:
    """Yield what one registry cites and another does not hold."""
    yield from _check_references()
    yield from _mutant_references()
    yield from _plan_references()
    yield from _fault_references()


def _check_references() -> Iterator[str]:
    requirements, reasons = registry.requirements(), registry.reasons()
    for check in registry.checks().values():
        if check.id.partition("/")[0] not in check.requirements:
            yield f"checks.json: {check.id} is named after a requirement that it does not list"
        for cited in set(check.requirements) - set(requirements):
            yield f"checks.json: {check.id} cites the requirement {cited}, which the catalogue does not hold"
        for code in set(check.reasons) - set(reasons):
            yield f"checks.json: {check.id} may give the reason {code}, which no file of schemas/reasons/ explains"


def _mutant_references() -> Iterator[str]:
    checks, requirements = registry.checks(), registry.requirements()
    for mutant in registry.mutants().values():
        if mutant.requirement not in requirements:
            yield f"mutants.json: {mutant.name} breaks {mutant.requirement}, which the catalogue does not hold"
        if not mutant.kills and not mutant.load:
            yield f"mutants.json: {mutant.name} is caught by nothing"
        for unknown in set(mutant.kills) - set(checks):
            yield f"mutants.json: {mutant.name} must fail {unknown}, which is no check"
    killed = {check_id for mutant in registry.mutants().values() for check_id in mutant.kills}
    for blind in sorted(set(checks) - killed):
        yield f"checks.json: no mutant fails {blind}, so nothing shows that it sees"


def _fault_references() -> Iterator[str]:
    for fault in registry.faults().values():
        for cited in sorted(set(fault.requirements) - set(registry.requirements())):
            yield f"faults.json: {fault.name} cites the requirement {cited}, which the catalogue does not hold"
        for case in sorted(set(fault.quirk) - set(registry.quirks())):
            yield f"faults.json: {fault.name} cites the case {case}, which quirks.json does not hold"
        if not fault.requirements or not fault.quirk:
            yield f"faults.json: {fault.name} names no requirement or no case, so no scenario would use it"


def _plan_references() -> Iterator[str]:
    planned: set[str] = set()
    for name in schemas.names("plans", ".toml"):
        listed = tomllib.loads(schemas.data(name).decode("utf-8"))["checks"]
        named = [*listed["scored"], *listed["provisional"]]
        planned.update(named)
        for twice in sorted({check_id for check_id in named if named.count(check_id) > 1}):
            yield f"schemas/{name}: {twice} is listed twice"
        for unknown in sorted(set(named) - set(registry.checks())):
            yield f"schemas/{name}: {unknown} is no check"
    for idle in sorted(set(registry.checks()) - planned):
        yield f"checks.json: {idle} stands in no plan, so no run decides it"


def ids() -> Mapping[str, list[str]]:
    """Give every id that others may cite, by registry."""
    return {
        "checks": sorted(registry.checks()),
        "faults": sorted(registry.faults()),
        "mutants": sorted(registry.mutants()),
        "quirks": sorted(registry.quirks()),
        "reasons": sorted(registry.reasons()),
        "requirements": sorted(registry.requirements()),
        "vectors": sorted(vector["id"] for vector in vectors()),
    }


def frozen_ids() -> Iterator[str]:
    """Yield ids that left their registry, and new ones that are not frozen yet."""
    frozen = schemas.json_data("frozen.json")
    for kind, present in ids().items():
        for gone in sorted(set(frozen.get(kind, [])) - set(present)):
            yield f"schemas/frozen.json: {kind}: {gone} is gone from its registry; ids are never renamed or removed"
        for new in sorted(set(present) - set(frozen.get(kind, []))):
            yield f"schemas/frozen.json: {kind}: {new} is new; enter it with `make freeze`"


def freeze() -> int:
    """Add the new ids to the frozen ones and give their number."""
    frozen = json.loads(FROZEN.read_text("utf-8")) if FROZEN.exists() else {}
    merged = {kind: sorted({*frozen.get(kind, []), *present}) for kind, present in ids().items()}
    FROZEN.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return sum(map(len, merged.values())) - sum(map(len, frozen.values()))


def module_sizes() -> Iterator[str]:
    """Yield modules longer than ``MAX_LINES``, and where the list of exceptions grew or is behind the times."""
    allowed: dict[str, int] = json.loads(LONG_MODULES.read_text("utf-8"))
    committed = _committed(LONG_MODULES)
    for path, lines in allowed.items():
        if committed is not None and lines > committed.get(path, 0):
            yield f"{LONG_MODULES.name}: {path}: this list only shrinks; split the module instead"
    for file in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        path = file.relative_to(ROOT).as_posix()
        lines = len(file.read_text("utf-8").splitlines())
        limit = allowed.pop(path, MAX_LINES)
        if lines > limit:
            yield f"{path}: {lines} lines; a module has at most {limit}: give it one reason to change"
        elif limit != MAX_LINES and lines < limit:
            yield f"{LONG_MODULES.name}: {path} has shrunk to {lines} lines: lower its entry, or drop it at {MAX_LINES}"
    yield from (f"{LONG_MODULES.name}: {path} does not exist: drop its entry" for path in allowed)


def _committed(file: Path) -> dict[str, int] | None:
    command = ["git", "-C", str(ROOT), "show", f"HEAD:{file.relative_to(ROOT).as_posix()}"]
    try:
        shown = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own words
    except FileNotFoundError:  # no git: nothing to compare with
        return None
    return json.loads(shown.stdout) if shown.returncode == 0 else None


def leaks() -> Iterator[str]:
    """Yield places that name a path of somebody's machine or a document that is not here."""
    folders = [ROOT / folder for folder in (*PACKAGES, "tests", "docs", ".ci")]
    files = [file for folder in folders for file in folder.rglob("*")] + list(ROOT.iterdir())
    for file in sorted(files):
        own = file == Path(__file__).resolve() or file.name == "uv.lock"
        if own or not file.is_file() or file.suffix not in TEXT_ENDINGS or file.name.startswith(".git"):
            continue
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
            if found := LEAKS.search(line):
                yield f"{file.relative_to(ROOT)}:{number}: names {found[0]}, which no reader of this repository has"


def main() -> int:
    """Print the complaints; 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--freeze", action="store_true", help="enter new ids into schemas/frozen.json")
    if parser.parse_args().freeze:
        print(f"{freeze()} new ids are frozen")
        return 0
    found = list(complaints())
    for complaint in found:
        print(complaint, file=sys.stderr)
    print(*counted(), sep="\n")
    print(f"guards: {len(found)} complaints" if found else "guards: nothing to complain about")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
