"""The context file: from JSON to what is known beside a package (``schemas/check-context.schema.json``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any, TypeVar

from protocol.package.limits import Limits
from protocol.rules.surroundings import KnownAgency, KnownDocument, Surroundings, usable
from schemas import messages

_Entry = TypeVar("_Entry")

MESSAGE_TYPES = ("edoc", "status")
REQUESTS = ("recall", "update")
TIGHTENED = ("package_bytes", "markup_bytes", "markup_items", "attachments", "payload_bytes", "decoded_bytes")
"""Limits that keep the reader safe: a context may lower them and not raise them."""
_DATE = re.compile(r"[0-9]{4}/(?:0[1-9]|1[0-2])/(?:0[1-9]|[12][0-9]|3[01])")
_STATUS_CODE = re.compile(r"[0-9]{2}")
_SAFE = Limits()


class SurroundingsError(ValueError):
    """A context that cannot be used. ``field`` is a JSON pointer, ``rule`` says in English what has to stand there."""

    def __init__(self, field: str, key: str, **values: object) -> None:
        self.field = field or "/"
        self._key, self._values = key, values
        super().__init__(self.text("en"))

    @property
    def rule(self) -> str:
        """Give the rule without the field."""
        return self._said("en")

    def text(self, lang: str) -> str:
        """Give field and rule in a language."""
        return f"{self.field}: {self._said(lang)}"

    def _said(self, lang: str) -> str:
        return messages.text(f"context.{self._key}", lang, **self._values)


def from_json(value: object) -> Surroundings:
    """Read the context of ``axis28 check --context`` (``schemas/check-context.schema.json``).

    Raises ``SurroundingsError`` naming the field, as a JSON pointer, and the rule.
    """
    known = {"sent_at", "system", "message_type", "agencies", "documents", "limits", "end_of_morning"}
    root = _members(value, "", known, ())
    message_type = _text(root, "", "message_type")
    if message_type is not None and message_type not in MESSAGE_TYPES:
        raise SurroundingsError("/message_type", "one-of", known=", ".join(MESSAGE_TYPES))
    return Surroundings(
        sent_at=_moment(root),
        system=_text(root, "", "system"),
        message_type=message_type,
        agencies=_many(root, "", "agencies", _agency),
        documents=_many(root, "", "documents", _document),
        limits=_limits(root.get("limits", {})),
        end_of_morning=_end_of_morning(root),
    )


def _limits(value: object) -> Limits:
    entry = _members(value, "/limits", {"policy_bytes", *TIGHTENED}, ())
    for name, given in entry.items():
        most = _SAFE.decoded_bytes if name == "policy_bytes" else int(getattr(_SAFE, name))
        if type(given) is not int or not 1 <= given <= most:
            raise SurroundingsError(f"/limits/{name}", "whole-number", most=most)
    return replace(_SAFE, **entry)


def _end_of_morning(root: Mapping[str, Any]) -> time | None:
    text = _text(root, "", "end_of_morning")
    if text is None:
        return None
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise SurroundingsError("/end_of_morning", "time-of-day")
    return time.fromisoformat(text)


def _agency(value: object, field: str) -> KnownAgency:
    known = {"code", "name", "old_code", "system", "closed", "successor", "locked"}
    entry = _members(value, field, known, ("code",))
    return KnownAgency(
        code=_text(entry, field, "code") or "",
        name=_text(entry, field, "name", empty=True) or "",
        old_code=_text(entry, field, "old_code"),
        system=_text(entry, field, "system"),
        closed=_flag(entry, field, "closed"),
        successor=_text(entry, field, "successor"),
        locked=_flag(entry, field, "locked"),
    )


def _document(value: object, field: str) -> KnownDocument:
    known = {"document_id", "from", "to", "code", "date", "statuses", "requests"}
    entry = _members(value, field, known, ("document_id", "from"))
    requests = _many(entry, field, "requests", _word) or ()
    for number, request in enumerate(requests):
        if request not in REQUESTS:
            raise SurroundingsError(f"{field}/requests/{number}", "one-of", known=", ".join(REQUESTS))
    return KnownDocument(
        document_id=_text(entry, field, "document_id") or "",
        sender=_text(entry, field, "from") or "",
        to=_many(entry, field, "to", _word) or (),
        code=_text(entry, field, "code"),
        date=_formed(entry, field, "date", _DATE),
        statuses=_many(entry, field, "statuses", _reported) or (),
        requests=requests,
    )


def _reported(value: object, field: str) -> tuple[str, str]:
    entry = _members(value, field, {"from", "agency", "code"}, ("code",))
    agencies = [agency for name in ("from", "agency") if (agency := _text(entry, field, name))]
    if len(agencies) != 1:
        raise SurroundingsError(field, "who-reported")
    return agencies[0], _formed(entry, field, "code", _STATUS_CODE, "status-code") or ""


def _word(value: object, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise SurroundingsError(field, "text")
    return value


def _members(value: object, field: str, known: set[str], required: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SurroundingsError(field, "object")
    for name in value:
        if name not in known:
            raise SurroundingsError(f"{field}/{_escaped(str(name))}", "unknown", known=", ".join(sorted(known)))
        if value[name] is None:
            raise SurroundingsError(f"{field}/{name}", "null")
    for name in required:
        if name not in value:
            raise SurroundingsError(f"{field}/{name}", "missing")
    return value


def _text(entry: Mapping[str, Any], field: str, name: str, *, empty: bool = False) -> str | None:
    value = entry.get(name)
    if value is None or (empty and value == ""):
        return value
    return _word(value, f"{field}/{name}")


def _formed(entry: Mapping[str, Any], field: str, name: str, form: re.Pattern[str], rule: str = "date") -> str | None:
    value = _text(entry, field, name)
    if value is not None and not form.fullmatch(value):
        raise SurroundingsError(f"{field}/{name}", rule)
    return value


def _flag(entry: Mapping[str, Any], field: str, name: str) -> bool:
    value = entry.get(name, False)
    if not isinstance(value, bool):
        raise SurroundingsError(f"{field}/{name}", "flag")
    return value


def _many(
    entry: Mapping[str, Any], field: str, name: str, read: Callable[[object, str], _Entry]
) -> tuple[_Entry, ...] | None:
    value = entry.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise SurroundingsError(f"{field}/{name}", "list")
    return tuple(read(member, f"{field}/{name}/{number}") for number, member in enumerate(value))


def _moment(root: Mapping[str, Any]) -> datetime | None:
    text = _text(root, "", "sent_at")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None or not usable(moment):
        raise SurroundingsError("/sent_at", "instant")
    return moment


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
