"""The schemas at work: the fast verdict and the explained one agree, and say where a package goes wrong."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from fixtures.casebook.case import Case
from fixtures.casebook.index import every_case
from fixtures.casebook.letters import NOW, letter_bytes, status_bytes
from fixtures.casebook.spoiling import Spoil, before, both, element, text
from protocol.finding import Severity
from protocol.package import xsd
from protocol.package.model import NAMESPACE
from protocol.package.reader import read_package
from protocol.package.reading import Reading
from protocol.package.xsd import SchemaFault, explain, fast
from protocol.rules import judge
from tests.protocol.package.test_samples import SAMPLES

BY_ID = {f"{area}/{case.id}": case for area, case in every_case()}
HEADER = "edXML/edXMLEnvelope/edXMLHeader/MessageHeader"
CLEAN = {"document": letter_bytes(), "status": status_bytes()}


@contextmanager
def skeleton(raw: bytes) -> Iterator[tuple[etree._Element, xsd.Kind]]:
    with read_package(raw) as reading:
        assert reading.root is not None
        assert reading.kind != "unreadable"
        yield reading.root, reading.kind


def verdicts(reading: Reading) -> tuple[bool, bool]:
    """Give what the fast way and what the explaining way say; both are yes or both are no."""
    assert reading.root is not None
    assert reading.kind != "unreadable"
    return fast(reading.root, reading.kind), next(explain(reading.root, reading.kind), None) is None


def faults(raw: bytes) -> list[SchemaFault]:
    with skeleton(raw) as (root, kind):
        found = list(explain(root, kind))
        assert fast(root, kind) == (not found)
        return found


def spoilt(*changes: Spoil) -> list[SchemaFault]:
    return faults(both(*changes)(letter_bytes()))


@pytest.mark.parametrize("case", BY_ID.values(), ids=BY_ID)
def test_both_versions_agree_and_what_breaks_the_schema_is_found(case: Case) -> None:
    raw = case.raw()
    with judge(raw, profile="strict", now=NOW) as reading:
        if reading.package is None:
            assert reading.refused
            return
        quick, slow = verdicts(reading)
        assert quick == slow
        if not quick:
            assert any(finding.severity is not Severity.INFO for finding in reading.findings)
        if all(finding.severity is Severity.INFO for finding in reading.findings):
            assert quick


@pytest.mark.parametrize("raw", CLEAN.values(), ids=CLEAN)
def test_a_clean_package_is_valid(raw: bytes) -> None:
    assert faults(raw) == []


@pytest.mark.parametrize("raw", CLEAN.values(), ids=CLEAN)
@pytest.mark.parametrize("broken", [False, True])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_children_changes_neither_verdict(raw: bytes, broken: bool, seed: int) -> None:
    random = Random(seed)
    with read_package(raw.replace(b"<edXML:OrganId>", b"<edXML:OrganId>?", 1) if broken else raw) as reading:
        assert reading.root is not None
        for parent in list(reading.root.iter(f"{{{NAMESPACE}}}*")):
            children = list(parent)
            random.shuffle(children)
            parent[:] = children
        assert verdicts(reading) == (not broken, not broken)


@pytest.mark.parametrize("raw", CLEAN.values(), ids=CLEAN)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_both_versions_agree_on_packages_with_parts_taken_out_doubled_or_emptied(
    raw: bytes, data: st.DataObject
) -> None:
    with read_package(raw) as reading:
        assert reading.root is not None
        below = [found for found in reading.root.iter(f"{{{NAMESPACE}}}*") if found is not reading.root]
        victim = data.draw(st.sampled_from(below))
        parent = victim.getparent()
        assert parent is not None
        match data.draw(st.sampled_from(["remove", "double", "empty", "text", "child", "rename"])):
            case "remove":
                parent.remove(victim)
            case "double":
                parent.append(etree.fromstring(etree.tostring(victim, with_tail=False)))
            case "empty":
                victim[:] = []
                victim.text = None
            case "text":
                victim.text = data.draw(
                    st.sampled_from(["1", "0", "13", "99", "true", "2026/02/29", "x" * 501, "\tđ "])
                )
            case "child":
                etree.SubElement(victim, f"{{{NAMESPACE}}}{data.draw(st.sampled_from(['La', 'OrganId', 'To']))}")
            case "rename":
                victim.tag = data.draw(st.sampled_from([f"{{{NAMESPACE}}}La", "La", f"{{{NAMESPACE}}}Subject"]))
        quick, slow = verdicts(reading)
        assert quick == slow


@pytest.mark.parametrize(
    ("change", "path", "expected", "got", "absent"),
    [
        (element("Subject", None), f"{HEADER}/Subject", "Subject", "", True),
        (element("Subject", "ữ" * 501), f"{HEADER}/Subject", ".{1,500}", "ữ" * 199 + "…", False),
        (element("Priority", "5"), f"{HEADER}/OtherInfo/Priority", "0-4", "5", False),
        (before("Subject", "<edXML:Subject>x</edXML:Subject>"), f"{HEADER}/Subject[2]", "1", "Subject", False),
        (element("Subject", "a<b>c</b>"), f"{HEADER}/Subject/b", "", "b", False),
        (element("Code", "05/QĐ", old=".*?"), f"{HEADER}/Code/CodeNumber", "CodeNumber", "", True),
        (
            element("BussinessDocType", "2"),
            "edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness/BussinessDocumentInfo",
            "BussinessDocumentInfo",
            "",
            True,
        ),
        (element("ResponseFor", "<edXML:Code>1</edXML:Code>"), f"{HEADER}/ResponseFor", "ResponseFor", "", False),
    ],
)
def test_a_fault_names_place_rule_and_value(change: Spoil, path: str, expected: str, got: str, absent: bool) -> None:
    found = {fault.path: fault for fault in spoilt(change)}
    fault = found[path]
    assert (fault.expected, fault.got, fault.absent) == (expected, got, absent)
    assert fault.line is not None
    assert 0 < len(fault.message) <= 200


def test_every_missing_part_is_named() -> None:
    found = {fault.path for fault in spoilt(element("DocumentType", None), element("Subject", None))}
    assert found == {f"{HEADER}/DocumentType", f"{HEADER}/Subject"}


def test_the_line_is_that_of_the_package() -> None:
    raw = before("Subject", "<!-- 1 -->\r\n<!-- 2 -->\r\n")(element("Subject", "")(letter_bytes()))
    (fault,) = faults(raw)
    assert raw.split(b"\r\n")[(fault.line or 0) - 1].strip() == b"<edXML:Subject></edXML:Subject>"


@pytest.mark.parametrize(
    "change",
    [
        element("Subject", "u\u031b\u0303" * 500),
        element("Subject", "Về việc<!-- x --> thử nghiệm"),
        element("Subject", "<![CDATA[Về việc thử nghiệm]]>"),
        element("StaffInfo", ""),
        text(("<edXML:Subject>", '<edXML:Subject lang="vi">')),
        text(("<edXML:edXMLManifest", "<edXML:Manifest"), ("</edXML:edXMLManifest", "</edXML:Manifest")),
        before("Subject", "<edXML:La><edXML:To/>chữ</edXML:La>"),
        before("Subject", '<x xmlns="urn:la"/>'),
        text(("</edXML:TraceHeaderList>", "</edXML:TraceHeaderList><edXML:DigitalSignature/>")),
    ],
    ids=["decomposed", "comment", "cdata", "empty-staff", "attribute", "manifest", "unknown", "foreign", "signature"],
)
def test_what_the_schema_tolerates(change: Spoil) -> None:
    assert spoilt(change) == []


def test_the_payload_is_never_looked_at() -> None:
    assert faults(letter_bytes(b"x" * 3_000_000)) == []


def test_a_package_that_breaks_everything_is_explained_in_bounded_time_and_words() -> None:
    repeated = b"<edXML:To><edXML:OrganId>?</edXML:OrganId></edXML:To>" * 1_500
    raw = letter_bytes().replace(b"<edXML:DocumentId>", repeated + b"<edXML:DocumentId>", 1)
    started = time.monotonic()
    assert len(faults(raw)) == xsd.MOST_FAULTS
    assert time.monotonic() - started < 20


def test_a_package_too_large_to_explain_is_named_as_a_whole() -> None:
    raw = letter_bytes().replace(b"<edXML:DocumentId>", b"<edXML:x/>" * 30_000 + b"<edXML:To/><edXML:DocumentId>", 1)
    (fault,) = faults(raw)
    assert (fault.path, fault.expected) == ("edXML", f"<= {xsd.MOST_ELEMENTS}")


def test_hints_of_a_package_open_nothing(tmp_path: Path) -> None:
    """Schema locations and types that a package names itself are not followed."""
    trap = socket.create_server(("127.0.0.1", 0))
    trap.setblocking(False)
    with trap:
        locations = f"{NAMESPACE} http://127.0.0.1:{trap.getsockname()[1]}/x.xsd urn:x file://{tmp_path}/nothing.xsd"
        hints = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{locations}"'
        raw = text(("<edXML xmlns", f"<edXML {hints} xmlns"))(element("Subject", "")(letter_bytes()))
        assert [fault.path for fault in faults(raw)] == [f"{HEADER}/Subject"]
        with pytest.raises(BlockingIOError):
            trap.accept()


@pytest.mark.skipif(not SAMPLES, reason="the official samples are not part of this repository")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_both_versions_agree_on_the_official_samples(path: Path) -> None:
    with read_package(path.read_bytes()) as reading:
        quick, slow = verdicts(reading)
    assert quick == slow


def test_threads_do_not_disturb_each_other() -> None:
    raws = [letter_bytes(), element("Subject", "")(letter_bytes()), status_bytes(), before("To", "?")(letter_bytes())]

    def judged(number: int) -> bool:
        with read_package(raws[number % 4]) as reading:
            quick, slow = verdicts(reading)
            assert quick == slow
            return quick

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(judged, range(120))) == [True, False, True, False] * 30


def test_threads_that_share_a_schema_see_the_wrong_values_of_their_own_package_only() -> None:
    raws = [element(name, "?")(letter_bytes()) for name in ("PromulgationDate", "PageAmount", "Priority")]
    raws.append(letter_bytes())

    def wrong(number: int) -> tuple[str, ...] | None:
        with skeleton(raws[number % 4]) as (root, kind):
            return xsd.wrong_values(root, kind)

    alone = [wrong(number) for number in range(4)]
    assert len(set(alone)) == 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(wrong, range(4000))) == alone * 1000


@pytest.mark.parametrize("blank", "\x85\xa0\u1680\u2003\u2028\u202f\u3000", ids=lambda blank: f"U+{ord(blank):04X}")
def test_both_versions_agree_on_blanks_that_are_none_in_xml(blank: str) -> None:
    raw = re.sub(rb"(<edXML:DocumentId>)[^<]*", lambda found: found[1] + blank.encode(), letter_bytes())
    for spoilt in (raw, raw.replace(b"<edXML:To>", blank.encode() + b"<edXML:To>")):
        with read_package(spoilt, profile="strict") as reading:
            assert reading.root is not None
            assert xsd.fast(reading.root, "document") is not any(xsd.explain(reading.root, "document"))
