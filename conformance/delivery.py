"""What the axis did with a package that a scenario injected."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of an injected package: to whom, and the receiver id under which it stands in the queue."""

    to: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What the axis did with an injected package; ``document_id`` is the wire's, ``None`` where it is unreadable."""

    document_id: str | None
    deliveries: tuple[Delivery, ...]
    exchange: int | None = None

    @property
    def receiver_ids(self) -> frozenset[str]:
        """The receiver ids of all deliveries."""
        return frozenset(delivery.receiver_id for delivery in self.deliveries)
