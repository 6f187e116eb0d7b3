"""Statistics equal the ledger at any instant (REC-07), and the ledger can be read in pages."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from protocol.package.writer import write_package
from tests.axis_process import RunningAxis, running_axis
from tests.postgres import Cluster
from tests.simulator.conftest import Office, Participant, new_timestamp
from tests.simulator.test_exchange import ok

VIETNAM = timezone(timedelta(hours=7))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def own_axis(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers: Callable[[], Cluster]
) -> Iterator[RunningAxis]:
    """An axis of which nobody else counts anything, on either store."""
    folder: Path = tmp_path_factory.mktemp("counted")
    extra = ("--store", servers().database()) if request.param == "postgresql" else ()
    with running_axis(folder, *extra) as running:
        yield running


@pytest.fixture(scope="module")
def busy(own_axis: RunningAxis) -> list[Participant]:
    """Participants after random traffic over three Vietnamese days: letters, statuses, fetched or not, done or not."""
    office, dice = Office(own_axis), random.Random(20)
    parties = [office.participant() for _ in range(3)]
    day = datetime(2026, 11, 20, 23, 58, tzinfo=VIETNAM)
    for turn in range(30):
        own_axis.call("PUT", "/clock", json={"now": (day + timedelta(hours=turn * 2)).isoformat(), "frozen": True})
        sender, *others = dice.sample(parties, dice.randint(2, 3))
        to = [dice.choice((other.code, other.old_code)) for other in others]
        document = office.document(sender, *to, from_code=dice.choice((sender.code, sender.old_code)))
        own_axis.inject(write_package(document), sender.code)
        for other in others:
            stamp = new_timestamp()
            client = other.official(timestamp=stamp)
            waiting = ok(client.received("edoc").result).items or ()
            if waiting and dice.random() < 0.7:
                ok(client.fetch(waiting[0]["docId"]).result)
                if dice.random() < 0.7:
                    ok(client.update_status(waiting[0]["docId"], dice.choice(("done", "fail"))).result)
            if dice.random() < 0.6:
                report = office.status(document, dice.choice(("01", "02", "03")), other)
                own_axis.inject(report, other.code, messagetype="status")
    return parties


def statistics(axis: RunningAxis, **parameters: str) -> dict[str, Any]:
    answer = axis.call("GET", "/statistics", params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ledger(axis: RunningAxis) -> list[dict[str, Any]]:
    return list(axis.call("GET", "/documents").json()["documents"])


def recounted(documents: list[dict[str, Any]], own: dict[str, str]) -> Counter[tuple[Any, ...]]:
    return Counter(
        (
            entry["at"][:10],
            own[entry["from"]],
            own[copy["to"]],
            entry["messagetype"],
            copy["state"],
            copy["business_status"],
        )
        for entry in documents
        for copy in entry["recipients"]
    )


def test_statistics_equal_the_ledger(own_axis: RunningAxis, busy: list[Participant]) -> None:
    """By every dimension at once, and the sums add up to the totals."""
    own = {code: party.code for party in busy for code in (party.code, party.old_code)}
    documents = ledger(own_axis)
    names = ("day", "sender", "agency", "messagetype", "state", "status")
    found = statistics(own_axis, by=",".join(names))
    rows = {tuple(row[name] for name in names): row["copies"] for row in found["rows"]}
    assert rows == recounted(documents, own)
    assert len({row["day"] for row in found["rows"]}) == 4
    assert len({row["state"] for row in found["rows"]}) >= 3
    assert found["total"] == {"packages": len(documents), "copies": sum(rows.values())}
    by_sender = statistics(own_axis, by="sender,messagetype")
    assert {(row["sender"], row["messagetype"]): row["packages"] for row in by_sender["rows"]} == Counter(
        (own[entry["from"]], entry["messagetype"]) for entry in documents
    )


def test_what_waits_is_what_the_queues_count(own_axis: RunningAxis, busy: list[Participant]) -> None:
    rows = statistics(own_axis, by="system,messagetype,state")["rows"]
    for party in busy:
        client = party.official(timestamp=new_timestamp())
        waiting = sum(
            row["copies"]
            for row in rows
            if (row["system"], row["messagetype"]) == (party.system, "edoc")
            and row["state"] in ("initial", "processing")
        )
        assert waiting == len(ok(client.received("edoc").result).items or ())


def test_a_period_is_of_vietnamese_days(own_axis: RunningAxis, busy: list[Participant]) -> None:
    documents = ledger(own_axis)
    for day in sorted({entry["at"][:10] for entry in documents}):
        expected = sum(entry["at"].startswith(day) for entry in documents)
        found = statistics(own_axis, **{"from": day, "to": day})
        assert [(row["day"], row["packages"]) for row in found["rows"]] == [(day, expected)]
        assert found["total"]["packages"] == expected
    early = sum(entry["at"] < "2026-11-21" for entry in documents)
    found = statistics(own_axis, to="2026-11-20T17:00:00+00:00", by="")
    assert found["total"]["packages"] == early == sum(row["packages"] for row in found["rows"])


def test_a_snapshot_adds_up_while_packages_arrive(office: Office, sender: Participant, receiver: Participant) -> None:
    """Each answer is of one instant: groups and totals agree although the ledger grows."""
    letters = [office.letter(sender, receiver) for _ in range(20)]
    with ThreadPoolExecutor(2) as pool:
        sending = [pool.submit(office.axis.inject, letter, sender.code) for letter in letters]
        while not all(each.done() for each in sending):
            found = statistics(office.axis, by="day,state,messagetype")
            assert sum(row["copies"] for row in found["rows"]) == found["total"]["copies"]
    assert statistics(office.axis, by="sender", system=sender.system)["total"]["packages"] == 20


@pytest.mark.parametrize(("lang", "header"), [("vi", "Đơn vị nhận"), ("en", "Recipient")])
def test_statistics_come_as_csv_in_either_language(
    own_axis: RunningAxis, busy: list[Participant], lang: str, header: str
) -> None:
    answer = own_axis.call("GET", "/statistics", params={"by": "agency", "format": "csv", "lang": lang})
    first, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert first[0] == header
    told = [
        [row["agency"], str(row["packages"]), str(row["copies"])] for row in statistics(own_axis, by="agency")["rows"]
    ]
    assert rows == told
    assert {row[0] for row in rows} == {party.code for party in busy}


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-11-20T10:00:00"}, "to"),
        ({"by": "day,colour"}, "by"),
        ({"format": "xml"}, "format"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(axis: RunningAxis, parameters: dict[str, str], field: str) -> None:
    answer = axis.call("GET", "/statistics", params=parameters)
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


def test_the_ledger_is_read_in_pages_or_whole(own_axis: RunningAxis, busy: list[Participant]) -> None:
    whole = ledger(own_axis)
    pages, after = [], 0
    while True:
        page = own_axis.call("GET", "/documents", params={"after": after, "limit": 7}).json()
        assert len(page["documents"]) <= 7
        pages += page["documents"]
        if "next" not in page:
            break
        after = page["next"]
    assert pages == whole
    assert len(whole) > 30
    assert own_axis.call("GET", "/documents", params={"limit": 1001}).status_code == 422
