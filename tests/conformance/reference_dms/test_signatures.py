"""The reference DMS signs what it sends and verifies what it takes, with keys and trust that it is given."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from conformance.evidence import Evidence
from conformance.reference_dms.vietnam import host_clock
from conformance.signatures import Signatures
from conformance.system import Agency
from fixtures.letterhead import DECISION
from fixtures.office import new_docx
from fixtures.paper import new_pdf_document
from fixtures.pdf import new_pdf
from fixtures.pdfattacks import annotation_added
from fixtures.signedpaper import signed_paper
from protocol.package.attachment import attach, original
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.signatures.outcome import SignatureOutcome
from protocol.signatures.pdf.judge import judge
from protocol.signatures.pdf.reading import read_signatures
from protocol.signatures.pki import Identity, Pki
from tests.conformance.reference_dms.office_world import Clerk, World, draft, file, named, until


@pytest.fixture
def signing(tmp_path: Path) -> Iterator[Signatures]:
    made = Signatures(Evidence(tmp_path / "out"))
    made.open(host_clock())
    yield made
    made.close()


def _agencies(world: World) -> list[Agency]:
    return [Agency(world.sut.code, world.sut.name)]


def _signed(world: World, pki: Pki, *, seal: Identity | None = None, at: datetime | None = None) -> bytes:
    person = pki.person("Nguyễn Văn Thử", world.peer.code, world.peer.name)
    agency = seal or pki.agency(world.peer.code, world.peer.name)
    return signed_paper(DECISION, person, agency, at or host_clock() - timedelta(minutes=10))


def _letter(world: World, data: bytes) -> DocumentPackage:
    attachment, reference = attach("văn bản.pdf", data)
    return replace(world.letter(), manifest=(reference,), attachments=(attachment,))


def _crossed(world: World, document_id: str) -> list[bytes]:
    """Give the files of the document that the axis took."""
    (body,) = world._sent(document_id)
    with read_package(body) as reading:
        assert isinstance(reading.package, DocumentPackage)
        return [original(each).data for each in reading.package.attachments]


def _roles(outcomes: tuple[SignatureOutcome, ...]) -> list[tuple[str, str]]:
    return [(each.signer.role if each.signer else "", each.result) for each in outcomes]


def _to_sign(world: World, *further: dict[str, str], **fields: Any) -> dict[str, Any]:
    files = [file("văn bản.pdf", new_pdf_document(DECISION)), *further]
    return draft(world, files=files, sign=True, **fields)


def test_it_signs_as_person_then_agency_and_seals_each_appendix(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            word = new_docx(Random(1))
            asked = _to_sign(world, file("phụ lục.pdf", new_pdf(Random(2))), file("phụ lục.docx", word))
            sent = (await clerk.do("send", **asked))["document"]
            await until(lambda: len(world._sent(sent["document_id"])) == 1)
            main, appendix, other = await asyncio.to_thread(_crossed, world, sent["document_id"])
            trust, now = signing.trust(host_clock()), host_clock()
            assert _roles(judge(read_signatures(main), trust, now)) == [("person", "good"), ("agency", "good")]
            assert _roles(judge(read_signatures(appendix), trust, now)) == [("agency", "good")]
            assert other == word

    asyncio.run(story())


def test_files_go_out_as_they_are_where_no_signing_is_asked_for(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            asked = _to_sign(world) | {"sign": False}
            sent = (await clerk.do("send", **asked))["document"]
            await until(lambda: len(world._sent(sent["document_id"])) == 1)
            crossed = await asyncio.to_thread(_crossed, world, sent["document_id"])
            assert crossed == [new_pdf_document(DECISION)]

    asyncio.run(story())


def test_it_refuses_to_sign_what_or_with_what_it_cannot(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, agencies = Clerk(dms), _agencies(world)
            assert (await clerk.refused("send", **_to_sign(world)))["category"] == "signature"
            await clerk.do("trust", **signing.configuration(agencies))
            for files, why in (
                ([file("văn bản.pdf", b"%PDF-1.7 khong phai")], "không ký số được tệp văn bản.pdf"),
                ([file("văn bản.docx", new_docx(Random(1)))], "hãy đính kèm văn bản ở dạng PDF"),
            ):
                refused = await clerk.refused("send", **_to_sign(world) | {"files": files})
                assert refused["category"] == "signature"
                assert why in refused["reason"]
            person = signing.person(agencies[0])
            signing.pki().revoke(person, host_clock() - timedelta(days=1))
            keys = {agencies[0].code: (person, signing.seal(agencies[0]))}
            await clerk.do("trust", trust=signing.trust_json(host_clock()), signing=signing.keys_json(agencies, keys))
            refused = await clerk.refused("send", **_to_sign(world))
            assert refused["category"] == "signature"
            assert "thu hồi" in refused["reason"]

    asyncio.run(story())


@pytest.mark.parametrize(
    "given",
    [
        {"trust": {"roots": ["no certificate"]}},
        {"trust": {"roots": [], "crls": ["***"]}},
        {"signing": {"H99": {"person": {"base64": "AAAA", "password": "x"}, "agency": {"base64": "", "password": ""}}}},
    ],
)
def test_trust_and_keys_that_cannot_be_read_are_refused_by_name(world: World, given: dict[str, Any]) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            refused = await Clerk(dms).refused("trust", **given)
            assert refused["category"] == "format"
            assert next(iter(given)) in refused["reason"]

    asyncio.run(story())


def test_a_well_signed_letter_is_taken_and_its_verdicts_outlive_the_trust(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            letter = _letter(world, _signed(world, signing.pki()))
            world.deliver(letter)
            for _ in range(2):
                entry = await clerk.shown("received", named(letter))
                shown = entry["attachments"][0]["signatures"]
                assert entry["state"] == "arrived"
                assert entry["warnings"] == []
                assert [each["result"] for each in shown] == ["valid", "valid"]
                assert [each["signer"] for each in shown] == ["Nguyễn Văn Thử", world.peer.name]
                assert all("hợp lệ" in each["text"]["vi"] and each["signed_at"] for each in shown)
                assert base64.b64decode(shown[0]["certificates"][0])
                assert shown[0]["revocation"]
                await clerk.do("trust", trust={"roots": []})

    asyncio.run(story())


def test_what_cannot_be_judged_waits_for_the_officer(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            letter = _letter(world, _signed(world, signing.pki("silent")))
            world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert entry["state"] == "held"
            assert [warning["category"] for warning in entry["warnings"]] == ["signature"]
            await clerk.do("accept", document=named(letter))
            assert (await clerk.shown("received", named(letter)))["state"] == "registered"

    asyncio.run(story())


def test_bad_signatures_send_a_letter_back(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            good = _signed(world, signing.pki())
            place = good.index(b" Tf ") - 1
            altered = good[:place] + b"7" + good[place + 1 :]
            assert altered != good
            foreign = signing.pki().agency(world.stranger.code, world.stranger.name)
            for data, category in (
                (altered, "integrity"),
                (_signed(world, signing.pki("strange")), "signature"),
                (_signed(world, signing.pki(), seal=foreign), "signature"),
            ):
                letter = _letter(world, data)
                world.deliver(letter)
                entry = await clerk.shown("received", named(letter))
                assert (entry["state"], entry["refusal"]["category"]) == ("refused", category)
                identifier = letter.header.document_id or ""
                await until(lambda identifier=identifier: world.codes(identifier) == ["02"])  # type: ignore[misc] # bound

    asyncio.run(story())


def test_an_unsigned_letter_is_for_information_only(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            letter = _letter(world, new_pdf_document(DECISION))
            world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert entry["state"] == "arrived"
            assert [warning["category"] for warning in entry["warnings"]] == ["signature"]
            assert "để biết, tham khảo" in entry["warnings"][0]["text"]

    asyncio.run(story())


@pytest.mark.parametrize("data", [b"\n" + new_pdf_document(DECISION), new_docx(Random(3))], ids=["late-header", "docx"])
def test_what_is_unsigned_in_another_form_is_so_too(world: World, signing: Signatures, data: bytes) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), _letter(world, data)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert "để biết, tham khảo" in " ".join(
                row["text"] for row in entry["warnings"] if row["category"] == "signature"
            )

    asyncio.run(story())


def test_an_altered_file_with_a_late_header_is_sent_back(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), _letter(world, b"\n" + annotation_added(_signed(world, signing.pki())))
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert (entry["state"], entry["refusal"]["category"]) == ("refused", "integrity")

    asyncio.run(story())


def test_what_comes_again_after_a_refusal_is_judged_like_the_first(world: World, signing: Signatures) -> None:
    """The name of a letter that went back is free again; what comes under it is no better for that."""

    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            bad = _letter(world, _signed(world, signing.pki("strange")))
            world.deliver(bad)
            assert (await clerk.shown("received", named(bad)))["state"] == "refused"
            undecided = _letter(world, _signed(world, signing.pki("silent")))
            world.deliver(replace(bad, manifest=undecided.manifest, attachments=undecided.attachments))

            entry = await clerk.shown("received", named(bad), lambda row: row["state"] != "refused")
            assert (entry["state"], [row["category"] for row in entry["warnings"]]) == ("held", ["signature"])

    asyncio.run(story())


def test_without_trust_nothing_is_judged_and_nothing_is_shown(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk, letter = Clerk(dms), _letter(world, _signed(world, signing.pki("strange")))
            world.deliver(letter)
            entry = await clerk.shown("received", named(letter))
            assert entry["state"] == "arrived"
            assert "signatures" not in entry["attachments"][0]
            assert dms.office.reader is None

    asyncio.run(story())


def test_reset_puts_back_whom_it_trusted_before_the_run(world: World, signing: Signatures) -> None:
    async def story() -> None:
        async with world.dms() as dms:
            clerk = Clerk(dms)
            await clerk.do("trust", **signing.configuration(_agencies(world)))
            await clerk.do("trust", trust={"roots": []})
            await clerk.do("reset")
            assert dms.office.credentials is None
            assert (await clerk.refused("send", **_to_sign(world)))["category"] == "signature"

    asyncio.run(story())
