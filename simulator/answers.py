r"""What the axis says: envelopes, error codes and their ASCII texts.

The official client reads the answer of ``sendEdoc`` as US-ASCII, wants ``DocId`` and ``data`` also where the answer is
FAIL, and gives up a whole list for one JSON null (observed with versions 2.0.0 and 2.0.1). So every text is ASCII, no
value is ever null, and letters in data are written as ``\uXXXX``, which any client reads whatever charset it guesses.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from protocol.finding import Finding, Severity, quote
from protocol.wire.plaintext import ascii_text

OK = "0"
BAD_FILE = "10"
BAD_SIGNATURE = "15"
BAD_PARAMETER = "16"  # ours: no code for it has been seen
UNKNOWN_RECEIVER = "18"
UNKNOWN_SENDER = "19"
SYSTEM_ERROR = "20"
UNKNOWN_ENTRY = "21"  # ours: the code for an unknown docId has not been seen
BAD_PACKAGE = "22"
LOCKED_RECEIVER = "23"

JSON = "application/json; charset=utf-8"
_MAX_TEXT = 500
_WITH_DOC_ID = {"sendEdoc"}
_WITH_DATA = {"getEdoc", "getReceivedEdocList", "getSentEdocList", "getAgenciesList", "getAgenciesListQD20"}
_WITH_COUNT = {"countReceiveEdoc", "countReceiveStatus"}
_LISTS = _WITH_DATA - {"getEdoc"} | {"getSynchronizeUnit"}


class Refused(Exception):  # noqa: N818 - the axis refuses, nothing went wrong inside
    """The axis says FAIL: with an error code, an ASCII text, and findings for the journal (at least one fails)."""

    def __init__(self, code: str, text: str, findings: Iterable[Finding]) -> None:
        super().__init__(text)
        self.code = code
        self.text = ascii_text(text)[:_MAX_TEXT]
        self.findings = tuple(findings)
        self.retry_after: int | None = None


def refused(
    code: str, text: str, requirement: str, reason: str, *, where: str = "", expected: str = "", got: str | None = ""
) -> Refused:
    """Make a refusal with the one finding that explains it."""
    finding = Finding(requirement, reason, Severity.FAIL, where, expected=quote(expected), got=quote(got))
    return Refused(code, text, [finding])


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it is put on the wire. ``status`` and ``error_code`` repeat what the body says.

    ``retry_after`` are the seconds after which the client may ask again, as the header says it.
    """

    body: bytes
    status: str | None = None
    error_code: str | None = None
    http_status: int = 200
    media_type: str = JSON
    findings: tuple[Finding, ...] = field(default=())
    retry_after: int | None = None


def success(operation: str, **members: Any) -> Answer:
    """Say OK with the members of the operation, ``data=[…]`` for instance."""
    return Answer(_envelope(operation, "OK", OK, "Thanh cong", members), "OK", OK)


def failure(operation: str, refusal: Refused) -> Answer:
    """Say FAIL; on ``downloadEdoc`` by an empty body, the only thing which the official client notices there."""
    body = b"" if operation == "downloadEdoc" else _envelope(operation, "FAIL", refusal.code, refusal.text, {})
    return Answer(body, "FAIL", refusal.code, findings=refusal.findings, retry_after=refusal.retry_after)


def as_json(content: Mapping[str, Any]) -> bytes:
    """Write an envelope as it goes over the wire: ASCII, without blanks."""
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def fetched_prefix() -> bytes:
    """Give the answer of ``getEdoc`` up to where the base64 of the package begins; quote and brace follow."""
    return _envelope("getEdoc", "OK", OK, "Thanh cong", {"data": ""})[:-2]


def list_prefix(operation: str) -> bytes:
    """Give the answer of a list up to where its items begin; bracket and brace follow them."""
    return _envelope(operation, "OK", OK, "Thanh cong", {"data": []})[:-2]


def compressed(body: bytes, operation: str, accept_encoding: bytes) -> bytes | None:
    """Give the body as gzip where the client asks for it; never on ``sendEdoc``, whose client does not decode it."""
    if operation == "sendEdoc" or not body or not accepts_gzip(accept_encoding):
        return None
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(body) + packer.flush()


def packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Compress a stream as gzip, piece by piece."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for piece in pieces:
        if ready := packer.compress(piece):
            yield ready
    yield packer.flush()


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Tell whether an ``Accept-Encoding`` names gzip with a weight above zero."""
    for part in accept_encoding.lower().split(b","):
        name, _, weight = part.partition(b";")
        if name.strip() == b"gzip":
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


def _envelope(operation: str, status: str, code: str, text: str, members: Mapping[str, Any]) -> bytes:
    content: dict[str, Any] = {"status": status, "ErrorCode": code, "ErrorDesc": text}
    if operation in _WITH_DOC_ID:
        content["DocId"] = ""
    if operation in _WITH_DATA or operation in _LISTS:
        content["data"] = [] if operation in _LISTS else ""
    if operation in _WITH_COUNT:
        content["count"] = 0
    content.update(members)
    return as_json(content)
