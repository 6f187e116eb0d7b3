"""How requests are signed: the captured text, order and MAC."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures import wirevectors
from protocol.wire.filehash import BodyDigest
from protocol.wire.signing import sign, timestamp, verify
from tests.protocol.wire.signed_headers import BASE, SECRET, secrets

WIRE = Path(__file__).parents[4] / "shared" / "reference" / "wire"


@pytest.mark.parametrize("vector", wirevectors.requests(), ids=lambda vector: vector["name"])
def test_the_captured_requests_are_signed_to_the_same_text_and_mac(vector: dict[str, Any]) -> None:
    values = json.loads(vector["signed"])
    parameters = {name: values[f"XroadVnpt-{name}"] for name in vector["order"].split(";")}
    headers = dict(sign(parameters, vector["secret"]))
    assert headers["XroadVnpt-sign-header"] == vector["signed"]
    assert headers["XroadVnpt-sign-header-key"] == vector["order"]
    assert headers["XroadVnpt-hash-header"] == vector["mac"]
    request = verify([(name.encode(), value.encode()) for name, value in headers.items()], secrets)
    assert request.warnings == ()
    assert request.parameters == {name.lower(): value for name, value in parameters.items()}


@pytest.mark.skipif(not WIRE.is_dir(), reason="the captures themselves are not part of the project")
def test_the_captures_themselves_verify() -> None:
    captures = sorted(WIRE.glob("*.http"))
    assert len(captures) == 13
    for capture in captures:
        head, _, body = capture.read_bytes().partition(b"\r\n\r\n")
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")[1:])]
        request = verify(headers, secrets)
        assert request.warnings == (), capture.name
        if capture.name == "sendEdoc.http":
            digest = BodyDigest()
            digest.update(body)
            assert digest.matches(request.parameters["hash-file"]) is not None


def test_the_headers_come_in_the_order_of_the_wire() -> None:
    assert [name for name, _ in sign(BASE, SECRET)] == [
        "XroadVnpt-systemid",
        "XroadVnpt-timestamp",
        "Content-Type",
        "XroadVnpt-Content-Type",
        "XroadVnpt-sign-header-key",
        "XroadVnpt-sign-header",
        "XroadVnpt-hash-header",
        "User-Agent",
        "XroadVnpt-version",
    ]


def test_the_signed_text_is_escaped_as_java_does() -> None:
    value = "a\"b\\c<&'=/\u2028é"
    text = dict(sign({"t": value}, SECRET))["XroadVnpt-sign-header"]
    assert text == '{"XroadVnpt-t":"a\\"b\\\\c<&\'=/\\u2028é"}'


@pytest.mark.parametrize("name", ["", "a b", "a:b", "tên", "a\r\n"])
def test_a_name_that_is_no_header_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="parameter"):
        sign({name: "x"}, SECRET)


@pytest.mark.parametrize("value", ["a\nb", "a\r", "\x00", " a", "a ", "\ud800"])
def test_a_value_that_headers_cannot_carry_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="'title'"):
        sign({"title": value}, SECRET)


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="secret"):
        sign(BASE, "")


def test_the_timestamp_is_vietnamese_wall_time_with_four_digits_of_milliseconds() -> None:
    assert timestamp(datetime(2026, 11, 21, 14, 28, 2, 756_999, tzinfo=UTC)) == "21112026T212802+0756"
    assert timestamp(datetime(2026, 1, 2, 3, 4, 5)) == "02012026T030405+0000"  # noqa: DTZ001 - wall time is meant
