"""The thirteen operations: their exact names, how each is called, and the answers that each gives.

One operation is one HTTP call ``<endpoint>/<name>``, without a query string; the parameters are signed headers. Only
``sendEdoc`` and ``registerAgency`` have a meaningful body. Observed on the wire with the official client 2.0.1.
"""

from __future__ import annotations

from enum import StrEnum

from protocol.wire.answers import (
    Envelope,
    SendAnswer,
    looks_like_xml,
    parse_agencies,
    parse_count,
    parse_envelope,
    parse_fetch,
    parse_plain,
    parse_received,
    parse_send,
    parse_sent,
    parse_units,
)
from protocol.wire.errors import AnswerUnusable, AxisError, AxisRefused, AxisUnreachable
from protocol.wire.items import Agency, BrokenItem, Listed, QueueItem, ReceivedList, SentRow, Unit

JSON = "application/json"
OCTETS = "application/octet-stream"
SERVICE_TYPE = "eDoc"


class Operation(StrEnum):
    """An operation of the axis; the value is the name in the path, which is case-sensitive."""

    AGENCIES = "getAgenciesList"
    AGENCIES_QD20 = "getAgenciesListQD20"
    UNITS = "getSynchronizeUnit"
    REGISTER_AGENCY = "registerAgency"
    DELETE_AGENCY = "deleteAgency"
    RECEIVED = "getReceivedEdocList"
    SENT = "getSentEdocList"
    SEND = "sendEdoc"
    FETCH = "getEdoc"
    DOWNLOAD = "downloadEdoc"
    UPDATE_STATUS = "updateStatus"
    COUNT_RECEIVED = "countReceiveEdoc"
    COUNT_STATUSES = "countReceiveStatus"

    @property
    def method(self) -> str:
        """The HTTP method on the wire: ``GET`` for ``downloadEdoc`` only, though some documents say GET for more."""
        return "GET" if self is Operation.DOWNLOAD else "POST"

    @property
    def content_type(self) -> str:
        """What ``Content-Type`` says, also where there is no body."""
        return OCTETS if self is Operation.SEND else JSON

    @property
    def placeholder_body(self) -> bytes:
        """The body of operations that need none: ``{}`` or nothing."""
        return b"{}" if self in _BRACES else b""


_BRACES = frozenset(
    {
        Operation.DELETE_AGENCY,
        Operation.FETCH,
        Operation.UPDATE_STATUS,
        Operation.COUNT_RECEIVED,
        Operation.COUNT_STATUSES,
    }
)


class MessageType(StrEnum):
    """The two kinds of package."""

    EDOC = "edoc"
    STATUS = "status"


class QueueStatus(StrEnum):
    """Transport state of one package for one recipient; not to be confused with the status codes 01 to 16 (H-W19)."""

    INITIAL = "initial"
    PROCESSING = "processing"
    DONE = "done"
    FAIL = "fail"


__all__ = [
    "JSON",
    "OCTETS",
    "SERVICE_TYPE",
    "Agency",
    "AnswerUnusable",
    "AxisError",
    "AxisRefused",
    "AxisUnreachable",
    "BrokenItem",
    "Envelope",
    "Listed",
    "MessageType",
    "Operation",
    "QueueItem",
    "QueueStatus",
    "ReceivedList",
    "SendAnswer",
    "SentRow",
    "Unit",
    "looks_like_xml",
    "parse_agencies",
    "parse_count",
    "parse_envelope",
    "parse_fetch",
    "parse_plain",
    "parse_received",
    "parse_send",
    "parse_sent",
    "parse_units",
]
