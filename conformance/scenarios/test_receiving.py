"""Receiving: fetched, kept, shown, whatever legal dress the package wears."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.case import Case
from conformance.checks import check
from conformance.observer import LIST
from conformance.scenarios.arrivals import deliver_bytes, shown_as_received
from conformance.scenarios.rewriting import in_another_order, with_unknown_elements
from conformance.scenarios.sightings import fetched, is_confirmation, is_fetch, reported, same
from conformance.told import Told, joined, told
from protocol.package.attachment import original
from protocol.package.model import DocumentPackage, DocumentType, Trace, TraceHeader
from protocol.package.writer import write_package

ALWAYS_SHOWN = ("subject", "attachments")


def differences(case: Case, letter: DocumentPackage, entry: Mapping[str, Any]) -> dict[str, str]:
    """Say which fields of a letter an entry of the incoming register does not show as they were sent."""
    header = letter.header
    signer = header.signer
    shown_signer = entry.get("signer") or {}
    pairs = {
        "subject": (entry.get("subject"), header.subject),
        "number": (entry.get("number"), header.code.number),
        "notation": (entry.get("notation"), header.code.notation),
        "date": (entry.get("date"), (header.promulgation.date or "").replace("/", "-")),
        "type_name": (entry.get("type_name"), header.document_type.type_name),
        "priority": (entry.get("priority"), header.other.priority if header.other else None),
        "due_date": (entry.get("due_date"), (header.due_date or "").replace("/", "-")),
        "signer.competence": (shown_signer.get("competence"), signer.competence if signer else None),
        "signer.position": (shown_signer.get("position"), signer.position if signer else None),
        "signer.full_name": (shown_signer.get("full_name"), signer.full_name if signer else None),
    }
    wrong: dict[str, str] = {
        name: told("{got!r} instead of {want!r}", got=got, want=want)
        for name, (got, want) in pairs.items()
        if not same(got, want)
    }
    if not case.sut.codes & set(entry.get("to") or ()):
        wrong["to"] = told("{shown!r} without {code}", shown=entry.get("to"), code=case.sut.code)
    files = sorted(str(file["sha256"]) for file in entry.get("attachments") or ())
    if files != sorted(original(attachment).sha256 for attachment in letter.attachments):
        wrong["attachments"] = told("{count} shown, with other digests or another number than sent", count=len(files))
    return wrong


@check("RCV-09/fetched-then-acknowledged")
async def test_a_letter_is_fetched_kept_and_acknowledged_in_this_order(case: Case) -> None:
    """A listed package is fetched first and confirmed afterwards, and the register shows it."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    arrived = await case.deliver(letter, sender=peer)
    got = await fetched(case, arrived)
    confirmed = await case.exchange(
        lambda seen: is_confirmation(seen, arrived), reason="not-acknowledged", expected=told("updateStatus done")
    )
    first_fetch = next(seen for seen in case.exchanges(lambda seen: is_fetch(seen, arrived)))
    listed = case.exchanges(lambda seen: seen.operation == LIST and seen.seq < first_fetch.seq)
    case.require(
        listed, "not-fetched", expected=told("a list call before the fetch"), got=told("none"), witnesses=[first_fetch]
    )
    case.require(
        got.seq < confirmed.seq,
        "acknowledged-before-fetch",
        expected=told("getEdoc before updateStatus done"),
        got=told(
            "updateStatus is exchange {confirmed}, the first good fetch {fetched}",
            confirmed=confirmed.seq,
            fetched=got.seq,
        ),
        witnesses=[confirmed, got],
    )
    await shown_as_received(case, letter)


