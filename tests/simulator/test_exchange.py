"""Documents and statuses from sender to receiver and back, as the official clients exchange them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.documents import new_status
from fixtures.official_client import OfficialClient
from fixtures.official_results import OfficialResult, Version
from fixtures.wirevectors import requests
from protocol.package.attachment import original
from protocol.package.model import Trace, TraceHeader
from protocol.package.reader import read_package
from protocol.package.writer import write_package
from protocol.wire.operations import Operation
from tests.simulator.conftest import Office, Participant
from tests.simulator.test_transport import envelope, raw

SENDER_ID = re.compile(r"[0-9a-f]{24}")
RECEIVER_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def ok(result: OfficialResult | None) -> OfficialResult:
    """What the official client's caller sees as success."""
    assert result is not None
    assert (result.status, result.error_code, result.error_desc) == ("OK", "0", "Thanh cong")
    return result


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
@pytest.mark.parametrize("ending", ["", "/", "/base", "/base/"])
def test_send_list_get_update_sent_counts_download(
    office: Office, sender: Participant, receiver: Participant, version: Version, ending: str
) -> None:
    """The whole round with one leaky service object on each side, as both versions of the official client make it."""
    ours = sender.official(sender.axis.url + ending, version=version)
    theirs = receiver.official(sender.axis.url + ending, version=version)
    document = office.document(sender, receiver, files=2)
    letter = write_package(document)

    doc_id = ok(ours.send(letter, sender=sender.code).result).doc_id
    assert doc_id is not None
    assert SENDER_ID.fullmatch(doc_id)
    [item] = ok(theirs.received().result).items or ()
    assert RECEIVER_ID.fullmatch(item["docId"])
    assert (item["from"], item["to"], item["status"]) == (sender.code, receiver.code, "initial")
    assert (item["serviceType"], item["messageType"], item["status_desc"]) == ("eDoc", "edoc", "")

    package = ok(theirs.fetch(item["docId"]).result).text
    assert package is not None
    with read_package(package) as reading:
        assert reading.package is not None
        assert reading.document_id == document.header.document_id
        assert [original(a).sha256 for a in reading.package.attachments] == [  # type: ignore[union-attr] # a document
            original(a).sha256 for a in document.attachments
        ]
    [item] = ok(theirs.received().result).items or ()
    assert item["status"] == "processing"
    ok(theirs.update_status(item["docId"]).result)
    assert ok(theirs.received().result).items == ()

    [row] = ok(ours.sent(doc_id).result).items or ()
    assert len(row) == 14
    assert all(isinstance(value, str) for value in row.values())
    assert (row["senderDocId"], row["receiverDocId"]) == (doc_id, item["docId"])
    assert (row["fromCode"], row["toCode"], row["receiveStatus"]) == (sender.code, receiver.code, "done")
    assert row["title"] == document.header.subject
    if version == "2.0.1":
        assert ok(theirs.count_received().result).count == 0
        downloaded = theirs.download(item["docId"]).result
        assert downloaded is not None
        assert (downloaded.status, downloaded.text) == ("SUCCESS", package)


@pytest.mark.parametrize("version", ["2.0.0", "2.0.1"])
def test_refusals_reach_the_caller_of_both_versions(
    office: Office, sender: Participant, receiver: Participant, version: Version
) -> None:
    """A FAIL answer carries what each version reads before it looks at the status: DocId, data."""
    client = sender.official(version=version)
    sent = client.send(office.letter(sender, "H98.99"), sender=sender.code).result
    assert sent is not None
    assert (sent.status, sent.error_code, sent.error_desc) == (
        "FAIL",
        "18",
        "Don vi nhan khong ton tai: H98.99",
    )
    fetched = client.fetch("00000000-0000-4000-8000-000000000000").result
    assert fetched is not None
    assert (fetched.status, fetched.error_code) == ("FAIL", "21")
    assert fetched.error_desc
    listed = client.received("letters").result
    assert listed is not None
    assert (listed.status, listed.error_code) == ("FAIL", "16")
    updated = client.update_status("00000000-0000-4000-8000-000000000000").result
    assert updated is not None
    assert (updated.status, updated.error_code) == ("FAIL", "21")


