"""What ``sendEdoc`` answered, and whether that is an answer of an axis at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from conformance.fuzz.failure import Failure
from protocol.finding import quote

_KEYS = ("status", "ErrorCode", "ErrorDesc", "DocId")
_EXPECTED = (
    'HTTP 200 and a JSON object with "status" (OK or FAIL), "ErrorCode", an ASCII "ErrorDesc" and "DocId"; '
    'ErrorCode "0" for OK and only for it'
)


@dataclass(frozen=True, slots=True)
class SendAnswered:
    """One answer: ``accepted`` with the sender's id of the package, or refused with code and description."""

    accepted: bool
    doc_id: str
    error_code: str
    error_desc: str


def read(  # noqa: PLR0911 - one return for each way to be no answer
    http_status: int, body: bytes
) -> SendAnswered | Failure:
    """Read an answer of ``sendEdoc``; whatever the official client could not use is a failure."""
    if http_status != 200:
        return _malformed(f"HTTP {http_status}: {quote(body)}", f"http-{http_status // 100}xx")
    try:
        content: Any = json.loads(body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError):
        return _malformed(f"no JSON: {quote(body)}", "not-json")
    if not isinstance(content, dict) or any(not isinstance(content.get(key), str) for key in _KEYS):
        return _malformed(f"not all of {', '.join(_KEYS)}: {quote(body)}", "key-missing")
    if not content["ErrorDesc"].isascii():
        return _malformed(f"ErrorDesc {quote(content['ErrorDesc'])}", "not-ascii")
    accepted = content["status"] == "OK"
    if content["status"] not in {"OK", "FAIL"} or accepted != (content["ErrorCode"] == "0"):
        return _malformed(f"status {content['status']} with ErrorCode {content['ErrorCode']}", "contradictory")
    if accepted and not content["DocId"]:
        return _malformed("OK with an empty DocId", "no-doc-id")
    return SendAnswered(accepted, content["DocId"], content["ErrorCode"], content["ErrorDesc"])


def _malformed(got: str, aspect: str) -> Failure:
    return Failure("fuzz-answer-malformed", "AXS-03", _EXPECTED, got, aspect)
