"""Statuses out: what a receiving system tells the sender, when, how often and in which order."""

from __future__ import annotations

import asyncio
import re
from itertools import pairwise

from conformance.case import Case, Exchange
from conformance.checks import check
from conformance.crossing import as_status
from conformance.scenarios.arrivals import arrived_letter, deliver_bytes, perform, work_through
from conformance.scenarios.sightings import codes_about, eventually, first_report, reported, two_digits
from protocol.package.model import DocumentPackage, StatusPackage
from protocol.package.writer import write_package

TWO_DIGITS = re.compile(r"\d\d")
ORDER = ("01", "03", "04", "05", "06")


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
    told = await case.exchange(
        lambda seen: _tells(seen, letter),
        reason="arrival-not-reported",
        expected="status 01 to the sender",
    )
    assert isinstance(told.package, StatusPackage)
    about = told.package.header.response_for
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
            expected=f"ResponseFor/{name} {wanted}",
            got=repr(got),
            witnesses=[told],
        )


def _tells(seen: Exchange, letter: DocumentPackage) -> bool:
    """Say whether a status is meant for a letter, whichever part of its name it got right."""
    status = as_status(seen)
    if status is None or two_digits(status.code) != "01":
        return False
    about = status.package.header.response_for
    # The peer has sent this one letter only, so that its code alone is enough.
    return about.document_id == letter.header.document_id or about.organ_id == letter.header.sender.organ_id


@check("STS-04/two-digit-codes")
async def test_status_codes_have_two_digits(case: Case) -> None:
    """A status code is written with two digits."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    await case.deliver(letter, sender=peer)
    await reported(case, letter, "01", to=peer, reason="arrival-not-reported", expected="status 01")
    for status in case.statuses(letter):
        case.require(
            TWO_DIGITS.fullmatch(status.code or ""),
            "status-code-malformed",
            expected="two digits",
            got=repr(status.code),
            witnesses=[status.exchange],
        )


@check("STS-10/each-status-once")
async def test_arrival_is_reported_once(case: Case) -> None:
    """Three rounds after 01 there is still only one 01."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    await case.deliver(letter, sender=peer)
    first = await reported(case, letter, "01", to=peer, reason="arrival-not-reported", expected="status 01")
    await case.intervals(3)
    again = [status for status in case.statuses(letter) if status.code == first.code]
    case.require(
        len(again) == 1,
        "status-repeated",
        expected="one status 01",
        got=f"{len(again)} of them",
        witnesses=[status.exchange for status in again[:2]],
    )


@check("RCV-01/registered-only-on-acceptance")
async def test_registration_is_reported_when_somebody_accepts(case: Case) -> None:
    """Arrival is not acceptance: 03 comes after the letter was accepted, together with an arrival number."""
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    await first_report(case, letter)
    await case.intervals(1)
    early = [status for status in case.statuses(letter) if two_digits(status.code) == "03"]
    case.require(
        not early,
        "registered-without-acceptance",
        expected="no status 03 before acceptance",
        got="03 without anybody's accepting",
        witnesses=[status.exchange for status in early],
    )
    answer = await perform(case, "accept", letter)
    case.require(
        isinstance(answer.get("arrival_number"), int),
        "arrival-number-missing",
        expected="an arrival number",
        got=repr(answer.get("arrival_number")),
    )
    await reported(case, letter, "03", to=peer, reason="acceptance-not-reported", expected="status 03 after acceptance")
    await case.shown(
        letter,
        until=lambda entry: entry["state"] != "arrived" and entry.get("arrival_number") == answer["arrival_number"],
        reason="arrival-number-missing",
        expected=f"the register shows arrival number {answer['arrival_number']}",
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
        expected=f"statuses {', '.join(wanted)}",
        got=lambda: f"statuses {', '.join(codes_about(case, letter)) or 'none'}",
    )


async def _all_reported(case: Case, document_id: str, wanted: list[str]) -> bool:
    await asyncio.sleep(0)
    return set(wanted) <= set(codes_about(case, document_id))


@check("STS-08/order-of-statuses")
async def test_statuses_keep_their_order(case: Case) -> None:
    """The statuses of a letter reach the axis in the order of the work, and their times do not go back.

    Steps may fall together (03 and 05 in one moment are common) and 05 may be repeated; 06 closes the row.
    """
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    await perform(case, "accept", letter)
    await work_through(case, letter)
    await reported(case, letter, "05", to=peer, reason="step-not-reported", expected="status 05 after process")
    await case.intervals(1)
    seen = [status for status in case.statuses(letter) if two_digits(status.code) in ORDER]
    codes = [two_digits(status.code) for status in seen]
    firsts = list(dict.fromkeys(codes))
    case.require(
        firsts == sorted(firsts) and "06" not in codes[:-1],
        "statuses-out-of-order",
        expected="the order 01, 03, 04, 05, 06",
        got=", ".join(codes),
        witnesses=[status.exchange for status in seen],
    )
    times = [status.package.header.timestamp or "" for status in seen]
    case.require(
        all(earlier <= later for earlier, later in pairwise(times)),
        "timestamps-go-back",
        expected="times that do not go back",
        got=", ".join(times),
        witnesses=[status.exchange for status in seen],
    )


@check("RCV-06/arrival-numbers")
async def test_arrival_numbers_are_unique_and_continuous(case: Case) -> None:
    """Four letters accepted at once get four numbers; with all others of this run they leave no gap."""
    peer = await case.peer()
    letters = await asyncio.gather(*(arrived_letter(case, peer) for _ in range(4)))
    answers = await asyncio.gather(*(perform(case, "accept", letter) for letter in letters))
    numbers = sorted(int(answer["arrival_number"]) for answer in answers)
    case.require(
        len(set(numbers)) == len(numbers),
        "arrival-number-reused",
        expected="four different numbers",
        got=", ".join(map(str, numbers)),
    )
    await case.intervals(1)
    shown = (await case.dms.do("received", {}))["documents"]
    given = [int(entry["arrival_number"]) for entry in shown if entry.get("arrival_number") is not None]
    twice = sorted({number for number in given if given.count(number) > 1})
    case.require(
        not twice, "arrival-number-reused", expected="each number once", got=f"twice: {', '.join(map(str, twice))}"
    )
    # A recalled entry may have been emptied (ND 30/2020, appendix VI, III.8 b): its number is not a gap.
    emptied = sum(1 for entry in shown if entry["state"] == "recalled" and entry.get("arrival_number") is None)
    missing = sorted(set(range(numbers[0], numbers[-1])) - set(given) - set(numbers))
    case.require(
        len(missing) <= emptied,
        "arrival-number-gap",
        expected=f"no gap from {numbers[0]} to {numbers[-1]}",
        got=f"missing: {', '.join(map(str, missing))}",
    )
