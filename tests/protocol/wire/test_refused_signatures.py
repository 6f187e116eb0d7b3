"""What verification refuses, each for its own reason (H-S02, H-S06, H-S07)."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from protocol.wire.signing import SignatureRefused, sign, verify
from tests.protocol.wire.signed_headers import BASE, SECRET, STAMP, by_hand, refusal, replaced, signed


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


@pytest.mark.parametrize("title", ["plain", "Đề án"])
def test_an_unknown_system_costs_the_work_of_a_wrong_secret_and_gets_its_words(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the time of a refusal nor its text tells who is registered."""
    macs: list[int] = []
    plain = hmac.digest

    def counted(key: bytes, text: bytes, digest: str) -> bytes:
        macs[-1] += 1
        return plain(key, text, digest)

    monkeypatch.setattr("protocol.wire.headertext.hmac.digest", counted)
    headers = signed({**BASE, "title": title}, secret="another")
    texts = []
    for secrets in ({"OTHER.SYS": SECRET}, {"TEST.SYS.01": SECRET}):
        macs.append(0)
        with pytest.raises(SignatureRefused) as refused:
            verify(headers, secrets.get)
        texts.append(refused.value.text)
    assert macs[0] == macs[1] > 0
    assert texts[0] == texts[1]


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
     "31022026T000000+0000", "21112026T252802+0000", "21112026t212802+0756", "99999999T999999+0000",
     "２１112026T212802+0756"],
)  # fmt: skip
def test_a_timestamp_of_another_form_is_refused(stamp: str) -> None:
    assert refusal(signed({**BASE, "timestamp": stamp})) == "signed-timestamp-malformed"


def test_a_request_that_signs_no_timestamp_is_refused() -> None:
    parameters = {"systemid": "TEST.SYS.01", "Content-Type": "application/json"}
    assert refusal(signed(parameters)) == "signed-timestamp-malformed"


def test_hostile_bytes_in_any_signed_header_are_refused_with_a_reason() -> None:
    for name, _ in signed():
        if name in {b"Content-Type", b"User-Agent", b"XroadVnpt-version"}:
            continue  # nobody signs these
        for value in (b"\xff\xfe\x00", b"\x80" * 9000, b'"' * 50, b"\r\n"):
            assert refusal(replaced(signed(), name.decode(), value)) != ""
