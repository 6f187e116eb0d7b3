"""What the bytes of a PDF say before anybody parses it: version, completeness, and whether a password is needed.

Everything here works on the first and the last 64 KiB of a file. Where they do not hold the answer, there is none.
"""

from __future__ import annotations

import hashlib
import re

_HEADER = re.compile(rb"%PDF-([0-9])\.([0-9])")
_VERSION = re.compile(rb"/Version\s*/([0-9])\.([0-9])")
_END_WITHIN = 1024
_ENCRYPT = re.compile(rb"/Encrypt\s+([0-9]{1,7})\s+([0-9]{1,5})\s+R")
_INTEGER = rb"\s*(-?[0-9]{1,11})"
_ID = re.compile(rb"/ID\s*\[\s*")
_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_LONGEST_DICTIONARY = 4096
_LONGEST_STRING = 512
_RC4_REVISIONS = range(2, 5)
_SHA_REVISION = 5


def version(head: bytes, tail: bytes) -> tuple[int, int] | None:
    """Give the version, such as ``(1, 7)``: that of the header, or the higher one of a catalog that is in sight."""
    header = _HEADER.search(head)
    if header is None:
        return None
    later = [*_VERSION.findall(head), *_VERSION.findall(tail)]
    return max((int(major), int(minor)) for major, minor in [header.groups(), *later])


def is_whole(tail: bytes) -> bool:
    """Whether the file ends like a PDF: its end mark lies within the last kilobyte."""
    return b"%%EOF" in tail[-_END_WITHIN:]


def needs_password(head: bytes, tail: bytes) -> bool | None:
    """Whether nobody can open the file without a password or a certificate (ISO 32000-1, 7.6).

    A PDF that only restricts printing or copying opens with the empty password and needs none. ``None``: not to be
    told from here (the newest way of encrypting, revision 6, or a dictionary out of sight).
    """
    part = next((part for part in (tail, head) if _ENCRYPT.search(part)), b"")
    if not part:
        return False
    number, generation = _ENCRYPT.findall(part)[-1]
    start = re.compile(rb"(?:^|[\r\n])" + number + rb"\s+" + generation + rb"\s+obj")
    found = start.search(tail) or start.search(head)
    if found is None:
        return None
    dictionary = found.string[found.end() : found.end() + _LONGEST_DICTIONARY].partition(b"endobj")[0]
    return _locked(dictionary, _string_after(_ID.search(part), part) or b"")


def _locked(dictionary: bytes, file_id: bytes) -> bool | None:
    if re.search(rb"/Filter\s*/Standard\b", dictionary) is None:
        return True if b"/Filter" in dictionary else None  # opened by certificate
    revision, owner, user = _number(dictionary, b"R"), _string(dictionary, b"O"), _string(dictionary, b"U")
    permissions = _number(dictionary, b"P")
    if revision is None or owner is None or user is None or permissions is None:
        return None
    if revision == _SHA_REVISION:
        return hashlib.sha256(user[32:40]).digest() != user[:32]
    if revision not in _RC4_REVISIONS:
        return None
    seed = _PAD + owner[:32] + (permissions & 0xFFFFFFFF).to_bytes(4, "little") + file_id
    if revision == _RC4_REVISIONS[-1] and re.search(rb"/EncryptMetadata\s+false", dictionary):
        seed += b"\xff\xff\xff\xff"
    if revision == _RC4_REVISIONS[0]:
        return _rc4(_md5(seed)[:5], _PAD) != user[:32]
    return not any(_opens(seed, length, file_id, user) for length in _lengths(dictionary, revision))


def _lengths(dictionary: bytes, revision: int) -> set[int]:
    """Give the bytes that a key may have.

    Crypt filters have a length of their own, which some programs state in bytes and others in bits; a file of revision
    4 may leave out that of its key, which is 128 bits long.
    """
    stated = [int(each) for each in re.findall(rb"/Length" + _INTEGER, dictionary)] or [40]
    if revision == _RC4_REVISIONS[-1]:
        return {16, *(min(max(each // 8, 5), 16) for each in stated)}
    return {min(max(stated[0] // 8, 5), 16)}


def _opens(seed: bytes, length: int, file_id: bytes, user: bytes) -> bool:
    """Whether the empty password opens a file, by a key of so many bytes (ISO 32000-1, 7.6.3.4, algorithm 6)."""
    key = _md5(seed)[:length]
    for _ in range(50):
        key = _md5(key)[:length]
    expected = _md5(_PAD + file_id)
    for turn in range(20):
        expected = _rc4(bytes(byte ^ turn for byte in key), expected)
    return expected == user[:16]


def _number(dictionary: bytes, name: bytes) -> int | None:
    found = re.search(rb"/" + name + _INTEGER, dictionary)
    return int(found[1]) if found else None


def _string(dictionary: bytes, name: bytes) -> bytes | None:
    return _string_after(re.search(rb"/" + name + rb"\s*(?=[(<])", dictionary), dictionary)


def _string_after(found: re.Match[bytes] | None, data: bytes) -> bytes | None:
    """Read the string, in either of its forms, that stands behind a match."""
    if found is None:
        return None
    text = data[found.end() : found.end() + 4 * _LONGEST_STRING]
    if text.startswith(b"<"):
        digits = re.sub(rb"\s", b"", text[1:].partition(b">")[0])
        return bytes.fromhex(digits.decode("ascii")) if re.fullmatch(rb"(?:[0-9A-Fa-f]{2})*", digits) else None
    return _literal(text[1:]) if text.startswith(b"(") else None


def _literal(text: bytes) -> bytes:
    made, depth, at = bytearray(), 1, 0
    while at < len(text):
        letter = text[at : at + 1]
        if letter == b"\\":
            octal = re.match(rb"[0-7]{1,3}", text[at + 1 : at + 4])
            made += (
                bytes([int(octal[0], 8) & 0xFF])
                if octal
                else _ESCAPES.get(text[at + 1 : at + 2], text[at + 1 : at + 2])
            )
            at += 1 + (len(octal[0]) if octal else 1)
            continue
        depth += (letter == b"(") - (letter == b")")
        if not depth:
            break
        made += letter
        at += 1
    return bytes(made)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()  # what the format prescribes; nothing is kept secret by it


def _rc4(key: bytes, data: bytes) -> bytes:
    state, other = list(range(256)), 0
    for index in range(256):
        other = (other + state[index] + key[index % len(key)]) & 0xFF
        state[index], state[other] = state[other], state[index]
    made, first, second = bytearray(), 0, 0
    for byte in data:
        first = (first + 1) & 0xFF
        second = (second + state[first]) & 0xFF
        state[first], state[second] = state[second], state[first]
        made.append(byte ^ state[(state[first] + state[second]) & 0xFF])
    return bytes(made)
