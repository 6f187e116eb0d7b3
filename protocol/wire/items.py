"""The items of the lists that the axis gives: waiting packages, sent packages, agencies and units.

Every text may be absent, null or a number. An item is broken only when the one thing is missing that makes it usable,
and a broken item never costs the others (H-R05).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from protocol.finding import quote

_Item = TypeVar("_Item")
_HEADER_SAFE = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One package waiting for a recipient. ``doc_id`` is the receiver's id; absent and null texts are ``None``."""

    doc_id: str
    service_type: str | None = None
    message_type: str | None = None
    created_time: str | None = None
    updated_time: str | None = None
    sender: str | None = None
    to: str | None = None
    status: str | None = None
    status_desc: str | None = None


@dataclass(frozen=True, slots=True)
class SentRow:
    """How one recipient stands to one sent package."""

    sender_doc_id: str | None = None
    receiver_doc_id: str | None = None
    from_code: str | None = None
    to_code: str | None = None
    service_type: str | None = None
    message_type: str | None = None
    title: str | None = None
    notation: str | None = None
    sent_time: str | None = None
    received_time: str | None = None
    send_status: str | None = None
    send_status_desc: str | None = None
    receive_status: str | None = None
    receive_status_desc: str | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency of the directory. ``old_code`` or ``code102`` is its code by QCVN 102, where the axis gives one."""

    code: str
    id: str | None = None
    name: str | None = None
    mail: str | None = None
    pid: str | None = None
    old_code: str | None = None
    code102: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the tree of units; only one with ``is_agency`` and without ``deleted`` can be addressed (H-O05)."""

    code: str
    id: str | None = None
    name: str | None = None
    mail: str | None = None
    pid: str | None = None
    center_code: str | None = None
    version: int | None = None
    deleted: bool = False
    modify_date: str | None = None
    is_agency: bool = False


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """An item that could not be used: its 0-based place in the list, a reason code and the start of its text."""

    index: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Listed(Generic[_Item]):
    """The usable items of a list in order, and what was wrong with the others."""

    items: tuple[_Item, ...]
    broken: tuple[BrokenItem, ...] = ()


ReceivedList = Listed[QueueItem]


class BrokenRowError(ValueError):
    """The item at hand cannot be used; ``reason`` is a code of the reason registry."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Row:
    """One item of a list, read by key; a value of the wrong kind counts as absent."""

    __slots__ = ("_entry",)

    def __init__(self, entry: object) -> None:
        if not isinstance(entry, dict):
            raise BrokenRowError("item-not-object")
        self._entry: Mapping[str, Any] = entry

    def text(self, key: str) -> str | None:
        """Give a text, or a number as it would be written."""
        return text_of(self._entry.get(key))

    def id(self, key: str) -> str:
        """Give a text that will travel in a header: printable ASCII and not empty."""
        text = (self.text(key) or "").strip()
        if not text:
            raise BrokenRowError("item-without-id")
        if not _HEADER_SAFE.fullmatch(text):
            raise BrokenRowError("item-id-unusable")
        return text

    def flag(self, key: str) -> bool:
        """Give a truth value; absent is false."""
        value = self._entry.get(key)
        return value is True or (isinstance(value, str) and value.strip().lower() == "true")

    def number(self, key: str) -> int | None:
        """Give a whole number, or ``None`` where there is none."""
        text = self.text(key)
        return int(text) if text is not None and re.fullmatch(r"-?\d{1,18}", text, re.ASCII) else None


def text_of(value: object) -> str | None:
    """Give a JSON text, or a JSON number as a text; ``None`` for everything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def read_items(data: Sequence[object], build: Callable[[Row], _Item]) -> Listed[_Item]:
    """Build what can be built of the items of a list and say what was wrong with the rest."""
    items: list[_Item] = []
    broken: list[BrokenItem] = []
    for index, entry in enumerate(data):
        try:
            items.append(build(Row(entry)))
        except BrokenRowError as error:
            broken.append(BrokenItem(index, error.reason, quote(json.dumps(entry, ensure_ascii=False)[:1000])))
    return Listed(tuple(items), tuple(broken))


def queue_item(row: Row) -> QueueItem:
    """Build an item of ``getReceivedEdocList``; it needs a ``docId``."""
    return QueueItem(
        doc_id=row.id("docId"),
        service_type=row.text("serviceType"),
        message_type=row.text("messageType"),
        created_time=row.text("created_time"),
        updated_time=row.text("updated_time"),
        sender=row.text("from"),
        to=row.text("to"),
        status=row.text("status"),
        status_desc=row.text("status_desc"),
    )


def sent_row(row: Row) -> SentRow:
    """Build a row of ``getSentEdocList``; it needs nothing."""
    return SentRow(
        sender_doc_id=row.text("senderDocId"),
        receiver_doc_id=row.text("receiverDocId"),
        from_code=row.text("fromCode"),
        to_code=row.text("toCode"),
        service_type=row.text("serviceType"),
        message_type=row.text("messageType"),
        title=row.text("title"),
        notation=row.text("notation"),
        sent_time=row.text("sentTime"),
        received_time=row.text("receivedTime"),
        send_status=row.text("sendStatus"),
        send_status_desc=row.text("sendStatusDesc"),
        receive_status=row.text("receiveStatus"),
        receive_status_desc=row.text("receiveStatusDesc"),
    )


def agency(row: Row) -> Agency:
    """Build an agency; it needs a ``code``."""
    return Agency(
        code=row.id("code"),
        id=row.text("id"),
        name=row.text("name"),
        mail=row.text("mail"),
        pid=row.text("pid"),
        old_code=row.text("oldCode"),
        code102=row.text("code102"),
    )


def unit(row: Row) -> Unit:
    """Build a unit; it needs a ``code``."""
    return Unit(
        code=row.id("code"),
        id=row.text("id"),
        name=row.text("name"),
        mail=row.text("mail"),
        pid=row.text("pid"),
        center_code=row.text("centerCode"),
        version=row.number("version"),
        deleted=row.flag("deleted"),
        modify_date=row.text("modifyDate"),
        is_agency=row.flag("isAgency"),
    )
