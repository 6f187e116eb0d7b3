"""Lies inside an answer that the axis made: in its envelope, in its items, in its times."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simulator import answers
from simulator.answers import Answer
from simulator.faults import kinds
from simulator.faults.rules import Rule

_WIRE_TIME = "%d/%m/%Y %H:%M:%S"
_TIMES = frozenset({"created_time", "updated_time", "sentTime", "receivedTime", "modifyDate"})
_OTHER_CASE = {"status": "Status", "ErrorCode": "errorCode", "ErrorDesc": "errordesc", "DocId": "docid"}
_OTHER_CASE |= {"data": "Data", "count": "Count"}
_BOM = b"\xef\xbb\xbf"


def altered(rule: Rule, answer: Answer, codes: Collection[str]) -> Answer | None:
    """Tell a lie about an answer; ``None`` where there is nothing that it could be about.

    ``codes`` are those of the agency that the rule names, where it names one.
    """
    if rule.kind is kinds.BOM:
        return replace(answer, body=_BOM + answer.body)
    envelope = _envelope(answer.body)
    change = _CHANGES.get(rule.fault)
    if envelope is None or change is None:
        return None
    changed = change(rule, envelope, codes)
    return None if changed is None else replace(answer, body=answers.as_json(changed))


def shifted(answer: Answer, seconds: float) -> Answer:
    """Date everything in an answer wrong by so many seconds."""
    envelope = _envelope(answer.body) or {}
    items = list(_items(envelope))
    for item in items:
        for name in _TIMES & item.keys():
            item[name] = _shifted_time(item[name], _WIRE_TIME, seconds)
    return replace(answer, body=answers.as_json(envelope)) if items else answer


def shifted_hop(text: str | None, seconds: float) -> str | None:
    """Date the line that the axis adds to a trace wrong by so many seconds."""
    return None if text is None else str(_shifted_time(text, "%Y/%m/%d %H:%M:%S", seconds))


def _shifted_time(text: Any, form: str, seconds: float) -> Any:
    try:
        return (datetime.strptime(text, form) + timedelta(seconds=seconds)).strftime(form)  # noqa: DTZ007 - wall time
    except (TypeError, ValueError, OverflowError):
        return text  # empty, or beyond what a calendar holds


def _envelope(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _items(envelope: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    data = envelope.get("data")
    if isinstance(data, list):
        yield from (item for item in data if isinstance(item, dict))


def _wrong_case(_: Rule, envelope: dict[str, Any], __: Collection[str]) -> dict[str, Any]:
    return {_OTHER_CASE.get(name, name): value for name, value in envelope.items()}


def _number_code(_: Rule, envelope: dict[str, Any], __: Collection[str]) -> dict[str, Any] | None:
    code = str(envelope.get("ErrorCode", ""))
    return {**envelope, "ErrorCode": int(code)} if code.isdecimal() else None


def _null_field(rule: Rule, envelope: dict[str, Any], _: Collection[str]) -> dict[str, Any] | None:
    items = list(_items(envelope))
    number = int(rule.argument("item"))
    if len(items) < number:
        return None
    item = items[number - 1]
    name = rule.argument("field") or [key for key, value in item.items() if isinstance(value, str)][-1]
    if name not in item:
        return None
    item[name] = None
    return envelope


def _closed_code(_: Rule, envelope: dict[str, Any], codes: Collection[str]) -> dict[str, Any] | None:
    """Leave an agency out of a list, or call it deleted where the list has a word for that."""
    found = [item for item in _items(envelope) if item.get("code") in codes]
    if not found:
        return None
    for item in found:
        if "deleted" in item:
            item |= {"deleted": True, "isAgency": False}
        else:
            envelope["data"].remove(item)
    return envelope


_CHANGES: Mapping[str, Callable[[Rule, dict[str, Any], Collection[str]], dict[str, Any] | None]] = {
    kinds.WRONG_KEY_CASE.name: _wrong_case,
    kinds.NUMBER_CODE.name: _number_code,
    kinds.NULL_FIELD.name: _null_field,
    kinds.CLOSED_CODE.name: _closed_code,
}
