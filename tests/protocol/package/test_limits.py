"""Limits: what is too large or too much is refused with the reason that says so, at once."""

from __future__ import annotations

import io
import struct
import time
import zlib
from dataclasses import replace

import pytest

from fixtures.casebook.letters import NOW, letter_bytes
from protocol.package import unzip
from protocol.package.limits import MIB, Limits
from protocol.package.model import DocumentPackage
from protocol.package.reader import read_package
from protocol.rules import attachments, judge
from protocol.rules.context import Context

OPEN = letter_bytes().partition(b"<edXML:Subject>")[0]
DEADLINE_S = 30.0
"""Seconds of this process: a machine that is five times slower passes, what grows with the square does not."""


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(package_bytes=100_000), "package-too-large"),
        (Limits(attachments=2), "too-many-attachments"),
        (Limits(payload_bytes=100_000), "payload-too-large"),
        (Limits(decoded_bytes=100_000), "attachments-too-large"),
        (Limits(markup_bytes=1000), "markup-too-large"),
        (Limits(markup_items=50), "too-much-markup"),
        (Limits(depth=5), "nesting-too-deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_limit_has_its_reason(limits: Limits, reason: str) -> None:
    raw = letter_bytes(bytes(200_000))
    with read_package(raw) as reading:
        assert not reading.refused
    with read_package(raw, limits=limits) as reading:
        assert [finding.reason for finding in reading.findings] == [reason]
        assert reading.package is None
        assert reading.refused


@pytest.mark.parametrize(("size", "told"), [(50_000_000, []), (50_000_001, ["package-above-policy"])])
def test_fifty_million_bytes_of_files_are_agreed_where_nobody_says_otherwise(size: int, told: list[str]) -> None:
    limits = Limits()
    assert limits.policy_bytes < limits.payload_bytes < limits.decoded_bytes < limits.package_bytes
    with read_package(letter_bytes(), profile="strict") as reading:
        assert isinstance(reading.package, DocumentPackage)
        first, *others = reading.package.attachments
        grown = replace(first, size=size - sum(other.size for other in others))
        package = replace(reading.package, attachments=(grown, *others))
        found = attachments.size(Context(reading, "strict", NOW, limits), package)
        assert [finding.reason for finding in found] == told


ATTACKS = {
    "only <": b"<" * 8 * MIB,
    "tags": OPEN + b"<a>" * 3_000_000,
    "empty elements": OPEN + b"<a/>" * 1_000_000,
    "deep": OPEN + b"<a>" * 10_000 + b"</a>" * 10_000,
    "endless tag": OPEN + b"<a" + b" " * 20 * MIB,
    "endless name": OPEN + b"<" + b"a" * 20 * MIB,
    "endless attribute": OPEN + b'<a b="' + b"x" * 20 * MIB,
    "attributes": OPEN + b"<a " + b"".join(b'a%d="" ' % number for number in range(1_000_000)),
    "endless payload tag": OPEN + b"<ContentTransferEncoded " + b" " * 20 * MIB,
    "endless payload attribute": OPEN + b'<ContentTransferEncoded a="' + b"x" * 20 * MIB,
    "endless comment": OPEN + b"<!--" + b"x" * 20 * MIB,
    "dashes": OPEN + b"<!--" + b"- " * 10 * MIB,
    "comments": OPEN + b"<!---->" * 1_500_000,
    "endless instruction": OPEN + b"<?x " + b"? " * 10 * MIB,
    "endless CDATA": OPEN + b"<![CDATA[" + b"]] " * 7 * MIB,
    "payloads": OPEN + b"<ContentTransferEncoded/>" * 500_000,
    "references": OPEN + b"<ContentTransferEncoded>" + b"&#65;" * 4_000_000,
    "blank references": OPEN + b"<ContentTransferEncoded>" + b"&#13;" * 4_000_000,
    "broken references": OPEN + b"<ContentTransferEncoded>" + b"&" * 8 * MIB,
    "illegal base64": OPEN + b"<ContentTransferEncoded>" + b"A#" * 8 * MIB,
    "wrapped base64": OPEN + b"<ContentTransferEncoded>" + b"A\n" * 10 * MIB,
    "entities": b'<!DOCTYPE a [<!ENTITY a "' + b"x" * MIB + b'">]>' + OPEN + b"&a;" * 100_000,
    "namespaces": OPEN + b"<a " + b"".join(b'xmlns:n%d="u%d" ' % (number, number) for number in range(200_000)) + b"/>",
    "prefixes": OPEN + b"".join(b"<p%d:a/>" % number for number in range(60_000)),
    "zeros": bytes(8 * MIB),
    "text": b"x" * 20 * MIB,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused_quickly(attack: str) -> None:
    started = time.process_time()
    with read_package(ATTACKS[attack]) as reading:
        spent = time.process_time() - started
        assert reading.refused
        assert reading.package is None
        assert all(len(finding.got) <= 200 for finding in reading.findings)
    assert spent < DEADLINE_S


HEADER_END = b"</edXML:MessageHeader>"


def before(mark: bytes, piece: bytes) -> bytes:
    """Give the letter with something put before the first ``mark``."""
    assert mark in letter_bytes()
    return letter_bytes().replace(mark, piece + mark, 1)


def in_tag(attributes: bytes) -> bytes:
    """Give the letter with attributes on its ``To``."""
    return letter_bytes().replace(b"<edXML:To>", b"<edXML:To " + attributes + b">", 1)


REFERENCE = b"<edXML:Reference><edXML:ContentId>x</edXML:ContentId></edXML:Reference>"
MARKS = "\u0301\u0323".encode()
BUSY = {
    "unknown elements": before(HEADER_END, b"<edXML:x/>" * 40_000),
    "repeated elements": before(HEADER_END, b"<edXML:Subject/>" * 40_000),
    "recipients": before(b"<edXML:To>", b"<edXML:To><edXML:OrganId>;</edXML:OrganId></edXML:To>" * 22_000),
    "nameless recipients": before(b"<edXML:To>", b"<edXML:To/>" * 3_900),
    "references": before(b"<edXML:Reference>", REFERENCE * 22_000),
    "attachments": before(b"<Attachment>", b"<Attachment><ContentTransferEncoded/></Attachment>" * 900),
    "hops": before(b"<edXML:TraceHeader>", b"<edXML:TraceHeader/>" * 40_000),
    "marks": letter_bytes().replace(b"<edXML:Subject>", b"<edXML:Subject>a" + MARKS * 1_000_000),
    "long name": letter_bytes().replace(b"<AttachmentName>", b"<AttachmentName>a" + (b"../" + MARKS) * 300_000),
    "attributes": in_tag(b"".join(b'a%d="" ' % number for number in range(300_000))),
    "namespaces": in_tag(b"".join(b'xmlns:n%d="urn:%d" ' % (number, number) for number in range(100_000))),
    "prefixes": before(HEADER_END, b"".join(b"<p%d:a/>" % number for number in range(60_000))),
    "one prefix": before(HEADER_END, b"<p:a/>" * 40_000),
}
HARMLESS = {"namespaces", "attributes"}


@pytest.mark.parametrize("case", BUSY)
def test_packages_that_overdo_it_are_judged_quickly(case: str) -> None:
    started = time.process_time()
    with judge(BUSY[case], profile="strict", now=NOW) as reading:
        spent = time.process_time() - started
        assert bool(reading.findings) is (case not in HARMLESS)
        assert len(reading.findings) < 100
    assert spent < DEADLINE_S


def with_wide_directory(entries: int) -> bytes:
    """Make a zip whose short end record speaks of one file and whose wide one (zip64) of many."""
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, zlib.crc32(b"a"), 1, 1, 1, 0) + b"a" + b"a"
    entry = (
        struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0, zlib.crc32(b"a"), 1, 1, 1, *[0] * 6) + b"a"
    )
    at = len(local) + len(entry) * entries
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, len(entry) * entries, len(local))
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
    short = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry), len(local), 0)
    return local + entry * entries + wide + locator + short


def test_the_wide_end_record_of_a_zip_counts_too() -> None:
    few, many = with_wide_directory(3), with_wide_directory(Limits().zip_entries + 1)
    assert unzip.look(io.BytesIO(few), Limits()).entries == 3
    with pytest.raises(unzip.AttachmentRefused) as refused:
        unzip.look(io.BytesIO(many), Limits())
    assert refused.value.reason == "zip-bomb"
