"""What counts as an answer of sendEdoc."""

from __future__ import annotations

import json

import pytest

from conformance.fuzz import answers
from conformance.fuzz.failure import Failure

GOOD = {"status": "OK", "ErrorCode": "0", "ErrorDesc": "Thanh cong", "DocId": "0" * 24}
BAD = {"status": "FAIL", "ErrorCode": "22", "ErrorDesc": "Sai dinh dang", "DocId": ""}


def test_success_and_refusal_are_told_apart() -> None:
    assert answers.read(200, json.dumps(GOOD).encode()) == answers.SendAnswered(True, "0" * 24, "0", "Thanh cong")
    assert answers.read(200, json.dumps(BAD).encode()) == answers.SendAnswered(False, "", "22", "Sai dinh dang")


@pytest.mark.parametrize(
    ("status", "body", "aspect"),
    [
        (500, json.dumps(GOOD).encode(), "http-5xx"),
        (404, b"{}", "http-4xx"),
        (200, b"", "not-json"),
        (200, b"<html></html>", "not-json"),
        (200, b"\xff\xfe", "not-json"),
        (200, b"[]", "key-missing"),
        (200, json.dumps({**GOOD, "DocId": None}).encode(), "key-missing"),
        (200, json.dumps({**GOOD, "ErrorCode": 0}).encode(), "key-missing"),
        (200, json.dumps({**GOOD, "ErrorDesc": "Thành công"}).encode(), "not-ascii"),
        (200, json.dumps({**GOOD, "ErrorCode": "22"}).encode(), "contradictory"),
        (200, json.dumps({**BAD, "ErrorCode": "0"}).encode(), "contradictory"),
        (200, json.dumps({**GOOD, "DocId": ""}).encode(), "no-doc-id"),
    ],
)
def test_what_no_official_client_could_use_is_a_failure(status: int, body: bytes, aspect: str) -> None:
    found = answers.read(status, body)
    assert isinstance(found, Failure)
    assert (found.reason, found.aspect) == ("fuzz-answer-malformed", aspect)
