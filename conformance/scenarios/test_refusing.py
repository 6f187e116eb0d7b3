"""Refusing: what must be returned is returned, for the right reason, and never registered."""

from __future__ import annotations

from dataclasses import replace

from conformance.case import Case, Delivered, Ref
from conformance.checks import check
from conformance.scenarios.arrivals import arrived_letter, deliver_bytes, perform
from conformance.scenarios.sightings import codes_about, fetched, live, reported, same
from conformance.told import told
from protocol.package.model import DocumentPackage
from protocol.package.writer import write_package


async def returned(case: Case, letter: DocumentPackage, delivered: Delivered, *, taken: str, expected: str) -> None:
    """Require a letter to be refused in any legal form, and to stay out of the register.

    ``taken`` is the reason for a system that shows it among its own letters and does nothing about it.
    """
    await fetched(case, delivered)
    # A system may show the letter for a moment before its next round returns it.
    await case.intervals(2)
    entries = live(await case.dms.register("received", letter))
    answered = "02" in codes_about(case, letter) or any(entry.get("refusal") for entry in entries)
    case.require(
        not entries or answered,
        taken,
        expected=expected,
        got=told("shown in state {state}, and not returned", state=entries[0]["state"]) if entries else "",
    )
    await case.require_refusal(Ref.of(letter), delivered=delivered, reason="not-refused", expected=expected)
    codes = codes_about(case, letter)
    registered = [entry for entry in live(await case.dms.register("received", letter)) if entry["state"] != "arrived"]
    case.require(
        "03" not in codes and not registered,
        taken,
        expected=told("no registration of what was refused"),
        got=told("statuses {codes}; {count} registered entries", codes=", ".join(codes), count=len(registered)),
    )


@check("RCV-04/wrong-addressee")
async def test_a_letter_for_somebody_else_is_returned(case: Case) -> None:
    """A letter for another body is returned and never registered; one addressed to the unit is taken."""
    peer, somebody = await case.peer(), await case.peer()
    await arrived_letter(case, peer)
    letter = case.letter(sender=peer, to=[somebody])
    delivered = await deliver_bytes(case, write_package(letter), peer)
    await returned(
        case,
        letter,
        delivered,
        taken="wrong-addressee-registered",
        expected=told("a refusal: the letter is for another body"),
    )


@check("ATT-02/missing-attachment")
async def test_a_letter_with_a_missing_file_is_returned(case: Case) -> None:
    """A letter whose manifest lists three files and that carries two is returned; a complete one is taken."""
    peer = await case.peer()
    await arrived_letter(case, peer, files=3)
    whole = case.letter(sender=peer, to=[case.sut], files=3)
    lost = case.random.randrange(3)
    letter = replace(whole, attachments=tuple(file for index, file in enumerate(whole.attachments) if index != lost))
    delivered = await deliver_bytes(case, write_package(letter), peer)
    await returned(
        case,
        letter,
        delivered,
        taken="incomplete-registered",
        expected=told("a refusal: one of the listed files is missing"),
    )


@check("STS-11/refusal-has-a-reason")
async def test_a_refusal_tells_its_reason(case: Case) -> None:
    """A refused letter is answered by 02 with the reason that was given; it is not registered."""
    peer = await case.peer()
    letter = await arrived_letter(case, peer)
    reason = f"Văn bản không thuộc thẩm quyền giải quyết ({case.random.randint(1000, 9999)})"
    await perform(case, "refuse", letter, reason=reason)
    report = await reported(
        case, letter, "02", to=peer, reason="refusal-not-reported", expected=told("status 02 to the sender")
    )
    header = report.package.header
    case.require(
        _within(reason, header.description),
        "refusal-without-reason",
        expected=told("a Description that holds {reason!r}", reason=reason),
        got=repr(header.description),
        witnesses=[report.exchange],
    )
    await case.shown(
        letter,
        until=lambda entry: entry["state"] == "refused",
        reason="refused-but-registered",
        expected=told("state refused"),
    )
    case.require(
        "03" not in codes_about(case, letter),
        "refused-but-registered",
        expected=told("no 03"),
        got=told("03 was reported"),
    )
    staff = header.staff
    if staff is None or not any((staff.staff, staff.department, staff.email, staff.mobile)):
        # The law makes the agency answerable, which From names; that a person is named is the practice of the field.
        case.warn(
            "refusal-without-officer", expected=told("StaffInfo of the officer who refused"), got=told("no StaffInfo")
        )


def _within(wanted: str, text: str | None) -> bool:
    return same(text, wanted) or wanted in (text or "")
