"""Single checks of the plan, put to systems for which they were once too hard or too easy."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from conformance.mutants import DEFECTS
from conformance.reference_dms import composing, outbox, reporting, rounds
from conformance.reference_dms.behaviour import Behaviour
from conformance.reference_dms.office import Agency, Office
from conformance.verdict import Verdict
from protocol.package.attachment import attach, original
from protocol.package.model import Code, DocumentPackage, ResponseFor, StatusPackage
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from protocol.signatures.outcome import Check, Result
from protocol.wire.client import AxisClient, SignedSend
from tests.axis_process import RunningAxis, running_axis
from tests.conformance import odd_systems
from tests.conformance.stories import CODE, SECRET, SYSTEM, WAYS, judged, verdict


@pytest.fixture(scope="module")
def shared_axis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    with running_axis(tmp_path_factory.mktemp("axis")) as axis:
        axis.register(SYSTEM, SECRET, [{"code": CODE, "name": "Sở Đối chứng"}])
        yield axis


def test_a_gap_is_a_failure_where_nobody_else_works(tmp_path: Path) -> None:
    behaviour = DEFECTS["skips-numbers"].applied(Behaviour())
    outcome = judged("RCV-06/arrival-numbers", tmp_path, behaviour=behaviour)
    assert verdict(outcome) == (Verdict.FAIL, "arrival-number-gap")


def test_a_gap_is_a_warning_where_others_may_have_taken_the_number(tmp_path: Path, shared_axis: RunningAxis) -> None:
    behaviour = DEFECTS["skips-numbers"].applied(Behaviour())
    outcome = judged("RCV-06/arrival-numbers", tmp_path, behaviour=behaviour, axis=shared_axis)
    assert verdict(outcome) == (Verdict.WARN, "arrival-number-gap")


def test_a_number_given_twice_fails_wherever_it_is(tmp_path: Path, shared_axis: RunningAxis) -> None:
    behaviour = DEFECTS["reuses-numbers"].applied(Behaviour())
    outcome = judged("RCV-06/arrival-numbers", tmp_path, behaviour=behaviour, axis=shared_axis)
    assert verdict(outcome) == (Verdict.FAIL, "arrival-number-reused")


def test_a_register_that_does_not_show_the_numbers_has_no_gap(tmp_path: Path) -> None:
    outcome = judged("RCV-06/arrival-numbers", tmp_path, change=odd_systems.without("arrival_number"))
    assert verdict(outcome) == (Verdict.PASS, None)


def test_refusing_every_document_does_not_prove_that_an_error_is_final(tmp_path: Path) -> None:
    outcome = judged("SND-08/permanent-error-is-final", tmp_path, change=odd_systems.refuse_sends)
    assert outcome.verdict == Verdict.FAIL


def test_a_refusal_of_a_repetition_is_bound_to_its_reason(tmp_path: Path) -> None:
    outcome = judged("ID-14/same-number-warned", tmp_path, change=odd_systems.returned_as_malformed)
    assert verdict(outcome) == (Verdict.WRONG_REASON, "refused-for-another-reason")


def test_calls_that_the_axis_refuses_are_no_polling(tmp_path: Path) -> None:
    outcome = judged("RCV-09/both-queues-are-polled", tmp_path, change=odd_systems.with_a_wrong_secret)
    assert outcome.verdict != Verdict.PASS


@pytest.mark.parametrize("check", ["PKG-04/order-does-not-matter", "PKG-12/unknown-elements-are-ignored"])
@pytest.mark.parametrize("name", ["subject", "attachments"])
def test_a_register_that_never_shows_subject_or_files_proves_nothing(check: str, name: str, tmp_path: Path) -> None:
    outcome = judged(check, tmp_path, change=odd_systems.without(name))
    assert verdict(outcome) == (Verdict.FAIL, "entry-differs")


@pytest.mark.timeout(300)
def test_a_result_that_is_too_strict_without_revocation_data_is_a_warning(tmp_path: Path) -> None:
    def cautious(check: Check) -> Result:
        return "bad" if check.result == "unknown" else check.result

    behaviour = replace(Behaviour(), weigh=cautious)
    outcome = judged("SIG-13/revocation-out-of-reach", tmp_path, behaviour=behaviour)
    assert verdict(outcome) == (Verdict.WARN, "unknown-shown-as-invalid")


def test_an_identifier_may_hold_the_date_without_separators(tmp_path: Path) -> None:
    def compact(sender: str, day: date, code: Code) -> str:
        return f"{sender}-{day:%Y%m%d}-{code.sign}"

    outcome = judged("ID-12/document-identifier", tmp_path, behaviour=replace(Behaviour(), identify=compact))
    assert verdict(outcome) == (Verdict.PASS, None)


def codes_of(changed: dict[str, tuple[str, ...]]) -> Callable[[str], tuple[str, ...]]:
    return lambda step: changed.get(step, Behaviour().codes_of(step))


def test_a_registration_that_is_reported_rounds_before_anybody_accepts_is_seen(tmp_path: Path) -> None:
    rounds_seen: Counter[int] = Counter()

    def report(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
        if step != "accept":
            reporting.report(office, entry, step, reason)

    async def poll(office: Office, axis: AxisClient) -> None:
        with office.store.transaction():
            for entry in office.store.rows("SELECT * FROM incoming WHERE state = 'arrived'"):
                rounds_seen[entry["entry"]] += 1
                if rounds_seen[entry["entry"]] == 2:
                    reporting.send_status(office, entry, "03")
        await rounds.poll(office, axis)

    behaviour = replace(Behaviour(), report=report, poll=poll)
    outcome = judged("RCV-01/registered-only-on-acceptance", tmp_path, behaviour=behaviour)
    assert verdict(outcome) == (Verdict.FAIL, "registered-without-acceptance")


def test_a_house_may_go_from_the_register_to_the_end(tmp_path: Path) -> None:
    ways = replace(WAYS, withheld=frozenset({"assign", "process"}))
    assert verdict(judged("STS-08/order-of-statuses", tmp_path, ways=ways)) == (Verdict.PASS, None)


def test_reporting_nothing_after_acceptance_does_not_prove_an_order(tmp_path: Path) -> None:
    mute = replace(Behaviour(), codes_of=codes_of({"assign": (), "process": (), "finish": ()}))
    outcome = judged("STS-08/order-of-statuses", tmp_path, behaviour=mute)
    assert verdict(outcome) == (Verdict.FAIL, "step-not-reported")


def reporting_after(seconds: dict[str, float]) -> Behaviour:
    """Give a DMS whose statuses wait before they leave, each step for a time of its own."""

    def report(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
        def now() -> None:
            with office.store.transaction():
                reporting.report(office, entry, step, reason)
            office.outbox_wakes.set()

        asyncio.get_running_loop().call_later(seconds.get(step, 0.0), now)

    return replace(Behaviour(), report=report)


def test_statuses_that_take_their_time_keep_their_order_all_the_same(tmp_path: Path) -> None:
    slow = reporting_after({"accept": 6.5, "assign": 6.6, "process": 6.7, "finish": 12.0})
    assert verdict(judged("STS-08/order-of-statuses", tmp_path, behaviour=slow)) == (Verdict.PASS, None)


def test_a_last_status_at_the_end_of_the_phase_is_no_end_of_polling(tmp_path: Path) -> None:
    slow = reporting_after({"accept": 3.0, "assign": 8.5, "process": 14.0, "finish": 18.2})
    outcome = judged("STS-08/order-of-statuses", tmp_path, behaviour=slow, ways=replace(WAYS, poll_interval_s=3.0))
    assert verdict(outcome) == (Verdict.PASS, None)


def test_a_status_that_comes_late_is_out_of_order_all_the_same(tmp_path: Path) -> None:
    slow = reporting_after({"accept": 2.0, "assign": 6.5, "process": 2.1, "finish": 2.2})
    outcome = judged("STS-08/order-of-statuses", tmp_path, behaviour=slow)
    assert verdict(outcome) == (Verdict.FAIL, "statuses-out-of-order")


def test_one_digit_in_a_refusal_is_one_digit_too_few(tmp_path: Path) -> None:
    def refusals_in_short(
        office: Office, agency: Agency, about: ResponseFor, code: str, description: str
    ) -> StatusPackage:
        return composing.compose_status(office, agency, about, "2" if code == "02" else code, description)

    behaviour = replace(Behaviour(), compose_status=refusals_in_short)
    outcome = judged("STS-04/two-digit-codes", tmp_path, behaviour=behaviour)
    assert verdict(outcome) == (Verdict.FAIL, "status-code-malformed")


def test_work_that_goes_on_may_be_reported_again(tmp_path: Path) -> None:
    behaviour = replace(Behaviour(), codes_of=codes_of({"process": ("05", "05")}))
    assert verdict(judged("STS-10/each-status-once", tmp_path, behaviour=behaviour)) == (Verdict.PASS, None)


@pytest.mark.parametrize(
    ("defect", "meant"),
    [
        (Behaviour(), (Verdict.INCONCLUSIVE, "judge-blind")),
        (DEFECTS["repeats-03"].applied(Behaviour()), (Verdict.FAIL, "status-repeated")),
    ],
    ids=["sound", "repeats-03"],
)
def test_rounds_that_never_came_prove_nothing_and_excuse_nothing(
    defect: Behaviour, meant: tuple[Verdict, str], tmp_path: Path
) -> None:
    """From the last step on the system calls the axis, but asks for its queues no more."""
    ended: set[str] = set()

    def report(office: Office, entry: sqlite3.Row, step: str, reason: str) -> None:
        defect.report(office, entry, step, reason)
        ended.add(step)

    async def poll(office: Office, axis: AxisClient) -> None:
        if {"finish", "refuse"} <= ended:
            await axis.agencies()
        else:
            await rounds.poll(office, axis)

    outcome = judged("STS-10/each-status-once", tmp_path, behaviour=replace(defect, report=report, poll=poll))
    assert verdict(outcome) == meant, outcome.got


def _packed_anew(office: Office, axis: AxisClient, row: sqlite3.Row) -> SignedSend:
    """Pack the files again for every further attempt: the same files in other zips."""
    if row["message_type"] != "edoc" or not row["attempts"]:
        return outbox.ready(office, axis, row)
    with read_package(row["body"]) as reading:
        package = reading.package
        assert isinstance(package, DocumentPackage)
        files = tuple(
            attach(held.name or "", original(held).data, content_id=held.content_id, entry_id=uuid.uuid4())[0]
            for held in package.attachments
        )
        changed = [new.sha256 for new, old in zip(files, package.attachments, strict=True) if new.sha256 != old.sha256]
        assert changed, "this proves something only where at least one zip has changed"
        body = write_package(replace(package, attachments=files))
    return axis.sign_send(body, sender=row["sender"], message_type="edoc")


def test_a_retry_may_pack_the_same_files_anew(tmp_path: Path) -> None:
    outcome = judged("SND-07/retry-after-reset", tmp_path, behaviour=replace(Behaviour(), ready=_packed_anew))
    assert verdict(outcome) == (Verdict.PASS, None), outcome.got
