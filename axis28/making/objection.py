"""What is wrong with an order, in the reader's language: the answers of its schema in words of our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from schemas import messages

RENAMED = {
    "appendixes": "appendix",
    "to_places": "to-place",
    "added": "add",
    "removed": "remove",
    "files": "attach",
}
"""Members whose flag has another name."""
GROUPS = ("signer", "officer")
"""Members whose own members have flags."""


def source(path: Sequence[object], flags: Mapping[str, Any]) -> str:
    """Name what gave a member: its flag where ``flags`` (the members given by flags) has it, else its place."""
    top, *inside = [str(step) for step in path] or [""]
    if top in GROUPS and inside and inside[0] in flags.get(top, {}):
        return "--officer" if (top, inside[0]) == ("officer", "name") else f"--{top}-{inside[0]}"
    if top in flags and top not in GROUPS:
        return "--" + RENAMED.get(top, top).replace("_", "-")
    return f"--from-json: /{'/'.join([top, *inside])}"


def objection(error: Any, lang: str) -> str:
    """Say what an error of the schema's validator means."""
    form = error.schema.get("form") if isinstance(error.schema, dict) else None
    if form is not None and error.validator in {"pattern", "oneOf", "not"}:
        return messages.text(f"new.rule.{form}", lang)
    values = _VALUES.get(error.validator, lambda _: {})(error)
    key = error.validator if error.validator in _VALUES or error.validator in _PLAIN else "other"
    return messages.text(f"new.rule.{key}", lang, **values)


def _listed(names: Sequence[object]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_PLAIN = frozenset({"minLength", "minItems"})
_VALUES: dict[str, Callable[[Any], dict[str, object]]] = {
    "required": lambda error: {
        "members": _listed([name for name in error.validator_value if name not in error.instance])
    },
    "additionalProperties": lambda error: {
        "members": _listed([name for name in error.instance if name not in error.schema["properties"]][:5]),
        "known": ", ".join(sorted(error.schema["properties"])),
    },
    "type": lambda error: {"type": error.validator_value},
    "enum": lambda error: {"values": _listed(error.validator_value)},
    "const": lambda error: {"value": _listed([error.validator_value])},
    "minimum": lambda error: {"least": error.validator_value},
    "maximum": lambda error: {"most": error.validator_value},
}
