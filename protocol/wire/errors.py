"""What can go wrong between a client and the axis, told apart by what the client may do next.

``AxisRefused``: the axis understood and said no; sending the same again gives the same answer unless its code says
otherwise. ``AnswerUnusable``: something answered that is no answer of the axis (a login page, a proxy's error, half a
JSON text): nothing is known, and least of all that an inbox is empty. ``AxisUnreachable``: no whole answer came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.finding import quote

if TYPE_CHECKING:
    from protocol.wire.client import SignedSend

PERMANENT_CODES = frozenset({"10", "15", "18", "19", "22", "23"})
"""Error codes after which the same request must not be sent again unchanged."""


class AxisError(Exception):
    """Base of all errors of a call; ``reason`` is a code of the reason registry, ``operation`` the camelCase name.

    ``signed`` is the request that was on its way when a send failed: sending exactly this again cannot double a
    document.
    """

    def __init__(self, reason: str, operation: str, detail: str = "", *, http_status: int | None = None) -> None:
        super().__init__(reason, operation, detail)
        self.reason = reason
        self.operation = operation
        self.detail = quote(detail)
        self.http_status = http_status
        self.signed: SignedSend | None = None

    def __str__(self) -> str:
        status = f" (HTTP {self.http_status})" if self.http_status is not None else ""
        return f"{self.operation}: {self.reason}{status}" + (f": {self.detail}" if self.detail else "")


class AxisRefused(AxisError):  # noqa: N818 - named for what the axis did
    """The axis answered ``FAIL``; ``permanent`` tells that repeating the request unchanged is pointless."""

    def __init__(self, error_code: str, error_desc: str, operation: str, *, http_status: int | None = None) -> None:
        super().__init__("axis-refused", operation, f"{error_code} {error_desc}".strip(), http_status=http_status)
        self.error_code = error_code
        self.error_desc = error_desc

    @property
    def permanent(self) -> bool:
        """Whether the code says that only another request can succeed."""
        return self.error_code in PERMANENT_CODES


class AnswerUnusable(AxisError):  # noqa: N818 - named for what the answer is
    """What came back cannot be taken for an answer of the axis; treat the call as one without an answer."""


class AxisUnreachable(AxisError):  # noqa: N818 - named for what the axis is
    """No whole answer came; ``maybe_done`` is false only when the request certainly never reached the axis."""

    def __init__(self, reason: str, operation: str, detail: str = "", *, maybe_done: bool) -> None:
        super().__init__(reason, operation, detail)
        self.maybe_done = maybe_done
