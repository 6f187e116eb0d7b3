"""The command says of the vectors what their index says: verdicts and the complete reasons, in both profiles."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.command.packages import axis28

VECTORS = Path(__file__).resolve().parents[2] / "fixtures" / "vectors"


def usual_vectors() -> tuple[str, dict[tuple[str, ...], list[dict[str, Any]]]]:
    """Give the instant that most vectors share, and those of them that need no context, by the options they need."""
    entries: list[dict[str, Any]] = json.loads((VECTORS / "index.json").read_text("utf-8"))["vectors"]
    (now, _), *_ = Counter(entry["now"] for entry in entries if entry["context"] is None).most_common(1)
    grouped: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for entry in entries:
        if entry["now"] == now and entry["context"] is None:
            asked = {"--trust": entry.get("trust"), "--package-signature": entry.get("package_signature")}
            options = [word for option, value in asked.items() if value for word in (option, value)]
            grouped.setdefault(tuple(options), []).append(entry)
    return now, grouped


@pytest.mark.parametrize("profile", ["axis", "strict"])
def test_the_command_agrees_with_the_index(profile: str) -> None:
    now, grouped = usual_vectors()
    assert sum(map(len, grouped.values())) > 1_000
    assert len(grouped) > 1
    differing = {}
    for options, entries in grouped.items():
        answer = axis28(
            "check", *(entry["file"] for entry in entries), "--profile", profile, "--now", now, "--format", "json",
            *options, cwd=VECTORS,
        )  # fmt: skip
        assert answer.returncode in {0, 1}, answer.stderr
        report = {entry["file"]: entry for entry in json.loads(answer.stdout)["files"]}
        for entry in entries:
            said, expected = report[entry["file"]], entry["expect"][profile]
            reasons = {finding["reason"]: finding["severity"] for finding in said["findings"]}
            if (said["verdict"], reasons) != (expected["verdict"], expected["reasons"]):
                differing[entry["id"]] = (said["verdict"], reasons, expected)
    assert differing == {}


def test_a_vector_with_a_context_is_judged_in_it(tmp_path: Path) -> None:
    entries: list[dict[str, Any]] = json.loads((VECTORS / "index.json").read_text("utf-8"))["vectors"]
    entry = next(entry for entry in entries if entry["context"] is not None and entry["reason"] is not None)
    (tmp_path / "context.json").write_text(json.dumps(entry["context"]), "utf-8")
    answer = axis28(
        "check", entry["file"], "--now", entry["now"], "--context", str(tmp_path / "context.json"), "--format", "json",
        cwd=VECTORS,
    )  # fmt: skip
    (said,) = json.loads(answer.stdout)["files"]
    assert entry["reason"] in {finding["reason"] for finding in said["findings"]}
