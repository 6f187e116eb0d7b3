"""Which copies a status is about, and what of a letter was sent before."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fixtures.documents import new_status
from protocol.package.model import Business, DocumentPackage, Trace
from protocol.package.writer import write_package
from tests.simulator.conftest import Office, Participant, new_timestamp
from tests.simulator.disturbing import put
from tests.simulator.test_exchange import ok
from tests.simulator.test_routing import inbox, reasons

_numbers = itertools.count()


def send(who: Participant, package: bytes, kind: str = "edoc") -> dict[str, str]:
    """Send under a signature of its own; gives what the axis warned about."""
    stamp = new_timestamp()
    ok(who.official(timestamp=stamp).send(package, sender=who.code, message_type=kind).result)
    return {reason: severity for reason, severity in reasons(who).items() if severity != "info"}


def report(office: Office, document: DocumentPackage, code: str, who: Participant, **options: Any) -> dict[str, str]:
    package = office.status(document, code, who, description=f"lần {next(_numbers)}", **options)
    return send(who, package, "status")


def states(office: Office, document: DocumentPackage) -> list[tuple[str, str | None]]:
    """Give addressee and business status of every copy under the document's id, in order."""
    shown = office.axis.call("GET", "/documents", params={"document_id": document.header.document_id}).json()
    letters = [entry for entry in shown["documents"] if entry["messagetype"] == "edoc"]
    return [(copy["to"], copy["business_status"]) for entry in letters for copy in entry["recipients"]]


def with_business(document: DocumentPackage, **business: Any) -> DocumentPackage:
    return replace(document, trace=replace(document.trace or Trace(), business=Business(**business)))


@pytest.mark.parametrize("copies", ["sent-again", "replaced", "both-codes"])
def test_a_status_lands_on_every_copy_that_it_is_about(
    office: Office, sender: Participant, receiver: Participant, copies: str
) -> None:
    other = office.participant()
    to = (receiver.code, receiver.old_code) if copies == "both-codes" else (receiver,)
    document = office.document(sender, *to, other)
    send(sender, write_package(document))
    if copies == "sent-again":
        send(sender, write_package(document))
    elif copies == "replaced":
        send(sender, write_package(with_business(document, doc_type="3", reason="Thay thế")))
    assert report(office, document, "01", receiver) == {}
    assert report(office, document, "03", receiver) == {}
    assert {state for to_code, state in states(office, document) if to_code != other.code} == {"03"}
    assert len([1 for to_code, _ in states(office, document) if to_code != other.code]) == 2
    assert {state for to_code, state in states(office, document) if to_code == other.code} == {None}


def test_nobody_is_accused_of_what_another_said(office: Office, sender: Participant, receiver: Participant) -> None:
    """Neither another recipient of the letter, nor the same recipient about a letter of another sender."""
    other, namesake = office.participant(), office.participant()
    document = office.document(sender, receiver, other)
    same_id = office.document(namesake, receiver, document_id=document.header.document_id)
    send(sender, write_package(document))
    assert send(namesake, write_package(same_id)) == {}
    assert report(office, document, "02", receiver) == {}
    assert report(office, document, "03", other) == {}
    assert report(office, same_id, "03", receiver) == {}
    assert states(office, document) == [(receiver.code, "02"), (other.code, "03"), (receiver.code, "03")]


def test_a_letter_that_came_back_and_was_mended_begins_anew(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    document = office.document(sender, receiver)
    send(sender, write_package(document))
    assert report(office, document, "02", receiver) == {}
    mended = with_business(document, doc_type="0", paper="1")
    assert send(sender, write_package(mended)) == {}, "sent again because it was given back"
    assert report(office, document, "03", receiver) == {}
    assert report(office, document, "02", receiver) == {"status-contradicts": "warn"}


@pytest.mark.parametrize("why", ["could-not-be-taken-in", "reached-nobody"])
@pytest.mark.parametrize("other_bytes", [False, True], ids=["same-bytes", "new-bytes"])
def test_a_letter_that_its_recipient_does_not_have_may_be_sent_again(
    office: Office, sender: Participant, receiver: Participant, why: str, *, other_bytes: bool
) -> None:
    document = office.document(sender, receiver)
    if why == "reached-nobody":
        put(sender, "never-delivered", "sendEdoc", times=1)
    assert send(sender, write_package(document)) == {}
    if why == "could-not-be-taken-in":
        ok(receiver.official().update_status(inbox(receiver)[0]["docId"], "fail").result)
    again = write_package(document) + (b"\n" if other_bytes else b"")
    assert send(sender, again) == {}
    assert send(sender, again).keys() & {"package-sent-again", "document-sent-again"}, "now the recipient has it"


def test_ids_are_the_same_in_either_way_of_writing_them(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    document = office.document(sender, receiver, document_id=f"{sender.code}/Điều-{next(_numbers)}")
    send(sender, write_package(document))
    apart = unicodedata.normalize("NFD", f" {document.header.document_id} ")
    other = replace(document, header=replace(document.header, document_id=apart))
    report(office, other, "01", receiver)
    assert "status-document-unknown" not in reasons(receiver)
    assert states(office, document) == [(receiver.code, "01")]


def test_an_answer_belongs_to_the_package_that_asked(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """A package that takes another letter back is no request about this one; the answer reaches what is taken back."""
    document, bystander = office.document(sender, receiver), office.document(sender, receiver)
    send(sender, write_package(document))
    send(sender, write_package(bystander))
    request = with_business(
        office.document(sender, receiver), doc_type="1", reason="Sai sót", document_id=document.header.document_id
    )
    send(sender, write_package(request))
    assert report(office, bystander, "15", receiver) == {"answer-without-request": "warn"}
    assert report(office, request, "15", receiver) == {}
    assert states(office, document) == [(receiver.code, "15")]


def test_one_who_agreed_to_an_update_goes_on_with_the_letter(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    document = office.document(sender, receiver)
    send(sender, write_package(document))
    report(office, document, "03", receiver)
    send(sender, write_package(with_business(document, doc_type="2", document_id=document.header.document_id)))
    assert report(office, document, "15", receiver) == {}
    assert report(office, document, "05", receiver) == {}


def test_a_unit_reports_on_what_its_agency_received(office: Office, sender: Participant, receiver: Participant) -> None:
    unit = f"{receiver.code}.7"
    agencies = [{"code": code, "name": "Phòng Thử nghiệm"} for code in (receiver.code, unit)]
    office.axis.register(receiver.system, receiver.secret, agencies)
    document = office.document(sender, receiver)
    send(sender, write_package(document))
    package = write_package(new_status(document, "03", unit, now=datetime.now(UTC)))
    stamp = new_timestamp()
    ok(receiver.official(timestamp=stamp).send(package, sender=unit, message_type="status").result)
    assert reasons(receiver) == {}
    assert states(office, document) == [(receiver.code, "03")]


def test_a_letter_may_go_to_further_recipients_by_a_second_call(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """ID-14: the same document, addressed to others, is no second use of its id; the same bytes neither."""
    further, last = office.participant(), office.participant()
    document = office.document(sender, receiver)
    assert send(sender, write_package(document)) == {}
    to_others = replace(document, header=replace(document.header, to=office.document(sender, further).header.to))
    assert send(sender, write_package(to_others)) == {}
    injected = office.axis.inject(write_package(document), sender.code, to=last.code)
    assert [finding["reason"] for finding in injected["findings"]] == []
    again = with_business(document, doc_type="0", paper="1")
    assert send(sender, write_package(again)) == {"document-sent-again": "warn"}
