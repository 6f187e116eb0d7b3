"""A DMS that asks for the number first and lists only where something waits, as the thriftier clients do."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.reference_dms import rounds
from conformance.reference_dms.office import Office
from conformance.variants.variant import Variant
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from protocol.wire.items import QueueItem


async def _count_first(office: Office, axis: AxisClient, message_type: str) -> Sequence[QueueItem]:
    try:
        waiting = await (axis.count_received() if message_type == "edoc" else axis.count_statuses())
    except AxisError as error:
        rounds.log.warning("the %s queue could not be counted: %s", message_type, error)
        return ()
    return await rounds.list_queue(office, axis, message_type) if waiting else ()


VARIANT = Variant("counts-first", {"list_queue": _count_first})
