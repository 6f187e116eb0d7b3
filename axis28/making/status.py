"""Status packages from an order: who reports what about which document."""

from __future__ import annotations

from axis28.making.document import Desk, answered, named, officer, organisation
from axis28.making.order import ADDRESSEE, REPORTER, STATUS_NEEDS, Order, demand
from axis28.making.original import read_original
from protocol.package.model import DocumentPackage, Organisation, ResponseFor, StatusHeader, StatusPackage

TAKE_BACK = "13"


def make_status(order: Order, desk: Desk) -> StatusPackage:
    """Make the package of an order that keeps to its schema. Raises ``OrderRefused`` naming what is missing.

    Where the document is given as a package, the reporter is its only recipient (for status 13: its sender, and the
    addressee its only recipient) unless the order says who; a reporter that is a recipient gets its name from there.
    """
    demand(order, STATUS_NEEDS, desk.lang)
    about = order["about"]
    if isinstance(about, str):
        about, order = _completed(order, read_original(desk.folder / about, desk.held, desk.lang), desk)
    else:
        about = answered({**about, "from": order.get("addressee", about["from"])})
    demand(order, (REPORTER,), desk.lang)
    header = StatusHeader(
        sender=organisation(order["from"]),
        response_for=about,
        status_code=order["code"],
        description=order.get("description"),
        timestamp=f"{desk.wall_time:%Y/%m/%d %H:%M:%S}",
        staff=officer(order),
    )
    return StatusPackage(header)


def _completed(order: Order, original: DocumentPackage, desk: Desk) -> tuple[ResponseFor, Order]:
    header, takes_back = original.header, order["code"] == TAKE_BACK
    known = {body.organ_id: body for body in (header.sender, *header.to)}
    given = order.get("from")
    if given is not None:
        reporter = {**named(known.get(given["code"], Organisation())), **given}
    elif takes_back:
        reporter = named(header.sender)
    else:
        reporter = named(header.to[0]) if len(header.to) == 1 else {}
    addressee = order.get("addressee") or (None if takes_back else header.sender.organ_id)
    if addressee is None and len(header.to) == 1:
        addressee = header.to[0].organ_id
    demand({"addressee": addressee}, (ADDRESSEE,), desk.lang)
    about = ResponseFor(addressee, header.code.sign, header.document_id, header.promulgation.date)
    return about, {**order, "from": reporter}
