"""One fetch round: both queues, every package of its own, nothing acknowledged before it is stored.

list → fetch → read → store → acknowledge → report 01. Whatever goes wrong with one package leaves the others alone, and
an answer that is none of the axis' own says nothing: least of all that the inbox is empty (H-R01).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from conformance.reference_dms import directory
from conformance.reference_dms.office import Office
from conformance.reference_dms.registering import Outcome
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.reading import Reading
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from protocol.wire.items import QueueItem

log = logging.getLogger("axis28.reference_dms")

_LARGE = 256 * 1024


def queues() -> tuple[str, ...]:
    """Give the queues to poll: documents and statuses."""
    return ("edoc", "status")


async def poll(office: Office, axis: AxisClient) -> None:
    """List both queues and begin to take what is new there; a long queue does not hold up the next round."""
    for message_type in office.behaviour.queues():
        items = await office.behaviour.list_queue(office, axis, message_type)
        fresh = [item for item in items if item.doc_id not in office.in_hand]
        if fresh:
            office.in_hand.update(item.doc_id for item in fresh)
            office.begin(_taken(office, axis, fresh))


async def _taken(office: Office, axis: AxisClient, items: Sequence[QueueItem]) -> None:
    try:
        await office.behaviour.take_all(office, axis, items)
    finally:
        office.in_hand.difference_update(item.doc_id for item in items)


async def list_queue(office: Office, axis: AxisClient, message_type: str) -> Sequence[QueueItem]:
    """List what waits in one queue. An error is an error: it is logged and the queue is listed again next round."""
    del office
    try:
        listed = await axis.received(message_type)
    except AxisError as error:
        log.warning("the %s queue could not be listed: %s", message_type, error)
        return ()
    for broken in listed.broken:
        log.warning(
            "item %d of the %s queue is unusable: %s %s", broken.index, message_type, broken.reason, broken.text
        )
    return listed.items


async def take_all(office: Office, axis: AxisClient, items: Sequence[QueueItem]) -> None:
    """Take every listed package, a few at a time; one that fails does not touch the others."""

    async def one(item: QueueItem) -> None:
        async with office.slots:
            await office.behaviour.take(office, axis, item)

    results = await asyncio.gather(*(one(item) for item in items), return_exceptions=True)
    for item, result in zip(items, results, strict=True):
        if isinstance(result, BaseException):
            log.error("package %s could not be taken: %s", item.doc_id, result, exc_info=result)


async def take(office: Office, axis: AxisClient, item: QueueItem) -> None:
    """Fetch, read, store and acknowledge one package; one that is known is only acknowledged again (H-W04)."""
    behaviour, store = office.behaviour, office.store
    known = store.row("SELECT * FROM delivery WHERE receiver_id = ?", item.doc_id)
    if known is not None:
        await behaviour.acknowledge(axis, item, Outcome(known["outcome"], known["description"]))
        return
    try:
        raw = await axis.fetch(item.doc_id)
    except AxisError as error:
        log.warning("package %s could not be fetched and stays where it is: %s", item.doc_id, error)
        return
    reading = await _read(office, raw)
    with reading:
        if isinstance(reading.package, StatusPackage) and not await directory.look_up(
            office, axis, reading.package, item
        ):
            return
        if isinstance(reading.package, DocumentPackage):
            office.examined[item.doc_id] = await behaviour.examine(office, reading.package)
        with store.transaction():
            outcome = behaviour.take_in(office, item, reading, raw)
            store.execute(
                "INSERT INTO delivery (receiver_id, message_type, outcome, description, at, run)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                *(item.doc_id, item.message_type or "", outcome.status, outcome.description, office.now(), office.run),
            )
    office.examined.pop(item.doc_id, None)
    office.outbox_wakes.set()
    await behaviour.acknowledge(axis, item, outcome)


async def acknowledge(axis: AxisClient, item: QueueItem, outcome: Outcome) -> None:
    """Tell the axis what became of a package. If that fails the package is listed, and acknowledged, again."""
    try:
        await axis.update_status(item.doc_id, outcome.status, outcome.description)
    except AxisError as error:
        log.warning("package %s could not be acknowledged: %s", item.doc_id, error)


async def _read(office: Office, raw: bytes) -> Reading:
    if len(raw) < _LARGE:
        return office.behaviour.read(raw)
    return await asyncio.to_thread(office.behaviour.read, raw)
