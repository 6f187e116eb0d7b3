"""What verification accepts, silently or with a warning (H-S01 … H-S11, H-T05, H-T07, H-T16)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime

import pytest

from protocol.wire.headertext import low_bytes
from protocol.wire.signing import sign, verify
from tests.protocol.wire.signed_headers import (
    BASE,
    SECRET,
    STAMP,
    by_hand,
    prefixed,
    refusal,
    replaced,
    secrets,
    signed,
    warnings,
)


def test_a_request_signed_by_us_verifies_without_a_warning() -> None:
    request = verify(signed({**BASE, "docId": "abc-1"}), secrets)
    assert request.system_id == "TEST.SYS.01"
    assert request.parameters["docid"] == "abc-1"
    assert request.timestamp == STAMP
    assert request.signed_at == datetime(2026, 11, 21, 21, 28, 2, 802_000)  # noqa: DTZ001 - the wire has no zone
    assert request.warnings == ()


def test_header_names_may_have_any_case() -> None:
    headers = [(name.lower(), value) for name, value in signed({**BASE, "docId": "abc-1"})]
    assert verify(headers, secrets).warnings == ()
    assert verify([(name.upper(), value) for name, value in headers], secrets).parameters["docid"] == "abc-1"


def test_the_order_and_spacing_of_the_signed_text_are_the_clients_own() -> None:
    values = prefixed({**BASE, "level": "1"})
    text = json.dumps(dict(reversed(values.items())), indent=1).replace("\n", " ")
    assert warnings(verify(by_hand(text, values), secrets)) == ["content-type-changed"]


def test_the_list_of_names_may_come_in_another_order_and_end_in_a_semicolon() -> None:
    headers = replaced(signed(), "XroadVnpt-sign-header-key", b"Content-Type;timestamp;systemid;")
    assert verify(headers, secrets).warnings == ()


def test_headers_leaked_from_earlier_calls_do_no_harm() -> None:
    leaked = {**BASE, "status": "done", "docid": "a1b2-c3", "hash-file": "00", "filePath": "/client/inbox"}
    assert verify(signed(leaked), secrets).warnings == ()


def test_a_timestamp_of_any_age_is_accepted() -> None:
    for stamp in ("01011999T000000+0000", "31122099T235959+0999"):
        assert verify(signed({**BASE, "timestamp": stamp}), secrets).warnings == ()


def test_the_end_of_the_timestamp_is_no_time_zone() -> None:
    assert verify(signed({**BASE, "timestamp": "21112026T212802+0700"}), secrets).signed_at.microsecond == 700_000
    request = verify(signed({**BASE, "timestamp": "21112026T212802+1000"}), secrets)
    assert warnings(request) == ["signed-timestamp-not-milliseconds"]
    assert request.signed_at == datetime(2026, 11, 21, 21, 28, 2)  # noqa: DTZ001 - the wire has no zone


def test_an_upper_case_mac_is_accepted_with_a_warning() -> None:
    headers = [(name, value.upper() if name.endswith(b"hash-header") else value) for name, value in signed()]
    assert warnings(verify(headers, secrets)) == ["signature-upper-case"]


def test_a_proxy_may_add_a_charset_or_drop_content_type() -> None:
    for changed in (b"application/json; charset=utf-8", b"APPLICATION/JSON;charset=x", None):
        request = verify(replaced(signed(), "Content-Type", changed), secrets)
        assert warnings(request) == ["content-type-changed"], changed
    assert verify(replaced(signed(), "Content-Type", b"Application/Json"), secrets).warnings == ()


def test_white_space_that_a_proxy_trims_or_joins_is_a_warning() -> None:
    text = f'{{"XroadVnpt-systemid":"TEST.SYS.01","XroadVnpt-timestamp":"{STAMP}","XroadVnpt-title":" a  b "}}'
    for received in (" a  b ", "a  b", "a b", "a b "):
        values = {"XroadVnpt-systemid": "TEST.SYS.01", "XroadVnpt-timestamp": STAMP, "XroadVnpt-title": received}
        assert warnings(verify(by_hand(text, values), secrets)) == ["header-white-space"], received


def test_line_breaks_that_became_blanks_are_a_warning() -> None:
    for written in ("a\\nb", "a\\r\\nb"):
        stamped = f'"XroadVnpt-systemid":"TEST.SYS.01","XroadVnpt-timestamp":"{STAMP}"'
        text = f'{{{stamped},"XroadVnpt-title":"{written}"}}'
        values = {"XroadVnpt-systemid": "TEST.SYS.01", "XroadVnpt-timestamp": STAMP, "XroadVnpt-title": "a b"}
        request = verify(by_hand(text, values), secrets)
        assert warnings(request) == ["parameter-line-break"]
        assert request.parameters["title"].split() == ["a", "b"]


def test_empty_values_are_values() -> None:
    assert verify(signed({**BASE, "level": ""}), secrets).parameters["level"] == ""


def test_numbers_and_booleans_in_the_signed_text_are_taken_literally() -> None:
    values = prefixed({**BASE, "level": "1.50", "flag": "true"})
    text = json.dumps(values).replace('"1.50"', "1.50").replace('"true"', "true")
    request = verify([(b"Content-Type", b"application/json"), *by_hand(text, values)], secrets)
    assert (request.parameters["level"], request.parameters["flag"]) == ("1.50", "true")
    assert set(warnings(request)) == {"signed-member-not-text"}


def test_a_name_left_out_of_the_list_is_a_warning_because_the_mac_covers_it() -> None:
    headers = replaced(signed({**BASE, "level": "1"}), "XroadVnpt-sign-header-key", b"systemid;timestamp;Content-Type")
    assert warnings(verify(headers, secrets)) == ["sign-header-key-incomplete"]


def test_a_service_object_that_leaks_docid_beside_docid_is_understood() -> None:
    request = verify(signed({**BASE, "docId": "new", "docid": "old"}), secrets)
    assert warnings(request) == ["parameter-twice"]
    assert (request.value("docId"), request.value("docid"), request.value("DOCID")) == ("new", "old", "new")
    assert request.value("level", "docid") == "old"
    assert request.value("level") is None


@pytest.mark.parametrize("title", ["Đ", "Đề nghị thu hồi", "Thành công", "á à é", "văn bản đến"])
@pytest.mark.parametrize("encode", [str.encode, low_bytes], ids=["utf-8", "low-bytes"])
def test_a_parameter_beyond_ascii_is_accepted_with_a_warning(title: str, encode: Callable[[str], bytes]) -> None:
    headers = [(name.encode(), encode(value)) for name, value in sign({**BASE, "title": title}, SECRET)]
    request = verify(headers, secrets)
    assert request.parameters["title"] == title
    assert set(warnings(request)) == {"parameter-encoding"}


@pytest.mark.parametrize(
    "title", ["quĩ", "ũ", "Ũ Ĩ", "Đề nghị trích quĩ phúc lợi", "Nghĩa vụ", "Về lũ lụt (khẩn)", "Báo cáo mũi nhọn"]
)
def test_letters_that_look_like_ascii_in_low_bytes_are_found(title: str) -> None:
    """H-T16: ĩ, ũ, Ĩ and Ũ arrive as ), i, ( and h."""
    headers = [(name.encode(), low_bytes(value)) for name, value in sign({**BASE, "title": title}, SECRET)]
    request = verify(headers, secrets)
    assert request.parameters["title"] == title
    assert set(warnings(request)) == {"parameter-encoding"}


def test_a_wrong_mac_over_plain_ascii_is_told_as_such_and_soon() -> None:
    title = "hi (hi) hi " * 40
    headers = [(name.encode(), value.encode()) for name, value in sign({**BASE, "title": title.strip()}, "other-key")]
    start = time.process_time()
    assert refusal(headers) == "signature-wrong"
    assert time.process_time() - start < 10


def test_a_low_byte_text_with_too_many_readings_is_refused_quickly_and_for_its_own_reason() -> None:
    headers = [(name.encode(), low_bytes(value)) for name, value in sign({**BASE, "title": "ơ" * 40}, SECRET)]
    assert refusal(headers) == "signature-unverifiable"


def test_a_long_unreadable_header_costs_next_to_nothing() -> None:
    title = "ơ" * 12 + "x" * 120_000
    headers = [(name.encode(), low_bytes(value)) for name, value in sign({**BASE, "title": title}, SECRET)]
    start = time.process_time()
    assert refusal(headers) == "signature-unverifiable"
    assert time.process_time() - start < 10


def test_low_bytes_of_a_forged_text_are_refused() -> None:
    headers = [(name.encode(), low_bytes(value)) for name, value in sign({**BASE, "title": "Đề"}, "other-key")]
    assert refusal(headers) == "signature-unverifiable"
