"""From what the generator, the journal and the recipient say to a measurement."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.load.generator import Generated
from conformance.load.measurement import GeneratorUse, Measurement, Sent
from conformance.load.session import Recipient, measure
from conformance.load.trail import Fate
from conformance.system import Agency
from tests.conformance.load.profiles import profile

T0 = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)
INSTANTS = (0.1, 1.0, 2.0)
DOCUMENTS = ("a", "b", "c")


async def _shown() -> Counter[str] | None:
    return None


def fate(available: int = 1, acknowledged: float | None = 0.5, arrived: tuple[float, ...] = (0.6,)) -> Fate:
    done = None if acknowledged is None else T0 + timedelta(seconds=acknowledged)
    return Fate([T0] * available, done, [T0 + timedelta(seconds=after) for after in arrived])


def sent(index: int, **changes: Any) -> Sent:
    at = INSTANTS[index]
    fields: dict[str, Any] = {"started": at + 0.01, "ended": at + 0.05, "accepted": True, "error": ""}
    return Sent(index, at, **{**fields, **changes})


def measured(
    *records: Sent, fates: dict[str, Fate] | None = None, shown: Counter[str] | None = None, reports: bool = True
) -> Measurement:
    recipient = Recipient("SYS", Agency("H99.01", "Sở Thử nghiệm"), 0.2, reports, _shown)
    return measure(
        profile(),
        recipient,
        documents=DOCUMENTS,
        instants=INSTANTS,
        generated=Generated({record.index: record for record in records}, (GeneratorUse(0.1, True),)),
        fates={document: fate() for document in DOCUMENTS} | (fates or {}),
        shown=shown,
    )


def test_latency_counts_from_the_intended_instant_and_without_the_warm_up() -> None:
    found = measured(sent(0, ended=9.0), sent(1, started=2.5, ended=2.6), sent(2))
    assert found.offered == 2
    assert [round(value) for value in found.send_ms.values] == [50, 1600]
    assert [round(value) for value in found.lateness_ms.values] == [10, 1500]
    assert found.acknowledged_s.values == (0.5, 0.5)
    assert found.status_01_s is not None
    assert found.status_01_s.values == (0.6, 0.6)
    assert (found.lost, found.duplicated, found.missing) == ((), (), 0)


def test_what_was_never_sent_is_missing_and_what_failed_is_an_error() -> None:
    failed = sent(1, ended=2.0, accepted=False, error="refused-20")
    found = measured(sent(0), failed, sent(2, started=None, ended=None, accepted=False, error="not-sent"))
    assert (found.offered, found.accepted, found.missing) == (2, 0, 1)
    assert found.errors == {"refused-20": 1, "not-sent": 1}
    assert measured(sent(0)).missing == 2


def test_an_accepted_document_that_is_never_acknowledged_or_never_shown_is_lost() -> None:
    everything = (sent(0), sent(1), sent(2))
    assert measured(*everything, fates={"b": fate(acknowledged=None)}).lost == ("b",)
    assert measured(*everything, shown=Counter(["a", "c"])).lost == ("b",)
    assert measured(*everything, fates={"a": fate(acknowledged=None)}).lost == ("a",), "the warm-up must not lose any"


def test_a_document_that_the_axis_never_took_cannot_be_lost() -> None:
    refused = sent(1, accepted=False, error="refused-22")
    assert measured(sent(0), refused, sent(2), fates={"b": fate(0, None, ())}).lost == ()


def test_two_deliveries_two_reports_or_two_entries_are_doubles() -> None:
    everything = (sent(0), sent(1), sent(2))
    assert measured(*everything, fates={"b": fate(available=2)}).duplicated == ("b",)
    assert measured(*everything, fates={"b": fate(arrived=(0.6, 0.9))}).duplicated == ("b",)
    assert measured(*everything, shown=Counter(["a", "b", "b", "c"])).duplicated == ("b",)


def test_a_recipient_that_reports_nothing_has_no_times_of_01() -> None:
    assert measured(sent(0), sent(1), sent(2), reports=False).status_01_s is None
