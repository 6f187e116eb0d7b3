"""The driver protocol ``axis28/driver/1``: requests that the suite makes, answers that a DMS gives, and their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import schemas
from conformance.told import told

PROTOCOL = "axis28/driver/1"
CATEGORIES = (
    "format", "integrity", "signature", "addressee", "sender", "duplicate", "attachment", "secrecy", "size", "other",
)  # fmt: skip
MAX_QUOTED = 300
MAX_DEPTH = 64

Kind = Literal["ok", "refused", "unsupported", "error"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a DMS: ``ok`` with its value, ``refused`` with reason and category, ``unsupported``, ``error``."""

    kind: Kind
    value: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    category: str | None = None


class DriverFault(Exception):  # noqa: N818 - a fault of the driver of the system under test
    """The driver died, hung or talked nonsense; ``reason`` is a reason code, ``text`` says what was seen."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class DriverUnusable(Exception):  # noqa: N818 - said before the run, to the person who started it
    """The driver cannot be used at all (bad spec, no such command, no valid ``describe``); the text is one line."""


def request(identifier: str, operation: str, run: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Build one request object."""
    return {"id": identifier, "op": operation, "run": run, "args": dict(args)}


def read_answer(operation: str, identifier: str, raw: object) -> Answer:
    """Check one answer object against the protocol and type it.

    Raises ``DriverFault`` with reason ``driver-nonsense`` naming the field that is wrong.
    """
    if _too_deep(raw):
        # Quoting or checking it would exhaust the stack of whoever tries.
        raise nonsense(operation, told("the answer is nested deeper than {limit} levels", limit=MAX_DEPTH), "…")
    if not isinstance(raw, dict):
        raise nonsense(operation, told("the answer is no JSON object"), raw)
    if raw.get("id") != identifier:
        raise nonsense(
            operation,
            told("the answer's id is {id!r}, the request's was {asked!r}", id=raw.get("id"), asked=identifier),
            raw,
        )
    complaint = _complaint("answer", raw)
    if complaint is not None:
        problem = told(
            "an answer has 'id' and exactly one of 'ok', 'refused', 'unsupported', 'error' ({complaint})",
            complaint=complaint,
        )
        raise nonsense(operation, problem, raw)
    if "ok" in raw:
        complaint = _complaint(f"{operation}.ok", raw["ok"])
        if complaint is not None:
            raise nonsense(
                operation, told("'ok' breaks the shape of this operation: {complaint}", complaint=complaint), raw
            )
        return Answer("ok", raw["ok"])
    if "refused" in raw:
        return Answer("refused", reason=raw["refused"]["reason"], category=raw["refused"].get("category"))
    return Answer("unsupported") if "unsupported" in raw else Answer("error", reason=raw["error"])


def _too_deep(raw: object) -> bool:
    level: list[object] = [raw]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True


def nonsense(operation: str, problem: str, raw: object) -> DriverFault:
    """Build the fault for an answer that is none; what came is quoted, cut to a few hundred characters."""
    shown = repr(raw)
    shown = shown if len(shown) <= MAX_QUOTED else shown[: MAX_QUOTED - 1] + "…"
    text = told("{operation}: {problem}; it answered {shown}", operation=operation, problem=problem, shown=shown)
    return DriverFault("driver-nonsense", text)


@lru_cache(maxsize=64)
def _validator(definition: str) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, and only needed once a driver answers

    whole = schemas.json_schema("driver")
    return Draft202012Validator({"$schema": whole["$schema"], "$defs": whole["$defs"], "$ref": f"#/$defs/{definition}"})


def _complaint(definition: str, value: object) -> str | None:
    """Say the first thing that the schema of a definition has against a value, ``None`` where it is well formed."""
    if definition not in schemas.json_schema("driver")["$defs"]:
        return None
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - see _validator

    error = best_match(_validator(definition).iter_errors(value))
    return None if error is None else f"{error.json_path}: {error.message}"[:MAX_QUOTED]