def test_a_failed_download_is_an_empty_body(receiver: Participant) -> None:
    call = receiver.official().download("00000000-0000-4000-8000-000000000000")
    assert (call.answer.status, call.answer.body) == (200, b"")
    assert call.result is not None
    assert (call.result.status, call.result.error_code) == ("FAIL", "100")
    entry = receiver.axis.last_exchange("downloadEdoc")
    assert entry["error_code"] == "21"


def _captured(vector: dict[str, Any]) -> bytes:
    """Build a captured request again, byte for byte."""
    client = OfficialClient(vector["endpoint"], vector["system_id"], vector["secret"], timestamp=vector["timestamp"])
    for operation, parameters in vector["before"]:
        client.request(Operation(operation), parameters)
    body = None if vector["body"] is None else vector["body"].encode()
    request = client.request(Operation(vector["operation"]), vector["parameters"], body)
    assert hashlib.sha256(request).hexdigest() == vector["wire_sha256"]
    return request


def test_captured_requests_pass_every_check_of_the_signature(office: Office) -> None:
    """The requests that were captured from the official client, byte for byte (it waits for 100 Continue or not)."""
    agency = {"code": "000.00.00.H41", "name": "Cơ quan thử nghiệm"}
    for vector in requests():
        office.axis.register(vector["system_id"], vector["secret"], [agency])
        answer = raw(office.axis, _captured(vector))
        assert answer.status == 200
        if vector["operation"] != "downloadEdoc":
            expected = {"sendEdoc": "22", "getEdoc": "21", "updateStatus": "21", "deleteAgency": "19"}
            assert envelope(answer)[1] == expected.get(vector["operation"], "0"), (vector["name"], answer.body)


