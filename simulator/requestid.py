"""The id of a request: in its answer, in the journal, in every line of the log that it causes.

Whoever calls may bring one (a proxy does, to follow a request through all that it passes); else the axis mints one.
"""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar

HEADER = b"x-request-id"
SCOPE_KEY = "axis28.request_id"
# What may stand in a header, a log line and a file name alike; anything else is replaced by an id of our own.
_SANE = re.compile(rb"[A-Za-z0-9._:~-]{1,64}")

_process = secrets.token_hex(4)
_numbers = itertools.count(1)
current: ContextVar[str] = ContextVar("axis28_request_id", default="")
"""The id of the request that is being worked on; ``""`` outside of one."""


def given_or_minted(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Give the id that a request brings, or mint one: unique among all workers by what their process drew at random."""
    for name, value in headers:
        if name == HEADER and _SANE.fullmatch(value):
            return value.decode("ascii")
    return f"{_process}-{next(_numbers):x}"
