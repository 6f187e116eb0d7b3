"""A system id or a code that changes hands takes nothing along."""

from __future__ import annotations

from tests.simulator.conftest import Office
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox
from tests.simulator.test_tenants import vendor


def test_who_takes_a_code_over_and_removes_it_takes_no_letters_from_who_had_it(office: Office) -> None:
    axis = office.axis
    former, new, sender = vendor(axis), vendor(axis), office.participant()
    mine, theirs = former.participant(), new.participant()
    ok(sender.official().send(office.letter(sender, mine), sender=sender.code).result)
    moved = axis.call("PUT", f"/agencies/{mine.code}", json={"name": "Sở Thử nghiệm", "system": theirs.system})
    assert moved.status_code == 200, moved.text
    assert new.call("DELETE", f"/agencies/{mine.code}").status_code == 204
    [letter] = former.seen()
    assert [copy["to"] for copy in letter["recipients"]] == [mine.code]
    assert len(inbox(mine)) == 1
