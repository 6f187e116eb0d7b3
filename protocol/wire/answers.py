"""The answers of the axis, read strictly about success and kindly about everything else.

Success is ``status`` exactly ``OK`` *and* ``ErrorCode`` zero; any other pair is no success, whatever the HTTP status
says (H-R03, H-R07). What is no JSON object with the three keys is no answer at all (H-R01). Numbers for texts, unknown
keys, a byte order mark, line breaks and Vietnamese letters do no harm (H-R06, H-R11, H-R12), and one bad item of a list
does not cost the others (H-R05).
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from protocol.finding import quote
from protocol.wire import items
from protocol.wire.errors import AnswerUnusable, AxisRefused
from protocol.wire.items import Agency, Listed, ReceivedList, SentRow, Unit, text_of

_Item = TypeVar("_Item")
_NOT_XML = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|script)\b", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every answer in JSON begins with."""

    status: str
    error_code: str
    error_desc: str

    @property
    def success(self) -> bool:
        """Whether both ``status`` and ``ErrorCode`` say so."""
        return self.status == "OK" and self.error_code == "0"


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """``doc_id`` is the sender's id of the package, 24 hexadecimal digits on the real axis; take it as opaque."""

    doc_id: str


def parse_envelope(raw: bytes, operation: str, http_status: int = 200) -> tuple[Envelope, Mapping[str, Any]]:
    """Read the envelope of a JSON answer of any outcome and give it with the whole object.

    Raises ``AnswerUnusable`` where there is none.
    """

    def unusable(reason: str, detail: str | bytes = b"") -> AnswerUnusable:
        return AnswerUnusable(reason, operation, quote(detail), http_status=http_status)

    if 300 <= http_status < 400:
        raise unusable("answer-redirects")
    if not raw.strip():
        raise unusable("answer-empty")
    try:
        content = json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise unusable("answer-not-json", raw[:1000]) from None
    if not isinstance(content, dict):
        raise unusable("answer-not-object", raw[:1000])
    texts = [text_of(content.get(key)) for key in ("status", "ErrorCode", "ErrorDesc")]
    status, code, description = texts
    if status == "FAIL" and code is not None and description is None:
        description = ""  # a refusal that forgets its text is a refusal all the same
    if status is None or code is None or description is None:
        missing = [key for key, text in zip(("status", "ErrorCode", "ErrorDesc"), texts, strict=True) if text is None]
        raise unusable("answer-key-missing", ", ".join(missing))
    return Envelope(status, code.strip(), description), content


def parse_plain(raw: bytes, operation: str, http_status: int = 200) -> Mapping[str, Any]:
    """Read an answer that must be a success and give its whole object.

    Raises ``AxisRefused`` where the axis says no and ``AnswerUnusable`` where it is not clear what it says.
    """
    envelope, content = parse_envelope(raw, operation, http_status)
    if envelope.success:
        if not 200 <= http_status < 300:
            raise AnswerUnusable("answer-contradictory", operation, envelope.error_desc, http_status=http_status)
        return content
    if envelope.status == "FAIL" and envelope.error_code != "0":
        raise AxisRefused(envelope.error_code, envelope.error_desc, operation, http_status=http_status)
    reason = "answer-contradictory" if envelope.status in {"OK", "FAIL"} else "answer-status-unknown"
    detail = f"{envelope.status} {envelope.error_code} {envelope.error_desc}"
    raise AnswerUnusable(reason, operation, detail, http_status=http_status)


def parse_send(raw: bytes, http_status: int = 200) -> SendAnswer:
    """Read the answer of ``sendEdoc``."""
    content = parse_plain(raw, "sendEdoc", http_status)
    doc_id = text_of(content.get("DocId"))
    if not doc_id:
        raise AnswerUnusable("answer-key-missing", "sendEdoc", "DocId", http_status=http_status)
    return SendAnswer(doc_id)


def parse_fetch(raw: bytes, http_status: int = 200) -> bytes:
    """Read the answer of ``getEdoc``: the bytes of the package; line breaks in the base64 do no harm."""
    content = parse_plain(raw, "getEdoc", http_status)
    data = content.get("data")
    if not isinstance(data, str) or not data.strip():
        raise AnswerUnusable("answer-key-missing", "getEdoc", "data", http_status=http_status)
    try:
        # Packages of 50 MB pass here: a copy is made only where there are line breaks to take out.
        return binascii.a2b_base64("".join(data.split()) if _BLANK.search(data) else data, strict_mode=True)
    except ValueError:
        raise AnswerUnusable("answer-not-base64", "getEdoc", data[:100], http_status=http_status) from None


def parse_count(raw: bytes, operation: str, http_status: int = 200) -> int:
    """Read the answer of ``countReceiveEdoc`` or ``countReceiveStatus``."""
    text = text_of(parse_plain(raw, operation, http_status).get("count"))
    if text is None or not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise AnswerUnusable("answer-key-missing", operation, f"count {text or ''}", http_status=http_status)
    return int(text)


def parse_received(raw: bytes, http_status: int = 200) -> ReceivedList:
    """Read the answer of ``getReceivedEdocList``; an item without a usable ``docId`` is broken."""
    return _listed(raw, "getReceivedEdocList", http_status, items.queue_item)


def parse_sent(raw: bytes, http_status: int = 200) -> Listed[SentRow]:
    """Read the answer of ``getSentEdocList``."""
    return _listed(raw, "getSentEdocList", http_status, items.sent_row)


def parse_agencies(raw: bytes, operation: str = "getAgenciesList", http_status: int = 200) -> Listed[Agency]:
    """Read the answer of ``getAgenciesList`` or ``getAgenciesListQD20``; an agency without a code is broken."""
    return _listed(raw, operation, http_status, items.agency)


def parse_units(raw: bytes, http_status: int = 200) -> Listed[Unit]:
    """Read the answer of ``getSynchronizeUnit``."""
    return _listed(raw, "getSynchronizeUnit", http_status, items.unit)


def looks_like_xml(start: bytes) -> bool:
    """Tell whether bytes can be the start of a package rather than an error page or a JSON text (H-R08).

    A byte order mark, UTF-16 and white space are fine; an HTML page is not.
    """
    for mark in _MARKS:
        if start.startswith(mark):
            start = start.removeprefix(mark)
    start = start[:2000].replace(b"\x00", b"").lstrip()
    return start.startswith(b"<") and not _NOT_XML.match(start)


def _listed(raw: bytes, operation: str, http_status: int, build: Callable[[items.Row], _Item]) -> Listed[_Item]:
    data = parse_plain(raw, operation, http_status).get("data")
    if not isinstance(data, list):
        # An inbox is empty only when the axis says so with an empty list (H-R04).
        raise AnswerUnusable("answer-key-missing", operation, "data", http_status=http_status)
    return items.read_items(data, build)
