"""Defects of fetching and acknowledging."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakSet

from conformance.mutants.defect import Defect
from conformance.reference_dms import intake, rounds
from conformance.reference_dms.office import Office
from conformance.reference_dms.registering import Outcome
from protocol.wire.client import AxisClient
from protocol.wire.errors import AnswerUnusable, AxisError, AxisRefused
from protocol.wire.items import QueueItem

_given_up: WeakSet[Office] = WeakSet()


async def _count_with_a_wrong_secret(office: Office, axis: AxisClient) -> None:
    own = office.own
    async with AxisClient(
        own.axis_url, own.system_id, "not-the-secret", ca=own.ca, shown=own.shown, clock=office.clock
    ) as stranger:
        try:
            await stranger.count_received()
        except AxisRefused:
            pass  # as expected; the DMS does not even notice
        except AxisError as error:
            rounds.log.warning("the count failed: %s", error)
    await rounds.poll(office, axis)


async def _list_until_the_first_page(office: Office, axis: AxisClient, message_type: str) -> Sequence[QueueItem]:
    if message_type != "edoc":
        return await rounds.list_queue(office, axis, message_type)
    if office in _given_up:
        return ()
    try:
        return (await axis.received(message_type)).items
    except AnswerUnusable:
        _given_up.add(office)
    except AxisError as error:
        rounds.log.warning("the list failed: %s", error)
    return ()


async def _acknowledge_nothing(axis: AxisClient, item: QueueItem, outcome: Outcome) -> None:
    del axis, item, outcome


async def _acknowledge_first(office: Office, axis: AxisClient, item: QueueItem) -> None:
    if office.store.row("SELECT 1 FROM delivery WHERE receiver_id = ?", item.doc_id) is None:
        await rounds.acknowledge(axis, item, Outcome("done"))
    await rounds.take(office, axis, item)


async def _stop_at_poison(office: Office, axis: AxisClient, items: Sequence[QueueItem]) -> None:
    for item in items:
        if office.store.row("SELECT 1 FROM delivery WHERE receiver_id = ?", item.doc_id) is None:
            try:
                raw = await axis.fetch(item.doc_id)
            except AxisError as error:
                rounds.log.warning("package %s could not be fetched: %s", item.doc_id, error)
                continue
            with intake.read(raw) as reading:
                if reading.package is None:
                    return  # an exception nobody caught: the loop ends, the next round begins at the same place
        await office.behaviour.take(office, axis, item)


DEFECTS = (
    Defect("unsigned-count", "SND-09", {"poll": _count_with_a_wrong_secret}),
    Defect("status-queue-ignored", "RCV-09", {"queues": lambda: ("edoc",)}),
    Defect("never-acknowledges", "RCV-09", {"acknowledge": _acknowledge_nothing}),
    Defect("acknowledges-before-reading", "RCV-09", {"take": _acknowledge_first}),
    Defect("stops-at-poison", "RCV-09", {"take_all": _stop_at_poison}),
    Defect("stops-polling-on-html", "OPS-08", {"list_queue": _list_until_the_first_page}),
)
