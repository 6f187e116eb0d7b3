"""Whether two views show the same letter: what was sent, what the axis hands over, what a DMS shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from protocol.finding import quote
from protocol.package.attachment import original
from protocol.package.model import Attachment, DocumentPackage

# What the axis is known to change in transit: it adds its hop and a Direction and builds the manifest anew.
_CHANGED_IN_TRANSIT = ("trace.hops", "header.other.direction", "manifest", "signature")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; ``path`` is its dotted name with 1-based indices."""

    path: str
    expected: str
    got: str


def packages_differ(sent: DocumentPackage, got: DocumentPackage) -> tuple[Difference, ...]:
    """Compare a package with what the axis made of it; absent and empty members are the same to it."""
    return tuple(_differences(_package_fields(sent), _package_fields(got)))


def shown_differs(letter: DocumentPackage, entry: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare a letter with the entry that a DMS shows for it (driver operation ``received``).

    The attachments are compared by size and SHA-256 of the original files, in any order; texts up to normalisation
    (NFC) and white space. Members that the letter does not carry are not compared.
    """
    header = letter.header
    expected: dict[str, str | None] = {
        "from": header.sender.organ_id,
        "subject": header.subject,
        "number": header.code.number,
        "notation": header.code.notation,
        "date": (header.promulgation.date or "").replace("/", "-"),
        "type_name": header.document_type.type_name,
        "priority": header.other.priority if header.other else None,
        "due_date": header.due_date.replace("/", "-") if header.due_date else None,
    }
    signer = header.signer
    if signer is not None:
        for name in ("competence", "position", "full_name"):
            expected[f"signer.{name}"] = getattr(signer, name)
    got = {path: _text(_member(entry, path)) for path in expected}
    wanted = {path: _text(value) for path, value in expected.items() if value}
    return (*_differences(wanted, {path: got[path] for path in wanted}), *_files_differ(letter, entry))


def _files_differ(letter: DocumentPackage, entry: Mapping[str, Any]) -> Iterator[Difference]:
    sent = []
    for attachment in letter.attachments:
        file = original(attachment)
        sent.append(f"{file.sha256} ({file.size} B)")
    shown = [
        f"{str(file.get('sha256', '')).lower()} ({file.get('size')} B)"
        for file in entry.get("attachments") or ()
        if isinstance(file, Mapping)
    ]
    if sorted(sent) != sorted(shown):
        yield Difference("attachments", ", ".join(sorted(sent)), ", ".join(sorted(shown)))


def _member(entry: Mapping[str, Any], path: str) -> Any:
    value: Any = entry
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: object) -> str:
    return "" if value is None else " ".join(unicodedata.normalize("NFC", str(value)).split())


def _package_fields(package: DocumentPackage) -> dict[str, str]:
    found = {
        path: value
        for path, value in _flat("", package)
        if value and not path.startswith(_CHANGED_IN_TRANSIT) and not path.startswith("attachments")
    }
    for index, attachment in enumerate(package.attachments, start=1):
        found[f"attachments[{index}]"] = _payload(attachment)
    return found


def _payload(attachment: Attachment) -> str:
    return f"{_text(attachment.name)} {attachment.sha256} ({attachment.size} B)"


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for index, item in enumerate(value, start=1):
            yield from _flat(f"{path}[{index}]", item)
    elif is_dataclass(value):
        for member in fields(value):
            if member.compare:
                yield from _flat(f"{path}.{member.name}" if path else member.name, getattr(value, member.name))
    elif value is not None:
        yield path, _text(value)


def _differences(expected: Mapping[str, str], got: Mapping[str, str]) -> Iterator[Difference]:
    for path in sorted({*expected, *got}):
        if expected.get(path, "") != got.get(path, ""):
            yield Difference(path, quote(expected.get(path, "")), quote(got.get(path, "")))
