"""Three-way reconciliation over HTTP: letters that were exchanged for real, and lists that tell the truth or do not."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from protocol.package.model import DocumentPackage
from protocol.package.writer import write_package
from tests.simulator.conftest import Office, Participant, new_timestamp
from tests.simulator.disturbing import put
from tests.simulator.test_exchange import ok


def reconcile(office: Office, parameters: dict[str, str] | None = None, **question: Any) -> dict[str, Any]:
    answer = office.axis.call("POST", "/reconciliation", params={"lang": "en", **(parameters or {})}, json=question)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def line(document: DocumentPackage, to: Participant | str, **said: str) -> dict[str, str]:
    assert document.header.document_id is not None
    return {"document_id": document.header.document_id, "to": to if isinstance(to, str) else to.code, **said}


def sent(office: Office, sender: Participant, receiver: Participant, state: str = "done") -> DocumentPackage:
    """Send a letter and let its receiver get as far with it as ``state`` says."""
    document = office.document(sender, receiver)
    stamp = new_timestamp()
    ok(sender.official(timestamp=stamp).send(write_package(document), sender=sender.code).result)
    client = receiver.official(timestamp=stamp)
    waiting = (ok(client.received("edoc").result).items or ())[-1]["docId"]
    if state != "initial":
        ok(client.fetch(waiting).result)
    if state in ("done", "fail"):
        ok(client.update_status(waiting, state).result)
    return document


def test_every_kind_of_disagreement_is_told_with_its_evidence(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    letters = {name: sent(office, sender, receiver) for name in ("agreed", "unlisted", "unshown", "twice", "returned")}
    letters |= {
        name: sent(office, sender, receiver, state) for name, state in (("waiting", "initial"), ("refused", "fail"))
    }
    invented = office.document(sender, receiver)
    report = office.status(letters["returned"], "02", receiver)
    ok(receiver.official().send(report, sender=receiver.code, message_type="status").result)
    found = reconcile(
        office,
        system=sender.system,
        sent=[
            line(invented, receiver),
            *(line(each, receiver) for name, each in letters.items() if name != "unlisted"),
        ],
        received=[line(letters[name], receiver.old_code) for name in ("agreed", "unlisted", "twice", "twice")],
    )
    outcomes = {entry["document_id"]: entry["outcome"] for entry in found["differences"]}
    assert outcomes == {
        invented.header.document_id: "missing-at-axis",
        letters["unlisted"].header.document_id: "missing-at-sender",
        letters["unshown"].header.document_id: "acknowledged-not-shown",
        letters["twice"].header.document_id: "shown-twice",
        letters["returned"].header.document_id: "returned",
        letters["waiting"].header.document_id: "never-fetched",
        letters["refused"].header.document_id: "refused",
    }
    assert found["letters"] == sum(found["counts"].values()) == 8
    assert found["counts"]["agreed"] == 1
    assert not found["reconciled"]
    unshown = next(entry for entry in found["differences"] if entry["outcome"] == "acknowledged-not-shown")
    shown = [office.axis.call("GET", f"/exchanges/{seq}").json() for seq in unshown["evidence"]]
    assert [each["operation"] for each in shown] == ["sendEdoc", "getEdoc", "updateStatus"]
    assert (unshown["from"], unshown["to"], unshown["sent"], unshown["held"], unshown["received"]) == (
        sender.code,
        receiver.code,
        1,
        1,
        0,
    )


def test_what_went_back_was_refused_or_recalled_leaves_the_accounts_reconciled(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    refused, recalled = sent(office, sender, receiver, "fail"), sent(office, sender, receiver)
    request = office.status(recalled, "13", sender, addressee=receiver.code)
    ok(
        sender.official(timestamp="21112026T200000+0000")
        .send(request, sender=sender.code, message_type="status")
        .result
    )
    found = reconcile(
        office, system=sender.system, sent=[line(refused, receiver), line(recalled, receiver)], received=[]
    )
    assert {entry["outcome"] for entry in found["differences"]} == {"refused", "recalled"}
    assert found["reconciled"]


def test_states_are_compared_where_they_are_told(office: Office, sender: Participant, receiver: Participant) -> None:
    letter = sent(office, sender, receiver)
    told = [line(letter, receiver, state="fail")]
    [entry] = reconcile(office, system=sender.system, sent=told)["differences"]
    assert (entry["outcome"], entry["expected"], entry["got"]) == ("states-differ", "done", "fail")
    assert "fail" in entry["text"]


def test_a_letter_from_outside_the_period_is_not_missing(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    letter = sent(office, sender, receiver)
    before: dict[str, Any] = {"from": "2020-01-01", "to": "2020-01-31"}
    assert reconcile(office, system=sender.system, sent=[line(letter, receiver)], **before)["reconciled"]
    assert reconcile(office, system=sender.system, sent=[], **before)["letters"] == 0
    assert reconcile(office, system=sender.system, sent=[])["counts"]["missing-at-sender"] == 1


def test_a_letter_whose_copies_lie_on_both_sides_of_a_bound_is_compared_copy_by_copy(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """A second call brought it to a further recipient; the bound of the period lies between the two."""
    third = office.participant()
    letter = sent(office, sender, receiver)
    bound = office.axis.call("GET", "/clock").json()["now"]
    again = replace(letter, header=replace(letter.header, to=office.document(sender, third).header.to))
    ok(sender.official(timestamp=new_timestamp()).send(write_package(again), sender=sender.code).result)
    for period in ({"from": bound}, {"to": bound}):
        both = reconcile(office, system=sender.system, sent=[line(letter, receiver), line(letter, third)], **period)
        assert both["letters"] == 2
        assert both["counts"]["missing-at-axis"] == 0
        for whom in (receiver, third):
            found = reconcile(office, system=sender.system, sent=[line(letter, whom)], to="2020-01-31")
            assert (found["letters"], found["counts"]["missing-at-sender"]) == (1, 0)


def test_what_a_list_holds_beyond_the_question_is_left_out_and_not_missing(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    """Systems list all that they sent and received; who asked may want to know of one sender or one receiver only."""
    other = office.participant()
    ours, theirs, elsewhere = (
        sent(office, sender, receiver), sent(office, other, receiver), sent(office, sender, other)
    )  # fmt: skip
    told = [line(ours, receiver), line(elsewhere, other)]
    shown = [line(ours, receiver), line(theirs, receiver)]
    found = reconcile(office, system=sender.system, receivers=[receiver.system], sent=told, received=shown)
    assert (found["letters"], found["counts"]["agreed"]) == (1, 1)
    invented = office.document(sender, receiver)
    found = reconcile(office, system=sender.system, sent=[*told, line(invented, receiver)], received=None)
    assert (found["counts"]["agreed"], found["counts"]["missing-at-axis"]) == (2, 1)


def test_a_copy_that_reaches_nobody_is_held_by_the_axis_all_the_same(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    put(sender, "never-delivered", "sendEdoc", times=1)
    letter = office.document(sender, receiver)
    ok(sender.official().send(write_package(letter), sender=sender.code).result)
    found = reconcile(
        office, system=sender.system, receivers=[receiver.system], sent=[line(letter, receiver)], received=[]
    )
    assert [entry["outcome"] for entry in found["differences"]] == ["never-fetched"]


@pytest.mark.parametrize(("lang", "header"), [("vi", "Kết quả"), ("en", "Outcome")])
def test_the_report_comes_as_csv_in_either_language(
    office: Office, sender: Participant, receiver: Participant, lang: str, header: str
) -> None:
    invented = line(office.document(sender, receiver), receiver)
    invented["document_id"] = "=HYPERLINK(1)"
    answer = office.axis.call(
        "POST",
        "/reconciliation",
        params={"format": "csv", "lang": lang},
        json={"system": sender.system, "sent": [invented]},
    )
    first, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert first[0] == header
    assert row[:4] == ["missing-at-axis", "'=HYPERLINK(1)", "", receiver.code]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"sent": [{"document_id": "x"}]}, "sent.0.to"),
        ({"sent": [{"document_id": "x", "to": "H99", "state": "gone"}]}, "sent.0.state"),
        ({"sent": [{"document_id": "x\x00", "to": "H99"}]}, "sent.0.document_id"),
        ({"from": "soon"}, "from"),
        ({"sended": []}, "sended"),
        ([], "object"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_by_name(office: Office, question: Any, field: str) -> None:
    answer = office.axis.call("POST", "/reconciliation", content=json.dumps(question))
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


def test_a_hundred_thousand_lines_are_compared_while_others_are_served(
    office: Office, sender: Participant, receiver: Participant
) -> None:
    letter = sent(office, sender, receiver)
    lines = [{"document_id": f"X{number}", "to": receiver.code} for number in range(99_999)]
    found = reconcile(office, system=sender.system, sent=[*lines, line(letter, receiver)])
    assert found["counts"]["missing-at-axis"] == 99_999
    assert found["counts"]["agreed"] == 1
    assert len(found["differences"]) == 99_999
