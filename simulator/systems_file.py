"""The systems file: which systems an axis or a system under test starts with (TOML, ``[[system]]`` tables)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from schemas import messages
from simulator.directory import Agency, System

_SYSTEM_FIELDS = {"id", "secret", "agencies"}
_AGENCY_FIELDS = {"code", "name", "old_code", "parent", "mail", "is_agency", "locked"}


class SystemsFileError(ValueError):
    """The file cannot be used; the text is one line that names file, line or field, and the rule."""


def read_systems(path: Path, lang: str) -> tuple[System, ...]:
    """Read a systems file. Raises ``SystemsFileError`` with a text in ``lang``."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise _error(lang, path, "unreadable", problem=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise _error(lang, path, "not-utf-8", position=error.start) from error
    except tomllib.TOMLDecodeError as error:
        raise _error(lang, path, "not-toml", problem=error) from error
    tables = content.get("system")
    if not isinstance(tables, list) or not tables or set(content) != {"system"}:
        raise _error(lang, path, "no-system")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*system\s*\]\]", line)]
    systems: list[System] = []
    for index, table in enumerate(tables):
        line = lines[index] if index < len(lines) else 1
        systems.append(_system(_Fields(lang, path, line, f"system[{index + 1}]", table)))
    for field, values in (
        ("id", [system.id for system in systems]),
        ("code", [code for system in systems for agency in system.agencies for code in (agency.code, agency.old_code)]),
    ):
        doubled = next((value for value in values if value and values.count(value) > 1), None)
        if doubled is not None:
            raise _error(lang, path, "doubled", field=field, value=doubled)
    return tuple(systems)


class _Fields:
    """One table of the file with errors that say where it stands."""

    def __init__(self, lang: str, path: Path, line: int, name: str, table: object) -> None:
        self._place = (lang, path, line, name)
        if not isinstance(table, dict):
            raise self.wrong("", "not-table")
        self._table: dict[str, Any] = table

    def wrong(self, field: str, rule: str, **values: object) -> SystemsFileError:
        lang, path, line, name = self._place
        return _error(lang, path, rule, line=line, field=f"{name}.{field}".rstrip("."), **values)

    def only(self, allowed: set[str]) -> None:
        for field in self._table:
            if field not in allowed:
                raise self.wrong(field, "unknown-field", known=", ".join(sorted(allowed)))

    def string(self, field: str, *, optional: bool = False) -> str:
        value = self._table.get(field, "" if optional else None)
        if not isinstance(value, str) or (not value.strip() and not optional):
            raise self.wrong(field, "not-text")
        return value

    def flag(self, field: str, *, default: bool) -> bool:
        value = self._table.get(field, default)
        if not isinstance(value, bool):
            raise self.wrong(field, "not-flag")
        return value

    def tables(self, field: str) -> list[_Fields]:
        value = self._table.get(field)
        if not isinstance(value, list) or not value:
            raise self.wrong(field, "no-agencies")
        lang, path, line, name = self._place
        return [_Fields(lang, path, line, f"{name}.{field}[{index + 1}]", item) for index, item in enumerate(value)]


def _system(fields: _Fields) -> System:
    fields.only(_SYSTEM_FIELDS)
    return System(
        id=fields.string("id"),
        secret=fields.string("secret"),
        agencies=tuple(_agency(entry) for entry in fields.tables("agencies")),
    )


def _agency(fields: _Fields) -> Agency:
    fields.only(_AGENCY_FIELDS)
    return Agency(
        code=fields.string("code"),
        name=fields.string("name"),
        old_code=fields.string("old_code", optional=True),
        parent=fields.string("parent", optional=True),
        mail=fields.string("mail", optional=True),
        is_agency=fields.flag("is_agency", default=True),
        locked=fields.flag("locked", default=False),
    )


def _error(lang: str, path: Path, rule: str, **values: object) -> SystemsFileError:
    return SystemsFileError(messages.text(f"simulator.systems.{rule}", lang, path=path, **values))
