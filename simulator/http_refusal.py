"""What is refused before it is a request: why, and what is answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from protocol.wire.operations import Operation
from simulator.answers import BAD_PARAMETER, JSON

OVERLOADED = 503


class RequestRefused(Exception):  # noqa: N818 - the axis refuses, nothing went wrong inside
    """The request is no HTTP that the axis takes; raised inside the parser, which wraps it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """A request that was refused before it was one, and what was answered."""

    status: int
    text: str
    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]]
    answer_headers: Sequence[tuple[str, str]]
    answer_body: bytes


def raised() -> RequestRefused | None:
    """Find the refusal behind the parser error that is being handled."""
    error: BaseException | None = sys.exc_info()[1]
    while error is not None:
        if isinstance(error, RequestRefused):
            return error
        error = error.__context__
    return None


def spoken(refusal: RequestRefused, path: str, date: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """Give headers and body of the answer to a request for ``path``; the connection ends with it."""
    envelope = {"status": "FAIL", "ErrorCode": BAD_PARAMETER, "ErrorDesc": refusal.text, "DocId": "", "data": ""}
    # The official client takes any body of downloadEdoc for the file.
    download = path.rstrip("/").endswith("/" + Operation.DOWNLOAD)
    body = b"" if download else json.dumps(envelope).encode("ascii")
    headers = [
        ("content-type", JSON),
        ("content-length", str(len(body))),
        ("date", date.decode("ascii")),
        ("connection", "close"),
    ]
    if refusal.status == OVERLOADED:
        headers.append(("retry-after", "1"))
    return headers, body
