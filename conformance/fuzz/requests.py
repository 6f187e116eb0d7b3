"""Signed ``sendEdoc`` requests, and what can be wrong with one on its way.

``REFUSED`` names the damages after which no correct axis takes the request: what is signed does not match what arrived
(H-S02, H-S06), the key is not the system's, or the sending agency is not the system's own (H-X21). After the others an
axis may take it or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from conformance.fuzz.damage import INSERTED, THOUSAND
from conformance.fuzz.recipe import RequestDamage
from protocol.wire.filehash import padded, unpadded
from protocol.wire.operations import OCTETS, SERVICE_TYPE
from protocol.wire.signing import PREFIX, sign, timestamp

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """One ``sendEdoc`` as bytes: headers in order and the body."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the system, its secret and the agency; ``other`` is an agency that is not the system's."""

    system_id: str
    secret: str
    agency: str
    other: str


def sound(raw: bytes, sender: Sender, **overrides: str) -> Request:
    """Sign a package as the official client does: body and CR LF, ``hash-file`` without zero padding."""
    return _signed(raw, sender, sender.secret, overrides)


def damaged(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    """Sign a package and damage the request. Raises ``KeyError`` for a kind that is not in ``KINDS``."""
    return _DAMAGES[damage.kind](raw, sender, damage)


def _signed(raw: bytes, sender: Sender, secret: str, overrides: Mapping[str, str]) -> Request:
    parameters = {
        "systemid": sender.system_id,
        "servicetype": SERVICE_TYPE,
        "messagetype": "edoc",
        "hash-file": unpadded(hashlib.sha256(raw).digest()),
        "from": sender.agency,
        "timestamp": timestamp(datetime.now(UTC)),
        "Content-Type": OCTETS,
        **overrides,
    }
    headers = sign(parameters, secret)
    return Request(tuple((name.encode("ascii"), value.encode("utf-8")) for name, value in headers), raw + b"\r\n")


def _with_header(request: Request, name: str, change: Callable[[bytes], bytes]) -> Request:
    key = name.encode("ascii").lower()
    return replace(
        request, headers=tuple((one, change(value) if one.lower() == key else value) for one, value in request.headers)
    )


def _flipped(value: bytes, damage: RequestDamage) -> bytes:
    """Change one character into another printable one, so that the header stays a header."""
    at = min(len(value) * damage.where // THOUSAND, len(value) - 1)
    changed = ord("0") + (value[at] - ord("0") + 1 + damage.amount % 9) % 10
    changed = changed if changed != value[at] else ord("x")
    return value[:at] + bytes([changed]) + value[at + 1 :]


def _wrong_mac(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    return _with_header(sound(raw, sender), f"{PREFIX}hash-header", lambda value: _flipped(value, damage))


def _changed_text(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    return _with_header(sound(raw, sender), f"{PREFIX}sign-header", lambda value: _flipped(value, damage))


def _changed_header(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    names = ("servicetype", "messagetype", "hash-file", "timestamp")
    name = f"{PREFIX}{names[damage.amount % len(names)]}"
    return _with_header(sound(raw, sender), name, lambda value: _flipped(value, damage))


def _lost_header(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    request = sound(raw, sender)
    names = ("hash-header", "sign-header", "sign-header-key", "systemid", "timestamp", "from", "hash-file")
    lost = f"{PREFIX}{names[damage.amount % len(names)]}".lower().encode("ascii")
    return replace(request, headers=tuple(pair for pair in request.headers if pair[0].lower() != lost))


def _wrong_hash(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    digest = hashlib.sha256(raw + bytes([damage.amount])).digest()
    return sound(raw, sender, **{"hash-file": padded(digest) if damage.where % 2 else unpadded(digest)})


def _changed_body(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    request = sound(raw, sender)
    at = min(len(raw) * damage.where // THOUSAND, len(raw) - 1)
    return replace(request, body=raw[:at] + bytes([raw[at] ^ 0x20]) + raw[at + 1 :] + b"\r\n")


def _wrong_secret(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    return _signed(raw, sender, f"{sender.secret}{damage.amount}", {})


def _unknown_system(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    return sound(raw, sender, systemid=f"{sender.system_id}.KHONG-CO.{damage.amount}")


def _other_sender(raw: bytes, sender: Sender, _damage: RequestDamage) -> Request:
    return sound(raw, sender, **{"from": sender.other})


def _unsigned_header(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    request = sound(raw, sender)
    added = (f"{PREFIX}thua-{damage.amount}".encode("ascii"), b"1")
    return replace(request, headers=(*request.headers, added))


def _doubled_header(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    request = sound(raw, sender)
    return replace(
        request, headers=(*request.headers, request.headers[damage.where * len(request.headers) // THOUSAND])
    )


def _odd_timestamp(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    odd = ("0", "2026-11-21T10:00:00+07:00", "99999999T999999+9999", "01011970T000000+0000", "31022026T250000+0001")
    return sound(raw, sender, timestamp=odd[damage.amount % len(odd)])


def _odd_type(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    odd = ("EDOC", "status", "x", "edoc;status", "1")
    return sound(raw, sender, messagetype=odd[damage.amount % len(odd)])


def _odd_to(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    odd = ("[]", "null", '"', "[[]]", '["KHONG.CO"]', "{}", '["' + "H" * 200 + '"]', "[1]")
    return sound(raw, sender, to=odd[damage.amount % len(odd)])


def _odd_content_type(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    odd = ("text/plain", "multipart/form-data; boundary=x", "x", "application/json")
    return sound(raw, sender, **{"Content-Type": odd[damage.amount % len(odd)]})


def _long_header(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    """Add a signed parameter of up to 30 kB, which doubles to 60 kB in all: an axis takes 64 kB at least (H-T10)."""
    return sound(raw, sender, thua="x" * (500 * min(damage.amount, 60) + 1))


def _raw_header(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    """Put bytes into a header that are no UTF-8 and no ASCII (but no NUL and no line end, which are no HTTP)."""
    junk = INSERTED[damage.amount % len(INSERTED)].translate(None, b"\x00\r\n\x1b") or b"\xff"
    return _with_header(sound(raw, sender), f"{PREFIX}servicetype", lambda value: value + junk)


def _junk_signature(raw: bytes, sender: Sender, damage: RequestDamage) -> Request:
    odd = (b"{", b"[]", b"null", b"1", b'{"a":{}}', b"\xff", b'"' * 100, b"{" * 20_000)
    return _with_header(sound(raw, sender), f"{PREFIX}sign-header", lambda _: odd[damage.amount % len(odd)])


def _no_line_end(raw: bytes, sender: Sender, _damage: RequestDamage) -> Request:
    return replace(sound(raw, sender), body=raw)


_DAMAGES: Mapping[str, Callable[[bytes, Sender, RequestDamage], Request]] = {
    "changed-body": _changed_body,
    "changed-header": _changed_header,
    "changed-text": _changed_text,
    "doubled-header": _doubled_header,
    "junk-signature": _junk_signature,
    "long-header": _long_header,
    "lost-header": _lost_header,
    "no-line-end": _no_line_end,
    "odd-content-type": _odd_content_type,
    "odd-timestamp": _odd_timestamp,
    "odd-to": _odd_to,
    "odd-type": _odd_type,
    "other-sender": _other_sender,
    "raw-header": _raw_header,
    "unknown-system": _unknown_system,
    "unsigned-header": _unsigned_header,
    "wrong-hash": _wrong_hash,
    "wrong-mac": _wrong_mac,
    "wrong-secret": _wrong_secret,
}
KINDS = tuple(_DAMAGES)
REFUSED = frozenset(
    {
        "changed-body",
        "changed-header",
        "changed-text",
        "junk-signature",
        "other-sender",
        "unknown-system",
        "unsigned-header",
        "wrong-hash",
        "wrong-mac",
        "wrong-secret",
    }
)
