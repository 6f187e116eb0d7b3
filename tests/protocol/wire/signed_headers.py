"""Signed headers for tests: made by the library, by hand, and damaged; and how a refusal or warnings are looked at."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

import pytest

from protocol.finding import Severity
from protocol.wire.signing import SignatureRefused, SignedRequest, sign, verify
from schemas import registry

SECRET = "dummy-test-key"
STAMP = "21112026T212802+0802"
BASE = {"systemid": "TEST.SYS.01", "timestamp": STAMP, "Content-Type": "application/json"}

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
