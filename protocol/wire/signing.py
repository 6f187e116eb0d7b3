"""Signing of requests, both halves.

Each parameter of an operation is a request header ``XroadVnpt-<name>``. A compact JSON object of these headers, in
their order, travels as ``XroadVnpt-sign-header``; the lower-case hex of HMAC-SHA256 over the UTF-8 of that text, keyed
with the UTF-8 of the secret, as ``XroadVnpt-hash-header``; the names, joined by ``;``, as
``XroadVnpt-sign-header-key``. The MAC covers neither the operation nor the body: only ``hash-file`` binds the body of
``sendEdoc``. All of this was observed on the wire with versions 2.0.0 and 2.0.1 of the official client.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from string import hexdigits

from protocol.finding import Finding, Severity, quote
from protocol.wire import headertext
from protocol.wire.plaintext import ascii_text
from protocol.wire.signedtext import SignedMember, SignedTextError, compact_json, read_members

PREFIX = "XroadVnpt-"
USER_AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
VERSION = "3.0.201608"
VIETNAM = timezone(timedelta(hours=7), "UTC+07:00")
REQUIREMENT = "SND-09"

_KEYS = "xroadvnpt-sign-header-key"
_TEXT = "xroadvnpt-sign-header"
_MAC = "xroadvnpt-hash-header"
_UNSIGNED = frozenset({_KEYS, _TEXT, _MAC, "xroadvnpt-version"})
_MAC_FORM = re.compile(rb"[0-9a-fA-F]{64}")
_NOBODY = secrets.token_bytes(32)  # the key of every system that is not registered
_TIMESTAMP_FORM = re.compile(r"(\d\d)(\d\d)(\d{4})T(\d\d)(\d\d)(\d\d)\+(\d{4})", re.ASCII)


class SignatureRefused(Exception):  # noqa: N818 - named for what the axis does, as the other refusals are
    """A request whose signature, system or timestamp is not accepted.

    ``reason`` is a code of the reason registry, ``text`` one line of printable ASCII in Vietnamese without marks, fit
    for the ``ErrorDesc`` of an answer; neither holds the secret or a part of a valid signature. ``said`` is the reason
    in whose words the answer speaks where the true one is nobody's business: whether a system is registered.
    """

    def __init__(self, reason: str, detail: str = "", said: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.said = said

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason

    @property
    def text(self) -> str:
        """Say in one ASCII line what is wrong."""
        from schemas.registry import reason  # noqa: PLC0415 - read only when something is refused

        line = ascii_text(reason(self.said or self.reason).text["vi"]).rstrip(".")
        return f"{line}: {ascii_text(self.detail)}" if self.detail and not self.said else line


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A verified request.

    ``parameters`` maps the lower-cased, unprefixed names to the values as they were signed; where two signed names
    differ only in case the first one stands there, and ``named`` has them all as signed, in order. ``timestamp`` is
    the raw text; ``signed_at`` the same as wall time without a zone, because it carries none (H-S04).
    ``signed_text`` is the text that the MAC covers: two requests with the same one are the same request, sent again
    (H-T11).
    """

    system_id: str
    parameters: dict[str, str]
    timestamp: str
    signed_at: datetime
    signed_text: bytes
    named: tuple[tuple[str, str], ...]
    warnings: tuple[Finding, ...] = ()

    def value(self, *names: str) -> str | None:
        """Give the parameter of the first of ``names`` that stands there in exactly this case, else in any case.

        An official service object that first fetched with ``docId`` and then acknowledges with ``docid`` sends both.
        """
        for name in names:
            for signed, value in self.named:
                if signed == name:
                    return value
        return next((self.parameters[name.lower()] for name in names if name.lower() in self.parameters), None)


def timestamp(now: datetime) -> str:
    """Write an instant as clients do: ``ddMMyyyy'T'HHmmss+`` and four digits of milliseconds, Vietnamese wall time.

    A naive ``now`` is taken for Vietnamese wall time already.
    """
    wall = now.astimezone(VIETNAM) if now.tzinfo is not None else now
    return f"{wall:%d%m%Y}T{wall:%H%M%S}+{wall.microsecond // 1000:04d}"


