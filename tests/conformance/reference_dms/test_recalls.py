"""Recalls between the reference DMS and a real axis, from both sides."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from protocol.package.model import Business, DocumentPackage, Trace
from tests.conformance.reference_dms.office_world import Clerk, World, about, draft, named, sent_reference, until

REASON = "Văn bản gửi nhầm"


def _recall_package(carrier: DocumentPackage, document_id: str | None) -> DocumentPackage:
    return replace(carrier, trace=Trace(business=Business(doc_type="1", reason=REASON, document_id=document_id)))


def test_a_recall_holds_the_letter_until_it_is_answered_and_then_cancels_it(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.deliver(letter)
            await clerk.shown("received", named(letter))
            await clerk.refused("answer_recall", document=named(letter), agree=True)
            await clerk.do("accept", document=named(letter))
            world.report(replace(about(letter), organ_id=world.sut.code), "13", description=REASON)
            entry = await clerk.shown("received", named(letter), lambda entry: entry["state"] == "held")
            assert REASON in entry["warnings"][0]["text"]
            await clerk.refused("finish", document=named(letter))
            await clerk.do("answer_recall", document=named(letter), agree=True)
            entry = await clerk.shown("received", named(letter), lambda entry: entry["state"] == "recalled")
            assert entry["attachments"] == []
            await clerk.refused("finish", document=named(letter))
            await until(lambda: world.codes(named(letter)["document_id"]) == ["01", "03", "15"])
            events = [line["event"] for line in (await clerk.do("export_history", document=named(letter)))["history"]]
            assert "recall-requested" in events
            assert "recall-agreed" in events

    asyncio.run(story())


def test_a_declined_recall_puts_the_letter_back_and_may_be_asked_again(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.deliver(letter)
            await clerk.shown("received", named(letter))
            for _ in range(2):
                world.report(replace(about(letter), organ_id=world.sut.code), "13", description=REASON)
                await clerk.shown("received", named(letter), lambda entry: entry["state"] == "held")
                await clerk.do("answer_recall", document=named(letter), agree=False, reason="Đã thi hành")
                entry = await clerk.shown("received", named(letter))
                assert (entry["state"], entry["warnings"]) == ("arrived", [])
            await until(lambda: world.codes(named(letter)["document_id"]) == ["01", "16", "16"])

    asyncio.run(story())


def test_a_recall_package_names_its_document_in_either_place(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letters = Clerk(dms), [world.letter(), world.letter()]
            for letter in letters:
                world.deliver(letter)
                await clerk.shown("received", named(letter))
            other = world.letter()
            world.deliver(_recall_package(letters[0], None))
            world.deliver(_recall_package(other, letters[1].header.document_id))
            for letter in letters:
                await clerk.shown("received", named(letter), lambda entry: entry["state"] == "held")
            assert await clerk.entries("received", named(other)) == []

    asyncio.run(story())


def test_a_strangers_recall_is_recorded_and_changes_nothing(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.deliver(letter)
            await clerk.shown("received", named(letter))
            wanted = replace(about(letter), organ_id=world.sut.code)
            world.report(wanted, "13", sender=world.stranger, description=REASON)
            forged = world.letter(sender=world.stranger)
            world.deliver(_recall_package(forged, letter.header.document_id), sender=world.stranger)

            async def recorded() -> bool:
                history = (await clerk.do("export_history", document=named(letter)))["history"]
                return [line["event"] for line in history].count("recall-not-believed") == 2

            for _ in range(100):
                if await recorded():
                    break
                await clerk.do("poll")
            assert await recorded()
            entry = await clerk.shown("received", named(letter))
            assert (entry["state"], entry["warnings"]) == ("arrived", [])

    asyncio.run(story())


def test_a_letter_that_was_recalled_before_it_came_does_not_surface(world: World) -> None:
    """RCL-12."""

    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), world.letter()
            world.report(replace(about(letter), organ_id=world.sut.code), "13", description=REASON)

            async def known() -> bool:
                history = (await clerk.do("export_history", document=named(letter)))["history"]
                return any(line["event"] == "recall-of-unknown" for line in history)

            for _ in range(100):
                if await known():
                    break
                await clerk.do("poll")
            world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert entry["state"] == "held"
            await clerk.do("answer_recall", document=named(letter), agree=True)

    asyncio.run(story())


def test_the_sender_asks_every_recipient_and_shows_each_answer(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            sent = (await clerk.do("send", **draft(world, to=[world.peer.code, world.stranger.code])))["document"]
            await clerk.shown("sent", sent, lambda entry: entry["state"] == "sent")
            await clerk.refused("recall", document=sent, reason=" ")
            await clerk.do("recall", document=sent, reason=REASON)
            await until(lambda: world.codes(sent["document_id"]) == ["13", "13"])
            assert all(REASON in (text or "") for _, text in world.statuses(sent["document_id"]))
            await clerk.refused("recall", document=sent, reason=REASON)
            world.report(sent_reference(sent), "15")
            world.report(sent_reference(sent), "16", sender=world.stranger)
            entry = await clerk.shown(
                "sent",
                sent,
                lambda entry: [line["state"] for line in entry["recipients"]] == ["recalled", "recall-refused"],
            )
            assert entry["state"] == "recalling"
            await clerk.do("recall", document=sent, reason=REASON)
            await until(lambda: len(world.statuses(sent["document_id"])) == 3)

    asyncio.run(story())


def test_an_answer_to_a_recall_that_nobody_asked_for_is_not_shown(world: World) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            sent = (await clerk.do("send", **draft(world)))["document"]
            await clerk.shown("sent", sent, lambda entry: entry["state"] == "sent")
            world.report(sent_reference(sent), "15")
            world.report(sent_reference(sent), "01")
            entry = await clerk.shown("sent", sent, lambda entry: entry["recipients"][0]["state"] != "sent")
            assert entry["recipients"][0]["state"] == "arrived"

    asyncio.run(story())


def test_a_document_that_never_left_is_taken_back_without_a_word(world: World) -> None:
    async def story() -> None:
        async with world.dms(send_at_once=False, poll_interval_s=60.0) as dms:
            clerk = Clerk(dms)
            await clerk.do("poll")
            sent = (await clerk.do("send", **draft(world)))["document"]
            await clerk.do("recall", document=sent, reason=REASON)
            assert (await clerk.shown("sent", sent))["state"] == "recalled"
            await clerk.do("poll")
            assert [one for one in world.axis.exchanges("sendEdoc") if one["system"] == world.system] == []

    asyncio.run(story())
