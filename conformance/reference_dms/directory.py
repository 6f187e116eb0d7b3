"""The axis' list of agencies, asked only when a status comes under a code that nobody knows here.

One agency may be known by its code of QD 20/2020 and by its older 13-character one; a status from either is its own
(H-O02). The real list is tens of megabytes, so it is fetched rarely.
"""

from __future__ import annotations

import logging
import time

from conformance.reference_dms import sending, vietnam
from conformance.reference_dms.office import Office
from protocol.package.model import StatusPackage
from protocol.wire.client import AxisClient
from protocol.wire.errors import AxisError
from protocol.wire.items import QueueItem

log = logging.getLogger("axis28.reference_dms")

_KEEP_S = 30.0


async def look_up(office: Office, axis: AxisClient, package: StatusPackage, item: QueueItem) -> bool:
    """Ask the axis for the codes of its agencies if the reporter of a status is not known by the code that it uses.

    Gives ``False`` when the axis was asked and did not answer: then nothing can be said about the reporter yet.
    """
    async with office.directory_lock:
        if _known(office, package, item) or time.monotonic() - office.directory_read_at < _KEEP_S:
            return True
        try:
            listed = await axis.agencies()
        except AxisError as error:
            log.warning("the list of agencies could not be fetched: %s", error)
            return False
        for agency in listed.items:
            codes = frozenset(code for code in (agency.code, agency.old_code, agency.code102) if code)
            if len(codes) > 1:
                office.aliases.update(dict.fromkeys(codes, codes))
        office.directory_read_at = time.monotonic()
        return True


def _known(office: Office, package: StatusPackage, item: QueueItem) -> bool:
    reporter = package.header.sender.organ_id
    if item.sender is not None and not office.same_agency(item.sender, reporter):
        return False
    document = sending.find(office, vietnam.key(package.header.response_for.document_id or ""))
    if document is None:
        return True
    return any(
        office.same_agency(row["code"], reporter) for row in sending.recipients(office, document["document_key"])
    )