def sign(parameters: Mapping[str, str], secret: str) -> list[tuple[str, str]]:
    """Give the headers of a signed request in the order of the wire.

    ``parameters`` are the unprefixed names and their values, in the order to be signed; ``systemid``, ``timestamp`` and
    ``Content-Type`` belong to them. Values may be non-ASCII: write the headers as UTF-8 then. Raises ``ValueError``
    naming the parameter when a name or value cannot be a header.
    """
    if not secret:
        raise ValueError("the secret is empty: give the secret that belongs to the system id")
    headers: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            raise ValueError(f"parameter {name!r}: a name may hold letters, digits, '-', '_' and '.' only")
        if value != value.strip(" \t") or any(char < " " or char == "\x7f" for char in value):
            raise ValueError(f"parameter {name!r}: remove line breaks, control characters and outer blanks")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(f"parameter {name!r}: half a surrogate pair cannot be written as UTF-8") from error
        if name == "Content-Type":
            headers.append(("Content-Type", value))
        headers.append((PREFIX + name, value))
    text = compact_json((PREFIX + name, value) for name, value in parameters.items())
    mac = hmac.new(secret.encode("utf-8"), text.encode("utf-8"), hashlib.sha256).hexdigest()
    headers += [
        (PREFIX + "sign-header-key", ";".join(parameters)),
        (PREFIX + "sign-header", text),
        (PREFIX + "hash-header", mac),
        ("User-Agent", USER_AGENT),
        (PREFIX + "version", VERSION),
    ]
    return headers


def verify(headers: Iterable[tuple[bytes, bytes]], secret_of: Callable[[str], str | None]) -> SignedRequest:
    """Verify a request by the received text of its signature.

    ``headers`` are raw names and values in their order, names in any case. ``secret_of`` gives the secret of a system
    id or ``None``. The secret is that of the ``XroadVnpt-systemid`` header (H-S09); the timestamp may have any age
    (H-S03). What a proxy or an odd client legally changes becomes a warning. Raises ``SignatureRefused``.

    MACs are compared in constant time. A system that nobody registered is answered like a wrong MAC, after the same
    work and in the same words: what is said before depends on the form of the request alone.
    """
    received: dict[str, list[bytes]] = {}
    for name, value in headers:
        received.setdefault(name.decode("latin-1").strip().lower(), []).append(value)
    system_id = _single(received, "xroadvnpt-systemid", "systemid-missing").strip().decode("utf-8", "replace")
    if not system_id:
        raise SignatureRefused("systemid-missing")
    mac = _single(received, _MAC, "signature-missing").strip()
    text = _single(received, _TEXT, "signature-missing").strip(b" \t")
    keys = _single(received, _KEYS, "signature-missing").strip(b" \t")
    if not _MAC_FORM.fullmatch(mac):
        # Never the MAC itself: whoever writes it in another form has still written a valid one.
        digits = sum(chr(byte) in hexdigits for byte in mac)
        raise SignatureRefused("signature-malformed", f"{len(mac)} byte, hex: {digits}")
    secret = secret_of(system_id)
    key = secret.encode("utf-8") if secret else _NOBODY
    signed = headertext.signed_text(text, bytes.fromhex(mac.decode("ascii")), key)
    if signed is None or not secret:
        wrong = "signature-wrong" if all(0x20 <= byte <= 0x7E for byte in text) else "signature-unverifiable"
        raise SignatureRefused(wrong) if secret else SignatureRefused("unknown-system", quote(system_id), said=wrong)
    warnings: list[Finding] = []
    if mac != mac.lower():
        warnings.append(_warning("signature-upper-case", PREFIX + "hash-header"))
    try:
        members, remarks = read_members(signed, PREFIX)
    except SignedTextError as error:
        raise SignatureRefused(error.reason, error.detail) from error
    warnings += (_warning(reason, name) for name, reason in remarks)
    if signed != text:
        warnings.append(_warning("parameter-encoding", PREFIX + "sign-header", got=quote(text)))
    _cross_check(received, members, warnings)
    _check_keys(keys, members, warnings)
    _check_content_type(received, members, warnings)
    parameters: dict[str, str] = {}
    for member in members:
        parameters.setdefault(member.name.lower(), member.value)
    stamp = parameters.get("timestamp", "")
    return SignedRequest(
        system_id=system_id,
        parameters=parameters,
        timestamp=stamp,
        signed_at=_signed_at(stamp, warnings),
        signed_text=signed,
        named=tuple((member.name, member.value) for member in members),
        warnings=tuple(warnings),
    )


def _warning(reason: str, where: str, *, expected: str = "", got: str = "") -> Finding:
    return Finding(REQUIREMENT, reason, Severity.WARN, where=quote(where), expected=expected, got=got)