def test_statuses_go_to_whom_they_name_and_change_the_ledger(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    document = office.document(sender, receiver)
    office.axis.inject(write_package(document), sender.code)
    theirs, ours = receiver.official(), sender.official()
    for code in ("01", "03", "04", "05", "06"):
        ok(theirs.send(office.status(document, code, receiver), sender=receiver.code, message_type="status").result)
    items = ok(ours.received("status").result).items or ()
    assert [(item["from"], item["to"], item["messageType"]) for item in items] == [
        (receiver.code, sender.code, "status")
    ] * 5
    assert ok(ours.count_statuses().result).count == 5
    assert ok(ours.received("edoc").result).items == ()
    codes = []
    for item in items:
        package = ok(ours.fetch(item["docId"]).result).text
        assert package is not None
        with read_package(package) as reading:
            assert reading.kind == "status"
            codes.append(reading.package.header.status_code)  # type: ignore[union-attr] # a status
        ok(ours.update_status(item["docId"]).result)
    assert codes == ["01", "03", "04", "05", "06"]
    [entry] = office.axis.call(
        "GET", "/documents", params={"document_id": document.header.document_id, "from": sender.code}
    ).json()["documents"]
    assert entry["recipients"][0]["business_status"] == "06"
    assert {e["document_id"] for e in receiver.exchanges("sendEdoc")} == {document.header.document_id}


def test_a_recall_goes_to_the_recipient_that_it_names(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Status 13 runs the other way: ResponseFor/OrganId is the recipient, the document is the sender's."""
    document = office.document(sender, receiver)
    office.axis.inject(write_package(document), sender.code)
    recall = office.status(document, "13", sender, addressee=receiver.code)
    ok(sender.official().send(recall, sender=sender.code, message_type="status").result)
    [item] = ok(receiver.official().received("status").result).items or ()
    assert (item["from"], item["to"]) == (sender.code, receiver.code)
    assert sender.exchanges("sendEdoc")[-1]["findings"] == []
    answer = office.status(document, "15", receiver)
    ok(receiver.official().send(answer, sender=receiver.code, message_type="status").result)
    assert receiver.exchanges("sendEdoc")[-1]["findings"] == []


def test_the_axis_rewrites_what_it_passes_on_and_adds_its_hop(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Canonical form and line ends, a manifest made anew, a hop without an OrganId (AXS-09)."""
    document = office.document(sender, receiver)
    assert document.manifest is not None
    described = tuple(replace(reference, description="Bản chính") for reference in document.manifest)
    trace = Trace(hops=(TraceHeader(None, "2026/11/21 08:00:00"),), business=None)
    letter = write_package(replace(document, manifest=described, trace=trace))
    [delivery] = office.axis.inject(b"\xef\xbb\xbf" + letter.replace(b"\r\n", b"\n"), sender.code)["deliveries"]
    package = ok(receiver.official().fetch(delivery["receiver_id"]).result).text
    assert package is not None
    assert package.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n')
    with read_package(package) as reading:
        passed = reading.package
        assert passed is not None
        hops = passed.trace.hops  # type: ignore[union-attr] # a document
        assert [hop.organ_id for hop in hops] == ["null", None]
        assert hops[1].timestamp is not None
        assert re.fullmatch(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d", hops[1].timestamp)
        assert [r.description for r in passed.manifest] == [None]  # type: ignore[union-attr] # a document


def test_a_status_passes_as_it_came(office: Office, sender: Participant, receiver: Participant) -> None:
    document = office.document(sender, receiver)
    report = office.status(document, "01", receiver).replace(b"\r\n", b"\n")
    ok(receiver.official().send(report, sender=receiver.code, message_type="status").result)
    [item] = ok(sender.official().received("status").result).items or ()
    assert ok(sender.official().fetch(item["docId"]).result).text == report


def test_a_large_package_comes_through_whole(office: Office, sender: Participant, receiver: Participant) -> None:
    """Beyond 64 KB a body is a file; the answer is streamed, in gzip or not."""
    document = office.document(sender, receiver, files=6)
    [attachment] = document.attachments[:1]
    letter = write_package(document)
    padding = base64.b64encode(office.random.randbytes(600_000))
    with attachment.open_payload() as payload:
        old = base64.b64encode(payload.read())
    letter = letter.replace(old, padding, 1).replace(b"application/pdf", b"application/octet-stream")
    result = ok(sender.official().send(letter, sender=sender.code).result)
    [item] = ok(receiver.official().received().result).items or ()
    package = ok(receiver.official().fetch(item["docId"]).result).text
    assert package is not None
    assert padding in package
    downloaded = receiver.official().download(item["docId"]).result
    assert downloaded is not None
    assert downloaded.text == package
    detail = office.axis.last_exchange("sendEdoc")
    assert base64.b64decode(detail["request"]["body"]) == letter + b"\r\n"
    shown = office.axis.call("GET", f"/documents/{result.doc_id}").json()
    assert base64.b64decode(shown["package"]) == letter
    fetched = json.loads(base64.b64decode(office.axis.last_exchange("getEdoc")["answer"]["body"]))
    assert base64.b64decode(fetched["data"]) == package


def test_3321_recipients_in_one_send(office: Office, sender: Participant) -> None:
    """One delivery for each commune of the country, named in the header too (113 kB of it); counted and listed."""
    communes = [f"H99.{sender.code.rpartition('.')[2]}.X{number:04d}" for number in range(3321)]
    agencies = [{"code": code, "name": "Xã Ví Dụ"} for code in communes]
    office.axis.register(f"{sender.system}.COMMUNES", "not-a-real-secret-c", agencies)
    letter = office.letter(sender, *communes)
    call = sender.official().send(letter, sender=sender.code, to=communes)
    assert len(call.request) - len(letter) > 100_000
    doc_id = ok(call.result).doc_id
    assert doc_id is not None
    rows = ok(sender.official().sent(doc_id).result).items or ()
    assert [row["toCode"] for row in rows] == communes
    assert len({row["receiverDocId"] for row in rows}) == 3321
    assert sender.exchanges("sendEdoc")[-1]["findings"] == []


def test_unassigned_and_malformed_status_codes_pass_with_a_warning(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """H-W08."""
    document = office.document(sender, receiver)
    office.axis.inject(write_package(document), sender.code)
    for code in ("14", "99", "3"):
        report = write_package(new_status(document, code, receiver.code, now=datetime.now(UTC)))
        ok(receiver.official().send(report, sender=receiver.code, message_type="status").result)
        assert "warn" in {f["severity"] for f in receiver.exchanges("sendEdoc")[-1]["findings"]}
    assert len(ok(sender.official().received("status").result).items or ()) == 3
