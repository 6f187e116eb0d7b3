"""Faults of delivery: what a queue shows of what waits, packages that reach nobody, altered copies."""

from __future__ import annotations

import base64
import io
import json
import random
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.files import File
from protocol.package.attachment import original
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from tests.axis_process import RunningAxis, running_axis
from tests.simulator.conftest import Office, Participant
from tests.simulator.disturbing import count, fired, put
from tests.simulator.test_exchange import ok
from tests.simulator.test_fault_answers import data
from tests.simulator.test_routing import inbox
from tests.simulator.test_transport import raw, request

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF\n"
DSIG = (
    b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><SignatureMethod '
    b'Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/></SignedInfo><SignatureValue>AAAA</SignatureValue></Signature>'
)


def listed(who: Participant) -> list[str]:
    return [item["docId"] for item in inbox(who)]


def injected(office: Office, sender: Participant, receiver: Participant, **options: Any) -> tuple[str, DocumentPackage]:
    """Put a document into somebody's queue; gives the id of the queue entry."""
    document = office.document(sender, receiver, **options)
    [delivery] = office.axis.inject(write_package(document), sender.code)["deliveries"]
    return delivery["receiver_id"], document


def test_a_delayed_delivery_is_there_when_its_time_has_come(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Neither listed nor counted before; only what the rule is for."""
    (late, document), (soon, _) = (injected(office, sender, receiver) for _ in range(2))
    match = {"document": document.header.document_id}
    rule = put(receiver, "delayed-delivery", args={"seconds": 3600}, match=match)
    assert listed(receiver) == [soon]
    assert fired(receiver, "getReceivedEdocList") == "delayed-delivery"
    assert count(receiver) == ("OK", "0")
    assert ok(receiver.official().count_received().result).count == 1
    assert put(receiver, "delayed-delivery", args={"seconds": 2}, match=match) == rule
    deadline = time.monotonic() + 60
    while listed(receiver) != [late, soon]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert fired(receiver, "getReceivedEdocList") is None


def test_a_reordered_list_stands_newest_first(office: Office, sender: Participant, receiver: Participant) -> None:
    """A list of one uses nothing up."""
    put(receiver, "reordered-delivery", times=1)
    entries = [injected(office, sender, receiver)[0]]
    assert listed(receiver) == entries
    entries += [injected(office, sender, receiver)[0] for _ in range(2)]
    assert listed(receiver) == entries[::-1]
    assert fired(receiver, "getReceivedEdocList") == "reordered-delivery"
    assert listed(receiver) == entries


def test_a_dropped_delivery_is_missing_from_some_lists_and_then_there(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """The count goes on counting it; only what the rule is for is missing."""
    (entry, document), (other, _) = (injected(office, sender, receiver) for _ in range(2))
    put(receiver, "dropped-delivery", times=2, match={"document": document.header.document_id})
    for _ in range(2):
        assert listed(receiver) == [other]
        assert fired(receiver, "getReceivedEdocList") == "dropped-delivery"
    assert ok(receiver.official().count_received().result).count == 2
    assert listed(receiver) == [entry, other]


def test_dropping_counts_only_where_something_is_dropped(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    put(receiver, "dropped-delivery", times=1, match={"agency": receiver.old_code})
    assert listed(receiver) == []
    assert fired(receiver, "getReceivedEdocList") is None
    entry, _ = injected(office, sender, receiver)
    assert [listed(receiver), listed(receiver)] == [[], [entry]]


def test_a_package_is_accepted_and_never_delivered(office: Office, sender: Participant, receiver: Participant) -> None:
    """SND-03: the sender sees it as `initial` for ever, the receiver never; what a rule is not for arrives."""
    other = office.participant()
    put(sender, "never-delivered", times=1, match={"agency": receiver.old_code})
    client = sender.official()
    doc_id = ok(client.send(office.letter(sender, receiver, other), sender=sender.code).result).doc_id
    assert doc_id is not None
    assert fired(sender, "sendEdoc") == "never-delivered"
    assert (listed(receiver), len(listed(other))) == ([], 1)
    states = {row["toCode"]: row["receiveStatus"] for row in data(sender, "getSentEdocList")}
    assert states == {receiver.code: "initial", other.code: "initial"}
    [entry] = [row["receiverDocId"] for row in data(sender, "getSentEdocList") if row["toCode"] == receiver.code]
    assert json.loads(raw(receiver.axis, request(receiver, "getEdoc", {"docId": entry})).body)["ErrorCode"] == "21"
    ok(client.send(office.letter(sender, receiver), sender=sender.code).result)
    assert len(listed(receiver)) == 1
    put(sender, "never-delivered", times=1)
    ok(client.send(office.letter(sender, receiver, other), sender=sender.code).result)
    assert (len(listed(receiver)), len(listed(other))) == (1, 1)


def held(office: Office, sender: Participant) -> bytes:
    """Give what the axis holds as received of the last document of a sender."""
    sent = data(sender, "getSentEdocList")[-1]["senderDocId"]
    return base64.b64decode(office.axis.call("GET", f"/documents/{sent}").json()["package"])


def test_an_attached_pdf_is_handed_out_zipped_and_kept_as_it_was(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-A02: the manifest goes on to say PDF, the file inside is the same, the axis keeps what it was given."""
    letter = office.letter(sender, receiver, files=[File("quyet-dinh.pdf", PDF), File("bang.xlsx", b"not a PDF")])
    ok(sender.official().send(letter, sender=sender.code).result)
    [entry] = listed(receiver)
    before = ok(receiver.official().fetch(entry).result).text
    put(receiver, "rezipped-pdf", times=2)
    texts = [ok(receiver.official().fetch(entry).result).text, receiver.official().download(entry).answer.body]
    assert fired(receiver, "getEdoc") == fired(receiver, "downloadEdoc") == "rezipped-pdf"
    assert texts[0] == texts[1] != before
    assert ok(receiver.official().fetch(entry).result).text == before
    with read_package(texts[0] or b"") as reading:
        package = reading.package
        assert isinstance(package, DocumentPackage)
        pdf, table = package.attachments
        assert (pdf.name, pdf.content_type) == ("quyet-dinh.pdf", "application/zip")
        assert next(line.content_type for line in package.manifest or ()) == "application/pdf"
        assert original(pdf).data == PDF
        with pdf.open_payload() as stream, zipfile.ZipFile(io.BytesIO(stream.read())) as archive:
            assert [name.rpartition(".")[2] for name in archive.namelist()] == ["PDF"]
        assert original(table).data == b"not a PDF"
    assert held(office, sender) == letter


@pytest.fixture(scope="module")
def passing_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAxis]:
    """An axis that passes packages on as they came, signatures with their namespace too."""
    folder: Path = tmp_path_factory.mktemp("passing-on")
    with running_axis(folder, "--reserialise", "off") as running:
        yield running
        assert "Traceback" not in running.errors()


