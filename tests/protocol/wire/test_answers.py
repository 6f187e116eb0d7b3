"""Answers are read strictly about success and kindly about everything else (H-R01 … H-R12)."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from protocol.wire import operations
from protocol.wire.operations import (
    AnswerUnusable,
    AxisRefused,
    Operation,
    looks_like_xml,
    parse_agencies,
    parse_count,
    parse_envelope,
    parse_fetch,
    parse_plain,
    parse_received,
    parse_send,
    parse_sent,
    parse_units,
)
from schemas import registry


def answer(**more: Any) -> bytes:
    return json.dumps({"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong", **more}).encode()


def test_the_thirteen_operations_have_their_exact_names() -> None:
    assert sorted(Operation) == sorted(
        [
            *("getAgenciesList", "getAgenciesListQD20", "getSynchronizeUnit", "registerAgency", "deleteAgency"),
            *("getReceivedEdocList", "getSentEdocList", "sendEdoc", "getEdoc", "downloadEdoc", "updateStatus"),
            *("countReceiveEdoc", "countReceiveStatus"),
        ]
    )
    assert [operation for operation in Operation if operation.method == "GET"] == [Operation.DOWNLOAD]
    assert [operation for operation in Operation if operation.content_type == operations.OCTETS] == [Operation.SEND]


# success and failure


@pytest.mark.parametrize(
    ("status", "code"), [("FAIL", "0"), ("OK", "5"), ("OK", 18), ("FAIL", 0), ("OK", "00"), ("OK", "")]
)
def test_success_needs_both_status_and_code(status: str, code: object) -> None:
    with pytest.raises(AnswerUnusable) as caught:
        parse_send(answer(status=status, ErrorCode=code, DocId="x"))
    assert caught.value.reason == "answer-contradictory"


@pytest.mark.parametrize("status", ["ok", "SUCCESS", "", "Fail"])
def test_a_status_that_nobody_agreed_on_is_no_success(status: str) -> None:
    with pytest.raises(AnswerUnusable) as caught:
        parse_plain(answer(status=status), "updateStatus")
    assert caught.value.reason == "answer-status-unknown"


def test_a_refusal_keeps_code_and_text_whatever_the_http_status_and_without_docid() -> None:
    raw = json.dumps({"status": "FAIL", "ErrorCode": 18, "ErrorDesc": "Đơn vị nhận không tồn tại: X"}).encode()
    for http_status in (200, 400, 500):
        with pytest.raises(AxisRefused) as caught:
            parse_send(raw, http_status)
        assert (caught.value.error_code, caught.value.error_desc) == ("18", "Đơn vị nhận không tồn tại: X")
        assert caught.value.permanent
        assert caught.value.http_status == http_status
    assert not AxisRefused("20", "Loi he thong", "sendEdoc").permanent


def test_a_refusal_without_a_text_is_still_a_refusal() -> None:
    for rest in ({}, {"ErrorDesc": None}):
        with pytest.raises(AxisRefused) as caught:
            parse_plain(json.dumps({"status": "FAIL", "ErrorCode": "22", **rest}).encode(), "sendEdoc")
        assert caught.value.error_code == "22"


def test_success_with_an_http_error_is_no_success() -> None:
    with pytest.raises(AnswerUnusable) as caught:
        parse_plain(answer(), "updateStatus", 502)
    assert caught.value.reason == "answer-contradictory"


def test_extra_keys_numbers_marks_and_layout_do_no_harm() -> None:
    pretty = json.dumps(json.loads(answer(ErrorCode=0, DocId=12, extra={"a": []})), indent=4).encode()
    assert parse_send(b"\xef\xbb\xbf" + pretty.replace(b"\n", b"\r\n")).doc_id == "12"
    assert parse_envelope(answer(ErrorDesc="Thành công"), "x")[0].error_desc == "Thành công"
    assert parse_envelope('{"status":"OK","ErrorCode":"0","ErrorDesc":"Thành"}'.encode("latin-1"), "x")[0].success


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "answer-empty"),
        (b" \r\n", "answer-empty"),
        (b"<html></html>", "answer-not-json"),
        (b"Unauthorized", "answer-not-json"),
        (answer() + b" tail", "answer-not-json"),
        (b"[" * 100_000, "answer-not-json"),
        (b"1" * 10_000, "answer-not-json"),
        (b"[]", "answer-not-object"),
        (b"null", "answer-not-object"),
        (b'"OK"', "answer-not-object"),
        (b"{}", "answer-key-missing"),
        (answer(ErrorDesc=None), "answer-key-missing"),
        (answer(ErrorCode=True), "answer-key-missing"),
        (answer(status=["OK"]), "answer-key-missing"),
        (b'{"Status":"OK","errorCode":"0","errorDesc":"x"}', "answer-key-missing"),
    ],
)
def test_what_is_no_answer_of_the_axis_has_its_own_reason(raw: bytes, reason: str) -> None:
    for parse in (parse_received, parse_send, parse_fetch, parse_sent, parse_units):
        with pytest.raises(AnswerUnusable) as caught:
            parse(raw)
        assert caught.value.reason == reason
        assert len(str(caught.value)) < 400
        registry.reason(reason)


# lists


def test_an_inbox_is_empty_only_when_it_is_an_empty_list() -> None:
    assert parse_received(answer(data=[])).items == ()
    no_lists: list[dict[str, object]] = [{}, {"data": None}, {"data": {}}, {"data": ""}, {"data": "[]"}]
    for more in no_lists:
        with pytest.raises(AnswerUnusable) as caught:
            parse_received(answer(**more))
        assert caught.value.reason == "answer-key-missing"


def test_a_queue_item_is_read_whole() -> None:
    entry = {
        "docId": "0b1f", "serviceType": "eDoc", "messageType": "edoc", "created_time": "2026-11-21 21:28:02",
        "updated_time": "x", "from": "H99.01", "to": "H99.02", "status": "initial", "status_desc": "", "new": 1,
    }  # fmt: skip
    (item,) = parse_received(answer(data=[entry])).items
    assert (item.doc_id, item.sender, item.to, item.status) == ("0b1f", "H99.01", "H99.02", "initial")
    assert (item.service_type, item.message_type) == ("eDoc", "edoc")
    assert (item.created_time, item.updated_time, item.status_desc) == ("2026-11-21 21:28:02", "x", "")


def test_one_bad_item_does_not_cost_the_others() -> None:
    good = {"docId": "good", "from": None, "status_desc": None, "status": 3}
    data = [good, {"docId": None}, None, {}, ["x"], {"docId": "a\r\nX: y"}, {"docId": "đ"}, {"docId": 7}]
    listed = parse_received(answer(data=data))
    assert [item.doc_id for item in listed.items] == ["good", "7"]
    assert listed.items[0].sender is None
    assert listed.items[0].status == "3"
    assert [(broken.index, broken.reason) for broken in listed.broken] == [
        (1, "item-without-id"),
        (2, "item-not-object"),
        (3, "item-without-id"),
        (4, "item-not-object"),
        (5, "item-id-unusable"),
        (6, "item-id-unusable"),
    ]
    for broken in listed.broken:
        registry.reason(broken.reason)


def test_sent_rows_agencies_and_units_are_read_whole() -> None:
    keys = [
        *("senderDocId", "receiverDocId", "fromCode", "toCode", "serviceType", "messageType", "title", "notation"),
        *("sentTime", "receivedTime", "sendStatus", "sendStatusDesc", "receiveStatus", "receiveStatusDesc"),
    ]
    (row,) = parse_sent(answer(data=[{key: key for key in keys}])).items
    assert (row.sender_doc_id, row.receiver_doc_id, row.from_code, row.to_code) == tuple(keys[:4])
    assert (row.service_type, row.message_type, row.title, row.notation) == tuple(keys[4:8])
    assert (row.sent_time, row.received_time, row.send_status, row.send_status_desc) == tuple(keys[8:12])
    assert (row.receive_status, row.receive_status_desc) == tuple(keys[12:])
    agency = {"code": "H99.01", "id": 1, "mail": "m", "name": "Sở Thử nghiệm", "pid": None, "oldCode": "000.00.01.H99"}
    (found,) = parse_agencies(answer(data=[agency])).items
    assert (found.code, found.id, found.mail, found.name) == ("H99.01", "1", "m", "Sở Thử nghiệm")
    assert (found.pid, found.old_code, found.code102) == (None, "000.00.01.H99", None)
    unit = {"code": "H99", "version": "3", "deleted": True, "isAgency": "true", "centerCode": "00.99.W00"}
    (node,) = parse_units(answer(data=[unit])).items
    assert (node.version, node.deleted, node.is_agency, node.center_code) == (3, True, True, "00.99.W00")
    (bare,) = parse_units(answer(data=[{"code": "H99", "version": None, "isAgency": None}])).items
    assert (bare.version, bare.deleted, bare.is_agency) == (None, False, False)


def test_a_directory_of_120_000_agencies_in_one_line_is_read() -> None:
    raw = answer(
        data=[{"code": f"H99.{n}", "name": "Ủy ban nhân dân xã Thử nghiệm", "mail": "x"} for n in range(120_000)]
    )
    start = time.process_time()
    assert len(parse_agencies(raw).items) == 120_000
    assert time.process_time() - start < 20


# contents


def test_a_package_is_decoded_with_and_without_line_breaks() -> None:
    content = "<a>văn bản</a>".encode() * 20
    wrapped = base64.encodebytes(content).decode()
    for data in (wrapped, wrapped.replace("\n", "\r\n"), wrapped.replace("\n", "")):
        assert parse_fetch(answer(data=data)) == content


@pytest.mark.parametrize("data", ["@@@@", "PGE", "PGE-PGE_", "văn"])
def test_what_is_no_base64_is_unusable(data: str) -> None:
    with pytest.raises(AnswerUnusable) as caught:
        parse_fetch(answer(data=data))
    assert caught.value.reason == "answer-not-base64"


@pytest.mark.parametrize("data", [None, "", " ", [], 7])
def test_success_without_a_package_is_unusable(data: object) -> None:
    with pytest.raises(AnswerUnusable) as caught:
        parse_fetch(answer(data=data))
    assert caught.value.reason == "answer-key-missing"


def test_counts_are_whole_numbers() -> None:
    assert parse_count(answer(count=7), "countReceiveEdoc") == 7
    assert parse_count(answer(count="7"), "countReceiveEdoc") == 7
    no_counts: tuple[object, ...] = (None, -1, 1.5, "x", [], True, "9" * 5000)
    for count in no_counts:
        with pytest.raises(AnswerUnusable):
            parse_count(answer(count=count), "countReceiveEdoc")


@pytest.mark.parametrize(
    "start",
    [
        b"<?xml version='1.0'?>",
        b"\xef\xbb\xbf<edXML",
        b"\r\n <a/>",
        "<?xml?>".encode("utf-16"),
        b"<!DOCTYPE edXML><a/>",
    ],
)
def test_the_start_of_a_package_is_recognised(start: bytes) -> None:
    assert looks_like_xml(start)


@pytest.mark.parametrize(
    "start",
    [b"", b" ", b'{"status":"FAIL"}', b"Unauthorized", b"<html>", b"\r\n<!DOCTYPE html>", b"<!doctype HTML>",
     b"<HTML lang>", b"1212<?xml", "<html>".encode("utf-16"), b"\xef\xbb\xbf <head>"],
)  # fmt: skip
def test_pages_and_texts_are_no_packages(start: bytes) -> None:
    assert not looks_like_xml(start)
