"""The reference DMS and a real axis: documents out and in, their statuses, refusals and duplicates."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from conformance.reference_dms import Agency, Behaviour
from protocol.package.model import DocumentPackage
from tests.conformance.reference_dms.office_world import Clerk, World, draft, later, named, sent_reference, until


def test_a_letter_is_taken_worked_on_and_reported_step_by_step(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter(files=2)
            delivered = world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert entry["state"] == "arrived"
            assert entry["subject"] == letter.header.subject
            assert entry["arrival_number"] is None
            assert len(entry["attachments"]) == 2
            assert entry["warnings"] == []
            assert await clerk.do("accept", document=named(letter)) == {"arrival_number": 1}
            for step in ("assign", "process", "finish"):
                await clerk.do(step, document=named(letter))
            identifier = letter.header.document_id or ""
            await until(lambda: len(world.statuses(identifier)) == 5, lambda: world.statuses(identifier))
            assert world.codes(identifier) == ["01", "03", "04", "05", "06"]
            receiver_id = delivered["deliveries"][0]["receiver_id"]
            await until(lambda: _acknowledged(world, receiver_id))

    asyncio.run(story())


def test_a_step_out_of_turn_is_refused_and_changes_nothing(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.deliver(letter)
            await clerk.shown("received", named(letter))
            assert (await clerk.refused("finish", document=named(letter)))["category"] == "other"
            await clerk.refused("refuse", document=named(letter), reason="  ")
            await clerk.do("accept", document=named(letter))
            await clerk.refused("accept", document=named(letter))
            await clerk.refused("refuse", document=named(letter), reason="Quá muộn")
            await clerk.refused("assign", document={"document_id": "khong co", "from": world.peer.code})
            entry = await clerk.shown("received", named(letter))
            assert (entry["state"], entry["arrival_number"]) == ("registered", 1)

    asyncio.run(story())


def test_a_refusal_carries_its_reason_to_the_sender(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.deliver(letter)
            await clerk.shown("received", named(letter))
            await clerk.do("refuse", document=named(letter), reason="Không thuộc thẩm quyền\x00")
            identifier = letter.header.document_id or ""
            await until(lambda: len(world.statuses(identifier)) == 2)
            code, description = world.statuses(identifier)[1]
            assert code == "02"
            assert description
            assert "Không thuộc thẩm quyền" in description
            entry = await clerk.shown("received", named(letter))
            assert entry["state"] == "refused"
            assert entry["refusal"]["text"].startswith("Không thuộc thẩm quyền")

    asyncio.run(story())


def test_arrival_numbers_are_continuous_whoever_is_accepted_first(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letters = Clerk(dms), [world.letter() for _ in range(8)]
            for letter in letters:
                world.deliver(letter)
            for letter in letters:
                await clerk.shown("received", named(letter))
            given = await asyncio.gather(*(clerk.do("accept", document=named(letter)) for letter in letters))
            assert sorted(answer["arrival_number"] for answer in given) == list(range(1, 9))

    asyncio.run(story())


def test_what_is_for_somebody_else_or_incomplete_goes_back_and_the_mended_one_is_taken(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            astray = world.letter(to=[world.stranger])
            whole = world.letter(files=3)
            short = replace(whole, attachments=whole.attachments[:2])
            world.deliver(astray, to=world.sut.code)
            world.deliver(short, as_is=True, to=world.sut.code)
            for letter, category in ((astray, "addressee"), (short, "attachment")):
                entry = await clerk.shown("received", named(letter))
                assert (entry["state"], entry["refusal"]["category"]) == ("refused", category)
                await until(partial(_codes_are, world, letter, ["02"]))
                await clerk.refused("accept", document=named(letter))
            world.deliver(whole)
            entry = await clerk.shown("received", named(whole), lambda entry: entry["state"] == "arrived")
            assert len(entry["attachments"]) == 3
            assert len(await clerk.entries("received", named(whole))) == 1

    asyncio.run(story())


def test_poison_is_answered_with_fail_and_the_letters_behind_it_arrive(world: World) -> None:
    async def story() -> None:
        poison = [b"khong phai xml", b"\xff\xfe\x00", b"<a/>", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']
        ids = [world.deliver(body, as_is=True, to=world.sut.code)["deliveries"][0]["receiver_id"] for body in poison]
        letter = world.letter()
        world.deliver(letter)
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.shown("received", named(letter))
            await until(
                lambda: all(_states(world, one) == {"fail"} for one in ids), lambda: [_states(world, i) for i in ids]
            )
            assert len((await clerk.do("received"))["documents"]) == 1

    asyncio.run(story())


def test_a_package_delivered_under_both_codes_of_an_agency_is_entered_once(world: World) -> None:
    """H-O02, ID-17."""

    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            assert world.sut.old_code is not None
            letter = world.letter(to=[world.sut, Agency(world.sut.old_code, world.sut.name)])
            delivered = world.deliver(letter)
            ids = [delivery["receiver_id"] for delivery in delivered["deliveries"]]
            for one in ids:
                await until(partial(_acknowledged, world, one))
            assert len(await clerk.entries("received", named(letter))) == 1
            await clerk.do("poll")
            assert world.codes(named(letter)["document_id"]) == ["01"]

    asyncio.run(story())


def test_another_content_under_a_known_identifier_leaves_the_first_as_it_was(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, first = Clerk(dms), world.letter()
            second = replace(first, header=replace(first.header, subject="Một nội dung khác hẳn"))
            world.deliver(first)
            await clerk.shown("received", named(first))
            world.deliver(second)
            entry = await clerk.shown("received", named(first), lambda entry: bool(entry["warnings"]))
            assert entry["subject"] == first.header.subject
            assert [warning["category"] for warning in entry["warnings"]] == ["duplicate"]
            assert "Một nội dung khác hẳn" in entry["warnings"][0]["text"]
            assert len(await clerk.entries("received", named(first))) == 1

    asyncio.run(story())


def test_the_same_number_under_another_identifier_is_held_for_the_registry(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, first = Clerk(dms), world.letter()
            other = replace(first, header=replace(first.header, document_id="mot-ma-khac"))
            world.deliver(first)
            await clerk.shown("received", named(first))
            world.deliver(other)
            entry = await clerk.shown("received", named(other))
            assert entry["state"] == "held"
            assert [warning["category"] for warning in entry["warnings"]] == ["duplicate"]
            assert (await clerk.do("accept", document=named(other)))["arrival_number"] == 1

    asyncio.run(story())


def test_a_sent_document_is_followed_recipient_by_recipient(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            sent = (await clerk.do("send", **draft(world, to=[world.peer.code, world.stranger.code], number="5")))[
                "document"
            ]
            assert sent["document_id"] == f"{world.sut.code},2026/11/21,05/QĐ-STN"
            await clerk.shown("sent", sent, lambda entry: entry["state"] == "sent")
            entry = await clerk.shown("sent", sent)
            assert [line["state"] for line in entry["recipients"]] == ["sent", "sent"]
            reference = sent_reference(sent)
            for seconds, code in ((3, "05"), (1, "03"), (2, "04")):
                world.report(reference, code, at=later(seconds))
            world.report(reference, "99")
            entry = await clerk.shown("sent", sent, lambda entry: entry["recipients"][0]["state"] == "processing")
            assert entry["recipients"][1]["state"] == "sent"

    asyncio.run(story())


def test_an_unknown_recipient_ends_the_send_with_the_words_of_the_axis(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            wrong = draft(world, to=["H00.00.99"])
            sent = (await clerk.do("send", **wrong))["document"]
            entry = await clerk.shown("sent", sent, lambda entry: entry["state"] == "failed")
            assert entry["recipients"][0]["state"] == "failed"
            assert entry["recipients"][0]["text"].startswith("18 ")
            await clerk.do("poll")
            refused = [one for one in world.axis.exchanges("sendEdoc") if one["system"] == world.system]
            assert len(refused) == 1
            mended = (await clerk.do("send", **wrong | {"to": [world.peer.code]}))["document"]
            assert mended == sent
            await clerk.shown("sent", sent, lambda entry: entry["state"] == "sent")

    asyncio.run(story())


def test_a_html_page_instead_of_a_list_or_a_package_loses_nothing(world: World) -> None:
    async def story() -> None:
        rules = [
            {
                "id": f"{world.system}-{fault}-{operation}",
                "fault": fault,
                "match": {"system": world.system, "operation": operation},
                "times": 2,
            }
            for fault, operation in (
                ("html-200", "getReceivedEdocList"),
                ("html-502", "getEdoc"),
                ("html-200", "updateStatus"),
            )
        ]
        assert world.axis.call("PUT", "/faults", json={"rules": rules}).status_code < 300
        letter = world.letter()
        receiver_id = world.deliver(letter)["deliveries"][0]["receiver_id"]
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.shown("received", named(letter))
            await until(lambda: _acknowledged(world, receiver_id))
            assert len(await clerk.entries("received", named(letter))) == 1
            await clerk.do("poll")
            assert world.codes(named(letter)["document_id"]) == ["01"]

    asyncio.run(story())


def _codes_are(world: World, letter: DocumentPackage, codes: list[str]) -> bool:
    return world.codes(named(letter)["document_id"]) == codes


def _states(world: World, receiver_id: str) -> set[str]:
    return {
        recipient["state"]
        for document in world.axis.call("GET", "/documents", params={"from": world.peer.code}).json()["documents"]
        for recipient in document["recipients"]
        if recipient["receiver_id"] == receiver_id
    }


def _acknowledged(world: World, receiver_id: str) -> bool:
    return _states(world, receiver_id) == {"done"}


def test_what_cannot_be_written_is_refused_in_the_language_of_the_registry_officers(world: World) -> None:
    async def story() -> None:
        unchecked = Behaviour(check_draft=lambda _: None)
        async with world.dms(unchecked) as dms:
            refused = await Clerk(dms).refused("send", **draft(world, subject="V/v \x0b"))
            assert refused["category"] == "format"
            place = "edXML/edXMLEnvelope/edXMLHeader/MessageHeader/Subject"
            problem = "có ký tự U+000B mà XML không mang được (PKG-07); hãy bỏ ký tự này"
            assert refused["reason"] == f"{place} {problem}"

    asyncio.run(story())
