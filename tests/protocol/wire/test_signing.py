"""Signing and verification over the received text (H-S01 … H-S11, H-T05, H-T07, H-T16)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fixtures import wirevectors
from protocol.finding import Severity
from protocol.wire.headertext import low_bytes
from protocol.wire.signing import SignatureRefused, SignedRequest, sign, timestamp, verify
from schemas import registry

SECRET = "dummy-test-key"
STAMP = "21112026T212802+0802"
BASE = {"systemid": "TEST.SYS.01", "timestamp": STAMP, "Content-Type": "application/json"}
WIRE = Path(__file__).parents[4] / "shared" / "reference" / "wire"

Headers = list[tuple[bytes, bytes]]


def secrets(system_id: str) -> str | None:
    return SECRET if system_id == "TEST.SYS.01" else None


def signed(parameters: Mapping[str, str] = BASE, *, secret: str = SECRET) -> Headers:
    return [(name.encode(), value.encode()) for name, value in sign(parameters, secret)]


def by_hand(text: str, headers: Mapping[str, str], *, keys: str | None = None, encode: str = "utf-8") -> Headers:
    """Sign any text at all, as a client with its own ideas would."""
    mac = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    names = ";".join(name.removeprefix("XroadVnpt-") for name in headers) if keys is None else keys
    rest = {"XroadVnpt-sign-header-key": names, "XroadVnpt-sign-header": text, "XroadVnpt-hash-header": mac}
    return [(name.encode(), value.encode(encode)) for name, value in {**headers, **rest}.items()]


def prefixed(parameters: Mapping[str, str]) -> dict[str, str]:
    return {f"XroadVnpt-{name}": value for name, value in parameters.items()}


def replaced(headers: Headers, name: str, value: bytes | None) -> Headers:
    kept = [(key, old if key.decode().lower() != name.lower() else value) for key, old in headers]
    return [(key, new) for key, new in kept if new is not None]


def refusal(headers: Headers, secret_of: Callable[[str], str | None] = secrets) -> str:
    with pytest.raises(SignatureRefused) as caught:
        verify(headers, secret_of)
    text = caught.value.text
    assert text.isascii()
    assert text.isprintable()
    assert SECRET not in text
    registry.reason(caught.value.reason)
    return caught.value.reason


def warnings(request: SignedRequest) -> list[str]:
    assert all(finding.severity is Severity.WARN for finding in request.warnings)
    for finding in request.warnings:
        registry.reason(finding.reason)
        registry.requirement(finding.requirement)
    return [finding.reason for finding in request.warnings]


# how requests are signed


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
@pytest.mark.parametrize("capture", sorted(WIRE.glob("*.http")), ids=lambda path: path.stem)
def test_the_captures_themselves_verify(capture: Path) -> None:
    head, _, _ = capture.read_bytes().partition(b"\r\n\r\n")
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")[1:])]
    assert verify(headers, secrets).warnings == ()


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


# what verification accepts


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


# text beyond ASCII


@pytest.mark.parametrize("title", ["Đ", "Đề nghị thu hồi", "Thành công", "á à é", "văn bản đến"])
@pytest.mark.parametrize("encode", [str.encode, low_bytes], ids=["utf-8", "low-bytes"])
def test_a_parameter_beyond_ascii_is_accepted_with_a_warning(title: str, encode: Callable[[str], bytes]) -> None:
    headers = [(name.encode(), encode(value)) for name, value in sign({**BASE, "title": title}, SECRET)]
    request = verify(headers, secrets)
    assert request.parameters["title"] == title
    assert set(warnings(request)) == {"parameter-encoding"}


def test_a_low_byte_text_with_too_many_readings_is_refused_quickly_and_for_its_own_reason() -> None:
    headers = [(name.encode(), low_bytes(value)) for name, value in sign({**BASE, "title": "ơ" * 40}, SECRET)]
    assert refusal(headers) == "signature-unverifiable"


def test_low_bytes_of_a_forged_text_are_refused() -> None:
    headers = [(name.encode(), low_bytes(value)) for name, value in sign({**BASE, "title": "Đề"}, "other-key")]
    assert refusal(headers) == "signature-unverifiable"


# what verification refuses


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("XroadVnpt-systemid", "systemid-missing"),
        ("XroadVnpt-sign-header", "signature-missing"),
        ("XroadVnpt-sign-header-key", "signature-missing"),
        ("XroadVnpt-hash-header", "signature-missing"),
        ("XroadVnpt-timestamp", "signed-header-missing"),
        ("XroadVnpt-Content-Type", "signed-header-missing"),
    ],
)
def test_a_missing_header_is_refused_by_name(name: str, reason: str) -> None:
    assert refusal(replaced(signed(), name, None)) == reason


def test_a_request_without_any_signature_is_refused() -> None:
    assert refusal([]) == "systemid-missing"
    assert refusal([(b"XroadVnpt-systemid", b" ")]) == "systemid-missing"


def test_an_unknown_system_and_a_wrong_secret_are_refused() -> None:
    assert refusal(signed({**BASE, "systemid": "NOBODY"})) == "unknown-system"
    assert refusal(signed(secret="another")) == "signature-wrong"


def test_the_secret_is_that_of_the_system_in_the_header() -> None:
    other = signed({**BASE, "systemid": "OTHER.SYS"}, secret="other-secret")
    assert verify(other, {"OTHER.SYS": "other-secret", "TEST.SYS.01": SECRET}.get).system_id == "OTHER.SYS"
    assert refusal(replaced(other, "XroadVnpt-systemid", b"TEST.SYS.01")) == "signature-wrong"


def test_a_mac_over_other_material_is_refused() -> None:
    material = f"TEST.SYS.01{STAMP}application/json{{}}"
    mac = hmac.new(SECRET.encode(), material.encode(), hashlib.sha256).hexdigest()
    assert refusal(replaced(signed(), "XroadVnpt-hash-header", mac.encode())) == "signature-wrong"


def test_a_secret_decoded_from_hex_is_another_secret() -> None:
    text = dict(sign(BASE, SECRET))["XroadVnpt-sign-header"]
    mac = hmac.new(bytes.fromhex("abcd"), text.encode(), hashlib.sha256).hexdigest()
    headers = replaced(signed(secret="abcd"), "XroadVnpt-hash-header", mac.encode())
    assert refusal(headers, lambda _: "abcd") == "signature-wrong"


@pytest.mark.parametrize(
    "mac", [b"", b"x" * 64, b"ab" * 31, b"9qRDIo/MJvR2XKJU2dvsUbmjWc0+6bjrF/ThZWzo=", b"\xff" * 64]
)
def test_a_mac_that_is_no_hex_is_refused(mac: bytes) -> None:
    assert refusal(replaced(signed(), "XroadVnpt-hash-header", mac)) == "signature-malformed"


def test_one_changed_byte_anywhere_in_the_signed_text_is_refused() -> None:
    headers = signed()
    text = dict(headers)[b"XroadVnpt-sign-header"]
    for place in range(0, len(text), 7):
        changed = text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]
        reason = refusal(replaced(headers, "XroadVnpt-sign-header", changed))
        assert reason in {"signature-wrong", "signature-unverifiable"}


def test_a_header_changed_after_signing_is_refused() -> None:
    headers = signed({**BASE, "docId": "abc-1"})
    assert refusal(replaced(headers, "XroadVnpt-docId", b"abc-2")) == "signed-header-differs"
    assert refusal(replaced(headers, "XroadVnpt-docId", b"")) == "signed-header-differs"


def test_a_parameter_that_was_not_signed_is_refused() -> None:
    assert refusal([*signed(), (b"XroadVnpt-docId", b"abc-1")]) == "header-not-signed"
    listed = replaced(signed(), "XroadVnpt-sign-header-key", b"systemid;timestamp;Content-Type;docId")
    assert refusal([*listed, (b"XroadVnpt-docId", b"abc-1")]) == "header-not-signed"


def test_a_listed_name_without_a_signed_member_is_refused() -> None:
    headers = replaced(signed(), "XroadVnpt-sign-header-key", b"systemid;timestamp;Content-Type;docId")
    assert refusal(headers) == "signed-member-missing"


@pytest.mark.parametrize("name", ["XroadVnpt-systemid", "XroadVnpt-hash-header", "XroadVnpt-timestamp", "Content-Type"])
def test_a_doubled_header_is_refused(name: str) -> None:
    headers = signed()
    assert refusal([*headers, (name.lower().encode(), dict(headers)[name.encode()])]) == "signed-header-doubled"


def test_another_media_type_than_the_signed_one_is_refused() -> None:
    multipart = b"multipart/form-data; boundary====1700000000000==="
    assert refusal(replaced(signed(), "Content-Type", multipart)) == "content-type-differs"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "sign-header-not-json"),
        ("systemid=TEST.SYS.01", "sign-header-not-json"),
        ("[]", "sign-header-not-json"),
        ("null", "sign-header-not-json"),
        ('{"XroadVnpt-systemid":NaN}', "sign-header-not-json"),
        ("[" * 30_000, "sign-header-not-json"),
        ('{"XroadVnpt-systemid":"TEST.SYS.01"} ;', "sign-header-not-json"),
        ('{"XroadVnpt-systemid":"A","XroadVnpt-systemid":"TEST.SYS.01"}', "sign-header-doubled-member"),
        ('{"systemid":"TEST.SYS.01"}', "signed-member-unprefixed"),
        ('{"XroadVnpt-":"TEST.SYS.01"}', "signed-member-unprefixed"),
        ('{"XroadVnpt-systemid":["TEST.SYS.01"]}', "signed-member-not-text"),
        ('{"XroadVnpt-systemid":null}', "signed-member-not-text"),
        ('{"XroadVnpt-systemid":{}}', "signed-member-not-text"),
    ],
)
def test_a_signed_text_that_is_no_object_of_texts_is_refused(text: str, reason: str) -> None:
    headers = by_hand(text, {"XroadVnpt-systemid": "TEST.SYS.01"})
    assert refusal(headers) == reason


@pytest.mark.parametrize(
    "stamp",
    ["", "2026-11-21T21:28:02", "21112026T212802", "21112026T212802+756", "21112026T212802-0756",
     "31022026T000000+0000", "21112026T252802+0000", "21112026t212802+0756", "99999999T999999+0000", "２１112026T212802+0756"],
)  # fmt: skip
def test_a_timestamp_of_another_form_is_refused(stamp: str) -> None:
    assert refusal(signed({**BASE, "timestamp": stamp})) == "signed-timestamp-malformed"


def test_a_request_that_signs_no_timestamp_is_refused() -> None:
    parameters = {"systemid": "TEST.SYS.01", "Content-Type": "application/json"}
    assert refusal(signed(parameters)) == "signed-timestamp-malformed"


def test_hostile_bytes_in_every_header_are_refused_without_a_traceback() -> None:
    for name, _ in signed():
        for value in (b"\xff\xfe\x00", b"\x80" * 9000, b'"' * 50, b"\r\n"):
            refusal_or_warning(replaced(signed(), name.decode(), value))


def refusal_or_warning(headers: Headers) -> None:
    try:
        verify(headers, secrets)
    except SignatureRefused as refused:
        assert refused.text.isascii()  # noqa: PT017 - either outcome is fine, a traceback is not
