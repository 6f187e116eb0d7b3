"""Bad answers: a page of HTML is not an empty inbox."""

from __future__ import annotations

from conformance.case import Case
from conformance.checks import check
from conformance.observer import LIST
from conformance.scenarios.arrivals import shown_as_received
from conformance.scenarios.sightings import fetched
from conformance.told import told


@check("OPS-08/html-is-not-an-empty-inbox")
async def test_a_login_page_instead_of_the_list_is_survived(case: Case) -> None:
    """While the list is answered by a login page the system goes on asking, and afterwards it gets the letter."""
    peer = await case.peer()
    fault = await case.fault("html-200", operation=LIST)
    letter = case.letter(sender=peer, to=[case.sut])
    arrived = await case.deliver(letter, sender=peer)
    first = await case.exchange(
        lambda seen: seen.operation == LIST and not seen.accepted and _edoc(seen.message_type),
        reason="polling-stopped-on-html",
        expected=told("a list call that is answered by HTML"),
    )
    await case.exchange(
        lambda seen: seen.operation == LIST and seen.seq > first.seq and _edoc(seen.message_type),
        reason="polling-stopped-on-html",
        expected=told("the next list call, although the last was answered by HTML"),
    )
    await fault.lift()
    await fetched(case, arrived)
    await shown_as_received(case, letter)


def _edoc(message_type: str | None) -> bool:
    return message_type is None or message_type.lower() == "edoc"
