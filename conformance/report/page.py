"""The report as one HTML page that needs nothing else: both languages in it, every failure with what was captured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas import messages

MAX_EXCERPT = 6000
MAX_SHOWN_FILES = 8
BAD = ("fail", "wrong-reason", "error", "inconclusive")


def render(report: Mapping[str, Any], out: Path) -> str:
    """Give the page; excerpts of the evidence that the report names are read below ``out``."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - heavy, and only needed at the end of a run

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["t"] = messages.text
    source = files(__package__).joinpath("templates/report.html").read_text("utf-8")
    took = datetime.fromisoformat(report["ended"]) - datetime.fromisoformat(report["started"])
    return environment.from_string(source).render(
        report=report,
        languages=messages.LANGUAGES,
        took_s=f"{took.total_seconds():.1f}",
        bad=[check for check in report["checks"] if check["verdict"] in BAD],
        excerpts={check["id"]: _excerpts(check, out) for check in report["checks"] if check["verdict"] in BAD},
    )


def _excerpts(check: Mapping[str, Any], out: Path) -> list[dict[str, str]]:
    shown: list[dict[str, str]] = []
    for witness in check["witnesses"][:MAX_SHOWN_FILES]:
        path = out / witness["file"]
        if path.suffix in (".json", ".jsonl") and path.is_file():
            shown.append({"file": witness["file"], "text": _cut(_exchange(path, out))})
    return shown


def _exchange(path: Path, out: Path) -> str:
    """Give an exchange as it travelled, as far as it is text: request line, headers, body, then the answer."""
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        return text
    exchange = json.loads(text)
    lines: list[str] = []
    for side in ("request", "answer"):
        part = exchange.get(side)
        if not isinstance(part, dict):
            continue
        first = f"{part['method']} {part['path']}" if "method" in part else f"HTTP {part.get('http_status')}"
        lines += [first, *(f"{name}: {value}" for name, value in part.get("headers", ())), ""]
        if part.get("body_file"):
            lines.append((out / part["body_file"]).read_text("utf-8", "replace")[: MAX_EXCERPT // 2])
        elif part.get("body_text"):
            lines.append(part["body_text"])
        lines.append("")
    return "\n".join(lines)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_EXCERPT else text[:MAX_EXCERPT] + "\n…"
