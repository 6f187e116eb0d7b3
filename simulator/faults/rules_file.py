"""The file of rules that an axis starts with: JSON where its name says so, else TOML; the shape of ``PUT /faults``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from simulator.faults.rules import MAX_NUMBER, Match, Rule, RuleError, usable

_TOP = ("rules",)
_RULE = ("id", "fault", "match", "times", "args")
_MATCH = tuple(field.name for field in fields(Match))


class RulesFileError(ValueError):
    """The file cannot be used; the text is one line that names file, field, rule and fix."""


def read_rules(path: Path, lang: str) -> tuple[Rule, ...]:
    """Read a file of rules. Raises ``RulesFileError`` with a text in ``lang``."""
    try:
        return _rules(_content(path))
    except RuleError as error:
        raise RulesFileError(f"{path}: {error.text(lang)}") from error


def _content(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise RuleError("file", "unreadable", problem=error.strerror or error) from error
    except (ValueError, RecursionError) as error:  # no JSON, no TOML, no UTF-8: each says where
        raise RuleError("file", "not-parsed", problem=str(error).partition("\n")[0]) from error


def _rules(content: object) -> tuple[Rule, ...]:
    top = _table("", content, _TOP)
    listed = top.get("rules")
    if not isinstance(listed, list):
        raise RuleError("rules", "wants-rules")
    found: dict[str, Rule] = {}
    for number, entry in enumerate(listed, 1):
        place = f"rules[{number}]"
        rule = _rule(place, entry)
        try:
            usable(rule)
        except RuleError as error:
            raise RuleError(f"{place}.{error.field}", error.problem, **error.values) from error
        if rule.id in found:
            raise RuleError(f"{place}.id", "doubled", id=rule.id)
        found[rule.id] = rule
    return tuple(found.values())


def _rule(place: str, value: object) -> Rule:
    entry = _table(place, value, _RULE)
    match = _table(f"{place}.match", entry.get("match", {}), _MATCH)
    args = _table(f"{place}.args", entry.get("args", {}), None)
    texts = {name: _text(f"{place}.match.{name}", match.get(name)) for name in _MATCH if name != "nth"}
    rule_id, fault = (_text(f"{place}.{name}", entry.get(name, 0)) or "" for name in ("id", "fault"))
    return Rule(
        id=rule_id,
        fault=fault,
        match=Match(**texts, nth=_count(f"{place}.match.nth", match.get("nth"))),
        times=_count(f"{place}.times", entry.get("times")),
        args=dict(args),
    )


def _table(place: str, value: object, known: tuple[str, ...] | None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise RuleError(place or "rules", "wants-table")
    for name in value:
        if known is not None and name not in known:
            raise RuleError(f"{place}.{name}".lstrip("."), "unknown-field", known=", ".join(known))
    return value


def _text(place: str, value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise RuleError(place, "wants-text")
    return value


def _count(place: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_NUMBER:
        raise RuleError(place, "wants-count", high=MAX_NUMBER)
    return value