def _single(received: Mapping[str, list[bytes]], name: str, reason: str) -> bytes:
    values = received.get(name, [])
    if not values:
        raise SignatureRefused(reason, name if reason == "signature-missing" else "")
    if len(values) > 1:
        raise SignatureRefused("signed-header-doubled", name)
    return values[0]


def _cross_check(
    received: Mapping[str, list[bytes]], members: tuple[SignedMember, ...], warnings: list[Finding]
) -> None:
    """Compare each signed member with its header, and see that no parameter came without being signed (H-S06)."""
    signed: dict[str, list[SignedMember]] = {}
    for member in members:
        signed.setdefault((PREFIX + member.name).lower(), []).append(member)
    for name, values in received.items():
        if name.startswith(PREFIX.lower()) and name not in _UNSIGNED and name not in signed:
            raise SignatureRefused("header-not-signed", quote(name))
        if name in signed and len(values) > len(signed[name]):
            raise SignatureRefused("signed-header-doubled", quote(name))
    for name, group in signed.items():
        values = received.get(name, [])
        if len(values) < len(group):
            raise SignatureRefused("signed-header-missing", quote(name))
        if len(group) > 1:
            warnings.append(_warning("parameter-twice", name, got=", ".join(member.name for member in group)))
        for member, value in zip(group, values, strict=True):
            _check_value(member, value, warnings)


def _check_value(member: SignedMember, value: bytes, warnings: list[Finding]) -> None:
    where = PREFIX + member.name
    change = headertext.change(member.value, value)
    if change is None:
        raise SignatureRefused("signed-header-differs", quote(member.name))
    if change is headertext.Change.LINE_BREAK:
        warnings.append(_warning("parameter-line-break", where, got=quote(value)))
    elif change is headertext.Change.WHITE_SPACE:
        warnings.append(_warning("header-white-space", where, got=quote(value)))
    if change is headertext.Change.ENCODING or not member.value.isascii():
        warnings.append(_warning("parameter-encoding", where, expected=quote(member.value), got=quote(value)))


def _check_keys(keys: bytes, members: tuple[SignedMember, ...], warnings: list[Finding]) -> None:
    listed = {name.strip().lower(): name for name in keys.decode("utf-8", "replace").removesuffix(";").split(";")}
    members_by_name = {member.name.lower(): member.name for member in members}
    for name, as_written in listed.items():
        if name not in members_by_name:
            raise SignatureRefused("signed-member-missing", quote(as_written))
    unlisted = [as_written for name, as_written in members_by_name.items() if name not in listed]
    if unlisted:
        warnings.append(
            _warning("sign-header-key-incomplete", PREFIX + "sign-header-key", got=quote(";".join(unlisted)))
        )


def _check_content_type(
    received: Mapping[str, list[bytes]], members: tuple[SignedMember, ...], warnings: list[Finding]
) -> None:
    signed = next((member.value for member in members if member.name.lower() == "content-type"), None)
    if signed is None:
        return
    plain = received.get("content-type", [])
    if len(plain) > 1:
        raise SignatureRefused("signed-header-doubled", "content-type")
    arrived = plain[0].decode("latin-1").strip() if plain else ""
    if arrived.lower() == signed.strip().lower():
        return
    if arrived and _media_type(arrived) != _media_type(signed):
        raise SignatureRefused("content-type-differs", quote(arrived))
    warnings.append(_warning("content-type-changed", "Content-Type", expected=quote(signed), got=quote(arrived)))


def _media_type(value: str) -> str:
    return value.split(";", 1)[0].strip().lower()


def _signed_at(stamp: str, warnings: list[Finding]) -> datetime:
    """Read ``ddMMyyyyTHHmmss+SSSS``: milliseconds at the end and no zone (H-S04), of any age (H-S03)."""
    form = _TIMESTAMP_FORM.fullmatch(stamp)
    if form is None:
        raise SignatureRefused("signed-timestamp-malformed", quote(stamp))
    try:
        day, month, year, hour, minute, second = (int(part) for part in form.groups()[:6])
        wall = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the wire carries no zone
    except ValueError:
        raise SignatureRefused("signed-timestamp-malformed", quote(stamp)) from None
    milliseconds = int(form[7])
    if milliseconds > 999:
        warnings.append(_warning("signed-timestamp-not-milliseconds", PREFIX + "timestamp", got=stamp))
        milliseconds = 0
    return wall.replace(microsecond=milliseconds * 1000)
