"""The systems file as one system reads it: its own secret and agencies (TOML, ``[[system]]`` tables)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.reference_dms.office import Agency


class SystemsFileError(Exception):
    """The file cannot be used; the text names the field and the rule."""


@dataclass(frozen=True, slots=True)
class DeclaredSystem:
    """One system of the file."""

    id: str
    secret: str
    agencies: tuple[Agency, ...]


def read_systems(path: Path) -> dict[str, DeclaredSystem]:
    """Read a systems file: id → system, in their order. Members that only an axis needs are not looked at."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SystemsFileError(error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise SystemsFileError(f"not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise SystemsFileError(str(error)) from error
    tables = content.get("system")
    if not isinstance(tables, list) or not tables:
        raise SystemsFileError("[[system]] is missing: declare at least one system")
    systems = [_system(table, f"system[{index}]") for index, table in enumerate(tables, 1)]
    return {system.id: system for system in systems}


def _system(table: Any, place: str) -> DeclaredSystem:
    if not isinstance(table, dict):
        raise SystemsFileError(f"{place} must be a table")
    agencies = table.get("agencies")
    if not isinstance(agencies, list) or not agencies:
        raise SystemsFileError(f'{place}.agencies must list at least one {{ code = "…", name = "…" }}')
    return DeclaredSystem(
        _text(table, "id", place),
        _text(table, "secret", place),
        tuple(_agency(agency, f"{place}.agencies[{index}]") for index, agency in enumerate(agencies, 1)),
    )


def _agency(table: Any, place: str) -> Agency:
    if not isinstance(table, dict):
        raise SystemsFileError(f"{place} must be a table")
    old_code = _text(table, "old_code", place) if "old_code" in table else None
    return Agency(_text(table, "code", place), _text(table, "name", place), old_code)


def _text(table: dict[str, Any], field: str, place: str) -> str:
    value = table.get(field)
    if not isinstance(value, str) or not value.strip():
        raise SystemsFileError(f"{place}.{field} must be a text that is not empty")
    return value