@check("STS-05/arrival-is-reported")
async def test_arrival_is_reported_without_anybody_doing_anything(case: Case) -> None:
    """The sender gets 01 although nobody touches the letter."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut])
    arrived = await case.deliver(letter, sender=peer)
    await fetched(case, arrived)
    report = await reported(
        case, letter, "01", to=peer, reason="arrival-not-reported", expected=told("status 01 to the sender, by itself")
    )
    sender = report.package.header.sender.organ_id
    case.require(
        sender in case.sut.codes,
        "arrival-not-reported",
        expected=told("status 01 from {code}", code=case.sut.code),
        got=told("From {sender!r}", sender=sender),
        witnesses=[report.exchange],
    )


@check("REC-03/incoming-fields-shown")
async def test_the_register_shows_every_field(case: Case) -> None:
    """The incoming register shows every field of the header and every file as they were sent."""
    peer = await case.peer()
    letter = case.letter(sender=peer, to=[case.sut], files=2)
    await case.deliver(letter, sender=peer)
    wrong = differences(case, letter, await shown_as_received(case, letter))
    case.require(not wrong, "field-not-shown", expected=told("every field as sent"), got=_listed(wrong))


def _listed(wrong: Mapping[str, str]) -> Told:
    return joined("; ", (joined(": ", (name, text)) for name, text in wrong.items()))


async def require_same_entry(case: Case, bend: Callable[[bytes], bytes]) -> None:
    """Require a bent letter to be shown as a plain one is: what the system shows of neither is not due to the bend.

    Subject and files are shown whatever else is: a system that loses them always, or shows nothing, has proved nothing.
    """
    peer = await case.peer()
    plain, letter = (case.letter(sender=peer, to=[case.sut], files=2) for _ in range(2))
    await case.deliver(plain, sender=peer)
    await deliver_bytes(case, bend(write_package(letter)), peer)
    wrong = differences(case, letter, await shown_as_received(case, letter))
    never = differences(case, plain, await shown_as_received(case, plain)) if wrong else {}
    wrong = {name: text for name, text in wrong.items() if name in ALWAYS_SHOWN or name not in never}
    case.require(not wrong, "entry-differs", expected=told("the entry of the same letter"), got=_listed(wrong))


@check("PKG-04/order-does-not-matter")
async def test_another_order_and_prefix_give_the_same_entry(case: Case) -> None:
    """The order of QCVN's numbering, hops before Bussiness and another prefix change nothing of the entry."""
    await require_same_entry(case, in_another_order)


@check("PKG-12/unknown-elements-are-ignored")
async def test_unknown_elements_do_not_lose_the_letter(case: Case) -> None:
    """Extension elements at every level are skipped and the letter is registered as ever."""
    await require_same_entry(case, lambda package: with_unknown_elements(package, "phần mở rộng thử nghiệm"))


@check("RCV-14/reduced-package")
async def test_a_reduced_package_is_received(case: Case) -> None:
    """A package without the optional fields that real ones lack is received."""
    peer = await case.peer()
    full = case.letter(sender=peer, to=[case.sut])
    header = full.header
    signer = None if header.signer is None else replace(header.signer, competence=None)
    letter = replace(
        full,
        header=replace(
            header,
            sender=replace(header.sender, telephone=None, email=None),
            content=None,
            due_date=None,
            signer=signer,
            to_places=(),
        ),
        trace=Trace(hops=(TraceHeader(None, full.trace.hops[0].timestamp if full.trace else None),), business=None),
        signature=None,
    )
    await deliver_bytes(case, write_package(letter), peer)
    await shown_as_received(case, letter)


@check("RCV-15/type-shown-by-name")
async def test_an_unknown_type_number_is_shown_by_its_name(case: Case) -> None:
    """Type 71, which no table explains, is shown by the name that came with it."""
    peer = await case.peer()
    name = case.random.choice(["Thông báo kết luận", "Phiếu lấy ý kiến", "Thư công"])
    letter = case.letter(sender=peer, to=[case.sut], document_type=DocumentType("71", None, name))
    await deliver_bytes(case, write_package(letter), peer)
    entry = await shown_as_received(case, letter)
    case.require(
        same(entry.get("type_name"), name), "type-not-shown-by-name", expected=name, got=repr(entry.get("type_name"))
    )