def test_a_signature_is_handed_out_without_its_namespace(passing_on: RunningAxis) -> None:
    """H-X24; a package without a signature of its own namespace uses nothing up."""
    office = Office(passing_on)
    sender, receiver = office.participant(), office.participant()
    signed = replace(office.document(sender, receiver), signature=DSIG)
    put(receiver, "lost-signature-namespace", times=1)
    for package in (office.document(sender, receiver), signed):
        office.axis.inject(write_package(package), sender.code, to=receiver.code, as_is=True)
    plain, entry = listed(receiver)
    assert ok(receiver.official().fetch(plain).result).text
    assert fired(receiver, "getEdoc") is None
    lost = ok(receiver.official().fetch(entry).result).text or b""
    assert fired(receiver, "getEdoc") == "lost-signature-namespace"
    with read_package(lost) as reading:
        assert isinstance(reading.package, DocumentPackage)
        assert b'"http://www.w3.org/2000/09/xmldsig#"' not in (reading.package.signature or b"")
        assert b"SignatureValue" in (reading.package.signature or b"")
    assert ok(receiver.official().fetch(entry).result).text == write_package(signed)


def test_what_cannot_be_read_is_handed_out_as_it_is(office: Office, sender: Participant, receiver: Participant) -> None:
    poison = random.Random(7).randbytes(2000)
    [delivery] = office.axis.inject(poison, sender.code, to=receiver.code, as_is=True)["deliveries"]
    for fault in ("rezipped-pdf", "lost-signature-namespace"):
        put(receiver, fault)
    assert receiver.official().download(delivery["receiver_id"]).answer.body == poison
    assert fired(receiver, "downloadEdoc") is None
