"""Damage to the bytes, which cares for no markup; only the kinds that need a declaration or an element look for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.fuzz.damage_kind import THOUSAND, Damage

INSERTED = (
    b"\x00",
    b"\xff\xfe",
    b"<",
    b"&",
    b"</",
    b"]]>",
    b"<!--",
    b"<![CDATA[",
    b"<?x",
    b"\x1b[31m",
    b"\xed\xa0\x80",
    b"&#0;",
    b"&khong-co;",
    b'"',
    b"1212",
    b"{}",
    b"\r\n\r\n",
)


def _place(raw: bytes, one: Damage) -> int:
    return len(raw) * one.where // THOUSAND


def _truncate(raw: bytes, one: Damage) -> bytes:
    return raw[: _place(raw, one)]


def _flip(raw: bytes, one: Damage) -> bytes:
    if not raw:
        return raw
    at = min(_place(raw, one), len(raw) - 1)
    return raw[:at] + bytes([raw[at] ^ (one.amount % 255 + 1)]) + raw[at + 1 :]


def _insert(raw: bytes, one: Damage) -> bytes:
    at = _place(raw, one)
    return raw[:at] + INSERTED[one.amount % len(INSERTED)] + raw[at:]


def _delete(raw: bytes, one: Damage) -> bytes:
    at = _place(raw, one)
    return raw[:at] + raw[at + one.amount :]


def _repeat(raw: bytes, one: Damage) -> bytes:
    at = _place(raw, one)
    return raw[:at] + raw[max(0, at - one.amount) :]


def _garbage_before(raw: bytes, one: Damage) -> bytes:
    return INSERTED[one.amount % len(INSERTED)] + raw


def _garbage_after(raw: bytes, one: Damage) -> bytes:
    return raw + INSERTED[one.amount % len(INSERTED)]


def _doctype(raw: bytes, one: Damage) -> bytes:
    """Add a DOCTYPE: none is legal here (PKG-09). The entities are harmless: what they name is empty or small."""
    marker, end = b"<edXML", raw.find(b"?>") + 2
    kinds = (
        b'<!DOCTYPE edXML [<!ENTITY thuc-the "noi dung">]>',
        b'<!DOCTYPE edXML SYSTEM "file:///dev/null">',
        b'<!DOCTYPE edXML [<!ENTITY thuc-the SYSTEM "file:///dev/null">]>',
        b'<!DOCTYPE edXML [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY thuc-the "&b;&b;&b;&b;">]>',
        b"<!DOCTYPE edXML>",
    )
    doctype = kinds[one.amount % len(kinds)]
    if end < 2 or marker not in raw:
        return doctype + raw
    head, body = raw[:end], raw[end:]
    if b"ENTITY thuc-the" in doctype:
        body = body.replace(b"Subject>", b"Subject>&thuc-the;", 1)
    return head + doctype + body


def _encoding(raw: bytes, one: Damage) -> bytes:
    names = (b"utf-16", b"us-ascii", b"khong-co", b"iso-8859-1")
    return raw.replace(b"UTF-8", names[one.amount % len(names)], 1)


def _not_a_package(_raw: bytes, one: Damage) -> bytes:
    """Give something that is no package at all."""
    others = (
        b"",
        b"{}",
        b"<html><body>502 Bad Gateway</body></html>",
        b"%PDF-1.7",
        b"\x00" * 64,
        b"PK\x03\x04",
        b"<a/>",
        b" \r\n",
    )
    return others[one.amount % len(others)]


BYTES: Mapping[str, Callable[[bytes, Damage], bytes]] = {
    "truncate": _truncate,
    "flip": _flip,
    "insert": _insert,
    "delete": _delete,
    "repeat": _repeat,
    "garbage-before": _garbage_before,
    "garbage-after": _garbage_after,
    "doctype": _doctype,
    "encoding": _encoding,
    "not-a-package": _not_a_package,
}
