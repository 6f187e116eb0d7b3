"""The report of a load run: ``load.json``, whose shape is ``schemas/load-report.schema.json``, and the raw values."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import schemas
from conformance.load.latency import three_digits
from conformance.load.measurement import Measurement
from conformance.load.profile import Profile
from conformance.load.verdict import Line, LoadVerdict, shown
from conformance.system import System
from schemas import messages, registry

SCHEMA = "axis28/load/1"
NAMED = 20


@dataclass(frozen=True, slots=True)
class Ran:
    """One finished run: everything that its report says."""

    profile: Profile
    measured: Measurement
    verdict: LoadVerdict
    system: System | None
    axis_url: str
    axis_started: bool
    started: datetime
    ended: datetime
    processes: int


def record(ran: Ran) -> dict[str, Any]:
    """Give the run as the JSON object of ``load.json``; its ``summary`` part fits the list ``load`` of a report."""
    measured, profile = ran.measured, ran.profile
    return {
        "schema": SCHEMA,
        "profile": {**asdict(profile), "title": dict(profile.title), "sha256": fingerprint(profile)},
        "target": "axis" if ran.system is None else "dms",
        "system": _system(ran.system),
        "axis": {"url": ran.axis_url, "started_by_suite": ran.axis_started},
        "started": ran.started.isoformat(timespec="milliseconds"),
        "ended": ran.ended.isoformat(timespec="milliseconds"),
        "verdict": ran.verdict.result.value,
        "exit_code": ran.verdict.exit_code,
        "offered": measured.offered,
        "accepted": measured.accepted,
        "documents": measured.documents,
        "poll_interval_s": measured.poll_interval_s,
        "send_ms": measured.send_ms.to_json(),
        "acknowledged_s": measured.acknowledged_s.to_json(),
        "status_01_s": None if measured.status_01_s is None else measured.status_01_s.to_json(),
        "lost": {"count": len(measured.lost), "named": list(measured.lost[:NAMED])},
        "duplicated": {"count": len(measured.duplicated), "named": list(measured.duplicated[:NAMED])},
        "errors": measured.errors,
        "thresholds": [_line(line) for line in ran.verdict.thresholds],
        "generator": {
            "processes": ran.processes,
            "cpu": [three_digits(use.cpu) for use in measured.generators],
            "lateness_ms": measured.lateness_ms.to_json(),
            "missing": measured.missing,
            "health": [_line(line) for line in ran.verdict.health],
        },
        "machine": {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()},
    }


def summary(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a certification report says of a load run: one entry of its list ``load``."""
    kept = (
        "verdict",
        "offered",
        "accepted",
        "send_ms",
        "acknowledged_s",
        "status_01_s",
        "thresholds",
        "started",
        "ended",
    )
    return {"profile": recorded["profile"]["name"], **{name: recorded[name] for name in kept}}


def write(ran: Ran, out: Path) -> Path:
    """Write ``load.json`` and the raw values beside it.

    Raises ``OSError``, and ``ValueError`` for a report that would break its schema.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and only needed at the end of a run
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    recorded = json.loads(json.dumps(record(ran), ensure_ascii=False))
    error = best_match(Draft202012Validator(schemas.json_schema("load-report")).iter_errors(recorded))
    if error is not None:
        raise ValueError(f"load.json would break its schema at {error.json_path}: {error.message}")
    out.mkdir(parents=True, exist_ok=True)
    (out / "load-values.json").write_text(json.dumps(_values(ran.measured)), encoding="utf-8")
    path = out / "load.json"
    path.write_text(json.dumps(recorded, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def table(ran: Ran, lang: str) -> str:
    """Give the run as the text that a person reads, in Vietnamese or English."""
    measured = ran.measured
    lines = [messages.text("load.heading", lang, title=ran.profile.title[lang], offered=measured.offered)]
    lines += [_row(line, lang) for line in ran.verdict.thresholds]
    lines.append(messages.text("load.generator", lang))
    lines += [_row(line, lang) for line in ran.verdict.health]
    if measured.errors:
        kinds = ", ".join(f"{kind} × {count}" for kind, count in sorted(measured.errors.items()))
        lines.append(messages.text("load.errors", lang, kinds=kinds))
    lines += [_explained(line, lang) for line in ran.verdict.breaches]
    lines.append(messages.text(f"load.{ran.verdict.result.value}", lang, name=ran.profile.name))
    return "\n".join(lines)


def fingerprint(profile: Profile) -> str:
    """Give the SHA-256 of the profile's contents, so that two reports can be told to be of the same profile."""
    text = json.dumps(asdict(profile), ensure_ascii=False, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _row(line: Line, lang: str) -> str:
    mark = messages.text("load.held" if line.held else "load.broken", lang)
    label = messages.text(f"load.line.{line.name}", lang)
    sign = "≥" if line.comparison == ">=" else "≤"
    return f"  {mark:<10} {label:<58} {shown(line.value, line.unit):>10}   {sign} {shown(line.limit, line.unit)}"


def _explained(line: Line, lang: str) -> str:
    reason = registry.reason(line.reason)
    return f"  {line.requirement}: {reason.text[lang]} {reason.cause[lang]} {reason.fix[lang]}"


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "comparison": line.comparison,
        "limit": line.limit,
        "value": three_digits(line.value),
        "unit": line.unit,
        "held": line.held,
        "reason": line.reason,
        "requirement": line.requirement,
        "message": {lang: messages.text(f"load.line.{line.name}", lang) for lang in messages.LANGUAGES},
    }


def _system(system: System | None) -> dict[str, Any] | None:
    if system is None:
        return None
    return {"id": system.id, "name": system.product, "version": system.version, "build": system.build}


def _values(measured: Measurement) -> dict[str, Any]:
    return {
        "send_ms": measured.send_ms.values,
        "acknowledged_s": measured.acknowledged_s.values,
        "status_01_s": None if measured.status_01_s is None else measured.status_01_s.values,
        "lateness_ms": measured.lateness_ms.values,
    }
