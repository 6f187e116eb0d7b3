"""What must hold for any input: round trips, and no traceback whatever arrives."""

from __future__ import annotations

import contextlib
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.wire.answers import (
    parse_agencies,
    parse_count,
    parse_fetch,
    parse_plain,
    parse_received,
    parse_send,
    parse_sent,
    parse_units,
)
from protocol.wire.errors import AnswerUnusable, AxisRefused
from protocol.wire.headertext import LETTERS, MAX_READINGS, low_bytes
from protocol.wire.plaintext import ascii_text
from protocol.wire.signing import SignatureRefused, sign, verify

STAMP = "21112026T212802+0802"
# The same examples every time, no file left behind, and no verdict about a busy machine.
calm = settings(deadline=None, database=None, derandomize=True)
NAMES = st.text(string.ascii_letters + string.digits + "-_.", min_size=1, max_size=12).filter(
    lambda name: (
        name.lower() not in {"sign-header", "sign-header-key", "hash-header", "version", "systemid", "timestamp"}
    )
)
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30).map(
    lambda text: text.strip()
)
PARAMETERS = st.dictionaries(NAMES, VALUES, max_size=6)


def headers_of(parameters: dict[str, str], encode: Callable[[str], bytes] = str.encode) -> list[tuple[bytes, bytes]]:
    signed = {"systemid": "S", **parameters, "timestamp": STAMP}
    return [(name.encode(), encode(value)) for name, value in sign(signed, "secret")]


@calm
@given(PARAMETERS)
def test_what_is_signed_verifies_to_the_same_parameters(parameters: dict[str, str]) -> None:
    request = verify(headers_of(parameters), lambda _: "secret")
    assert {name: request.value(name) for name in parameters} == parameters
    assert dict(request.named) == {"systemid": "S", **parameters, "timestamp": STAMP}


@calm
@given(st.text(LETTERS + string.ascii_letters + " ", max_size=10).map(lambda text: text.strip()))
def test_ten_vietnamese_letters_survive_low_byte_headers(title: str) -> None:
    assert MAX_READINGS >= 2**10
    # The low bytes of ũ, Ũ, ĩ and Ĩ are printable ASCII: such a text cannot be told from another one.
    if set(title) & set("ũŨĩĨ"):
        with contextlib.suppress(SignatureRefused):
            verify(headers_of({"title": title}, low_bytes), lambda _: "secret")
        return
    assert verify(headers_of({"title": title}, low_bytes), lambda _: "secret").parameters["title"] == title


@calm
@given(PARAMETERS, st.data())
def test_a_request_with_one_byte_of_its_signature_changed_is_refused(parameters: dict[str, str], data: Any) -> None:
    headers = headers_of(parameters)
    place = next(index for index, (name, _) in enumerate(headers) if name == b"XroadVnpt-sign-header")
    place += data.draw(st.integers(0, 1))
    name, value = headers[place]
    spot = data.draw(st.integers(0, len(value) - 1))
    changed = value[:spot] + bytes([value[spot] ^ data.draw(st.sampled_from([1, 2, 4, 8]))]) + value[spot + 1 :]
    headers[place] = (name, changed)
    with pytest.raises(SignatureRefused):
        verify(headers, lambda _: "secret")


@settings(calm, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    *(b"XroadVnpt-systemid", b"xroadvnpt-sign-header", b"XROADVNPT-HASH-HEADER"),
                    *(b"XroadVnpt-sign-header-key", b"XroadVnpt-timestamp", b"Content-Type", b"XroadVnpt-"),
                    *(b"\xff", b""),
                ]
            ),
            st.binary(max_size=80) | st.just(b"a" * 64),
        ),
        max_size=9,
    )
)
def test_any_headers_are_verified_or_refused_with_a_reason(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(SignatureRefused) as caught:
        verify(headers, lambda _: "secret")
    assert caught.value.text.isascii()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
ANSWERS = st.binary(max_size=60) | st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["OK", "FAIL", "ok", None]),
        "ErrorCode": st.sampled_from(["0", 0, "18", None, 1.5]),
        "ErrorDesc": st.sampled_from(["", "Thành công", None]),
        "data": JSON_VALUES | st.lists(st.fixed_dictionaries({"docId": JSON_VALUES, "code": JSON_VALUES}), max_size=3),
        "DocId": JSON_VALUES,
        "count": JSON_VALUES,
    },
).map(lambda value: json.dumps(value).encode())


@settings(calm, max_examples=150)
@given(ANSWERS, st.sampled_from([200, 201, 204, 302, 401, 500]))
def test_any_answer_is_read_or_refused_with_a_reason(raw: bytes, http_status: int) -> None:
    parsers: tuple[Callable[[], object], ...] = (
        lambda: parse_received(raw, http_status),
        lambda: parse_sent(raw, http_status),
        lambda: parse_units(raw, http_status),
        lambda: parse_agencies(raw, "getAgenciesList", http_status),
        lambda: parse_send(raw, http_status),
        lambda: parse_fetch(raw, http_status),
        lambda: parse_plain(raw, "updateStatus", http_status),
        lambda: parse_count(raw, "countReceiveEdoc", http_status),
    )
    for parse in parsers:
        with contextlib.suppress(AnswerUnusable, AxisRefused):
            parse()
            assert 200 <= http_status < 300


@calm
@given(st.text(max_size=60))
def test_plain_text_is_one_line_of_printable_ascii(text: str) -> None:
    plain = ascii_text(text)
    assert all(" " <= char <= "~" for char in plain)


def test_vietnamese_loses_its_marks_and_nothing_else() -> None:
    assert ascii_text("Đơn vị nhận không tồn tại: “X” – thử\r\n lại") == 'Don vi nhan khong ton tai: "X" - thu lai'
    assert ascii_text(LETTERS).isalpha()
    assert ascii_text("日本") == "??"
