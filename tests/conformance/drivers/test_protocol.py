from __future__ import annotations

from typing import Any

import pytest

from conformance.drivers.protocol import CATEGORIES, DriverFault, read_answer

ENTRY = {"document_id": "H99.01,2026/11/21,05/QĐ", "from": "H99.01", "state": "arrived"}


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("poll", {}),
        ("accept", {"arrival_number": 3}),
        ("received", {"documents": [ENTRY]}),
        ("sent", {"documents": []}),
        ("send", {"document": {"document_id": "x", "from": "H99.01"}}),
        ("an-operation-of-tomorrow", {"anything": 1}),
    ],
)
def test_a_well_formed_answer_is_typed(operation: str, value: dict[str, Any]) -> None:
    answer = read_answer(operation, "7", {"id": "7", "ok": value})
    assert (answer.kind, answer.value) == ("ok", value)


def test_refusal_unsupported_and_error_are_typed() -> None:
    refused = read_answer("send", "1", {"id": "1", "refused": {"reason": "Bản nháp", "category": "other"}})
    assert (refused.kind, refused.reason, refused.category) == ("refused", "Bản nháp", "other")
    assert read_answer("send", "1", {"id": "1", "refused": {"reason": "Bản nháp"}}).category is None
    assert read_answer("send", "1", {"id": "1", "unsupported": True}).kind == "unsupported"
    assert read_answer("send", "1", {"id": "1", "error": "hỏng"}).reason == "hỏng"


def test_every_category_of_the_closed_list_is_read() -> None:
    for category in CATEGORIES:
        answer = read_answer("send", "1", {"id": "1", "refused": {"reason": "r", "category": category}})
        assert answer.category == category


@pytest.mark.parametrize(
    ("operation", "raw", "named"),
    [
        ("poll", [], "no JSON object"),
        ("poll", "ok", "no JSON object"),
        ("poll", {"ok": {}}, "id"),
        ("poll", {"id": "8", "ok": {}}, "'8'"),
        ("poll", {"id": "7"}, "exactly one"),
        ("poll", {"id": "7", "ok": {}, "error": "x"}, "exactly one"),
        ("poll", {"id": "7", "ok": {}, "extra": 1}, "exactly one"),
        ("poll", {"id": "7", "unsupported": False}, "exactly one"),
        ("poll", {"id": "7", "refused": {"category": "other"}}, "exactly one"),
        ("poll", {"id": "7", "refused": {"reason": "r", "category": "whim"}}, "exactly one"),
        ("accept", {"id": "7", "ok": {}}, "arrival_number"),
        ("accept", {"id": "7", "ok": {"arrival_number": "3"}}, "arrival_number"),
        ("received", {"id": "7", "ok": {"documents": [{**ENTRY, "state": "somewhere"}]}}, "state"),
        ("describe", {"id": "7", "ok": {}}, "'ok'"),
    ],
)
def test_nonsense_is_named_and_quoted(operation: str, raw: object, named: str) -> None:
    with pytest.raises(DriverFault) as fault:
        read_answer(operation, "7", raw)
    assert fault.value.reason == "driver-nonsense"
    assert named in fault.value.text
    assert operation in fault.value.text


def test_a_huge_answer_is_quoted_in_part() -> None:
    with pytest.raises(DriverFault) as fault:
        read_answer("poll", "7", {"id": "7", "ok": {}, "extra": "x" * 1_000_000})
    assert len(fault.value.text) < 2000
