"""A directory as lines of JSON, one agency in each: what a whole country's directory is brought in as.

It is read line by line, so that its size does not matter to memory. The fields are those of ``PUT /agencies/{code}``
and the code: ``{"code": "H99.01", "name": "Sở Thử nghiệm", "old_code": "000.00.01.H99", "system": "TEST.SYS.01"}``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from schemas import messages
from simulator.directory import Agency, DirectoryError, all_systems
from simulator.registering import fitting, put_agencies
from simulator.store.tables import facts

_TEXTS = {"code": 64, "name": 1000, "old_code": 64, "parent": 64, "mail": 320, "system": 255}
_FLAGS = ("is_agency", "locked")
_LONGEST_LINE = 16 * 1024
_SHOWN = 60
_TOLD = "agencies-file"


class AgenciesFileError(DirectoryError):
    """A line cannot be used; the text names line, field and rule."""


def read_agencies(lines: Iterable[bytes], lang: str) -> Iterator[Agency]:
    """Read the agencies of a file, one line at a time; empty lines are passed over. Raises ``AgenciesFileError``."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _Line(number, lang).read(line)


def check_agencies(lines: Iterable[bytes], lang: str, systems: Collection[str]) -> int:
    """Read a file to its end and see that codes stand once and systems are known; gives the number of agencies.

    Raises ``AgenciesFileError``.
    """
    seen: set[int] = set()  # hashes: the texts of a whole country's codes would weigh as much as the directory
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = _Line(number, lang)
        entry = place.read(line)
        count += 1
        for field, code in (("code", entry.code), ("old_code", entry.old_code)):
            if code and (hash(code) in seen):
                raise place.wrong("doubled", field=field, value=code)
        seen.update(hash(code) for code in {entry.code, entry.old_code} - {""})
        if entry.system_id is not None and entry.system_id not in systems:
            raise place.wrong("unknown-system", value=entry.system_id[:_SHOWN])
    return count


def bring_in(connection: Connection, path: Path, lang: str, at: int) -> None:
    """Enter the agencies of a file with which an axis is started; one that was entered last time is passed over.

    So what was registered, renamed or closed since stays. Of a file that has changed everything is entered but what
    was closed. Raises ``AgenciesFileError`` with a text in ``lang``.
    """
    try:
        with path.open("rb") as lines:
            digest = hashlib.file_digest(lines, "sha256").hexdigest()
            if connection.execute(select(facts.c.value).where(facts.c.name == _TOLD)).scalar() == digest:
                return
            lines.seek(0)
            check_agencies(lines, lang, set(all_systems(connection)))
            lines.seek(0)
            put_agencies(connection, read_agencies(lines, lang), at, reopen=False)
    except OSError as error:
        problem = error.strerror or error
        raise AgenciesFileError(messages.text("agencies.unreadable", lang, path=path, problem=problem)) from error
    except DirectoryError as error:
        raise AgenciesFileError(messages.text("agencies.unusable", lang, path=path, problem=error)) from error
    forget(connection)
    connection.execute(insert(facts).values(name=_TOLD, value=digest))


def forget(connection: Connection) -> None:
    """Forget which file was brought in last: the directory is empty again."""
    connection.execute(delete(facts).where(facts.c.name == _TOLD))


class _Line:
    """One line, with errors that say where it stands."""

    def __init__(self, number: int, lang: str) -> None:
        self._number = number
        self._lang = lang

    def wrong(self, rule: str, **values: object) -> AgenciesFileError:
        return AgenciesFileError(messages.text(f"agencies.{rule}", self._lang, line=self._number, **values))

    def read(self, line: bytes) -> Agency:
        if len(line) > _LONGEST_LINE:
            raise self.wrong("long-line", most=_LONGEST_LINE)
        try:
            content = json.loads(line.decode("utf-8-sig" if self._number == 1 else "utf-8"))
        except (ValueError, RecursionError):
            raise self.wrong("not-json") from None
        if not isinstance(content, dict):
            raise self.wrong("not-json")
        for field in content:
            if field not in _TEXTS and field not in _FLAGS:
                known = ", ".join((*_TEXTS, *_FLAGS))
                raise self.wrong("unknown-field", field=repr(field[:_SHOWN]), known=known)
        texts = {field: self._text(content, field) for field in _TEXTS}
        for field in _FLAGS:
            if not isinstance(content.get(field, False), bool):
                raise self.wrong("not-flag", field=field)
        entry = Agency(
            code=texts["code"],
            name=texts["name"],
            old_code="" if texts["old_code"] == texts["code"] else texts["old_code"],
            system_id=texts["system"] or None,
            parent=texts["parent"],
            mail=texts["mail"],
            is_agency=content.get("is_agency", True),
            locked=content.get("locked", False),
        )
        misfit = fitting(entry)
        if misfit is not None:
            raise self.wrong("bad-code", field=misfit, value=repr(getattr(entry, misfit)[:_SHOWN]))
        return entry

    def _text(self, content: dict[str, Any], field: str) -> str:
        value = content.get(field)
        if value is None and field not in ("code", "name"):
            return ""
        if not isinstance(value, str) or len(value) > _TEXTS[field] or (field == "name" and not value.strip()):
            raise self.wrong("not-text", field=field, most=_TEXTS[field])
        return value
