"""What crossed the axis: documents and statuses that the system under test sent and the axis accepted."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.observer import SEND, Exchange, Observer
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reading import Reading


@dataclass(frozen=True, slots=True)
class Crossing:
    """One accepted ``sendEdoc`` of a document: the exchange, the package as read, its bytes and its reading."""

    exchange: Exchange
    package: DocumentPackage
    raw: bytes = field(repr=False)
    reading: Reading = field(repr=False)

    @property
    def recipients(self) -> tuple[str, ...]:
        """The ``OrganId`` of each ``To``, in their order."""
        return tuple(to.organ_id or "" for to in self.package.header.to)


@dataclass(frozen=True, slots=True)
class StatusCrossing:
    """One accepted ``sendEdoc`` of a status."""

    exchange: Exchange
    package: StatusPackage

    @property
    def code(self) -> str | None:
        """The status code as it stood on the wire."""
        return self.package.header.status_code


def as_crossing(exchange: Exchange) -> Crossing | None:
    """Read an exchange as a document that crossed, ``None`` where it is none."""
    package, reading, raw = exchange.package, exchange.reading, exchange.raw
    if exchange.operation != SEND or not exchange.accepted or reading is None or raw is None:
        return None
    return Crossing(exchange, package, raw, reading) if isinstance(package, DocumentPackage) else None


def as_status(exchange: Exchange) -> StatusCrossing | None:
    """Read an exchange as a status that crossed, ``None`` where it is none."""
    package = exchange.package
    if exchange.operation != SEND or not exchange.accepted or not isinstance(package, StatusPackage):
        return None
    return StatusCrossing(exchange, package)


def crossings(observer: Observer, document_id: str) -> list[Crossing]:
    """Give every crossing of a document that was seen so far, oldest first."""
    read = (as_crossing(exchange) for exchange in observer.exchanges)
    return [crossing for crossing in read if crossing and crossing.package.header.document_id == document_id]


def statuses(observer: Observer, document_id: str) -> list[StatusCrossing]:
    """Give every status about a document that was seen so far, oldest first."""
    read = (as_status(exchange) for exchange in observer.exchanges)
    return [status for status in read if status and status.package.header.response_for.document_id == document_id]
