"""The raw report, ``axis28/report/1``: one JSON object with a closed key set, checked against its schema."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shlex
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import schemas
from conformance import address
from conformance.outcome import Outcome
from conformance.plan import DEFAULT
from conformance.run import Conducted
from conformance.told import in_language
from conformance.verdict import Verdict, counts, judge
from schemas import registry
from schemas.messages import LANGUAGES, text

SCHEMA = "axis28/report/1"
CATALOGUE_VERSION = "2026.0"
COMMIT_LENGTH = 40


def build(conducted: Conducted) -> dict[str, Any]:
    """Write down a run. The verdict is computed from the report itself, so that anyone can compute it again."""
    place = {check_id: index for index, check_id in enumerate(registry.checks())}
    outcomes = sorted(conducted.outcomes, key=lambda outcome: place.get(outcome.entry.id, len(place)))
    checks = [_check(conducted, outcome) for outcome in outcomes]
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "suite": {"version": _version(), "commit": _commit()},
        "catalogue": {"version": CATALOGUE_VERSION, "sha256": _catalogue_sha256()},
        "plan": {
            "id": conducted.plan.id,
            "level": conducted.level,
            "sha256": conducted.plan.sha256,
            "draft": conducted.plan.draft,
            "selection": conducted.selection,
            "uncovered": conducted.plan.uncovered(conducted.level),
        },
        "role": conducted.plan.role,
        "profile": conducted.plan.profile,
        "system": {
            "id": conducted.system.id,
            "name": conducted.system.product,
            "version": conducted.system.version,
            "build": conducted.system.build,
        },
        "axis": {
            "url": address.shown(conducted.axis_url),
            "started_by_suite": conducted.axis_started,
            "clock": conducted.axis_clock.isoformat(timespec="seconds"),
        },
        "seed": conducted.settings.seed,
        "started": conducted.started.isoformat(timespec="milliseconds"),
        "ended": conducted.ended.isoformat(timespec="milliseconds"),
        "poll_interval_s": conducted.system.poll_interval_s,
        "verdict": "",
        "exit_code": 0,
        "counts": counts(checks),
        "checks": checks,
        "load": [],
        "waivers": [],
        "generator": {},
    }
    verdict, exit_code = judge(report)
    report.update(verdict=verdict.value, exit_code=exit_code)
    validate(report)
    return report


def validate(report: Mapping[str, Any]) -> None:
    """Check a report against ``schemas/report.schema.json``; ``ValueError`` names the first thing that is wrong."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and only needed at the end of a run
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    error = best_match(Draft202012Validator(schemas.json_schema("report")).iter_errors(report))
    if error is not None:
        raise ValueError(f"this is no {SCHEMA}: {error.json_path}: {error.message:.300}")


def _check(conducted: Conducted, outcome: Outcome) -> dict[str, Any]:
    entry = outcome.entry
    return {
        "id": entry.id,
        "requirements": list(entry.requirements),
        "quirk": list(entry.quirk),
        "level": entry.level,
        "scored": entry.scored and entry.id not in conducted.plan.provisional,
        "verdict": outcome.verdict.value,
        "reason": outcome.reason,
        "expected": in_language(outcome.expected, "en"),
        "got": in_language(outcome.got, "en"),
        "message": {lang: _message(outcome, lang) for lang in LANGUAGES},
        "law": entry.law,
        "fix": {lang: _fix(outcome, lang) for lang in LANGUAGES},
        "witnesses": [
            {"kind": witness.kind, "exchange": witness.exchange, "file": witness.file} for witness in outcome.witnesses
        ],
        "started": outcome.started.isoformat(timespec="milliseconds"),
        "ended": outcome.ended.isoformat(timespec="milliseconds"),
        "replay": _replay(conducted, entry.id),
        "waiver": None,
    }


def _message(outcome: Outcome, lang: str) -> str:
    """Say in a line what the check is about and, where it did not pass, why; then what was expected and what was seen.

    The first line is the headline of views that have no room for more.
    """
    title = outcome.entry.title[lang]
    known = registry.reasons().get(outcome.reason or "")
    lines = [title if known is None else f"{title} — {known.text[lang]}"]
    for key, said in (("expected-line", outcome.expected), ("got-line", outcome.got)):
        if said:
            lines.append(text(f"suite.{key}", lang, text=in_language(said, lang)))
    return "\n".join(lines)


def _fix(outcome: Outcome, lang: str) -> str:
    known = registry.reasons().get(outcome.reason or "")
    if outcome.verdict is Verdict.PASS:
        return ""
    if known is None or known.fix[lang] == outcome.entry.fix[lang]:
        return outcome.entry.fix[lang]
    # First what mends this very failure, then what the rule asks for in general.
    return f"{known.fix[lang].rstrip('.')}. {outcome.entry.fix[lang]}"


def _replay(conducted: Conducted, check_id: str) -> str:
    """Give the command that runs this check alone with the same content, without what may be secret in the driver."""
    settings = conducted.settings
    driver, url = settings.driver, address.url_of(settings.driver)
    if driver.startswith("exec:"):
        driver = "exec:…"
    elif url is not None:
        driver = f"http:{address.shown(url)}"
    words = ["axis28", "certify", "--driver", driver, "--select", check_id, "--seed", str(settings.seed)]
    given = {
        "plan": None if settings.plan == DEFAULT else settings.plan,
        "level": settings.level,
        "axis": None if settings.axis is None else address.shown(settings.axis),
        "system": settings.system,
        "ca": settings.ca,
    }
    words += [word for name, value in given.items() if value is not None for word in (f"--{name}", value)]
    return shlex.join(words).replace("'exec:…'", "exec:…")


def _version() -> str:
    try:
        return importlib.metadata.version("axis28")
    except importlib.metadata.PackageNotFoundError:
        return "0"


def _commit() -> str | None:
    """Give the commit of a source checkout, read from its .git folder; ``None`` for an installed suite."""
    git = Path(__file__).resolve().parents[2] / ".git"
    try:
        head = (git / "HEAD").read_text("utf-8").strip()
        if head.startswith("ref: "):
            head = (git / head.removeprefix("ref: ")).read_text("utf-8").strip()
    except OSError:
        return None
    return head if len(head) == COMMIT_LENGTH else None


@lru_cache(maxsize=1)
def _catalogue_sha256() -> str:
    """Hash the requirements, checks and reasons that the verdicts refer to, names and contents."""
    digest = hashlib.sha256()
    for name in ("checks.json", *schemas.names("requirements", ".json"), *schemas.names("reasons", ".json")):
        digest.update(name.encode() + b"\0" + schemas.data(name) + b"\0")
    return digest.hexdigest()
