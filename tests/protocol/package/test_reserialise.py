"""What the axis makes of a package in transit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fixtures.casebook.letters import NOW, letter, letter_bytes, status, status_bytes
from protocol.package.model import NAMESPACE, DocumentPackage, OtherInfo, ResponseFor, Trace, TraceHeader
from protocol.package.reader import read_package
from protocol.package.reserialise import normalised, reserialise
from protocol.package.writer import write_package
from protocol.rules import judge

HOP = TraceHeader(None, "2026/11/21 09:00:00")


def passed(raw: bytes, hop: TraceHeader | None = HOP) -> tuple[bytes, DocumentPackage]:
    with read_package(raw) as reading:
        emitted = reserialise(reading, hop)
    again = read_package(emitted)
    assert isinstance(again.package, DocumentPackage)
    return emitted, again.package


def test_form_becomes_official_and_content_stays() -> None:
    odd = letter_bytes().replace(b"edXML:", b"q:").replace(b"xmlns:edXML", b"xmlns:q").replace(b"\r\n", b"\n")
    odd = odd.replace(b"<q:Subject>", b"<!-- x --><q:Khac>y</q:Khac><q:Subject>")
    emitted, package = passed(odd)
    assert b"Khac" not in emitted
    assert b"<!--" not in emitted
    assert emitted == reserialise(letter(), HOP)
    assert package.header == letter().header
    assert package.attachments == letter().attachments


def test_the_hop_is_added_at_the_end() -> None:
    _, package = passed(letter_bytes())
    before = letter().trace
    assert before is not None
    assert package.trace == replace(before, hops=(*before.hops, HOP))


def test_a_sender_without_a_code_in_its_hop_becomes_null() -> None:
    bare = replace(letter(), trace=Trace((TraceHeader(None, "2026/11/20 00:00:00"),)))
    _, package = passed(write_package(bare))
    assert package.trace is not None
    assert [hop.organ_id for hop in package.trace.hops] == ["null", None]


def test_a_package_without_a_trace_gets_the_hop_alone() -> None:
    _, package = passed(write_package(replace(letter(), trace=None)))
    assert package.trace == Trace((HOP,))
    assert passed(write_package(replace(letter(), trace=None)), None)[1].trace is None


def test_direction_is_added_and_an_empty_answer_stays() -> None:
    header = replace(letter().header, other=OtherInfo(priority="1"), response_for=(ResponseFor(),))
    emitted, package = passed(write_package(replace(letter(), header=header)))
    assert package.header.other == OtherInfo(priority="1", direction="false")
    assert b"<edXML:ResponseFor />" in emitted


def test_the_manifest_is_rebuilt_without_descriptions_and_keeps_its_types() -> None:
    raw = letter_bytes().replace(
        b"</edXML:ContentType>", b"</edXML:ContentType><edXML:Description>m</edXML:Description>"
    )
    raw = raw.replace(b"<edXML:ContentId>cid:1<", b"<edXML:ContentId>1<")
    raw = raw.replace(b"<edXML:ContentType>application/pdf", b"<edXML:ContentType>application/zip", 1)
    emitted, package = passed(raw)
    assert package.manifest is not None
    assert [line.content_id for line in package.manifest] == ["cid:1", "cid:2", "cid:3"]
    assert [line.content_type for line in package.manifest] == ["application/zip", "application/pdf", "application/zip"]
    assert b"Description" not in emitted
    missing = re.sub(rb"<edXML:edXMLBody>.*</edXML:edXMLBody>", b"", letter_bytes(), flags=re.DOTALL)
    expected = normalised(letter())
    assert isinstance(expected, DocumentPackage)
    assert passed(missing)[1].manifest == expected.manifest


def test_the_signature_loses_its_namespace_and_prefix() -> None:
    raw = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>QQ==</ds:SignatureValue></ds:Signature>'
    emitted, package = passed(write_package(replace(letter(), signature=raw)))
    assert b"<Signature>\r\n" in emitted
    assert b"xmldsig" not in emitted
    assert package.signature is not None
    assert NAMESPACE.encode() in package.signature


def test_a_status_keeps_its_content() -> None:
    with read_package(status_bytes().replace(b"\r\n", b"\n")) as reading:
        assert reserialise(reading, HOP) == write_package(status())


def test_passing_twice_adds_hops_and_nothing_else() -> None:
    once, _ = passed(letter_bytes())
    twice, package = passed(once)
    assert package.trace is not None
    assert len(package.trace.hops) == 3
    assert len(twice) - len(once) == len(once) - len(reserialise(letter(), None))


def test_what_the_axis_hands_on_is_acceptable_to_it() -> None:
    with judge(reserialise(letter(), HOP), now=NOW) as reading:
        assert reading.findings == ()


def test_what_could_not_be_read_cannot_be_passed_on() -> None:
    with read_package(b"<x/>") as reading, pytest.raises(ValueError, match="could not be read"):
        reserialise(reading, HOP)
