"""What is kept of a finding: the bytes that show it and what is wrong with them, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.fuzz.campaign import Found
from conformance.fuzz.recipe import Rendered
from schemas import registry

SCHEMA = "axis28/fuzz-finding/1"


def name(found: Found, number: int) -> str:
    """Give a finding its folder name, the same for the same campaign: ``01-fuzz-valid-refused``."""
    return f"{number:02d}-{found.failure.reason}"


def save(found: Found, folder: Path, *, seed: int, examples: int, target: str) -> dict[str, Any]:
    """Write ``package.edxml`` (the bytes exactly as they were sent) and ``finding.json``; give what the latter says.

    Several packages (``package-02.edxml`` …) are written where the system died and any of them may have killed it.
    Raises ``OSError`` where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for index, rendered in enumerate(found.packages, start=1):
        file = "package.edxml" if index == 1 else f"package-{index:02d}.edxml"
        (folder / file).write_bytes(rendered.raw)
        files.append(file)
    record = describe(found, files, seed=seed, examples=examples, target=target)
    (folder / "finding.json").write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return record


def describe(found: Found, files: list[str], *, seed: int, examples: int, target: str) -> dict[str, Any]:
    """Give the finding as JSON data, in both languages where a person reads it."""
    failure = found.failure
    reason = registry.reason(failure.reason)
    return {
        "schema": SCHEMA,
        "reason": failure.reason,
        "requirement": failure.requirement,
        "aspect": failure.aspect,
        "expected": failure.expected,
        "got": failure.got,
        "message": dict(reason.text),
        "cause": dict(reason.cause),
        "fix": dict(reason.fix),
        "examples": found.examples,
        "shrinking_tries": found.tries,
        "files": files,
        "made_of": [made_of(rendered) for rendered in found.packages],
        "replay": f"axis28 fuzz {target} --seed {seed} --examples {examples}",
    }


def made_of(rendered: Rendered) -> dict[str, Any]:
    """Say how an example was made: its variations and damages, and the document that it was before."""
    recipe = rendered.recipe
    return {
        "document_id": rendered.document_id,
        "valid": recipe.valid,
        "variations": [f"{one.kind} {one.choice}" for one in recipe.variations],
        "damages": [f"{one.kind} {one.name} where={one.where} amount={one.amount}" for one in recipe.damages],
        "request": None if recipe.request is None else f"{recipe.request.kind} amount={recipe.request.amount}",
    }
