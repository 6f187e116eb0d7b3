"""Statuses out: what a receiving system tells the sender, when, how often and in which order."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from conformance.case import Case, Exchange, StatusCrossing
from conformance.checks import check
from conformance.crossing import as_status
from conformance.scenarios.arrivals import arrived_letter, deliver_bytes, perform, shown_as_received, work_through
from conformance.scenarios.sightings import (
    CLOCK_ERROR,
    codes_about,
    eventually,
    first_report,
    lingered,
    reported,
    reports,
    two_digits,
)
from conformance.told import told
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.writer import write_package

TWO_DIGITS = re.compile(r"\d\d")
ORDER = ("01", "03", "04", "05", "06")
REPEATABLE = "05"


@check("STS-07/status-names-the-original")
async def test_a_status_names_the_original_byte_for_byte(case: Case) -> None:
    """OrganId, Code, DocumentId and PromulgationDate of a status are those of the original.

    The date within the identifier is not the date of issue, as in every official sample: whoever builds the identifier
    anew from the fields is found out.
    """
    peer = await case.peer()
    plain = case.letter(sender=peer, to=[case.sut])
    identifier = f"{peer.code},2025/09/30,{plain.header.code.sign}"
    letter = case.letter(
        sender=peer,
        to=[case.sut],
        document_id=identifier,
        code=plain.header.code,
        promulgation=plain.header.promulgation,
    )
    await deliver_bytes(case, write_package(letter), peer)
    report = await case.exchange(
        lambda seen: _tells(seen, letter),
        reason="arrival-not-reported",
        expected=told("status 01 to the sender"),
    )
    assert isinstance(report.package, StatusPackage)
    about = report.package.header.response_for
    header = letter.header
    for name, got, wanted in (
        ("OrganId", about.organ_id, header.sender.organ_id),
        ("Code", about.code, header.code.sign),
        ("DocumentId", about.document_id, header.document_id),
        ("PromulgationDate", about.promulgation_date, header.promulgation.date),
    ):
        case.require(
            got == wanted,
            "status-misnames-original",
            expected=told("ResponseFor/{name} {wanted}", name=name, wanted=wanted),
            got=repr(got),
            witnesses=[report],
        )


def _tells(seen: Exchange, letter: DocumentPackage) -> bool:
    """Say whether a status is meant for a letter, whichever part of its name it got right."""
    status = as_status(seen)
    if status is None or two_digits(status.code) != "01":
        return False
    about = status.package.header.response_for
    # The peer has sent this one letter only, so that its code alone is enough.
    return about.document_id == letter.header.document_id or about.organ_id == letter.header.sender.organ_id


async def walked(case: Case) -> tuple[DocumentPackage, ...]:
    """Let three letters arrive, of which one is left alone, one is worked through and one is refused.

    Comes back when all that this should report was reported, or when a sound system would have. A system that offers no
    steps has only arrivals to report.
    """
    peer = await case.peer()
    letters = tuple(case.letter(sender=peer, to=[case.sut]) for _ in range(3))
    for letter in letters:
        await case.deliver(letter, sender=peer)
    for letter in letters:
        await reported(case, letter, "01", to=peer, reason="arrival-not-reported", expected=told("status 01"))
    _, worked, returned = letters
    if "accept" in case.sut.capabilities:
        await shown_as_received(case, worked)
        await perform(case, "accept", worked)
        codes = await work_through(case, worked)
    else:
        codes = []
    if "refuse" in case.sut.capabilities:
        await shown_as_received(case, returned)
        await perform(case, "refuse", returned, reason="Văn bản gửi nhầm nơi nhận")
        await reports(case, returned, ["02"])
    await reports(case, worked, codes)
    return letters


@check("STS-04/two-digit-codes")
async def test_status_codes_have_two_digits(case: Case) -> None:
    """Every status code has two digits: at the arrival, at each step and when a letter is refused."""
    for letter in await walked(case):
        for status in case.statuses(letter):
            case.require(
                TWO_DIGITS.fullmatch(status.code or ""),
                "status-code-malformed",
                expected=told("two digits"),
                got=repr(status.code),
                witnesses=[status.exchange],
            )


@check("STS-10/each-status-once")
async def test_each_status_is_reported_once(case: Case) -> None:
    """Two rounds after the last step no status came twice; only 05 may, which tells how the work goes on."""
    letters = await walked(case)
    unseen = await lingered(case, 2)
    for letter in letters:
        statuses = case.statuses(letter)
        for code, times in Counter(two_digits(status.code) for status in statuses).items():
            case.require(
                times == 1 or code == REPEATABLE,
                "status-repeated",
                expected=told("one status {code}", code=code),
                got=told("{count} of them", count=times),
                witnesses=[status.exchange for status in statuses if two_digits(status.code) == code][:2],
            )
    if unseen is not None:
        raise unseen


@check("RCV-01/registered-only-on-acceptance")
async def test_registration_is_reported_when_somebody_accepts(case: Case) -> None:
    """Arrival is not acceptance: 03 comes after the letter was accepted, together with an arrival number."""
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    await first_report(case, letter)
    await case.intervals(2)
    _require_none(case, _registrations(case, letter))
    accepted_at = case.now() - CLOCK_ERROR
    answer = await perform(case, "accept", letter)
    case.require(
        isinstance(answer.get("arrival_number"), int),
        "arrival-number-missing",
        expected=told("an arrival number"),
        got=repr(answer.get("arrival_number")),
    )
    await reported(
        case, letter, "03", to=peer, reason="acceptance-not-reported", expected=told("status 03 after acceptance")
    )
    # One may have been under way, and reached the axis before somebody accepted.
    _require_none(case, [status for status in _registrations(case, letter) if status.exchange.at < accepted_at])
    await case.shown(
        letter,
        until=lambda entry: entry["state"] != "arrived" and entry.get("arrival_number") == answer["arrival_number"],
        reason="arrival-number-missing",
        expected=told("the register shows arrival number {number}", number=answer["arrival_number"]),
    )


def _registrations(case: Case, letter: DocumentPackage) -> list[StatusCrossing]:
    return [status for status in case.statuses(letter) if two_digits(status.code) == "03"]


def _require_none(case: Case, early: Sequence[StatusCrossing]) -> None:
    case.require(
        not early,
        "registered-without-acceptance",
        expected=told("no status 03 before acceptance"),
        got=told("03 without anybody's accepting"),
        witnesses=[status.exchange for status in early],
    )


@check("STS-02/each-step-is-reported")
async def test_each_step_is_reported(case: Case) -> None:
    """Whatever steps the system takes with a letter, the sender is told of each by its code."""
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    await perform(case, "accept", letter)
    wanted = await work_through(case, letter)
    await eventually(
        case,
        lambda: _all_reported(case, letter.header.document_id or "", wanted),
        reason="step-not-reported",
        expected=told("statuses {codes}", codes=", ".join(wanted)),
        got=lambda: told("statuses {codes}", codes=", ".join(codes_about(case, letter)) or told("none")),
    )


async def _all_reported(case: Case, document_id: str, wanted: list[str]) -> bool:
    await asyncio.sleep(0)
    return set(wanted) <= set(codes_about(case, document_id))


async def _any_reported(case: Case, letter: DocumentPackage, codes: set[str]) -> bool:
    await asyncio.sleep(0)
    return bool(codes & set(codes_about(case, letter)))


@check("STS-08/order-of-statuses")
async def test_statuses_keep_their_order(case: Case) -> None:
    """The statuses of a letter reach the axis in the order of the work, and their times do not go back.

    Steps may fall together (03 and 05 in one moment are common) or be left out, as 05 is where 06 follows 03, and 05
    may be repeated; 06 closes the row. That no step is kept from the sender is the matter of STS-02.
    """
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    await perform(case, "accept", letter)
    steps = await work_through(case, letter)
    await eventually(
        case,
        lambda: _any_reported(case, letter, {"04", "05", "06"}),
        reason="step-not-reported",
        expected=told("a status after acceptance"),
        got=lambda: told("statuses {codes}", codes=", ".join(codes_about(case, letter)) or told("none")),
    )
    await reports(case, letter, steps)
    unseen = await lingered(case, 1)
    seen = [status for status in case.statuses(letter) if two_digits(status.code) in ORDER]
    codes = [two_digits(status.code) for status in seen]
    firsts = list(dict.fromkeys(codes))
    case.require(
        firsts == sorted(firsts) and "06" not in codes[:-1],
        "statuses-out-of-order",
        expected=told("the order 01, 03, 04, 05, 06"),
        got=", ".join(codes),
        witnesses=[status.exchange for status in seen],
    )
    times = [status.package.header.timestamp or "" for status in seen]
    case.require(
        all(earlier <= later for earlier, later in pairwise(times)),
        "timestamps-go-back",
        expected=told("times that do not go back"),
        got=", ".join(times),
        witnesses=[status.exchange for status in seen],
    )
    # Where every step was reported the whole order was seen, and nothing more has to come.
    if unseen is not None and not set(steps) <= set(codes):
        raise unseen


@check("RCV-06/arrival-numbers")
async def test_arrival_numbers_are_unique_and_continuous(case: Case) -> None:
    """Four letters accepted at once get four numbers; with all others of this run they leave no gap."""
    peer = await case.peer()
    letters = await asyncio.gather(*(arrived_letter(case, peer) for _ in range(4)))
    answers = await asyncio.gather(*(perform(case, "accept", letter) for letter in letters))
    case.require(
        all(isinstance(answer.get("arrival_number"), int) for answer in answers),
        "arrival-number-missing",
        expected=told("an arrival number"),
        got=", ".join(repr(answer.get("arrival_number")) for answer in answers),
    )
    numbers = sorted(int(answer["arrival_number"]) for answer in answers)
    _each_once(case, numbers)
    await case.intervals(1)
    shown = (await case.dms.do("received", {}))["documents"]
    _each_once(case, [int(entry["arrival_number"]) for entry in shown if entry.get("arrival_number") is not None])
    _each_once(case, case.stage.arrival_numbers)
    # Other stories take numbers at the same time, and what has its number need not show it any more: a recalled entry
    # may have been emptied (ND 30/2020, appendix VI, III.8 b).
    given = {int(entry["arrival_number"]) for entry in shown if entry.get("arrival_number") is not None}
    missing = sorted(set(range(numbers[0], numbers[-1])) - given - set(case.stage.arrival_numbers))
    expected = told("no gap from {first} to {last}", first=numbers[0], last=numbers[-1])
    got = told("missing: {missing}", missing=", ".join(map(str, missing)))
    if missing and not case.stage.own_axis:
        # Where others work with the system too, their letters have numbers that this run never sees.
        case.warn("arrival-number-gap", expected=expected, got=got)
        return
    case.require(not missing, "arrival-number-gap", expected=expected, got=got)


def _each_once(case: Case, numbers: Sequence[int]) -> None:
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    case.require(
        not twice,
        "arrival-number-reused",
        expected=told("each number once"),
        got=told("twice: {numbers}", numbers=", ".join(map(str, twice))),
    )
